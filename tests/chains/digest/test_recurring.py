from __future__ import annotations

import pytest

from chains.digest.models import SharedShortcoming
from chains.digest.recurring import repeated, shared
from tests.chains.digest.two_years import annual

COUNSEL = "法律顾问只有1名，难以满足合同审查的需要。"
OFFICERS = "一线执法人员不足，一人往往要管两个片区。"
FORMS = "普法方式单一，多靠发放资料，群众不爱看。"
DATA = "部门之间的数据没有打通，案件线索仍靠纸质传递。"
MARKET = "农贸市场外溢经营反复出现，长效管理跟不上。"


def quotes(found: SharedShortcoming) -> list[str]:
    return [item.citations[0].quote for item in found.items]


# --- admitted again


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (OFFICERS, OFFICERS),
        (OFFICERS, "执法力量紧缺，一线人员平均年龄偏大。"),
        (FORMS, "法治宣传方法陈旧，仍以发放资料为主。"),
        (DATA, "部门间数据共享不畅，线索移交还要跑腿。"),
        (MARKET, "农贸市场整治后外溢经营又有反弹。"),
        (OFFICERS, "一線執法人員不足，夜間值守難以安排。"),
    ],
)
def test_what_is_admitted_again_in_other_words_is_found_once(earlier: str, later: str) -> None:
    first = annual(2023, shortcomings=[earlier, "信用修复的环节多，企业不知如何办理。"])
    second = annual(2024, shortcomings=["行政调解协议的履行缺少跟踪。", later])
    (found,) = repeated([second, first])
    assert (found.earlier_year, found.later_year) == (2023, 2024)
    assert found.earlier.citations[0].quote == earlier
    assert found.later.citations[0].quote == later


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (OFFICERS, COUNSEL),
        (COUNSEL, "专职法制审核人员仅有2名，复杂案件往往积压。"),
        (MARKET, "信用修复的环节多，企业不知如何办理。"),
        (FORMS, "执法文书说理不充分，当事人接受度不高。"),
        ("部分企业主体责任虚化，自查走过场。", "部分镇街对耕地保护重视不够，责任书签完就束之高阁。"),
    ],
)
def test_two_shortcomings_that_only_sound_alike_are_two(earlier: str, later: str) -> None:
    found = repeated([annual(2023, shortcomings=[earlier]), annual(2024, shortcomings=[later])])
    assert found == []


def test_another_agencys_admission_is_no_repetition() -> None:
    first = annual(2023, shortcomings=[OFFICERS])
    second = annual(2024, shortcomings=[OFFICERS], agency="柳坞县水利局")
    assert repeated([first, second]) == []


def test_both_years_of_a_repeated_shortcoming_are_quoted_where_they_stand() -> None:
    helds = [annual(year, shortcomings=[OFFICERS, FORMS]) for year in (2022, 2023, 2024)]
    found = repeated(helds)
    assert [(one.earlier_year, one.later_year) for one in found] == [
        (2022, 2023), (2022, 2023), (2023, 2024), (2023, 2024),
    ]  # fmt: skip
    texts = {held.report.id: held.text for held in helds}
    for item in (item for one in found for item in (one.earlier, one.later)):
        for citation in item.citations:
            assert texts[citation.report_id][citation.start : citation.end] == citation.quote


# --- admitted by several


def test_what_several_agencies_admit_stands_under_a_word_of_all_their_quotes() -> None:
    helds = [
        annual(2024, shortcomings=[OFFICERS, MARKET], agency="澜桥市市场监督管理局"),
        annual(2024, shortcomings=["基层执法人员缺编，年龄结构偏大。"], agency="柳坞县交通运输局"),
        annual(2023, shortcomings=["監管執法人員不足，難以覆蓋全部企業。"], agency="云汀县应急管理局"),
    ]
    (found,) = shared(helds)
    assert found.topic == "执法人员"
    assert found.agencies == ["澜桥市市场监督管理局", "柳坞县交通运输局", "云汀县应急管理局"] or set(
        found.agencies
    ) == {"澜桥市市场监督管理局", "柳坞县交通运输局", "云汀县应急管理局"}
    assert len(found.items) == 3


