from __future__ import annotations

import pytest
from hypothesis import given

from store.clean import clean
from store.facts import base_year
from store.models import Kind, ReportKind, Section, SourceText
from store.outline import outline, regions
from tests.reports import assembled_texts

ACHIEVEMENTS, SHORTCOMINGS, PLANS, OTHER = (
    Kind.ACHIEVEMENTS,
    Kind.SHORTCOMINGS,
    Kind.PLANS,
    Kind.OTHER,
)
BODY = "全年受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升，各项工作有序推进，法治建设取得新进展。"


def kinds_of(text: str, genre: ReportKind = ReportKind.ANNUAL_REPORT) -> list[tuple[str, Kind]]:
    """Give each region's kind with the first eight characters of the region."""
    sections = outline(text, genre, base_year(text))
    return [(text[region.start : region.end][:8], region.section.kind) for region in regions(text, sections)]


def test_a_section_reaches_to_the_next_of_its_rank_and_carries_its_path() -> None:
    text = f"报告\n一、工作成效\n（一）规范执法。{BODY}\n1.建章立制\n{BODY}\n（二）强化监督。{BODY}\n二、存在的不足\n人手不足。"
    sections = outline(text, ReportKind.ANNUAL_REPORT, 2024)
    assert [(section.path, section.level) for section in sections] == [
        ((), 0),
        (("一、工作成效",), 0),
        (("一、工作成效", "（一）规范执法"), 1),
        (("一、工作成效", "（一）规范执法", "1.建章立制"), 2),
        (("一、工作成效", "（二）强化监督"), 1),
        (("二、存在的不足",), 0),
    ]
    top = sections[1]
    assert text[top.start : top.body_start] == "一、工作成效"
    assert text[top.end :].startswith("二、存在的不足")
    assert top.heading == "一、工作成效"
    assert sections[0].heading == ""


def test_a_text_without_any_heading_is_one_section() -> None:
    (section,) = outline(BODY, ReportKind.ANNUAL_REPORT, None)
    assert section == Section((), 0, ACHIEVEMENTS, 0, 0, len(BODY))


def test_a_text_that_opens_with_a_heading_has_no_preamble() -> None:
    assert [section.path for section in outline(f"一、成效\n{BODY}", ReportKind.ANNUAL_REPORT, None)] == [
        ("一、成效",)
    ]


def test_lines_that_lead_in_to_numberings_head_them_where_nothing_else_does() -> None:
    text = (
        f"云溪区审计局2024年法治政府建设情况的函\n2024年，{BODY * 3}\n{BODY * 3}\n同时，我们也清醒看到以下不足：\n"
        "（一）数据共享不及时。\n（二）屡审屡犯仍存。\n2025年，我局重点做好以下工作：\n（一）完成审计项目38个。\n（二）建成分析平台。"
    )
    assert [(kind, start[:4]) for start, kind in kinds_of(text)] == [
        (ACHIEVEMENTS, "云溪区审"),
        (SHORTCOMINGS, "同时，我"),
        (SHORTCOMINGS, "（一）数"),
        (SHORTCOMINGS, "（二）屡"),
        (PLANS, "2025"),
        (PLANS, "（一）完"),
        (PLANS, "（二）建"),
    ]


def test_points_of_a_part_that_names_only_problems_may_go_on_to_plans_where_no_part_has_them() -> None:
    text = f"2024年工作报告\n一、主要工作\n{BODY}\n二、存在的问题\n（1）纠纷多发。2025年组建率提高到40%。\n（2）周期偏长。2025年压缩到60天。"
    points = [
        ("（1）纠纷多发", SHORTCOMINGS),
        ("2025年组建", PLANS),
        ("（2）周期偏长", SHORTCOMINGS),
        ("2025年压缩", PLANS),
    ]
    assert [(start[:7], kind) for start, kind in kinds_of(text)][-4:] == points
    headed = f"{text}\n三、下一步打算\n抓好落实。"
    assert [kind for _, kind in kinds_of(headed)][-1:] == [PLANS]
    assert sum(kind is PLANS for _, kind in kinds_of(headed)) == 1


def test_what_was_done_under_a_lead_in_stays_done() -> None:
    text = (
        f"云溪区审计局2024年工作情况\n2024年，我局重点开展以下工作：\n（一）完成审计项目38个。\n（二）{BODY}"
    )
    assert {kind for start, kind in kinds_of(text) if start.startswith("（")} == {ACHIEVEMENTS}


