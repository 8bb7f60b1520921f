from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from chains.items import ItemDraft, after_lead, find_items, heading_title
from store.document import parse
from store.formats import html
from store.models import Document, Kind, Section, SourceText
from tests.reports import SAMPLES, assembled_texts, read_text, sample_id, with_noise, wrapped

KINDS = (Kind.ACHIEVEMENTS, Kind.SHORTCOMINGS, Kind.PLANS)
BODY = "全年受理行政复议案件96件，审结88件，纠错率12.5%，群众满意度不断提升，各项工作有序推进，法治建设取得新进展。"
HEAD = f"云溪区司法局2024年法治政府建设情况报告\n2024年，云溪区司法局认真履职，现将有关情况报告如下。\n一、工作成效\n{BODY}\n"


def items(document: Document, kind: Kind) -> list[ItemDraft]:
    return find_items(document.text, document.sections, kind)


def said(document: Document, kind: Kind) -> list[str]:
    """Give what each item holds, with its title where that runs into the paragraph."""
    return [
        "".join(span.of(document.text) for span in ((item.title,) if item.title else ()) + item.parts)
        for item in items(document, kind)
    ]


def plans(body: str) -> list[str]:
    return said(read_text(f"{HEAD}三、下一步工作打算\n{body}"), Kind.PLANS)


def shortcomings(body: str) -> list[str]:
    return said(read_text(f"{HEAD}二、存在的不足\n{body}"), Kind.SHORTCOMINGS)


# --- the miniature reports


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_every_shortcoming_and_plan_is_found_once_in_order_and_nothing_else(name: str) -> None:
    sample = SAMPLES[name]
    document = read_text(sample.text)
    for kind, phrases in ((Kind.SHORTCOMINGS, sample.shortcomings), (Kind.PLANS, sample.plans)):
        found = said(document, kind)
        assert len(found) == len(phrases), found
        assert all(phrase in text for phrase, text in zip(phrases, found, strict=True)), found


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_introductions_closings_signatures_and_glossaries_leak_into_no_list(name: str) -> None:
    sample = SAMPLES[name]
    document = read_text(sample.text)
    assert all(leak in document.text for leak in sample.leaks)
    listed = "\n".join(said(document, Kind.SHORTCOMINGS) + said(document, Kind.PLANS))
    assert [leak for leak in sample.leaks if leak in listed] == []


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_a_scraped_page_gives_the_same_items_as_the_report(name: str) -> None:
    text = SAMPLES[name].text
    clean, noisy = read_text(text), read_text(with_noise(text))
    for kind in KINDS:
        assert said(noisy, kind) == said(clean, kind)


@pytest.mark.parametrize("columns", [60, 76])
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "line breaks lost"], ids=sample_id)
def test_a_report_broken_by_hand_gives_the_same_items(name: str, columns: int) -> None:
    text = SAMPLES[name].text
    whole, broken = read_text(text), read_text(wrapped(text, columns))
    for kind in KINDS:
        assert said(broken, kind) == said(whole, kind)


# --- what a point is


def test_a_numbered_paragraph_with_an_enumeration_is_one_item_with_its_parts() -> None:
    document = read_text(
        f"{HEAD}三、下一步工作打算\n1.提升执法能力。一是配齐快检设备。二是举办执法比武2次。\n2.强化智慧监管。上线监测系统。"
    )
    first, second = items(document, Kind.PLANS)
    assert first.topic == "提升执法能力"
    assert [part.of(document.text) for part in first.parts] == ["一是配齐快检设备。", "二是举办执法比武2次。"]
    assert first.title is not None
    assert first.title.of(document.text) == "提升执法能力。"
    assert [part.of(document.text) for part in second.parts] == ["上线监测系统。"]
    assert first.start == document.text.index("一是配齐")
    assert first.end == document.text.index("\n2.")


