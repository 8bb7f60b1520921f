from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.figures import find_figures, split_figures
from tests.reports import assembled_texts

Found = list[tuple[str, float | None, str]]


def figures(text: str) -> Found:
    return [(figure.text, figure.value, figure.unit) for figure in split_figures(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("办理案件96件", [("96件", 96, "件")]),
        ("投资1.2亿元", [("1.2亿元", 120_000_000, "元")]),
        ("罚款82.5万元", [("82.5万元", 825_000, "元")]),
        ("群众5万人次", [("5万人次", 50_000, "人次")]),
        ("总量1.5万亿元", [("1.5万亿元", 1.5e12, "元")]),
        ("资金3千万元", [("3千万元", 3e7, "元")]),
        ("资料3,200份", [("3,200份", 3200, "份")]),
        ("收入1，234，567元", [("1，234，567元", 1_234_567, "元")]),
        ("纠错率12.5%", [("12.5%", 12.5, "%")]),
        ("纠错率12.5％", [("12.5％", 12.5, "%")]),
        ("下降3‰", [("3‰", 3, "‰")]),
        ("提高2.1个百分点", [("2.1个百分点", 2.1, "百分点")]),
        ("压缩至0.5个工作日", [("0.5个工作日", 0.5, "工作日")]),
        ("２０件、１２．５％", [("２０件", 20, "件"), ("１２．５％", 12.5, "%")]),
        ("面积14平方公里", [("14平方公里", 14, "平方公里")]),
        ("建成5㎡", [("5㎡", 5, "㎡")]),
        ("受理120余件", [("120余件", 120, "件")]),
        ("为期3年", [("3年", 3, "年")]),
        ("每件3天", [("3天", 3, "天")]),
        ("实现“100%”办结", [("100%", 100, "%")]),
    ],
)
def test_a_number_is_read_in_base_units(text: str, found: Found) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("占百分之五", [("百分之五", 5, "%")]),
        ("占百分之十二点五", [("百分之十二点五", 12.5, "%")]),
        ("占百分之12.5", [("百分之12.5", 12.5, "%")]),
        ("十二件", [("十二件", 12, "件")]),
        ("一百二十三人", [("一百二十三人", 123, "人")]),
        ("二〇件", [("二〇件", 20, "件")]),
        ("三项制度", []),
        ("持证率六成", []),
        ("持证率超过95成", [("95成", 95, "成")]),
        ("五十六万元", [("五十六万元", 560_000, "元")]),
    ],
)
def test_chinese_numerals_are_read_before_a_unit(text: str, found: Found) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("查处**件", [("**件", None, "件")]),
        ("罚款xx万元", [("xx万元", None, "元")]),
        ("人员*名", [("*名", None, "名")]),
        ("引进□□名", [("□□名", None, "名")]),
        ("投入**.*亿元", [("**.*亿元", None, "元")]),
        ("检查××次", [("××次", None, "次")]),
        ("共XX人", [("XX人", None, "人")]),
        ("某局局长***同志", []),
        ("x区xx局", []),
    ],
)
def test_a_masked_figure_has_no_value(text: str, found: Found) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("每年3至5件", [("5件", 5, "件")]),
        ("3-5件", [("5件", 5, "件")]),
        ("增长5.5%—6%", [("5.5%", 5.5, "%"), ("6%", 6, "%")]),
        ("10万元至20万元", [("10万元", 100_000, "元"), ("20万元", 200_000, "元")]),
    ],
)
def test_the_ends_of_a_range_that_carry_a_unit_are_figures(text: str, found: Found) -> None:
    assert figures(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "2024年，各项工作有序推进",
        "2024年3月15日召开会议",
        "1月10日",
        "3月份",
        "第3章",
        "第12条",
        "第 3 批",
        "A4纸、PM2.5浓度",
        "十四五规划",
        "“2+4”执法职能",
        "国发〔2024〕12号",
        "二十大报告",
        "党的二十届三中全会",
        "一、工作成效",
        "（一）规范执法",
        "1.规范执法",
        "（3）强化监督",
        "第一责任人",
        "千方百计",
    ],
)
def test_dates_ordinals_and_numbers_of_headings_are_no_figures(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("辦理案件19件，查處違法57宗", [("19件", 19, "件"), ("57宗", 57, "宗")]),
        ("新增節水灌溉面積1.2萬畝", [("1.2萬畝", 12_000, "亩")]),
        ("投資3億元", [("3億元", 300_000_000, "元")]),
        ("培訓5場、參與300餘戶", [("5場", 5, "场"), ("300餘戶", 300, "户")]),
        ("提高2個百分點", [("2個百分點", 2, "百分点")]),
        ("發放2萬冊", [("2萬冊", 20_000, "册")]),
    ],
)
def test_traditional_units_are_read_and_shown_as_they_stand(text: str, found: Found) -> None:
    assert figures(text) == found


@given(
    st.one_of(
        assembled_texts(),
        st.text(alphabet="0123456789.,，%万亿千百十一二三元件个年月日第〔〕*xX□（）() \n", max_size=40),
    )
)
def test_figures_stand_where_they_say_in_order_and_apart(text: str) -> None:
    position = 0
    for found in find_figures(text):
        assert position <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip() == found.figure.text
        position = found.end
