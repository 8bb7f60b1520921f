from __future__ import annotations

import re

import pytest
from hypothesis import given

from chains.cite import Citer
from chains.extract import KINDS, condense, items_of, substance, summarize
from chains.models import Item, Summary
from chains.overview import overview
from store.document import describe, parse
from store.models import Document, Kind, SourceText
from store.sentences import Span
from tests.reports import SAMPLES, assembled_texts, read_text, sample_id, summary_of

HEAD = "云溪区司法局2024年法治政府建设情况报告\n2024年，云溪区司法局在区委、区政府的领导下认真履行法定职责，扎实推进依法行政和普法依法治理各项工作，现将有关情况报告如下。\n"
RITUAL = "深入学习贯彻习近平法治思想，不断提高政治站位，统一思想认识。"
THANKS = "过去一年的成绩来之不易。在此，我代表区司法局向全体同志致以崇高的敬意！"


def said(items: list[Item]) -> list[str]:
    return [item.text for item in items]


def achievements(body: str) -> Summary:
    return summary_of(read_text(f"{HEAD}一、工作成效\n{body}\n二、存在的不足\n（一）人手不足。"))


# --- every report


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_the_lists_hold_what_the_report_lists_and_missing_names_the_rest(name: str) -> None:
    sample = SAMPLES[name]
    summary = summary_of(read_text(sample.text))
    for kind, phrases in zip(KINDS, (sample.achievements, sample.shortcomings, sample.plans), strict=True):
        found = said(getattr(summary, kind))
        assert (kind in summary.missing) is (not found)
        if kind is Kind.ACHIEVEMENTS:
            assert all(any(phrase in text for text in found) for phrase in phrases), found
        else:
            assert len(found) == len(phrases), found
            assert all(phrase in text for phrase, text in zip(phrases, found, strict=True)), found


def squeezed(text: str) -> str:
    return re.sub(r"[\s。；;，,]", "", text)


def assert_own_words(document: Document, summary: Summary) -> None:
    """Every item is made of its quotes and of nothing else, and every quote stands where it says."""
    for kind in KINDS:
        for item in getattr(summary, kind):
            quotes = [citation.quote for citation in item.citations]
            assert quotes
            assert [citation.n for citation in item.citations] == list(range(1, len(quotes) + 1))
            for citation in item.citations:
                assert document.text[citation.start : citation.end] == citation.quote
            position, held = 0, squeezed("".join(quotes))
            for sentence in filter(None, map(squeezed, re.split("[。；;]|……", item.text))):
                position = held.find(sentence, position)
                assert position >= 0, (item.text, quotes)
                position += len(sentence)
            for figure in item.figures:
                assert any(figure.text in quote for quote in quotes)


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_an_item_is_made_of_the_reports_own_words(name: str) -> None:
    document = read_text(SAMPLES[name].text)
    assert_own_words(document, summary_of(document))


@given(assembled_texts())
def test_an_item_of_whatever_text_is_made_of_its_own_words(raw: str) -> None:
    document = parse(SourceText(raw, "text"), source="报告.txt")
    assert_own_words(document, summarize(document, describe(document)))


def test_what_an_item_passes_over_between_its_pieces_is_marked() -> None:
    ritual = (
        f"各级各部门{'深入学习贯彻会议精神，统一思想认识，提高政治站位，' * 5}坚持把这项工作摆在突出位置。"
    )
    body = f"（一）管网改造提速。{ritual}新建管网117公里，改造小区209个。{ritual}整治暗涵36.1公里，惠及居民3.2万人。"
    item = achievements(body).achievements[0]
    assert (
        item.text == "管网改造提速。……新建管网117公里，改造小区209个。……整治暗涵36.1公里，惠及居民3.2万人。"
    )
    assert not any("…" in citation.quote for citation in item.citations)


@pytest.mark.parametrize(
    "body",
    [
        "（一）抓管网。一是新建管网117公里；二是改造小区209个；三是整治暗涵36公里。",
        "（一）抓管网。新建管网117公里。\n改造小区209个。",
    ],
)
def test_where_only_a_number_or_a_line_break_is_passed_over_nothing_is_marked(body: str) -> None:
    assert not any("…" in text for text in said(achievements(body).achievements))


# --- achievements