def test_a_heading_alone_is_an_item_of_its_own_words() -> None:
    assert plans("（一）充实执法队伍\n（二）完善联动机制，新建站点3处") == [
        "充实执法队伍",
        "完善联动机制，新建站点3处",
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "充实执法队伍。年内增配3名。\n创新普法载体。开设专栏。",
            ["充实执法队伍。年内增配3名。", "创新普法载体。开设专栏。"],
        ),
        (
            "充实执法队伍；创新普法载体；建立销号台账。",
            ["充实执法队伍；", "创新普法载体；", "建立销号台账。"],
        ),
        (
            "要做好以下工作：充实执法队伍；创新普法载体；建立销号台账。",
            ["充实执法队伍；", "创新普法载体；", "建立销号台账。"],
        ),
        ("充实执法队伍。创新普法载体。", ["充实执法队伍。", "创新普法载体。"]),
        ("一是充实执法队伍。二是创新普法载体。", ["一是充实执法队伍。", "二是创新普法载体。"]),
        ("一是充实执法队伍。\n二是创新普法载体。", ["一是充实执法队伍。", "二是创新普法载体。"]),
        ("首先，充实执法队伍。其次，创新普法载体。", ["首先，充实执法队伍。", "其次，创新普法载体。"]),
        ("重点抓好以下工作：\n——充实执法队伍。\n——创新普法载体。", ["——充实执法队伍。", "——创新普法载体。"]),
        ("主要做好以下几项工作。\n充实执法队伍。\n创新普法载体。", ["充实执法队伍。", "创新普法载体。"]),
        (
            "各位代表！\n充实执法队伍。年内增配3名。\n创新普法载体。",
            ["充实执法队伍。年内增配3名。", "创新普法载体。"],
        ),
        ("各位代表！充实执法队伍。\n创新普法载体。", ["充实执法队伍。", "创新普法载体。"]),
        ("（一）充实执法队伍。增配3名。\n特此报告。", ["充实执法队伍。增配3名。"]),
        (
            "（一）充实执法队伍。增配3名。\n使命在肩。让我们携手共创美好未来！\n云溪区司法局",
            ["充实执法队伍。增配3名。"],
        ),
    ],
)
def test_plans_are_cut_as_the_report_lists_them(body: str, found: list[str]) -> None:
    assert plans(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("一是人手不足。人均办案24件。二是经费紧张。", ["一是人手不足。人均办案24件。", "二是经费紧张。"]),
        ("人手不足，人均办案24件。经费紧张。", ["人手不足，人均办案24件。", "经费紧张。"]),
        ("工作中还存在一些问题：人手不足；经费紧张；手段滞后。", ["人手不足；", "经费紧张；", "手段滞后。"]),
        ("工作中还存在一些不足。人手不足。经费紧张。", ["人手不足。", "经费紧张。"]),
        ("人手不足。经费紧张。对此，我们将采取有力措施，认真加以解决。", ["人手不足。", "经费紧张。"]),
        ("（一）人手不足。\n（二）经费紧张。", ["人手不足", "经费紧张"]),
        (
            "主要表现在：\n1.人手不足，人均办案24件。\n2.经费紧张，缺口**万元。",
            ["人手不足，人均办案24件。", "经费紧张，缺口**万元。"],
        ),
        ("执法力量不足的问题。", ["执法力量不足的问题。"]),
        ("人手不足。经费紧张。这些问题必须尽快克服。", ["人手不足。", "经费紧张。"]),
        ("人手不足。各单位应当大力开办业务培训班。经费紧张。", ["人手不足。", "经费紧张。"]),
        ("但是在这个方面我们还有严重的缺点。人手不足。经费紧张。", ["人手不足。", "经费紧张。"]),
    ],
)
def test_shortcomings_are_cut_as_the_report_lists_them(body: str, found: list[str]) -> None:
    assert [text.rstrip("。") for text in shortcomings(body)] == [text.rstrip("。") for text in found]


SIGNATURES = [
    "云溪区司法局\n2024年1月10日",
    "云溪区司法局\n二〇二四年一月十日",
    "云溪区司法局\n2024年1月10日\n（联系人：陆某某，联系电话：0000-5550123）",
    "特此报告。\n云溪区司法局 二〇二四年一月十日",
    "联系人：陆某某，0000-5550123",
]


@pytest.mark.parametrize(
    "body", ["（一）充实执法队伍。增配3名。", "一是充实执法队伍。二是增配3名。", "增配3名。"]
)
@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_is_part_of_no_item(signature: str, body: str) -> None:
    assert plans(f"{body}\n{signature}") == plans(body)
    assert shortcomings(f"{body}\n{signature}") == shortcomings(body)


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_on_a_web_page_is_part_of_no_item(signature: str) -> None:
    lines = f"{HEAD}三、下一步工作打算\n（一）充实执法队伍。增配3名。\n{signature}".split("\n")
    page = "".join(f"<p>{line}</p>" for line in lines)
    source = SourceText(html.parse_text(f"<html><body>{page}</body></html>").text, "html")
    assert said(parse(source, source="报告.html"), Kind.PLANS) == ["充实执法队伍。增配3名。"]


