"""The indicators of a digest as one picture: a panel each, years without a figure left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from bot import texts
from bot.panels import Plot, plot_of
from bot.texts import Say
from bot.typeface import MISSING, Typeface, load_matplotlib
from chains.digest.models import Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 1080  # what a phone shows; all lengths here are in its pixels
MOST = 6
_SIDE = 48
_ROOM = WIDTH - 2 * _SIDE
_PLOT_HEIGHTS = {1: 520, 2: 420, 3: 340, 4: 270, 5: 230}
_LOWEST_PLOT = 190  # six of them stay within 2560; a phone shows smaller what is taller
_BETWEEN = 36
_MOST_ROWS = 3

_INK, _GREY, _FAINT, _BAND, _LINE = "#1f2328", "#5c636b", "#c4c9cf", "#eff1f3", "#1c5d99"

_FACE = Typeface()
_DRAWING = Lock()  # neither matplotlib nor its fonts are meant for several threads


@dataclass(frozen=True, slots=True)
class _Style:
    size: int
    colour: str

    @property
    def row(self) -> float:
        return self.size * 1.32


_TITLE = _Style(46, _INK)
_AGENCY = _Style(32, _GREY)
_HEADING = _Style(38, _INK)
_CAPTION = _Style(28, _GREY)
_VALUE = _Style(30, _INK)
_YEAR = _Style(28, _GREY)
_GAP = _Style(24, _GREY)
_NOTE = _Style(26, _GREY)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of text below each other, with the space that follows them."""

    rows: tuple[str, ...]
    style: _Style
    after: float

    @property
    def height(self) -> float:
        return len(self.rows) * self.style.row + self.after


def draw_series(series: Sequence[Series], say: Say) -> bytes | None:
    """Draw the first MOST indicators that have two points or more as a PNG; None where there is none.

    The same input gives the same bytes. May be called from any thread; the first call loads the library.
    """
    lines = [item for item in series if len(item.points) > 1]
    if not lines:
        return None
    with _DRAWING:
        load_matplotlib()
        figure = _figure(lines, say)
        try:
            return _png(figure)
        finally:
            figure.clear()


def _png(figure: Figure) -> bytes:
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _figure(lines: Sequence[Series], say: Say) -> Figure:
    from matplotlib.figure import Figure

    blocks = list(_blocks(lines, say))
    height = sum(block.height if isinstance(block, _Rows) else _plot_room(block) for block in blocks)
    page = _Page(Figure(figsize=(WIDTH / 72, (height + 2 * _SIDE) / 72), dpi=72), say)
    for block in blocks:
        page.put(block)
    return page.figure


def _plot_room(plot: Plot) -> float:
    return plot.height + _years_height(plot) + _BETWEEN


def _years_height(plot: Plot) -> float:
    widest = max(_FACE.width(years, _YEAR.size) for _, _, years in plot.columns.marks())
    return 1.2 * widest if _years_turned(plot) else 1.6 * _YEAR.size


def _years_turned(plot: Plot) -> bool:
    marks = plot.columns.marks()
    return any(_FACE.width(years, _YEAR.size) > 0.85 * plot.slot * wide for _, wide, years in marks)


def _blocks(lines: Sequence[Series], say: Say) -> Iterator[_Rows | Plot]:
    """Give what stands on the page, from the top down."""
    drawn = lines[:MOST]
    agencies = {item.agency for item in drawn}
    yield _rows(say(texts.CHART_TITLE), _TITLE, after=8)
    if len(agencies) == 1:
        yield _rows(drawn[0].agency, _AGENCY, after=0)
    yield _Rows((), _CAPTION, after=28)
    plots = [_plot(item, len(drawn), say) for item in drawn]
    for item, plot in zip(drawn, plots, strict=True):
        yield _rows(item.indicator, _HEADING, after=0)
        yield _rows(_caption(item, agencies, say), _CAPTION, after=12)
        yield plot
    for note in _notes(lines, plots, say):
        yield _rows(note, _NOTE, after=4)


def _rows(text: str, style: _Style, after: float) -> _Rows:
    return _Rows(_FACE.wrapped(_FACE.drawable(text), style.size, _ROOM, _MOST_ROWS), style, after)


def _caption(item: Series, agencies: set[str], say: Say) -> str:
    unit = say(texts.CHART_UNIT, unit=item.unit) if item.unit else ""
    return " · ".join(part for part in (item.agency if len(agencies) > 1 else "", unit) if part)