FAILURES = [
    "沒有完成計劃的建設單位和生産企業更多。",
    "县第三中学未能如期开工。",
    "县第三中学未能如期开工。主要原因是征地补偿没有谈妥。",
    "固定资产投资下降2.6%，没有完成增长6%的年度预期。",
    "地区生产总值增长5.2%，低于年初预期目标0.9个百分点；一般公共预算收入12.4亿元，下降2.1%。",
    "但是農業的發展顯然還趕不上人民和國家對於農産品的需要。",
    "信息化建设仍然滞后。",
    "全年发生生产安全死亡事故2起。",
]


@pytest.mark.parametrize("failure", FAILURES)
def test_what_was_not_done_or_got_worse_is_no_achievement(failure: str) -> None:
    summary = achievements(f"（一）办好学校。新建学校7所，新增学位3150个。{failure}招聘教师120名。")
    assert said(summary.achievements) == [
        "办好学校。新建学校7所，新增学位3150个。……招聘教师120名。",
    ]
    assert [citation.quote for citation in summary.achievements[0].citations][-1] == "招聘教师120名。"
    assert said(summary.shortcomings) == ["人手不足。"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_paragraph_that_only_tells_of_a_failure_is_no_achievement(failure: str) -> None:
    body = f"新建学校7所，新增学位3150个。\n{failure}\n发放助学金430万元，资助学生2100名。"
    document = read_text(f"{HEAD}一、工作成效\n{body}\n二、存在的不足\n（一）人手不足。")
    citer = Citer(document.text, document.sections, document.page_starts, describe(document))
    for items in (summary_of(document).achievements, items_of(document, Kind.ACHIEVEMENTS, citer)):
        found = said(items)
        assert found == ["新建学校7所，新增学位3150个。", "发放助学金430万元，资助学生2100名。"]


def test_a_point_that_began_with_a_failure_is_named_by_what_is_left() -> None:
    body = "县第三中学未能如期开工。新建小学7所，新增学位3150个。\n发放助学金430万元，资助学生2100名。"
    first = achievements(body).achievements[0]
    assert (first.topic, first.text) == ("新建小学7所", "新建小学7所，新增学位3150个。")


@pytest.mark.parametrize(
    "deed",
    [
        "全年未发生生产安全死亡事故。",
        "全年发生生产安全事故2起，同比下降60%。",
        "事故起数大幅下降。全年发生生产安全事故2起。",
        "全年发生生产安全死亡事故0起。",
        "刑事案件下降12%，信访量下降30%，PM2.5浓度下降5%。",
        "单位生产总值能耗下降3.2%。",
        "城镇调查失业率4.8%，低于年初预期目标0.7个百分点。",
        "居民消费价格上涨0.4%，低于年初预期目标。",
        "对未完成整改的企业立案32起。",
        "责令未达到排放标准的企业停产12家。",
        "解决停车位明显不足、管网滞后等问题46个。",
        "针对师资严重不足，招聘教师120名。",
        "多年未能建成的县第三中学9月开学。",
        "未达标断面由5个减少到2个。",
        "棉花因灾沒有完成計劃，但是糧食産量仍比上年略高。",
        "一般公共预算收入下降2.1%，扣除减税因素后增长4.3%。",
    ],
)
def test_less_of_what_is_bad_and_what_was_mended_stay_achievements(deed: str) -> None:
    summary = achievements(f"（一）办好实事。{deed}")
    assert said(summary.achievements) == [f"办好实事。{deed}"]


TOTALS = "地区生产总值186.4亿元，增长6.1%；一般公共预算收入9.7亿元，增长4.8%；居民人均可支配收入增长5.2%。"
LEADS_UP = "过去一年，在县委的坚强领导下，我们深入学习贯彻会议精神，坚持稳中求进。"
WORK_REPORT = "政府工作报告\n各位代表：\n现在，我代表云溪县人民政府向大会报告工作。\n一、2024年工作回顾\n"
POINTS = (
    "（一）产业升级。新增企业11家。\n（二）项目建设。实施项目128个。\n二、2025年工作安排\n（一）建设道路3条。"
)


@pytest.mark.parametrize(
    "opening",
    [
        f"{LEADS_UP}{TOTALS}\n{POINTS}",
        f"{LEADS_UP}\n{TOTALS}\n{POINTS}",
        f"{LEADS_UP}\n{TOTALS.replace('；', '。')}\n{POINTS}",
        f"{LEADS_UP}{TOTALS}\n产业加快升级。新增企业11家。\n项目建设提速。实施项目128个。",
    ],
)
def test_the_figures_of_the_whole_economy_head_a_reviews_achievements(opening: str) -> None:
    found = said(summary_of(read_text(WORK_REPORT + opening)).achievements)
    assert found[0].replace("。", "；") == TOTALS.replace("。", "；")
    assert len(found) == 3
    assert not any("坚强领导" in text for text in found)


def test_the_sentence_that_heads_the_figures_goes_with_them() -> None:
    text = f"{WORK_REPORT}{LEADS_UP}\n——经济运行稳中有进。{TOTALS}\n——产业加快升级。新增企业11家。"
    assert said(summary_of(read_text(text)).achievements) == [
        f"经济运行稳中有进。{TOTALS}",
        "产业加快升级。新增企业11家。",
    ]


def test_one_or_two_totals_among_others_make_no_headline() -> None:
    text = f"{WORK_REPORT}{LEADS_UP}固定资产投资增长8.2%。\n{POINTS}"
    assert len(said(summary_of(read_text(text)).achievements)) == 2


def test_many_headline_figures_are_not_cut() -> None:
    names = (
        "地区生产总值",
        "一般公共预算收入",
        "固定资产投资",
        "社会消费品零售总额",
        "进出口总值",
        "城镇居民人均可支配收入",
    )
    totals = (
        "；".join(f"{name}达到{n}86.4亿元、同比增长{n}.1%，增速居全市前列" for n, name in enumerate(names, 1))
        + "。"
    )
    assert said(summary_of(read_text(f"{WORK_REPORT}{totals}\n{POINTS}")).achievements)[0] == totals


def test_the_head_of_a_table_is_no_achievement() -> None:
    found = said(achievements("全年办结案件96件。\n指标 | 数量\n办结案件 | 96件").achievements)
    assert not any("指标" in text for text in found)


def test_what_heads_the_second_half_of_a_long_paragraph_names_it() -> None:
    half = (
        "新建中小学幼儿园{n}所，新增学位{n}200个，引进优秀教师{n}30名，组建教育集团{n}个，改造老旧校舍{n}50间。"
        * 5
    )
    body = f"教育质量稳步提升。{half.format(n=1)}医疗服务不断加强。{half.format(n=2)}"
    summary = achievements(body)
    assert [item.topic for item in summary.achievements] == ["教育质量稳步提升", "医疗服务不断加强"]


def test_slogans_with_numbers_in_them_are_no_substance() -> None:
    slogan = "过去一年，我们深刻认识“两个确立”的决定性意义，增强“四个意识”、坚定“四个自信”、做到“两个维护”。"
    assert substance(slogan) < 0


RITUAL_FIRST = (
    f"各级各部门{'深入学习贯彻会议精神，统一思想认识，提高政治站位，' * 5}坚持把这项工作摆在突出位置。"
)


def test_a_sub_heading_is_shown_with_what_it_heads_or_not_at_all() -> None:
    rest = "新建充电桩120个，改造停车场36处，新增泊位2.3万个，惠及居民3.2万人，覆盖社区96个。"
    plain = "相关部门多次召开会议研究部署有关工作，明确责任分工，形成工作合力，确保各项任务落到实处见到成效。"
    kept = condensed(f"完善交通配套。{rest}服务水平不断提高。{plain}{plain}治理体系日益健全。", 60)
    assert kept == [f"完善交通配套。{rest}"]


def test_ritual_after_a_heading_gives_way_to_what_was_done() -> None:
    body = f"（一）管网改造提速。{RITUAL_FIRST}新建管网117公里，改造小区209个。"
    assert achievements(body).achievements[0].text == "管网改造提速。……新建管网117公里，改造小区209个。"


# --- the overview


def test_achievements_passed_over_are_counted_in_the_overview() -> None:
    lines = [f"（{n}）在{n}街道新建站点{i}处。" for i, n in enumerate("一二三四五六七八九", 2)]
    lines += [f"（十{n}）在第{n}片区新建站点{i}处。" for i, n in enumerate("一二三四五六七八九", 12)]
    lines += [f"（二十{n}）在{n}号路新建站点{i}处。" for i, n in enumerate("一二三", 22)]
    summary = achievements("\n".join(lines))
    assert "成效18项（另有3项未列）、不足1项" in summary.overview
    assert "未列" not in achievements("\n".join(lines[:18])).overview


def test_the_overview_is_worded_in_english_too() -> None:
    report = achievements("（一）建成站点3处。").report
    said_so = overview(report, {Kind.ACHIEVEMENTS: 18, Kind.SHORTCOMINGS: 1, Kind.PLANS: 0}, 3, "en")
    assert said_so == (
        f"“{report.title}”, {report.chars} characters; taken from it: achievements 18 (3 more not listed), "
        "shortcomings 1; it does not state: plans."
    )


# --- which achievements


def test_achievements_of_substance_come_before_ritual_phrases() -> None:
    solid = [f"（{number}）改造小区{number}个，惠及居民{number}00户。" for number in "一二三四五六七"]
    solid = [f"{line[:3]}改造小区{n}个，惠及居民{n}00户。" for n, line in enumerate(solid, 2)]
    mixed = "\n".join([*solid[:4], f"（八）{RITUAL}", *solid[4:]])
    found = said(achievements(mixed).achievements)
    assert len(found) == 7
    assert not any("习近平" in text for text in found)
    assert [re.search(r"小区(\d)个", text)[1] for text in found] == list("2345678")  # type: ignore[index]


def test_where_there_is_little_substance_ritual_phrases_stand_in() -> None:
    assert said(achievements(f"（一）{RITUAL}\n（二）建成站点3处。").achievements) == [
        RITUAL,
        "建成站点3处。",
    ]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_thanks_are_no_achievement_wherever_they_stand(place: int) -> None:
    lines = ["建成站点3处，方便群众办事。", "办结案件96件，纠错率12.5%。"]
    lines.insert(place, THANKS)
    found = said(achievements("\n".join(lines)).achievements)
    assert len(found) == 2
    assert not any("来之不易" in text for text in found)


def test_thanks_beside_figures_do_not_take_them_along() -> None:
    assert "96件" in said(achievements(f"全年办结案件96件。{THANKS}").achievements)[0]


def test_no_more_achievements_are_chosen_than_a_reader_takes_in_and_few_from_one_paragraph() -> None:
    paragraphs = [
        f"（{n}）抓好建设。"
        + "".join(f"{m}是在{n}街道新建站点{i}处。" for i, m in enumerate("一二三四五六", 2))
        for n in "一二三四五六七八"
    ]
    summary = achievements("\n".join(paragraphs))
    assert len(summary.achievements) == 18
    by_section = [item.citations[0].section for item in summary.achievements]
    assert max(by_section.count(section) for section in by_section) == 3


def test_a_long_paragraph_is_cut_where_short_sentences_head_what_follows() -> None:
    heads = ["产业转型提质增效", "城市更新蹄疾步稳", "民生保障更加有力"]
    filler = "全年新建改建一批重点项目，带动相关行业协同发展，企业和群众的获得感明显增强，"
    body = "".join(f"{head}。{filler * 3}新增项目{n}个。" for n, head in enumerate(heads, 2))
    found = said(achievements(f"（一）推动发展。{body}").achievements)
    assert len(found) == 3
    assert all(
        head in text and f"{n}个" in text for n, (head, text) in enumerate(zip(heads, found, strict=True), 2)
    )


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("办结案件96件，罚款12万元。", "办结案件96件。"),
        ("办结案件96件。", "不断加强执法力度。"),
        ("出台《云溪区执法办法》。", "不断加强执法力度。"),
        ("不断加强执法力度。", RITUAL),
        ("建设“诗画云溪”平台。", "落实“两个维护”要求。"),
        ("建设“诗画云溪”平台。", "谱写“十四五”新篇。"),
        ("办结案件96件。", f"{RITUAL}办结案件96件。"),
    ],
)
def test_figures_and_names_weigh_for_a_sentence_and_ritual_against_it(more: str, less: str) -> None:
    assert substance(more) > substance(less)