def test_only_sentences_that_set_figures_are_kept_of_an_introduction_to_plans() -> None:
    body = "做好全年工作意义重大。主要目标是：生产总值增长6%，新增就业4500个。\n（一）抓产业。引进12家。\n（二）抓民生。新增800张。"
    assert plans(body)[0] == "主要目标是：生产总值增长6%，新增就业4500个。"
    assert len(plans(body)) == 3
    assert len(plans(body.replace("生产总值增长6%，新增就业4500个", "稳中求进"))) == 2


@pytest.mark.parametrize("target", ["力争一般公共预算收入增长5%", "確保生產總值增長6%", "争取新增投资12亿元"])
def test_a_single_target_of_an_introduction_to_plans_is_kept(target: str) -> None:
    body = f"全年工作意义重大。{target}，推动质的提升。\n（一）抓产业。引进12家。\n（二）抓民生。新增800张。"
    assert plans(body)[0] == f"{target}，推动质的提升。"


def test_what_a_last_paragraph_plans_before_its_flourish_is_kept() -> None:
    body = "（一）抓产业。引进12家。\n（二）抓普法。拍摄短视频10部；印发《普法手册》；加强组织领导，推动法治建设再上新台阶。"
    assert plans(body) == ["抓产业。引进12家。", "抓普法。拍摄短视频10部；印发《普法手册》；"]
    ritual = "（一）抓产业。引进12家。\n（二）坚持为民。统一思想；加强组织领导，推动法治建设再上新台阶。"
    assert plans(ritual)[0] == "抓产业。引进12家。"
    assert "再上新台阶" not in "".join(plans(ritual))


def test_a_chapter_without_numbers_holds_as_many_points_as_paragraphs() -> None:
    body = "（一）全力推进产业发展\n本章围绕产业强区展开\n引进企业12家。开工项目30个。\n建成车间8个。投产企业5家。\n（二）抓民生。新增800张。"
    assert plans(body) == [
        "引进企业12家。开工项目30个。",
        "建成车间8个。投产企业5家。",
        "抓民生。新增800张。",
    ]


def test_what_stands_above_a_bulleted_list_of_achievements_is_an_achievement_too() -> None:
    text = (
        f"报告\n一、2024年工作回顾\n{BODY}\n一年来，我们做了以下工作。\n——建成车间18个。\n——新增学位3200个。"
    )
    assert said(read_text(text), Kind.ACHIEVEMENTS) == [BODY, "——建成车间18个。", "——新增学位3200个。"]


# --- whatever comes


@given(assembled_texts())
def test_items_of_whatever_text_are_verbatim_in_order_apart_and_inside_their_section(raw: str) -> None:
    document = parse(SourceText(raw, "text"), source="报告.txt")
    taken: list[tuple[int, int]] = []
    for kind in KINDS:
        for item in items(document, kind):
            assert item.parts
            assert item.section in document.sections
            assert item.section.kind is kind
            spans = ((item.title,) if item.title else ()) + item.parts
            for span in spans:
                said_here = span.of(document.text)
                assert item.section.start <= span.start < span.end <= item.section.end
                assert said_here == said_here.strip()
                assert "\n" not in said_here
            assert all(a.end <= b.start for a, b in pairwise(spans))
            assert item.topic
            assert item.topic in document.text
            taken.append((spans[0].start, spans[-1].end))
    taken.sort()
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    signatures = [section for section in document.sections if section.signs_off]
    assert not any(start < s.end and s.start < end for start, end in taken for s in signatures)


@given(assembled_texts())
def test_items_of_a_kind_come_in_the_order_of_the_text(raw: str) -> None:
    document = parse(SourceText(raw, "text"), source="报告.txt")
    for kind in KINDS:
        starts = [item.start for item in items(document, kind)]
        assert starts == sorted(set(starts))


# --- names


@pytest.mark.parametrize(
    ("point", "rest"),
    [
        ("一是规范执法", "规范执法"),
        ("首先，规范执法", "规范执法"),
        ("第二，规范执法", "规范执法"),
        ("（3）规范执法", "规范执法"),
        ("——规范执法", "规范执法"),
        ("● 规范执法", "规范执法"),
        ("各位代表！规范执法", "规范执法"),
        ("规范执法", "规范执法"),
        ("**局规范执法", "**局规范执法"),
        ("1.5亿元到位", "1.5亿元到位"),
    ],
)
def test_the_lead_of_a_point_is_stepped_over(point: str, rest: str) -> None:
    assert point[after_lead(point, 0) :] == rest


