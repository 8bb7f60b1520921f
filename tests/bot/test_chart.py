"""The picture of a digest: what is drawn is what the reports say, in a font that came with the program."""

from __future__ import annotations

import math
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

# The figure before it becomes a PNG: what was drawn can be read from it, from pixels it cannot.
from bot.chart import MOST, WIDTH, _figure, draw_series
from bot.panels import TURNED_WIDTH, Plot, columns_of, plot_of
from bot.texts import Say
from bot.typeface import MISSING, Typeface, load_matplotlib
from chains.digest.models import Series, SeriesPoint
from chains.models import Citation

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

CITED = Citation(n=1, report_id="r1", title="报告", section="一", page=None, start=0, end=1, quote="一")
BUREAU = "云栈市河埠区城市管理局"
ZH, EN = Say("zh"), Say("en")


def a_series(
    told: dict[int, float], unit: str = "件", indicator: str = "立案查处", agency: str = BUREAU
) -> Series:
    points = [
        SeriesPoint(year=year, value=value, shown=f"{value:,}{unit}", citation=CITED)
        for year, value in told.items()
    ]
    return Series(agency=agency, indicator=indicator, unit=unit, points=points)


def drawn(series: Sequence[Series], say: Say = ZH) -> Figure:
    load_matplotlib()
    return _figure(series, say)


def texts_in(figure: Figure) -> list[Text]:
    from matplotlib.text import Text

    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in texts_in(figure)]


def lines(figure: Figure) -> Iterator[list[float]]:
    """The values of each panel's line."""
    for axes in figure.axes:
        yield [float(value) for value in np.asarray(axes.lines[1].get_ydata())]


def layout(series: Series, height: float = 340) -> Plot:
    return plot_of(series, 984, height, lambda text: 18 * len(text), 72)