# --- condensing


def condensed(text: str, budget_chars: int) -> list[str]:
    return [span.of(text) for span in condense(text, Span(0, len(text)), budget_chars)]


PLAIN = "各项工作扎实有序推进，群众反映总体较好。"
RICH = "新建站点36处，投入资金1200万元。"


@pytest.mark.parametrize(
    ("text", "budget_chars", "kept"),
    [
        (RICH + PLAIN, 100, [RICH + PLAIN]),
        ("一句开头。" + PLAIN + RICH, 26, ["一句开头。", RICH]),
        ("一句开头。" + RICH + PLAIN, 26, ["一句开头。" + RICH]),
        ("一句开头。" + RICH + PLAIN + RICH, 45, ["一句开头。" + RICH, RICH]),
        ("规范执法；" + PLAIN.rstrip("。") + "；" + RICH, 26, ["规范执法；", RICH]),
        ("规范执法，" * 20 + "。", 30, ["规范执法，" * 20 + "。"]),
        (
            "开展宣传。" + "结合重要节点开展宣传活动；" * 8 + "举办知识竞赛12场。",
            40,
            ["开展宣传。结合重要节点开展宣传活动；", "举办知识竞赛12场。"],
        ),
        (
            "开展宣传。" + "结合重要节点，" * 20 + "举办12场。",
            40,
            ["开展宣传。" + "结合重要节点，" * 20 + "举办12场。"],
        ),
    ],
    ids=[
        "fits",
        "the rich one",
        "neighbours as one",
        "order kept",
        "clauses",
        "nothing to cut at",
        "a long sentence behind its head",
        "never the head alone",
    ],
)
def test_condensing_keeps_the_first_piece_and_those_of_most_substance(
    text: str, budget_chars: int, kept: list[str]
) -> None:
    assert condensed(text, budget_chars) == kept