@pytest.mark.parametrize(
    ("path", "title"),
    [(("一、成效", "（二）规范执法"), "规范执法"), (("下一步打算",), "下一步打算"), ((), "")],
)
def test_a_sections_title_is_its_heading_without_the_number(path: tuple[str, ...], title: str) -> None:
    assert heading_title(Section(path, 0, Kind.OTHER, 0, 0, 0)) == title


@pytest.mark.parametrize(
    ("body", "topics"),
    [
        ("（一）充实执法队伍。增配3名。\n（二）创新普法载体", ["充实执法队伍", "创新普法载体"]),
        ("一是充实执法队伍，增配3名。二是创新普法载体。", ["充实执法队伍", "创新普法载体"]),
        ("充实队伍；创新载体；建立台账。", ["充实队伍", "创新载体", "建立台账"]),
        ("到2025年底，建成站点3处，方便群众。\n一年来，我们新增5处。", ["建成站点3处", "新增5处"]),
        ("完成改造1,452处，投资2亿元。\n首先，是新增5处。", ["完成改造1,452处", "新增5处"]),
        ("在区委的坚强领导下，充实队伍，增配3名。\n按照市里部署，开设专栏。", ["充实队伍", "开设专栏"]),
        ("我们要充实队伍。\n今年，要开专栏。", ["要充实队伍", "要开专栏"]),
        (f"{'健全长效管理机制、' * 6}补齐短板。\n开专栏。", ["、".join(["健全长效管理机制"] * 4), "开专栏"]),
    ],
)
def test_an_item_is_named_by_its_heading_or_its_first_clause(body: str, topics: list[str]) -> None:
    document = read_text(f"{HEAD}三、下一步工作打算\n{body}")
    assert [item.topic for item in items(document, Kind.PLANS)] == topics


NOTICE = (
    "云溪区水务局关于开展防汛检查的通知\n各镇街：\n为切实保障人民群众生命财产安全，根据区政府统一部署，决定开展防汛检查，"
    "现将有关事项通知如下。\n一、主要任务\n"
)


@pytest.mark.parametrize(
    "line",
    [
        "联系人：张三，联系电话：0000-88xxxx66。",
        "（联系电话：0000-88xxxx66）",
        "（三）联系人：张三，邮箱：a@b.cn。",
        "（三）涉密材料请通过机要渠道报送。",
        "涉密信息请按保密规定报送。",
        "（本件涉密，请妥善保管）",
        "附件：1.任务表",
        "抄送：区政府办公室。",
    ],
)
@pytest.mark.parametrize("place", ["a line of its own", "behind a sentence"])
def test_contacts_enclosures_and_secrecy_are_nothing_that_is_planned(line: str, place: str) -> None:
    tasks = "（一）排查险段。逐一排查险段32处。\n（二）备足物资。储备编织袋5万条。"
    text = f"{NOTICE}{tasks}{'' if place == 'behind a sentence' and line[0] != '（' else chr(10)}{line}\n云溪区水务局\n2025年5月3日"
    document = read_text(text)
    found = find_items(document.text, document.sections, Kind.PLANS)
    shown = ["".join(part.of(document.text) for part in item.parts) for item in found]
    assert shown == ["逐一排查险段32处。", "储备编织袋5万条。"]


@pytest.mark.parametrize(
    "line", ["（三）加强涉密管理。每季度检查一次。", "（三）公布举报电话。6月底前开通热线。"]
)
def test_a_task_that_speaks_of_such_things_stays_one(line: str) -> None:
    document = read_text(f"{NOTICE}（一）排查险段。逐一排查险段32处。\n{line}\n云溪区水务局\n2025年5月3日")
    assert len(find_items(document.text, document.sections, Kind.PLANS)) == 2


def test_a_numbered_paragraph_with_points_of_its_own_keeps_the_figures_it_opens_with() -> None:
    body = "（一）加强监管。全年检查机构不少于450家。\n1.开展飞行检查。\n2.公开曝光案例。\n（二）完善制度。力求规范。\n1.出台评价办法。\n2.修订裁量基准。"
    found = plans(body)
    assert "全年检查机构不少于450家" in found[0]
    assert not any("力求规范" in text for text in found)
    assert len(found) == 5


@pytest.mark.parametrize("address", ["各位代表！", "让我们团结奋斗，作出新的更大贡献！"])
def test_an_address_to_the_audience_between_two_points_is_of_neither(address: str) -> None:
    found = shortcomings(f"(二)强化执法监督。\n一是部分人员能力不强。{address}二是装备落后。")
    assert found == ["一是部分人员能力不强。二是装备落后。"]