def test_counsel_reviewers_and_officers_are_three_shortcomings() -> None:
    helds = [
        annual(2024, shortcomings=[OFFICERS], agency="澜桥市市场监督管理局"),
        annual(2024, shortcomings=[COUNSEL], agency="柳坞县交通运输局"),
        annual(2024, shortcomings=["专职法制审核人员仅有2名。"], agency="云汀县应急管理局"),
    ]
    assert shared(helds) == []


def test_an_agency_shares_nothing_with_itself() -> None:
    helds = [annual(year, shortcomings=[OFFICERS, FORMS]) for year in (2023, 2024)]
    assert shared(helds) == []


def test_each_agency_stands_once_with_its_newest_report() -> None:
    helds = [
        annual(2022, shortcomings=["法律顾问少，合同把关不严。"]),
        annual(2024, shortcomings=[COUNSEL]),
        annual(2023, shortcomings=["法律顾问缺口大，外聘经费没有保障。"], agency="柳坞县交通运输局"),
    ]
    (found,) = shared(helds)
    assert quotes(found) == [COUNSEL, "法律顾问缺口大，外聘经费没有保障。"]


def test_a_use_of_counsel_is_no_lack_of_counsel() -> None:
    helds = [
        annual(2024, shortcomings=[COUNSEL]),
        annual(2024, shortcomings=["法律顾问参与重大合同谈判不够深入。"], agency="柳坞县交通运输局"),
    ]
    assert shared(helds) == []


def test_the_order_reports_come_in_changes_nothing() -> None:
    helds = [
        annual(2024, shortcomings=[OFFICERS, DATA], agency="澜桥市市场监督管理局"),
        annual(2024, shortcomings=["执法人员缺编。", "数据共享渠道不畅。"], agency="柳坞县交通运输局"),
    ]
    assert shared(helds) == shared(helds[::-1])
    assert len(shared(helds)) == 2


@pytest.mark.parametrize(
    ("one", "other", "topic"),
    [
        ("卫生监督力量严重不足，每万人口仅有监督员0.2名。", "执法队伍人手紧缺，夜间无人值守。", "执法人员"),
        ("普法载体不多，形式单调。", "普法方式不够新颖，青年人参与少。", "普法"),
        ("法律顾问前端参谋作用发挥不够。", "法律顾问参与决策不深，多停留在代理诉讼。", "法律顾问"),
        ("街道医保专干兼职多、流动快，业务刚熟悉就换人。", "窗口工作人员流动性大，新手差错较多。", "队伍"),
        ("街道综合执法承接能力不强，“接不住、管不好”。", "镇街对下放事项不会用、不敢用。", "下放"),
        ("行政复议人少案多。", "复议办案力量与案件量不匹配。", "复议"),
        ("部分负责人出庭应诉时发言少。", "个别行政机关负责人出庭不出声。", "出庭"),
        ("審批與監管邊界不清，互相推諉。", "部门之间职责交叉，处置迟缓。", "职责"),
        ("产业结构不优，龙头企业少。", "新旧动能转换任务重，传统产业占比偏高。", "产业"),
    ],
)
def test_agencies_share_a_matter_whatever_words_they_use(one: str, other: str, topic: str) -> None:
    helds = [
        annual(2024, shortcomings=[one, "停车难尚未缓解。"]),
        annual(2024, shortcomings=[other, "物业投诉偏多。"], agency="柳坞县交通运输局"),
    ]
    (found,) = shared(helds)
    assert set(quotes(found)) == {one, other}
    assert found.topic.startswith(topic) or topic in found.topic


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("执法力量下沉后专业指导跟不上，街道能力不足。", "执法队伍人手紧缺，夜间无人值守。"),
        ("企业主体责任落实不到位，安全投入不足。", "执法经费保障不足。"),
        ("部分储罐监测设备老旧。", "市政设施破损老化。"),
        ("外来人员流动性大，底数不清。", "窗口工作人员流动性大，新手差错较多。"),
    ],
)
def test_words_in_common_make_no_shared_matter(one: str, other: str) -> None:
    helds = [
        annual(2024, shortcomings=[one, "停车难尚未缓解。"]),
        annual(2024, shortcomings=[other, "物业投诉偏多。"], agency="柳坞县交通运输局"),
    ]
    assert shared(helds) == []