@given(assembled_texts())
def test_condensing_keeps_whole_pieces_in_order(raw: str) -> None:
    text = raw.replace("\n", "")
    position = 0
    for span in condense(text, Span(0, len(text)), 60):
        assert span.start >= position
        assert (
            span.start == 0
            or text[: span.start].rstrip()[-1] in "。！？!?；;…．.”’）)"
            or text[span.start] in " \u3000"
        )
        position = span.end


# --- items and the sentence above them


def test_an_item_drops_leads_and_closes_each_piece() -> None:
    body = "一是配齐设备；二是举办比武2次；三是评选能手10名。"
    summary = summary_of(read_text(f"{HEAD}三、下一步打算\n1.提升能力。{body}"))
    (item,) = summary.plans
    assert item.text == "提升能力。配齐设备。举办比武2次。评选能手10名。"
    assert item.topic == "提升能力"
    assert [(figure.text, figure.value, figure.unit) for figure in item.figures] == [
        ("2次", 2.0, "次"),
        ("10名", 10.0, "名"),
    ]
    assert "".join(citation.quote for citation in item.citations) == f"提升能力。{body}"


def test_the_same_point_twice_is_one_item() -> None:
    summary = summary_of(
        read_text(f"{HEAD}三、下一步打算\n（一）新建站点3处。\n（二）新建站点3处。\n（三）开专栏。")
    )
    assert said(summary.plans) == ["新建站点3处。", "开专栏。"]


