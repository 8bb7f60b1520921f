from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.claims.amounts import Bound, Role, find_amounts, han_value, same_unit
from chains.claims.plain import plain


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("投资1.2亿元", [("120000000", "元")]),
        ("投资12000万元", [("120000000", "元")]),
        ("资料３，２００份", [("3200", "份")]),
        ("办结率百分之九十", [("90", "%")]),
        ("下降千分之三", [("3", "‰")]),
        ("持证率六成", [("60", "%")]),
        ("八成六的辅警", [("86", "%")]),
        ("占八成五年内建成", [("80", "%"), ("5", "年")]),
        ("新建消火栓60具", [("60", "具")]),
        ("1具备条件", [("1", "")]),
        ("发放三千二百份", [("3200", "份")]),
        ("两名律师", [("2", "人")]),
        ("每年3-5件", [("3", "件"), ("5", "件")]),
        ("奖励3-5万元", [("30000", "元"), ("50000", "元")]),
        ("三至五件", [("3", "件"), ("5", "件")]),
        ("5个多小时", [("5", "小时")]),
        ("提高2.1个百分点", [("2.1", "百分点")]),
        ("第十二条", [("12", "第条")]),
        ("农村公路3千米", [("3", "公里")]),
        ("新增節水灌溉1.2萬畝", [("12000", "亩")]),
    ],
)
def test_a_figure_is_read_exactly_in_base_units(text: str, found: list[tuple[str, str]]) -> None:
    amounts = find_amounts(plain(text))
    assert [(amount.value, amount.unit) for amount in amounts] == [(Decimal(v), unit) for v, unit in found]


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月15日",
        "2021—2025年",
        "十分重要",
        "千方百计",
        "1.规范执法（2）强化监督",
        "12345热线",
        "“2+4”职能",
        "5G基站",
        "百吨王",
        "千家万户",
    ],
)
def test_dates_codes_idioms_and_numbers_of_lists_are_no_figures(text: str) -> None:
    assert find_amounts(plain(text)) == []


@pytest.mark.parametrize(
    ("text", "bound", "slight"),
    [
        ("受理120件", Bound.EXACT, False),
        ("受理120余件", Bound.OVER, True),
        ("超过120件", Bound.OVER, False),
        ("达到85%以上", Bound.OVER, False),
        ("不少于120件", Bound.OVER, False),
        ("不超过120件", Bound.UNDER, False),
        ("不足六成", Bound.UNDER, False),
        ("15日以内", Bound.UNDER, False),
        ("约300人", Bound.ABOUT, False),
        ("近300人", Bound.ABOUT, False),
        ("最近3年", Bound.EXACT, False),
    ],
)
def test_how_exactly_a_figure_is_meant(text: str, bound: Bound, slight: bool) -> None:
    (amount,) = find_amounts(plain(text))
    assert (amount.bound, amount.slight) == (bound, slight)


@pytest.mark.parametrize(
    ("text", "roles", "changes"),
    [
        ("由5分提高到10分", [Role.FROM, Role.TO], [1, 1]),
        ("从161个压减到112个", [Role.FROM, Role.TO], [-1, -1]),
        ("由85项调整为61项", [Role.FROM, Role.TO], [0, -1]),
        ("同比下降28.6%", [Role.BY], [-1]),
        ("分别增长14.2%和17.5%", [Role.BY, Role.NONE], [1, 1]),
        ("覆盖率达到98%", [Role.NONE], [0]),
    ],
)
def test_what_a_figure_changes_from_to_and_by(text: str, roles: list[Role], changes: list[int]) -> None:
    amounts = find_amounts(plain(text))
    assert [amount.role for amount in amounts] == roles
    assert [amount.change for amount in amounts] == changes


def test_only_counting_units_may_stand_for_one_another() -> None:
    assert same_unit("", "件")
    assert same_unit("个", "所")
    assert not same_unit("", "%")
    assert not same_unit("件", "户")
    assert not same_unit("%", "百分点")


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("三千二百", 3200), ("十二", 12), ("二〇", 20), ("一百零五", 105), ("一百二", 120), ("十二点五", 12.5), ("一万二千", 12000), ("点", None)],
)  # fmt: skip
def test_a_chinese_numeral_is_read(numeral: str, value: float | None) -> None:
    assert han_value(numeral) == (None if value is None else Decimal(str(value)))


@given(
    st.text(alphabet="0123456789.,，%万亿千百十一二三元件个年月日第〔〕*xX□（）() \n由到增降", max_size=40)
)
def test_figures_stand_in_order_where_they_say(text: str) -> None:
    text = plain(text)
    position = 0
    for amount in find_amounts(text):
        assert text[amount.start : amount.end] == amount.shown
        assert position <= amount.start < amount.end
        position = amount.start
