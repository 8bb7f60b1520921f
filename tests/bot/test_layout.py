"""Lines for a terminal: no row too wide, none that begins with a full stop, nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.layout import Line, cell_width, lay_out, line

TEXT = "根据《河道管理办法（试行）》，全年查处非法采砂案件37件，罚款82.5万元；拆除违法建筑14处。"


@pytest.mark.parametrize("width", [12, 20, 33, 80])
def test_rows_keep_the_width_and_begin_with_no_punctuation(width: int) -> None:
    rows = lay_out([line(TEXT)], width=width, colour=False).splitlines()
    assert "".join(rows) == TEXT
    assert all(row[0] not in "，。；）》" for row in rows)
    assert all(row[-1] not in "（《" for row in rows)
    assert all(cell_width(row) <= width for row in rows)


def test_latin_words_and_figures_stay_whole() -> None:
    rows = lay_out([line("see the annual report 12345678")], width=12, colour=False).splitlines()
    assert rows == ["see the", "annual", "report", "12345678"]


def test_what_is_wrapped_hangs_below_its_number() -> None:
    rows = lay_out(
        [Line((("1. 一二三四五六", "plain"),), indent=2, hang=3)], width=12, colour=False
    ).splitlines()
    assert rows == ["  1. 一二三", "     四五六"]


def test_nothing_is_wrapped_without_a_width_and_nothing_coloured_without_colour() -> None:
    assert lay_out([line(TEXT, "bold")], width=None, colour=False) == TEXT + "\n"


def test_styles_end_where_they_should() -> None:
    out = lay_out([Line((("甲", "bold"), ("乙", "plain")))], width=None, colour=True)
    assert out == "\x1b[0;1m甲\x1b[0m乙\n"


def test_a_report_cannot_drive_the_terminal() -> None:
    assert lay_out([line("a\x1b[31mb\u202ec\x07")], width=None, colour=True) == "a[31mbc\n"


@given(st.text(alphabet=st.sampled_from("中国，。（）ab1. "), max_size=60), st.integers(8, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    rows = lay_out([line(text)], width=width, colour=False)
    assert "".join(rows.split()) == "".join(text.split())
