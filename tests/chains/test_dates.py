from __future__ import annotations

import pytest

from chains.claims.dates import find_dates, periods_of, spoken_years, year_at, years_of


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2024年3月15日", {2024}),
        ("2021—2025年", {2021, 2025}),
        ("2021年至2023年", {2021, 2023}),
        ("二〇二四年十二月", {2024}),
        ("2024-03-06", {2024}),
        ("2018年以来", {2018}),
        ("投入2024万元", set()),
        ("为期3年", set()),
    ],
)
def test_years_are_read_in_whatever_numerals(text: str, years: set[int]) -> None:
    assert years_of(text) == years


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("5月31日前完成", [(5, 31)]),
        ("三月十五日", [(3, 15)]),
        ("9月底前", [(9, None)]),
        ("历时12个月", []),
        ("2024年7月18日", [(7, 18)]),
    ],
)
def test_months_and_days_are_read(text: str, days: list[tuple[int, int | None]]) -> None:
    assert [(date.month, date.day) for date in find_dates(text) if date.month] == days


def test_years_named_from_the_reports_own_are_counted_from_it() -> None:
    assert spoken_years("上年的14.1%", {2024}) == {2023}
    assert spoken_years("明年新建5所", {2024}) == {2025}
    assert spoken_years("上年的14.1%", {2023, 2024}) == set()


@pytest.mark.parametrize(
    ("text", "figure", "year"),
    [
        ("2022年办理86件,2023年办理112件", "86", 2022),
        ("2022年办理86件,2023年办理112件", "112", 2023),
        ("由上年的14.1%降到9.8%", "14.1", 2023),
        ("由上年的14.1%降到9.8%", "9.8", None),
        ("比上年增长9.7%", "9.7", None),
        ("明年将新建泊位3000个", "3000", 2025),
        ("投诉量较2024年下降30%", "30", None),
        ("自2018年以来共建成12处", "12", None),
        ("修订《规划(2021年)》3次", "3次", None),
        ("2022年很忙。办理86件", "86", None),
    ],
)
def test_a_figure_is_of_the_year_its_sentence_gives_it(text: str, figure: str, year: int | None) -> None:
    assert year_at(text, text.index(figure), find_dates(text), 2024) == year


def test_parts_of_a_year_are_told_apart() -> None:
    assert periods_of("上半年办理30件") == {"上半年"}
    assert periods_of("年末与年底") == {"年底"}
