from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.document import parse
from store.models import Facts, Kind, PassageDraft, ReportKind, Section, SourceText
from store.numbering import enumerated_at, marker_at
from store.outline import outline, regions
from store.sentences import Span, points, sentences
from store.split import PASSAGE_TOKENS, pack, split
from store.tokens import count_tokens
from tests.reports import SAMPLES, assembled_texts, read_text, sample_id

FACTS = Facts(
    "云溪区司法局报告", "云溪区司法局", "云溪区", (2023, 2024), ReportKind.ANNUAL_REPORT, None, "hans"
)
LONG = "受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升。"


def passages_of(
    text: str, facts: Facts = FACTS, page_starts: tuple[int, ...] = ()
) -> tuple[PassageDraft, ...]:
    return split(text, outline(text, facts.kind, None), facts, page_starts)


def packed(text: str, budget_tokens: int) -> list[str]:
    return [span.of(text) for span in pack(text, 0, len(text), budget_tokens)]


def test_sentences_that_fit_together_make_one_passage() -> None:
    text = "第一句完成3件。第二句完成5件。\n第三句完成7件。"
    assert packed(text, 200) == [text]


def test_a_passage_ends_between_sentences() -> None:
    text = LONG * 6
    pieces = packed(text, 60)
    assert len(pieces) > 1
    assert all(piece.endswith("。") for piece in pieces)
    assert "".join(pieces) == text


def test_points_of_an_enumeration_are_not_cut() -> None:
    point = "规范执法流程。统一文书格式。开展案卷评查。"
    text = f"主要做法：一是{point}二是{point}三是{point}"
    budget = count_tokens(f"一是{point}") + 2
    assert packed(text, budget) == ["主要做法：", f"一是{point}", f"二是{point}", f"三是{point}"]


def test_a_point_beyond_the_budget_is_cut_at_its_sentences() -> None:
    text = f"一是{LONG * 4}二是{LONG}"
    pieces = packed(text, 40)
    assert "".join(pieces) == text
    assert all(piece.endswith("。") for piece in pieces)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("规范行政执法行为并加强监督；" * 20, "；"),
        ("规范行政执法行为并加强监督，" * 20, "，"),
        ("规范行政执法行为并加强监督、" * 20, "、"),
    ],
)
def test_a_sentence_beyond_the_budget_is_cut_at_the_strongest_stops_it_has(text: str, end: str) -> None:
    pieces = packed(text, 40)
    assert len(pieces) > 3
    assert all(piece.endswith(end) for piece in pieces)
    assert all(count_tokens(piece) <= 40 for piece in pieces)
    assert "".join(pieces) == text


@pytest.mark.parametrize("character", ["龘", "治", "*", "□", "𠮷", "9"])
def test_a_run_without_any_stop_is_cut_and_nothing_is_lost(character: str) -> None:
    text = character * 500
    pieces = packed(text, 50)
    assert "".join(pieces) == text
    assert all(count_tokens(piece) <= 50 for piece in pieces)


def test_a_passage_knows_its_place() -> None:
    text = f"云溪区司法局报告\n一、工作成效\n（一）规范执法。{LONG}\n二、存在的不足\n人手不足。"
    first, achieved, lacking = (
        passages_of(text, page_starts=(0, text.index("二、")))[0:1]
        + passages_of(text, page_starts=(0, text.index("二、")))[-2:]
    )
    assert first.ordinal == 0
    assert (achieved.section, achieved.kind, achieved.page) == (
        "一、工作成效 > （一）规范执法",
        Kind.ACHIEVEMENTS,
        1,
    )
    assert (lacking.section, lacking.kind, lacking.page) == ("二、存在的不足", Kind.SHORTCOMINGS, 2)


