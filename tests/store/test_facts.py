from __future__ import annotations

import pytest

from store.facts import base_year, find_facts
from store.models import Facts, ReportKind
from tests.reports import SAMPLES, read_text, sample_id

BODY = "认真履行法治建设职责，受理行政复议案件96件，审结88件，现将有关情况报告如下。"


def facts(text: str, *, title: str | None = None, published: str | None = None) -> Facts:
    return find_facts(text, title=title, published=published, script="hans", name="文件名")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"云溪区司法局2024年法治政府建设情况报告\n2024年，{BODY}", "云溪区司法局2024年法治政府建设情况报告"),
        (f"云溪区人民政府\n工作报告\n2024年，{BODY}", "云溪区人民政府工作报告"),
        (f"关于云溪区2024年法治政府建设\n情况的报告\n{BODY}", "关于云溪区2024年法治政府建设情况的报告"),
        (
            f"国家税务总局云溪区税务局\n2024年法治税务建设情况报告\n{BODY}",
            "国家税务总局云溪区税务局2024年法治税务建设情况报告",
        ),
        (f"云溪区商务局2024年工作总结及2025年工作思路\n{BODY}", "云溪区商务局2024年工作总结及2025年工作思路"),
        (f"云溪区城市管理办法（暂行）\n{BODY}", "云溪区城市管理办法（暂行）"),
        (f"雲溪區司法局2024年法治政府建設情況報告\n{BODY}", "雲溪區司法局2024年法治政府建設情況報告"),
    ],
)
def test_the_title_is_what_the_head_of_the_text_shows(text: str, title: str) -> None:
    assert facts(text).title == title


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ("云溪区司法局2024年工作总结", "云溪区司法局2024年工作总结"),
        ("云溪区司法局2024年工作总结 - 云溪区人民政府网站", "云溪区司法局2024年工作总结"),
        ("云溪区司法局2024年工作总结_政务公开", "云溪区司法局2024年工作总结"),
        ("首页 - 云溪区人民政府", "文件名"),
        (None, "文件名"),
    ],
)
def test_where_the_text_shows_no_title_the_files_own_one_is_taken(metadata: str | None, title: str) -> None:
    assert facts("云溪区的各项工作有序推进，群众满意度不断提升。", title=metadata).title == title


OPENING = "2024年，云溪区司法局坚持依法履职，扎实推进各项工作。"


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        (f"{OPENING}现将我局2024年法治政府建设情况报告如下：", "a1b2", "2024年法治政府建设情况报告"),
        (f"{OPENING}现将法治政府建设情况汇报如下。", "a1b2", "法治政府建设情况汇报"),
        (f"{OPENING}现将相关工作情况报告如下。", "a1b2", "工作情况报告"),
        (f"{OPENING}现将相关工作情况报告如下。", "云溪司法法治建设", "云溪司法法治建设"),
        (f"{OPENING}现将法治政府建设情况报告如下。", "云溪区司法局年度报告", "云溪区司法局年度报告"),
        (f"{OPENING}现报告如下。", "a1b2", "a1b2"),
        ("各位代表：\n现在，我代表区人民政府向大会作政府工作报告，请予审议。", "a1b2", "政府工作报告"),
        ("各位代表：\n现在，我代表云溪区人民政府向大会报告工作，请予审议。", "a1b2", "a1b2"),
    ],
)
def test_a_title_the_text_does_not_show_is_what_it_calls_itself_or_the_files_name(
    text: str, name: str, title: str
) -> None:
    assert find_facts(text, title=None, published=None, script="hans", name=name).title == title


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_no_title_is_made_up(name: str) -> None:
    document = read_text(SAMPLES[name].text)
    title = document.facts.title
    assert title == "报告" or title in document.text.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        (f"2024年工作总结\n2024年，{BODY}\n云溪区司法局\n2025年1月10日", "云溪区司法局"),
        (f"2024年工作总结\n2024年，{BODY}\n（云溪区司法局）\n二〇二五年一月十日", "云溪区司法局"),
        (f"云溪区司法局2024年工作总结\n2024年，{BODY}", "云溪区司法局"),
        (f"云溪区司法局关于2024年工作的报告\n2024年，{BODY}", "云溪区司法局"),
        (f"2024年云溪区司法局法治政府建设报告\n2024年，{BODY}", "云溪区司法局"),
        ("2024年云溪区政府工作报告\n各位代表，请予审议。", "云溪区政府"),
        (
            "政府工作报告\n各位代表：\n现在，我代表云溪区人民政府，向大会报告工作，请予审议。",
            "云溪区人民政府",
        ),
        (f"2024年工作总结\n2024年，云溪区司法局{BODY}", "云溪区司法局"),
        (
            "工作总结\n云溪区各项任务完成。云溪区落实。云溪区推进。我局抓好落实。制定了司法局工作规则。",
            "云溪区司法局",
        ),
        (f"**区司法局2024年工作总结\n2024年，{BODY}", "**区司法局"),
        ("雲溪區司法局2024年工作總結\n2024年，各項工作有序推進。", "雲溪區司法局"),
        ("各项工作有序推进，群众满意度不断提升。", ""),
    ],
)
def test_the_agency_is_who_signs_is_titled_or_speaks(text: str, agency: str) -> None:
    assert facts(text).agency == agency