def size_of(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_chart_is_a_png_as_wide_as_a_phone() -> None:
    png = draw_series([a_series({2023: 365, 2024: 412})], ZH)
    assert png is not None
    width, height = size_of(png)
    assert width == WIDTH
    assert WIDTH / 2 < height < 2 * WIDTH


@pytest.mark.parametrize("series", [[], [a_series({2024: 3})], [a_series({}), a_series({2023: 1})]])
def test_fewer_than_two_points_are_no_chart(series: list[Series]) -> None:
    assert draw_series(series, ZH) is None


def test_six_panels_are_not_taller_than_a_phone_shows_well() -> None:
    several = [a_series({2022: n, 2024: 2 * n}, agency=f"云栈市第{n}局") for n in range(1, 9)]
    png = draw_series(several, ZH)
    assert png is not None
    assert size_of(png)[1] <= 2560


def test_what_is_not_drawn_is_counted() -> None:
    several = [a_series({2023: n, 2024: n + 1}, indicator=f"指标{n}") for n in range(1, MOST + 3)]
    shown = words(drawn(several))
    assert f"指标{MOST}" in shown
    assert f"指标{MOST + 1}" not in shown
    assert "另有 2 项指标没有画出。" in shown
    assert "1 more indicator is not drawn." in words(drawn(several[:-1], EN))
    assert not any("另有" in text for text in words(drawn(several[:MOST])))


def test_a_series_of_one_point_is_neither_drawn_nor_counted() -> None:
    alone, pair = a_series({2024: 3}, indicator="独点"), a_series({2023: 1, 2024: 2})
    assert draw_series([alone, pair], ZH) == draw_series([pair], ZH)


def test_the_line_is_broken_where_a_year_has_no_figure() -> None:
    figure = drawn([a_series({2019: 5, 2020: 9, 2022: 7, 2023: 6})])
    (line,) = lines(figure)
    assert [None if math.isnan(value) else value for value in line] == [5, 9, None, 7, 6]
    assert "未载明" in words(figure)
    assert any("线在此断开" in text for text in words(figure))


def test_without_gaps_no_word_of_gaps() -> None:
    assert not any("未载明" in text for text in words(drawn([a_series({2023: 1, 2024: 2})])))


def test_a_long_gap_is_narrow_and_says_its_years() -> None:
    columns = columns_of(a_series({1978: 343, 2022: 49283, 2023: 51821}).points)
    assert columns.count == 5
    assert sorted(columns.marks()) == [
        (0, 1, "1978"),
        (1.5, 2, "1979–2021"),
        (3, 1, "2022"),
        (4, 1, "2023"),
    ]


def test_every_year_and_every_figure_is_written_as_the_report_shows_it() -> None:
    series = a_series({2021: 1453, 2022: 1390.5, 2024: 980}, unit="宗")
    shown = words(drawn([series]))
    for expected in ("1,453宗", "1,390.5宗", "980宗", "2021", "2022", "2023", "2024", "单位：宗", BUREAU):
        assert expected in shown


@pytest.mark.parametrize(
    ("told", "low", "high"), [({2023: 96, 2024: 98}, 0, 98), ({2023: -11, 2024: 3}, -11, 3)]
)
def test_zero_belongs_to_every_axis(told: dict[int, float], low: float, high: float) -> None:
    plot = layout(a_series(told))
    assert plot.low <= low
    assert plot.high > high
    (axes,) = drawn([a_series(told)]).axes
    bottom, top = axes.get_ylim()
    assert bottom <= 0 < top


def test_years_that_are_all_zero_are_drawn() -> None:
    assert draw_series([a_series({2023: 0, 2024: 0})], ZH) is not None


def test_one_agency_is_named_once_and_several_at_their_panels() -> None:
    same = [a_series({2023: 1, 2024: 2}, indicator=name) for name in ("立案", "结案")]
    assert words(drawn(same)).count(BUREAU) == 1
    other = a_series({2023: 1, 2024: 2}, agency="**市x区司法局")
    shown = words(drawn([*same, other]))
    assert "**市x区司法局 · 单位：件" in shown
    assert shown.count(f"{BUREAU} · 单位：件") == 2


def test_what_a_report_writes_is_never_read_as_a_formula() -> None:
    figure = drawn([a_series({2023: 1, 2024: 2}, indicator="$x_1$ 与 **_ 件")])
    assert "$x_1$ 与 **_ 件" in words(figure)
    assert not any(text.get_parse_math() for text in texts_in(figure))


TELLINGS = st.dictionaries(st.integers(2000, 2024), st.floats(-1e6, 1e6), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(told=TELLINGS, height=st.sampled_from([190, 340, 520]))
def test_no_figure_covers_another_or_leaves_the_plot(told: dict[int, float], height: float) -> None:
    series = a_series({year: round(told[year], 1) for year in sorted(told)})
    plot = layout(series, height)
    assert [label.text for label in plot.labels] == [point.shown for point in series.points]
    assert not any(one.box.meets(other.box) for one, other in combinations(plot.labels, 2))
    for label in plot.labels:
        assert -48 <= label.box.left < label.box.right <= plot.width + 48
        assert -1e-6 <= label.box.bottom < label.box.top <= plot.height + 1e-6


def test_figures_too_long_to_stand_side_by_side_are_turned() -> None:
    plot = layout(a_series({year: 123456.78 for year in range(2010, 2025)}, unit="万平方米"))
    assert plot.turned
    assert all(label.box.right - label.box.left == pytest.approx(TURNED_WIDTH) for label in plot.labels)
    assert not layout(a_series({2023: 5, 2024: 7})).turned


def test_a_label_keeps_off_the_line_where_it_can() -> None:
    plot = layout(a_series({2021: 1, 2022: 1, 2023: 900}))
    spots = [((place + 0.5) * plot.slot, value) for place, value in enumerate(plot.values)]
    pixels = [(x, (y - plot.low) / (plot.high - plot.low) * plot.height) for x, y in spots]
    assert not any(label.box.crossed_by(line) for label in plot.labels for line in pairwise(pixels))


# --- the font ---------------------------------------------------------------------------------------------


def test_every_text_is_drawn_in_the_font_of_the_package() -> None:
    spec = find_spec("pylopdf_fonts_zh_cn")
    assert spec is not None
    assert spec.origin is not None
    texts = texts_in(drawn([a_series({2020: 1, 2024: 2})]))
    files = {Path(str(text.get_fontproperties().get_file())) for text in texts}
    assert {file.parent for file in files} == {Path(spec.origin).parent}


def gb2312() -> Iterator[str]:
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield bytes([row, cell]).decode("gb2312", errors="ignore")


def big5_level_1() -> Iterator[str]:
    for row in range(0xA4, 0xC7):
        for cell in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            yield bytes([row, cell]).decode("big5", errors="ignore")


@pytest.mark.parametrize(("characters", "at_least"), [(gb2312, 6763), (big5_level_1, 5401)])
def test_the_font_has_simplified_and_traditional_characters(
    characters: Callable[[], Iterator[str]], at_least: int
) -> None:
    chars = {char for char in characters() if char}
    assert len(chars) >= at_least
    face = Typeface()
    assert [char for char in chars if not face.has(char)] == []


@pytest.mark.parametrize("say", [ZH, EN])
def test_what_is_drawn_has_a_glyph_for_every_character(say: Say) -> None:
    rare = a_series({2021: 1, 2024: 2}, indicator="罕\U0002a6a5字\ue5d2\u200b组😀", agency="臺灣\n街道")
    shown = words(drawn([rare], say))
    face = Typeface()
    assert all(face.has(char) for text in shown for char in text)
    assert f"罕{MISSING}字{MISSING}组{MISSING}" in shown
    assert "臺灣 街道" in shown
    assert any(text.startswith(f"{MISSING}") for text in shown), "the reader is told what the mark stands for"


def test_a_mark_that_only_modifies_leaves_no_gap() -> None:
    assert Typeface().drawable("区\ufe00\U000e0100局") == "区局"


def test_a_long_name_is_wrapped_and_cut_with_an_ellipsis() -> None:
    face = Typeface()
    rows = face.wrapped("生态环境损害赔偿（磋商）" * 20, 38, 984, 3)
    assert len(rows) == 3
    assert rows[-1].endswith("…")
    assert all(face.width(row, 38) <= 984 for row in rows)
    assert not any(row.startswith(("）", "，")) for row in rows)
    assert face.wrapped("A" * 200, 38, 984, 9)[0] == "A" * len(face.wrapped("A" * 200, 38, 984, 9)[0])


# --- the machine it runs on -------------------------------------------------------------------------------


def test_the_same_series_give_the_same_bytes_in_every_thread() -> None:
    series = [a_series({2019: 5, 2020: 9, 2022: 7}), a_series({2023: 1.5, 2024: 2}, unit="亿元")]
    with ThreadPoolExecutor(4) as pool:
        charts = set(pool.map(lambda _: draw_series(series, ZH), range(8)))
    assert len(charts) == 1
    assert None not in charts


def test_another_process_draws_the_same_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """No font of the system is looked for, nothing is kept in the home directory, a matplotlibrc changes nothing."""
    home, here = tmp_path / "home", tmp_path / "there"
    home.mkdir()
    here.mkdir()
    (here / "matplotlibrc").write_text("axes.facecolor: red\nlines.linestyle: --\nfont.size: 40\n")
    script = """
import os, sys
from bot.chart import draw_series
assert "matplotlib" not in sys.modules, "imported only when something is drawn"
from bot.texts import Say
from tests.bot.test_chart import a_series
before = dict(os.environ)
sys.stdout.buffer.write(draw_series([a_series({2019: 5, 2022: 7})], Say("zh")))
from matplotlib.font_manager import fontManager
import matplotlib
assert all(font.fname.startswith(matplotlib.get_data_path()) for font in fontManager.ttflist)
assert dict(os.environ) == before
"""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MPL", "XDG")) and name != "MATPLOTLIBRC"
    }
    environment |= {"HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    made = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=here,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr.decode()
    assert made.stdout == draw_series([a_series({2019: 5, 2022: 7})], ZH)
    assert made.stderr == b""
    assert list(home.rglob("*")) == []
