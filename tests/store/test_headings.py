from __future__ import annotations

import pytest
from hypothesis import given

from store.headings import find_headings
from tests.reports import SAMPLES, assembled_texts

BODY = "2024年，云溪区司法局认真履行职责，受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升，各项工作有序推进。"


def labels(text: str) -> list[str]:
    return [heading.label(text) for heading in find_headings(text)]


@pytest.mark.parametrize(
    ("text", "label", "body"),
    [
        ("一、工作成效\n办案96件。", "一、工作成效", "办案96件。"),
        ("（一）规范执法。办案96件。", "（一）规范执法", "办案96件。"),
        ("1.规范执法：办案96件。", "1.规范执法", "办案96件。"),
        ("2、强化监督；办案96件。", "2、强化监督", "办案96件。"),
        ("四、存在的不足 \n办案96件。", "四、存在的不足", "办案96件。"),
        ("第一章  总  则\n办案96件。", "第一章 总 则", "办案96件。"),
        (
            "三、取得的效果 通过开展法治政府示范创建，全局干部的法治意识和依法行政能力明显增强。",
            "三、取得的效果",
            "通过开展法治政府示范创建，全局干部的法治意识和依法行政能力明显增强。",
        ),
        ("1.1 目标任务\n办案96件。", "1.1 目标任务", "办案96件。"),
        ("（3）抓好4.15宣传.办案96件。", "（3）抓好4.15宣传", "办案96件。"),
        ("1.完成投资1.5亿元。办案96件。", "1.完成投资1.5亿元", "办案96件。"),
        ("（一）**镇××村试点。办案96件。", "（一）**镇××村试点", "办案96件。"),
    ],
)
def test_a_heading_stands_alone_or_runs_into_its_paragraph(text: str, label: str, body: str) -> None:
    (heading,) = find_headings(text)
    assert heading.label(text) == label
    assert text[heading.body_start :].strip() == body


def test_a_numbered_paragraph_without_a_title_is_named_by_its_first_clause_and_keeps_all_its_text() -> None:
    text = "（一）加强组织领导，压实各级责任，推动形成一级抓一级、层层抓落实、人人有责任的良好工作格局，为高质量发展保驾护航和提供坚强保障。"
    (heading,) = find_headings(text)
    assert heading.label(text) == "（一）加强组织领导"
    assert text[heading.body_start :] == text[3:]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["2 存在的不足", "人手少。"], ["2 存在的不足"]),
        (["3 台车辆已报废", "人手少。"], []),
        (["2 个问题，全部整改"], []),
        (["一、二、三产业协调发展"], []),
        (["1.5亿元专项资金到位"], []),
        (["1.5个百分点的增幅"], []),
        (
            ["1.15个取水口完成改造。", "2.2023年的旧案全部办结。"],
            ["1.15个取水口完成改造", "2.2023年的旧案全部办结"],
        ),
        (["4.15宣传活动"], []),
        (["2024年工作"], []),
        (["一是规范执法", "二是强化监督"], []),
    ],
)
def test_a_number_alone_makes_no_heading(lines: list[str], found: list[str]) -> None:
    assert labels("\n".join(["标题", BODY, *lines])) == found


def test_numbers_may_restart_or_go_on_across_sections() -> None:
    lines = [
        "一、成效",
        "（一）甲项工作",
        "（二）乙项工作",
        "二、打算",
        "（一）丙项工作",
        "（1）丁项",
        "（二）戊项工作",
        "（2）己项",
    ]
    assert labels("\n".join(lines)) == lines


def test_headings_inside_a_text_that_lost_its_line_breaks_are_found() -> None:
    text = SAMPLES["line breaks lost"].text
    assert labels(text) == ["一、主要工作成效", "二、存在的问题和不足", "三、下一步工作安排"]


def test_numbers_inside_a_long_flat_text_are_headings_only_in_their_order() -> None:
    text = f"报告\n{BODY}一、工作成效。{BODY}三、存在的问题。{BODY}二、存在的不足。{BODY}"
    assert labels(text) == ["一、工作成效", "二、存在的不足"]