@pytest.mark.parametrize(
    ("text", "region"),
    [
        (f"临江市云溪区司法局2024年工作总结\n{BODY}", "临江市云溪区"),
        (f"某市审计局2024年工作总结\n{BODY}", "某市"),
        (f"工作总结\n{BODY}", ""),
        (f"雲嶺縣水務局2024年工作總結\n{BODY}", "雲嶺縣"),
    ],
)
def test_the_region_is_told_in_the_reports_own_script(text: str, region: str) -> None:
    assert facts(text).region == region


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("云溪区司法局2024年度法治政府建设报告\n2024年，工作有序推进。", (2024,)),
        ("云溪区司法局二〇二四年工作总结\n各项工作有序推进。", (2024,)),
        ("云溪区司法局2021—2023年法治政府建设报告\n各项工作有序推进。", (2021, 2022, 2023)),
        ("云溪区司法局2022至2023年工作总结\n各项工作有序推进。", (2022, 2023)),
        ("2024年云溪区政府工作报告\n一、2023年工作回顾\n完成。\n二、2024年主要工作\n推进。", (2023, 2024)),
        ("政府工作报告\n一、2023年工作回顾\n完成。\n二、下一步任务\n推进。", (2023,)),
        ("关于开展2024年执法行动的通知\n为落实部署，现将事项通知如下：摸底。", (2024,)),
        ("云溪区司法局工作总结\n2022年，各项工作有序推进。", (2022,)),
        ("云溪区司法局xxxx年工作总结\nxxxx年，各项工作有序推进。", ()),
        ("云溪区司法局工作总结\n20**年，各项工作有序推进。", ()),
    ],
)
def test_the_period_is_the_years_the_report_is_about(text: str, period: tuple[int, ...]) -> None:
    assert facts(text).period == period


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2024年云溪区政府工作报告\n各位代表。", ReportKind.WORK_REPORT),
        ("各位代表：\n现在，我代表区人民政府向大会作工作报告，请予审议。", ReportKind.WORK_REPORT),
        ("关于开展执法行动的通知\n各单位。", ReportKind.NOTICE),
        ("关于禁止燃放烟花爆竹的通告\n各单位。", ReportKind.NOTICE),
        ("云溪区审计局关于2024年度法治政府建设情况的函\n区委依法治区办：", ReportKind.ANNUAL_REPORT),
        ("关于2024年度法治政府建设情况的公告\n现公告如下。", ReportKind.ANNUAL_REPORT),
        ("关于报送2024年度法治政府建设情况的通知\n各单位。", ReportKind.NOTICE),
        ("各单位：\n现将执法行动有关事项通知如下。", ReportKind.NOTICE),
        ("云溪区2025年工作要点\n抓好落实。", ReportKind.PLAN),
        ("云溪区法治政府建设实施方案（2021-2025年）\n抓好落实。", ReportKind.PLAN),
        ("为推进工作，制定如下实施方案。", ReportKind.PLAN),
        ("云溪区司法局2024年工作总结\n完成。", ReportKind.ANNUAL_REPORT),
        ("雲溪區司法局2024年工作情況報告\n完成。", ReportKind.ANNUAL_REPORT),
        ("云溪区司法局完成各项任务，现将工作情况汇报如下。", ReportKind.ANNUAL_REPORT),
        ("春天来了，花都开了。", ReportKind.OTHER),
    ],
)
def test_the_genre_is_told_by_the_title_else_by_the_opening(text: str, kind: ReportKind) -> None:
    assert facts(text).kind is kind


@pytest.mark.parametrize(
    ("tail", "given", "published"),
    [
        ("云溪区司法局\n2025年1月10日", None, "2025-01-10"),
        ("云溪区司法局\n2025年1月10日", "2025-02-01", "2025-02-01"),
        ("", "2025-02-01", "2025-02-01"),
        ("", None, None),
        ("云溪区司法局\nxxxx年x月x日", None, None),
        ("定于2025年1月10日召开全区法治政府建设工作推进会议。", None, None),
    ],
)
def test_the_date_is_the_pages_else_the_signatures(
    tail: str, given: str | None, published: str | None
) -> None:
    text = f"云溪区司法局2024年工作总结\n2024年，{BODY}\n{tail}"
    assert facts(text, published=given).published == published


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("一、2023年工作回顾\n二、2024年工作安排", 2023),
        ("云溪区司法局2024年度报告", 2024),
        ("2022年工作總結", 2022),
        ("各项工作", None),
    ],
)
def test_the_base_year_is_the_first_one_reported_on(text: str, year: int | None) -> None:
    assert base_year(text) == year


def test_a_work_report_is_of_the_place_whose_congress_it_was_given_to() -> None:
    found = facts(
        "政府工作报告\n——2025年1月9日在枫溪县第十八届人民代表大会第四次会议上\n各位代表：\n现在，我代表县人民政府向大会报告工作，请予审议。\n"
        f"一、2024年工作回顾\n{BODY}\n二、2025年工作安排\n新建学校3所。"
    )
    assert (found.region, found.agency, found.period) == ("枫溪县", "枫溪县人民政府", (2024, 2025))


def test_a_tax_office_is_of_the_place_after_the_states_name() -> None:
    assert facts(f"国家税务总局云溪市税务局2024年法治税务建设情况报告\n{BODY}").region == "云溪市"