def test_the_prefix_names_agency_years_and_the_headings_above() -> None:
    text = f"一、工作成效\n（一）规范执法。{LONG * 10}"
    passages = passages_of(text)
    assert passages[1].prefix == "云溪区司法局2023年、2024年 一、工作成效"
    assert passages[1].text.startswith("（一）规范执法。")
    assert passages[2].prefix == "云溪区司法局2023年、2024年 一、工作成效 （一）规范执法"
    assert passages[1].indexed_text == f"{passages[1].prefix}\n{passages[1].text}"


def test_the_title_stands_in_for_an_unknown_agency() -> None:
    facts = Facts("某报告", "", "", (), ReportKind.OTHER, None, "hans")
    assert passages_of(LONG, facts)[0].prefix == "某报告"


def test_a_text_without_sections_has_no_passages() -> None:
    assert split("", (), FACTS) == ()


def test_an_empty_section_makes_no_passage() -> None:
    section = Section(("一、成效",), 0, Kind.ACHIEVEMENTS, 0, 0, 3)
    assert split(" \n ", (section,), FACTS) == ()


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_no_passage_mixes_kinds(name: str) -> None:
    document = read_text(SAMPLES[name].text)
    held = {
        (region.start, region.end): region.section.kind
        for region in regions(document.text, document.sections)
    }
    for passage in document.passages:
        (kind,) = [k for (start, end), k in held.items() if start <= passage.start and passage.end <= end]
        assert passage.kind is kind


@given(assembled_texts())
def test_passages_are_exact_ascending_within_the_budget_and_hold_the_whole_text(raw: str) -> None:
    document = parse(SourceText(raw, "text"), source="报告.txt")
    position = 0
    for ordinal, passage in enumerate(document.passages):
        assert passage.ordinal == ordinal
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.start >= position
        assert not document.text[position : passage.start].strip()
        assert count_tokens(passage.text) <= PASSAGE_TOKENS
        assert passage.prefix
        position = passage.end
    assert not document.text[position:].strip()


@given(assembled_texts())
def test_passages_begin_and_end_with_whole_sentences(raw: str) -> None:
    document = parse(SourceText(raw, "text"), source="报告.txt")
    text = document.text
    whole = [
        sentence
        for region in regions(text, document.sections)
        for sentence in sentences(text, region.start, region.end)
    ]
    short = {s for s in whole if count_tokens(s.of(text)) <= PASSAGE_TOKENS}
    for passage in document.passages:
        inside = [s for s in whole if s.start < passage.end and passage.start < s.end]
        for sentence in inside:
            held = passage.start <= sentence.start and sentence.end <= passage.end
            lead = bool(points(text, passage.start, len(text))) or _is_led(text, sentence)
            assert held or sentence not in short or lead, (sentence.of(text), passage.text)


def _is_led(text: str, sentence: Span) -> bool:
    """Tell whether points begin inside a sentence: between them it may be cut."""
    return any(
        enumerated_at(text, place) or marker_at(text, place)
        for place in range(sentence.start + 1, sentence.end)
    )


@given(
    st.lists(
        st.sampled_from(["规范执法", "强化监督，", "办结96件；", "落实责任。", "龘龘龘", "\n"]),
        min_size=1,
        max_size=120,
    ),
    st.integers(5, 60),
)
def test_packing_loses_nothing_and_exceeds_the_budget_nowhere(pieces: list[str], budget_tokens: int) -> None:
    text = "".join(pieces)
    spans = list(pack(text, 0, len(text), budget_tokens))
    assert [span.start for span in spans] == sorted({span.start for span in spans})
    assert "".join(text[a.end : b.start] for a, b in pairwise(spans)).strip() == ""
    assert re.sub(r"\s", "", "".join(span.of(text) for span in spans)) == re.sub(r"\s", "", text)
    assert all(count_tokens(span.of(text)) <= budget_tokens for span in spans)
    sentence_ends = {sentence.end for sentence in sentences(text)}
    for span in spans:
        inside = [s for s in sentences(text) if s.start < span.end <= s.end]
        cut = span.end not in sentence_ends
        assert not cut or count_tokens(inside[0].of(text)) > budget_tokens
