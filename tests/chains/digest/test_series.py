from __future__ import annotations

import pytest

from chains.digest.models import Series
from chains.digest.series import find_series
from tests.chains.digest.two_years import annual, work_report

OTHER = "接待群众来访咨询，办好民生实事，各项工作稳步推进。"


def series(earlier: str, later: str) -> list[Series]:
    return find_series([annual(2023, results=[earlier, OTHER]), annual(2024, results=[later, OTHER])])


@pytest.mark.parametrize(
    ("earlier", "later", "values", "unit"),
    [
        ("全年受理行政复议案件96件。", "受理行政复议案件131件。", [96, 131], "件"),
        ("受理行政复议案件96件。", "全年共受理行政复议案件131宗。", [96, 131], "宗"),
        ("林业总产值18.3亿元。", "林业产值实现19.1亿元。", [18.3, 19.1], "亿元"),
        ("罚没款1984.7万元。", "收缴罚没款0.213亿元。", [0.19847, 0.213], "亿元"),
        ("食品抽检合格率98.1%。", "食品抽检合格率提高到98.9%。", [98.1, 98.9], "%"),
        ("检查生产经营单位2,214家次。", "全年检查生产经营单位2467家次。", [2214, 2467], "家次"),
        ("辦理法律援助案件318件。", "办理法律援助案件402件。", [318, 402], "件"),
    ],
)
def test_an_indicator_of_two_years_stands_side_by_side(
    earlier: str, later: str, values: list[float], unit: str
) -> None:
    (found,) = series(earlier, later)
    assert [point.year for point in found.points] == [2023, 2024]
    assert [point.value for point in found.points] == pytest.approx(values)
    assert found.unit == unit


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("受理行政复议案件96件。", "审结行政复议案件88件。"),
        ("受理行政复议案件96件。", "受理行政诉讼案件41件。"),
        ("许可按期办结率99.2%。", "许可提前办结率90.3%。"),
        ("办理人大建议、政协提案37件。", "办理政协提案41件。"),
        ("满意率98%。", "满意率97%。"),
        ("60个重点项目开工。", "74个重点项目开工。"),
        ("受理行政复议案件96件。", "一季度受理行政复议案件31件。"),
        ("受理行政复议案件96件。", "上半年工作有序，受理行政复议案件31件。"),
        ("受理行政复议案件96件。", "受理行政复议案件数同比增长36.5%。"),
        ("受理行政复议案件96件。", "上年受理行政复议案件96件。"),
        ("受理行政复议案件96件。", "2022年受理行政复议案件77件。"),
        ("受理行政复议案件96件。", "受理行政复议案件**件。"),
        ("受理行政复议案件96件。", "受理行政复议案件近百件，力争控制在90件以内。"),
        ("受理行政复议案件96件。", "受理行政复议案件超过130件。"),
        ("新增高新技术企业9家。", "高新技术企业达到38家。"),
        ("建成分类示范小区38个。", "分类示范小区增加到79个。"),
        ("印发规范性文件3件。", "清理规范性文件41件。"),
        ("按期办结率99.2%。", "提前办结率90.3%。"),
        ("非现场案件占比为21%。", "非现场案件占比达到45%。"),
        ("日均接待群众26人次。", "日均接待群众31人次。"),
        ("建成5G基站4,120个。", "开通5G基站1,260个，累计5,380个。"),
    ],
)
def test_figures_that_are_not_of_one_indicator_in_whole_years_stay_apart(earlier: str, later: str) -> None:
    assert series(earlier, later) == []


@pytest.mark.parametrize(
    ("earlier", "later", "indicator"),
    [
        ("靠港船舶使用岸电2,140艘次。", "靠港船舶使用岸电2,985艘次。", "靠港船舶使用岸电"),
        ("組織健身賽事活動54場。", "全年組織健身賽事活動52場。", "組織健身賽事活動"),
        ("人均體育場地面積達到2.38平方米。", "人均體育場地面積達到2.46平方米。", "人均體育場地面積"),
        ("新建5G基站320座。", "新建5G基站410座。", "新建5G基站"),
    ],
)
def test_an_indicator_is_called_as_the_report_calls_it(earlier: str, later: str, indicator: str) -> None:
    assert [found.indicator for found in series(earlier, later)] == [indicator]


def test_targets_of_plans_are_no_points() -> None:
    helds = [
        annual(2023, results=["受理行政复议案件96件。", OTHER]),
        annual(2024, plans=["受理行政复议案件120件。"]),
    ]
    assert [found for found in find_series(helds) if "120" in found.points[-1].shown] == []


def test_a_year_without_a_report_is_a_gap() -> None:
    helds = [
        annual(year, results=[f"全年办理法律援助案件{count}件。", OTHER])
        for year, count in ((2024, 402), (2021, 266), (2022, 318))
    ]
    (found,) = find_series(helds)
    assert [(point.year, point.value) for point in found.points] == [(2021, 266), (2022, 318), (2024, 402)]


def test_figures_are_shown_and_quoted_as_they_stand() -> None:
    helds = [
        annual(2023, results=["罚没款1984.7万元。", OTHER]),
        annual(2024, results=["罚没款２１３０万元。", OTHER]),
    ]
    (found,) = find_series(helds)
    assert [point.shown for point in found.points] == ["1984.7万元", "２１３０万元"]
    for held, point in zip(helds, found.points, strict=True):
        citation = point.citation
        assert held.text[citation.start : citation.end] == citation.quote
        assert point.shown in citation.quote


def test_other_agencies_figures_are_not_joined() -> None:
    helds = [
        annual(2023, results=["受理行政复议案件96件。", OTHER]),
        annual(2024, results=["受理行政复议案件131件。", OTHER], agency="柳坞县司法局"),
    ]
    assert find_series(helds) == []


def test_a_work_reports_figures_are_of_the_year_it_looks_back_on() -> None:
    helds = [
        work_report(2024, results=["地区生产总值完成186.3亿元，增长5.4%。"], plans=["新建托育园2所。"]),
        work_report(2025, results=["地区生产总值完成195.8亿元，增长5.1%。"], plans=["新建托育园3所。"]),
    ]
    (found,) = find_series(helds)
    assert found.indicator == "地区生产总值"
    assert [(point.year, point.shown) for point in found.points] == [(2023, "186.3亿元"), (2024, "195.8亿元")]


def test_two_figures_that_could_both_be_meant_are_left_out() -> None:
    later = "受理行政复议案件131件。街道受理行政复议案件128件。"
    assert [found.points[-1].value for found in series("受理行政复议案件96件。", later)] in ([], [131])
