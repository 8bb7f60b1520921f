from __future__ import annotations

import pytest

from store.numbering import Style, enumerated_at, marker_at, numeral, starts_item


@pytest.mark.parametrize(
    ("line", "style", "number", "rest"),
    [
        ("第一章 总则", Style.CHAPTER, 1, "总则"),
        ("第十二部分：重点任务", Style.CHAPTER, 12, "重点任务"),
        ("第3篇 民生", Style.CHAPTER, 3, "民生"),
        ("第二节、执法", Style.ARTICLE, 2, "执法"),
        ("第二節 執法", Style.ARTICLE, 2, "執法"),
        ("一、工作成效", Style.CHINESE, 1, "工作成效"),
        ("十一、工作成效", Style.CHINESE, 11, "工作成效"),
        ("二十三．工作成效", Style.CHINESE, 23, "工作成效"),
        ("三.工作成效", Style.CHINESE, 3, "工作成效"),
        ("（一）加强领导", Style.CHINESE_PAREN, 1, "加强领导"),
        ("(十)加强领导", Style.CHINESE_PAREN, 10, "加强领导"),
        ("㈡加强领导", Style.CHINESE_PAREN, 2, "加强领导"),
        ("1.规范执法", Style.ARABIC, 1, "规范执法"),
        ("12、规范执法", Style.ARABIC, 12, "规范执法"),
        ("7. 规范执法", Style.ARABIC, 7, "规范执法"),
        ("3．规范执法", Style.ARABIC, 3, "规范执法"),
        ("⒉规范执法", Style.ARABIC, 2, "规范执法"),
        ("1.1 规范执法", Style.DECIMAL, 1, "规范执法"),
        ("2.1.3 规范执法", Style.DECIMAL, 2, "规范执法"),
        ("(1)源头治理", Style.ARABIC_PAREN, 1, "源头治理"),
        ("（18）源头治理", Style.ARABIC_PAREN, 18, "源头治理"),
        ("3）源头治理", Style.ARABIC_PAREN, 3, "源头治理"),
        ("⑴源头治理", Style.ARABIC_PAREN, 1, "源头治理"),
        ("①摸清底数", Style.CIRCLED, 1, "摸清底数"),
        ("⑳摸清底数", Style.CIRCLED, 20, "摸清底数"),
        ("❸摸清底数", Style.CIRCLED, 3, "摸清底数"),
    ],
)
def test_every_style_of_number_is_read(line: str, style: Style, number: int, rest: str) -> None:
    marker = marker_at(line, 0)
    assert marker is not None
    assert (marker.style, marker.number, line[marker.end :]) == (style, number, rest)


@pytest.mark.parametrize(
    "line",
    [
        "一、二、三产业协调发展",
        "1.5亿元专项资金",
        "4.15国家安全教育日",
        "12.20专项行动",
        "2024年工作",
        "2024.3.1",
        "一是规范执法",
        "第一责任人",
        "第一，规范执法",
        "一般公共预算",
        "十五五规划",
        "（暂行）",
        "（2021-2025年）",
        "（一季度）",
        "100件",
        "**、局长",
        "",
    ],
)
def test_what_only_looks_like_a_number_of_a_heading_is_none(line: str) -> None:
    assert marker_at(line, 0) is None


def test_a_marker_is_found_where_it_stands() -> None:
    text = "成效。（二）强化监督"
    marker = marker_at(text, 3)
    assert marker is not None
    assert text[marker.start : marker.end] == "（二）"
    assert marker_at(text, len(text)) is None


@pytest.mark.parametrize(
    ("written", "value"), [("一", 1), ("十", 10), ("十九", 19), ("二十", 20), ("九十九", 99), ("7", 7)]
)
def test_numerals_are_read(written: str, value: int) -> None:
    assert numeral(written) == value


@pytest.mark.parametrize("written", ["百", "十十", "一一", "零"])
def test_what_is_no_numeral_is_refused(written: str) -> None:
    with pytest.raises(KeyError):
        numeral(written)


@pytest.mark.parametrize(
    ("line", "lead"),
    [
        ("一是规范执法", "一是"),
        ("十二是规范执法", "十二是"),
        ("一要压实责任", "一要"),
        ("三则影响效率", "三则"),
        ("其一，规范执法", "其一"),
        ("第二，规范执法", "第二"),
        ("首先，健全制度", "首先"),
        ("再次，强化保障", "再次"),
        ("最後，強化保障", "最後"),
        ("一是否合规", None),
        ("一要求各单位", None),
        ("第一责任人", None),
        ("规范执法", None),
    ],
)
def test_leads_of_enumerated_points_are_known(line: str, lead: str | None) -> None:
    match = enumerated_at(line, 0)
    assert (match and match[0]) == lead


@pytest.mark.parametrize(
    "line", ["一、成效", "（1）底数", "一是规范", "首先，", "——产业升级", "● 产业升级", "•产业升级", "■任务"]
)
def test_a_line_that_opens_a_heading_or_a_point_starts_an_item(line: str) -> None:
    assert starts_item(line)


@pytest.mark.parametrize(
    "line", ["规范执法", "—3—", "2024年完成", "1.5亿元", "，并且", "一、二、三产业协调发展"]
)
def test_a_line_that_may_continue_the_one_before_starts_none(line: str) -> None:
    assert not starts_item(line)