def test_each_point_of_a_double_part_may_go_on_from_a_problem_to_its_plan() -> None:
    text = (
        f"2024年工作报告\n一、主要工作\n{BODY}\n二、存在的不足及下一步打算\n（一）关于执法队伍。队员程序不熟。2025年，分批轮训队员60学时。\n"
        "（二）关于物业矛盾。停车难。2025年，组建调解委员会。"
    )
    found = kinds_of(text)
    assert [kind for _, kind in found][-4:] == [SHORTCOMINGS, PLANS, SHORTCOMINGS, PLANS]
    assert [start for start, kind in found if kind is PLANS] == ["2025年，分批", "2025年，组建"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("一、优化营商环境", ACHIEVEMENTS), ("一、总体要求", OTHER), ("一、存在的不足", SHORTCOMINGS)],
)
def test_a_silent_heading_is_of_the_kind_of_its_genre(heading: str, kind: Kind) -> None:
    assert kinds_of(f"{heading}\n{BODY}")[0][1] is kind


def test_a_silent_heading_of_a_notice_holds_tasks() -> None:
    assert kinds_of(f"一、强化源头治理\n{BODY}", ReportKind.NOTICE) == [("一、强化源头治理"[:8], PLANS)]


def test_silent_headings_of_a_work_report_are_plans_after_its_review() -> None:
    text = f"一、2023年工作回顾\n{BODY}\n二、聚力产业升级\n{BODY}\n三、聚力民生改善\n{BODY}"
    assert [kind for _, kind in kinds_of(text, ReportKind.WORK_REPORT)] == [ACHIEVEMENTS, PLANS, PLANS]


def test_children_are_of_their_parents_kind_unless_they_say_otherwise() -> None:
    text = f"三、下一步打算\n（一）完善工作成效评估。{BODY}\n（二）补齐短板。{BODY}\n（三）其他需要报告的情况。无。"
    assert [kind for _, kind in kinds_of(text)] == [PLANS, PLANS, PLANS, OTHER]


def test_children_of_a_double_heading_go_by_what_they_say_or_lean_to() -> None:
    text = f"三、存在问题和下一步打算\n（一）存在问题。{BODY}\n（二）执法力量不足。{BODY}\n（三）下一步打算。{BODY}\n（四）充实执法队伍。{BODY}"
    assert [kind for _, kind in kinds_of(text)] == [SHORTCOMINGS, SHORTCOMINGS, SHORTCOMINGS, PLANS, PLANS]


LACKS = "首先，专业人才匮乏。38人中仅5人有证。其次，乡镇力量空转。此外，避难场所建设滞后。"
NUMBERED_LACKS = "\n（一）专业人才匮乏。38人中仅5人有证。\n（二）乡镇力量空转。"


@pytest.mark.parametrize(
    ("heading", "body", "kind"),
    [
        ("五、清醒头脑，再找差别", LACKS, SHORTCOMINGS),
        ("五、清醒头脑，再找差别", NUMBERED_LACKS, SHORTCOMINGS),
        ("五、深入基层", "首先，补齐人才短板。新增5名。其次，解决场所滞后问题。", ACHIEVEMENTS),
        ("五、深入基层", "首先，培训不足的岗位全部补训。其次，开展演练22次。", ACHIEVEMENTS),
        ("五、下一步工作打算", LACKS, PLANS),
    ],
)
def test_a_silent_part_that_lists_only_lacks_holds_the_shortcomings(
    heading: str, body: str, kind: Kind
) -> None:
    text = f"一、主要工作成效\n{BODY}\n{heading}\n{body}"
    assert kinds_of(text)[-1][1] is kind


def test_a_silent_part_is_what_it_was_where_another_has_the_heading() -> None:
    text = f"一、存在的不足\n人手不足。\n二、清醒头脑\n{LACKS}"
    assert [kind for _, kind in kinds_of(text)] == [SHORTCOMINGS, OTHER]