def _plot(item: Series, panels: int, say: Say) -> Plot:
    def shown(text: str) -> str:
        return "".join(_FACE.wrapped(_FACE.drawable(text), _VALUE.size, _ROOM, 1))

    points = [point.model_copy(update={"shown": shown(point.shown)}) for point in item.points]
    return plot_of(
        item.model_copy(update={"points": points}),
        _ROOM,
        _PLOT_HEIGHTS.get(panels, _LOWEST_PLOT),
        lambda text: _FACE.width(text, _VALUE.size),
        _FACE.width(say(texts.CHART_NO_FIGURE), _GAP.size),
    )


def _notes(lines: Sequence[Series], plots: Sequence[Plot], say: Say) -> Iterator[str]:
    yield say(texts.CHART_BASES if len(plots) > 1 else texts.CHART_BASE)
    if any(plot.columns.gaps for plot in plots):
        yield say(texts.CHART_GAPS)
    if any(MISSING in _FACE.drawable(text) and MISSING not in text for text in _written(lines[:MOST])):
        yield say(texts.CHART_MISSING, mark=MISSING)
    if len(lines) > MOST:
        yield say(texts.CHART_MORE, n=len(lines) - MOST)


def _written(lines: Sequence[Series]) -> Iterator[str]:
    for item in lines:
        yield from (item.agency, item.indicator, item.unit, *(point.shown for point in item.points))


class _Page:
    """A figure that is filled from the top down."""

    def __init__(self, figure: Figure, say: Say) -> None:
        self.figure = figure
        self._say = say
        self._height = figure.get_figheight() * 72
        self._top = float(_SIDE)

    def put(self, block: _Rows | Plot) -> None:
        if isinstance(block, _Rows):
            self._put_rows(block)
        else:
            self._put_plot(block)

    def _put_rows(self, block: _Rows) -> None:
        for place, row in enumerate(block.rows):
            middle = self._top + (place + 0.5) * block.style.row
            _write(self.figure, (_SIDE / WIDTH, 1 - middle / self._height), row, block.style, ha="left")
        self._top += block.height

    def _put_plot(self, plot: Plot) -> None:
        bottom = 1 - (self._top + plot.height) / self._height
        axes = self.figure.add_axes((_SIDE / WIDTH, bottom, plot.width / WIDTH, plot.height / self._height))
        axes.set_xlim(*(plot.data(corner)[0] for corner in ((0, 0), (plot.width, 0))))
        axes.set_ylim(plot.low, plot.high)
        axes.set_axis_off()
        axes.axhline(0, color=_FAINT, linewidth=2, clip_on=False, zorder=1)
        _write(axes, (plot.data((-_SIDE / 3, 0))[0], 0), "0", _YEAR)
        axes.plot(plot.values, color=_LINE, linewidth=5, marker="o", markersize=15, clip_on=False, zorder=3)
        self._put_gaps(axes, plot)
        for label in plot.labels:
            _write(axes, plot.data(label.box.middle), label.text, _VALUE, turned=plot.turned)
        _put_years(axes, plot)
        self._top += _plot_room(plot)

    def _put_gaps(self, axes: Axes, plot: Plot) -> None:
        words = self._say(texts.CHART_NO_FIGURE)
        for columns in plot.columns.gaps.values():
            axes.axvspan(columns[0] - 0.5, columns[-1] + 0.5, color=_BAND, linewidth=0, zorder=0)
            middle = (columns[0] + columns[-1]) / 2, (plot.low + plot.high) / 2
            turned = _FACE.width(words, _GAP.size) > len(columns) * plot.slot
            _write(axes, middle, words, _GAP, turned=turned)


def _put_years(axes: Axes, plot: Plot) -> None:
    turned = _years_turned(plot)
    _, y = plot.data((0, -_years_height(plot) / 2))
    for middle, _, years in plot.columns.marks():
        _write(axes, (middle, y), years, _YEAR, turned=turned)


def _write(
    onto: Axes | Figure,
    place: tuple[float, float],
    text: str,
    style: _Style,
    *,
    ha: str = "center",
    turned: bool = False,
) -> None:
    from matplotlib.font_manager import FontProperties
    from matplotlib.patheffects import withStroke

    onto.text(
        *place,
        text,
        ha=ha,
        va="center",
        rotation=90 if turned else 0,
        color=style.colour,
        font=FontProperties(fname=_FACE.path, size=style.size),
        parse_math=False,  # a dollar sign in a report is no formula
        path_effects=[withStroke(linewidth=6, foreground="white")] if style is _VALUE else [],
        zorder=4,
    )