def test_a_masked_figure_has_no_value() -> None:
    (item,) = summary_of(read_text(f"{HEAD}三、下一步打算\n（一）引进人才**名。")).plans
    assert [(figure.text, figure.value) for figure in item.figures] == [("**名", None)]


def test_all_items_of_a_kind_are_given_where_a_summary_thins_them_out() -> None:
    text = f"{HEAD}一、工作成效\n" + "\n".join(f"建成站点{number}处。" for number in range(2, 32))
    document = read_text(text)
    citer = Citer(document.text, document.sections, document.page_starts, describe(document))
    assert len(items_of(document, Kind.ACHIEVEMENTS, citer)) == 30
    assert len(summary_of(document).achievements) == 18


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ((2, 1, 3), "；摘出成效2项、不足1项、计划3项。"),
        ((0, 0, 3), "；摘出计划3项；报告未载明成效、不足。"),
        ((0, 0, 0), "；报告未载明成效、不足、计划。"),
    ],
)
def test_the_overview_counts_what_was_found_and_names_what_lacks(
    counts: tuple[int, int, int], told: str
) -> None:
    report = describe(read_text(f"{HEAD}一、工作成效\n{PLAIN}{RICH}"))
    text = overview(report, dict(zip(KINDS, counts, strict=True)))
    assert text == f"《云溪区司法局2024年法治政府建设情况报告》，全文{report.chars}字{told}"