@pytest.mark.parametrize(
    ("paragraph", "kinds"),
    [
        (
            f"{BODY}在肯定成绩的同时，我们也清醒地认识到，工作中还存在不少问题：人手少；经费紧。",
            [ACHIEVEMENTS, SHORTCOMINGS],
        ),
        (f"{BODY}下一步，我局将充实队伍。", [ACHIEVEMENTS, PLANS]),
        (
            f"{BODY}我们也清醒地看到，还存在一些不足。人手少。\n下一步，我局将充实队伍。",
            [ACHIEVEMENTS, SHORTCOMINGS, PLANS],
        ),
        (
            f"{BODY}\n我们也清醒地看到，还存在一些不足：\n一是人手少。\n二是经费紧。\n{BODY}",
            [ACHIEVEMENTS, SHORTCOMINGS, ACHIEVEMENTS],
        ),
        (
            f"我们也清醒地看到，还存在一些不足：人手少。对此，我们将采取有力措施，认真解决。\n{BODY}",
            [ACHIEVEMENTS, SHORTCOMINGS, OTHER, ACHIEVEMENTS],
        ),
        (f"{BODY}推动解决了一批突出问题。", [ACHIEVEMENTS]),
    ],
)
def test_without_a_heading_the_discourse_decides(paragraph: str, kinds: list[Kind]) -> None:
    found = [kind for _, kind in kinds_of(f"一、2024年主要工作\n{paragraph}")]
    assert [kind for index, kind in enumerate(found) if index == 0 or kind is not found[index - 1]] == kinds


def test_discourse_does_not_overrule_a_part_that_has_a_heading() -> None:
    text = f"一、工作成效\n{BODY}但与群众期盼相比仍存在一些差距。\n二、存在的不足\n人手少。\n三、下一步打算\n抓培训。"
    assert [kind for _, kind in kinds_of(text)] == [ACHIEVEMENTS, SHORTCOMINGS, PLANS]


def test_parts_set_off_by_the_discourse_keep_the_path_of_their_section() -> None:
    text = f"一、2024年主要工作\n{BODY}\n下一步，我局将充实队伍。"
    sections = outline(text, ReportKind.ANNUAL_REPORT, 2024)
    assert [(section.path, section.level) for section in sections] == [
        (("一、2024年主要工作",), 0),
        (("一、2024年主要工作",), 1),
    ]
    assert sections[1].heading == "一、2024年主要工作"
    assert sections[1].start == sections[1].body_start == text.index("下一步")


def test_a_second_period_of_a_double_heading_turns_to_plans() -> None:
    text = f"一、“十四五”主要成就和“十五五”主要目标\n“十四五”时期，{BODY}\n“十五五”时期，经济总量翻一番。"
    assert [kind for _, kind in kinds_of(text, ReportKind.WORK_REPORT)] == [ACHIEVEMENTS, PLANS]


@pytest.mark.parametrize("appendix", ["", "\n附件：任务清单", "\n注：数据为快报数，以年报为准。"])
def test_a_signature_is_a_section_of_no_part(appendix: str) -> None:
    signature = "云溪区司法局\n2025年1月10日"
    text = f"一、工作成效\n{BODY}\n二、下一步打算\n（一）抓培训。办班3期。\n{signature}{appendix}"
    sections = outline(text, ReportKind.ANNUAL_REPORT, 2024)
    (found,) = [section for section in sections if section.signs_off]
    assert text[found.start : found.end] == signature
    assert (found.path, found.kind, found.body_start) == ((), OTHER, found.start)
    assert [region.end for region in regions(text, sections)][-1] == len(text)


GENRES = list(ReportKind)


@pytest.mark.parametrize("genre", GENRES)
def test_sections_nest_and_regions_hold_all_of_the_text_once(genre: ReportKind) -> None:
    @given(assembled_texts())
    def holds(raw: str) -> None:
        text = clean(SourceText(raw, "text")).text
        sections = outline(text, genre, base_year(text))
        assert all(0 <= s.start <= s.body_start <= s.end <= len(text) for s in sections)
        for index, section in enumerate(sections):
            for later in sections[index + 1 :]:
                assert section.start <= later.start
                inside = later.end <= section.end
                assert inside or later.start >= section.end
                assert not (inside and later.start < section.end) or later.level > section.level
        position = 0
        for region in regions(text, sections):
            assert region.section.start <= region.start < region.end <= region.section.end
            assert position <= region.start
            assert not text[position : region.start].strip()
            position = region.end
        assert not text[position:].strip()

    holds()


@pytest.mark.parametrize("heading", ["二〇二二年", "二○二二年要做的几件事", "2022年"])
def test_a_heading_that_only_names_a_later_year_is_of_plans(heading: str) -> None:
    text = f"某局二〇二一年度工作报告\n一、二〇二一年\n{BODY}\n二、{heading}\n出台信用评价办法。"
    assert [kind for start, kind in kinds_of(text) if start.startswith("二、")] == [PLANS]