def test_an_enumeration_in_a_paragraph_opens_no_sections() -> None:
    assert labels(f"一、工作成效\n{BODY}主要做法是：（一）建章立制；（二）强化监督。{BODY}") == [
        "一、工作成效"
    ]


@pytest.mark.parametrize(
    "title", ["下一步打算", "存在的问题", "2025年工作安排", "名词解释", "附件", "主要工作成效："]
)
def test_an_unnumbered_heading_after_the_body_stands_beside_the_numbered_ones(title: str) -> None:
    text = f"标题\n一、工作概述\n{BODY}\n{title}\n{BODY}"
    first, second = find_headings(text)
    assert second.label(text) == title.rstrip("：")
    assert first.style == second.style


def test_unnumbered_headings_stand_above_numbers_that_begin_anew_under_each() -> None:
    text = f"标题\n{BODY}\n主要工作成效\n一、规范执法\n{BODY}\n下一步工作打算\n一、抓培训\n{BODY}"
    assert [(heading.label(text), heading.style.name) for heading in find_headings(text)] == [
        ("主要工作成效", "UNNUMBERED"),
        ("一、规范执法", "CHINESE"),
        ("下一步工作打算", "UNNUMBERED"),
        ("一、抓培训", "CHINESE"),
    ]


@pytest.mark.parametrize("line", ["问题与差距", "来年工作", "短板弱项", "明年安排", "困难和挑战"])
def test_a_short_line_that_only_names_a_part_heads_it(line: str) -> None:
    assert labels(f"标题\n{BODY}\n{line}\n一句短话。\n又一句短话。") == [line]
    assert labels(f"标题\n{BODY}\n{line}，都要放在心上\n一句短话。") == []


def test_titles_in_brackets_head_parts_and_stand_above_numbers() -> None:
    text = f"标题\n【成效】\n——规范执法。{BODY}\n【存在的问题】\n一、人手少。\n二、学法不深。\n【2025年怎么干】\n——抓培训。{BODY}"
    assert [(heading.label(text), heading.style.name) for heading in find_headings(text)] == [
        ("成效", "UNNUMBERED"),
        ("存在的问题", "UNNUMBERED"),
        ("一、人手少", "CHINESE"),
        ("二、学法不深", "CHINESE"),
        ("2025年怎么干", "UNNUMBERED"),
    ]
    assert labels(f"标题\n【新华社电】{BODY}\n{BODY}") == []


@pytest.mark.parametrize(
    "line", ["云溪区司法局2024年工作情况", "这是一句很普通的话，说明情况", "有一些问题。", "一是存在的问题"]
)
def test_a_title_or_a_sentence_is_no_unnumbered_heading(line: str) -> None:
    assert labels(f"{line}\n{BODY}") == []


def test_short_lines_above_paragraphs_are_the_headings_of_a_report_that_numbers_none() -> None:
    bare = ["强化责任担当，推动法治建设走深走实", "强化执法监管，推动秩序持续向好", "谋划来年工作"]
    parts = "\n".join(f"{line}\n{BODY}" for line in bare)
    title = "云溪区城市管理局\n2024年度法治政府建设情况报告\n"
    assert labels(f"{title}{BODY}\n{parts}") == bare
    assert labels(f"{title}{parts}") == bare
    assert labels(f"{title}{BODY}\n{parts}\n云溪区城市管理局") == bare


def test_a_few_short_lines_or_numbered_headings_beside_them_are_none() -> None:
    two = f"强化责任担当\n{BODY}\n强化执法监管\n{BODY}"
    assert labels(f"标题\n{BODY}\n{two}") == []
    assert labels(f"标题\n一、工作概述\n{BODY}\n强化队伍建设\n{BODY}\n{two}") == ["一、工作概述"]


@given(assembled_texts())
def test_headings_ascend_and_their_parts_stand_in_order(text: str) -> None:
    found = find_headings(text)
    assert [heading.start for heading in found] == sorted({heading.start for heading in found})
    for heading in found:
        assert heading.start < heading.title_end
        assert heading.start < heading.body_start <= len(text)
        assert heading.label(text)
