from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from store.sentences import Span, clauses, listed, paragraphs, points, sentences, trim
from tests.reports import assembled_texts


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("完成3件。办结2件！", ["完成3件。", "办结2件！"]),
        ("4个工作日内办结.8个街道已建成.", ["4个工作日内办结.", "8个街道已建成."]),
        ("见图.1,占3.5件.", ["见图.1,占3.5件."]),
        ("他说：“要抓好落实。”大家鼓掌。", ["他说：“要抓好落实。”", "大家鼓掌。"]),
        ("（见附件。）其次，推进。", ["（见附件。）", "其次，推进。"]),
        ("增长5.6%，达1.5亿元.下一步推进", ["增长5.6%，达1.5亿元.", "下一步推进"]),
        ("开展“美好生活.民法典相伴”答题。", ["开展“美好生活.民法典相伴”答题。"]),
        ("开展“好生活”答题.推进普法.", ["开展“好生活”答题.", "推进普法."]),
        ("抓好4.15宣传。", ["抓好4.15宣传。"]),
        ("推进依法行政……成效明显。", ["推进依法行政……", "成效明显。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("A plan. The next one. done", ["A plan.", "The next one. done"]),
        ("一；二。三", ["一；二。", "三"]),
        ("局长***同志。处理xx件。", ["局长***同志。", "处理xx件。"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, cut: list[str]) -> None:
    assert [span.of(text) for span in sentences(text)] == cut


def test_clauses_end_at_semicolons_too() -> None:
    text = "一是规范；二是提升;三是保障。完成2.5件"
    assert [span.of(text) for span in clauses(text)] == ["一是规范；", "二是提升;", "三是保障。", "完成2.5件"]


def test_paragraphs_are_lines_without_the_empty_ones() -> None:
    text = "\n 一 \n\n\u3000二\n"
    assert [span.of(text) for span in paragraphs(text)] == ["一", "二"]


def test_only_the_range_asked_for_is_cut() -> None:
    text = "甲。乙。\n丙。丁。"
    assert [[span.of(text) for span in cut(text, 2, 7)] for cut in (sentences, clauses, paragraphs)] == [
        ["乙。", "丙。"],
        ["乙。", "丙。"],
        ["乙。", "丙。"],
    ]


def test_trim_leaves_nothing_of_white_space() -> None:
    assert trim("  \u3000\n", 0, 4).of("  \u3000\n") == ""
    assert trim(" 甲 乙 ", 0, 5) == Span(1, 4)


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("主要做法：一是建章立制。二是规范执法。", ["一是", "二是"]),
        ("一是建章立制；二是规范执法；三是强化监督。", ["一是", "二是", "三是"]),
        ("一要压实责任，二要强化监督。三要抓好落实。", ["一要", "三要"]),
        ("首先，健全制度。其次，落实责任。最后，强化监督。", ["首先", "其次", "最后"]),
        ("第一，健全制度。第二，落实责任。", ["第一", "第二"]),
        ("其一，人手少。其二，经费紧。", ["其一", "其二"]),
        ("任务如下：（1）摸底；（2）检测；（3）拆除。", ["（1）", "（2）", "（3）"]),
        ("任务如下：①摸底；②检测。", ["①", "②"]),
        ("二是规范执法。三是强化监督。", []),
        ("一是建章立制。", []),
        ("任务如下：（1）摸底；（3）拆除。", []),
        ("全年办案96件。纠错率12.5%。", []),
        ("一是健全制度。首先，修订办法。其次，抓好宣传。二是规范执法。", ["一是", "二是"]),
    ],
)
def test_points_of_an_enumeration_are_of_one_family_and_count_from_one(text: str, leads: list[str]) -> None:
    found = points(text, 0, len(text))
    assert [text[point.start : point.body_start].rstrip("，") for point in found] == leads


def test_points_run_to_the_next_point_and_leave_out_what_precedes_them() -> None:
    text = "主要做法：一是建章立制。出台3项制度。二是规范执法。"
    assert [text[point.start : point.end] for point in points(text, 0, len(text))] == [
        "一是建章立制。出台3项制度。",
        "二是规范执法。",
    ]


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("力量不足；形式单一；信息不畅。", ["力量不足；", "形式单一；", "信息不畅。"]),
        ("力量不足；形式单一。", []),
        ("力量不足。形式单一；信息不畅。手段滞后。", []),
        ("力量不足；形式单一;信息不畅;手段滞后", ["力量不足；", "形式单一;", "信息不畅;", "手段滞后"]),
    ],
)
def test_a_list_is_kept_apart_by_semicolons_throughout(text: str, members: list[str]) -> None:
    assert [text[point.start : point.end] for point in listed(text, 0, len(text))] == members


@pytest.mark.parametrize("cut", [sentences, clauses, paragraphs])
def test_spans_are_disjoint_ascending_and_hold_all_but_white_space(cut: Callable[[str], list[Span]]) -> None:
    @given(assembled_texts())
    def holds(text: str) -> None:
        spans = cut(text)
        position = 0
        for span in spans:
            assert position <= span.start < span.end
            assert not text[position : span.start].strip()
            position = span.end
        assert not text[position:].strip()

    holds()


@given(assembled_texts())
def test_points_are_disjoint_and_begin_with_their_lead(text: str) -> None:
    for line in paragraphs(text):
        position = line.start
        for point in points(text, line.start, line.end):
            assert position <= point.start <= point.body_start <= point.end <= line.end
            assert point.start < point.end
            position = point.end
