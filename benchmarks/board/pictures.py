"""The board's pictures: time against size, false claims against honesty, recall against what is handed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.board.found import Found
from bot.typeface import Typeface, load_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
OURS = "本产品"
_INK, _GREY, _FAINT, _BLUE = "#1f2328", "#5c636b", "#d5d9de", "#1c5d99"
_OTHERS = ("#b4552d", "#7a6a9b", "#5f7f5f", "#8a8f98")
_WIDTH, _HEIGHT, _DPI = 9.0, 5.4, 120

Curves = Mapping[str, Sequence[Sequence[float]]]


def draw(found: Mapping[str, Found], folder: Path = PICTURES) -> list[Path]:
    """Draw what the parts given hold curves for; the same curves give the same files."""
    load_matplotlib()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    if "growth" in found:
        drawn.append(_growth(found["growth"].curves, folder / "bench-growth.svg"))
    if "honesty" in found:
        drawn.append(_honesty(found["honesty"].curves, folder / "bench-honesty.svg"))
    if "retrieval" in found and found["retrieval"].curves:
        drawn.append(_recall(found["retrieval"].curves, folder / "bench-recall.svg"))
    return drawn


def _growth(curves: Curves, path: Path) -> Path:
    with _plot(path, "书架越大，搜索要多久", "段落数", "搜索用时 p50（毫秒，对数）") as axes:
        axes.set_xscale("log")
        axes.set_yscale("log")
        _lines(axes, curves)
        _ticks(axes, "x", sorted({point[0] for points in curves.values() for point in points}), _in_wan)
        _ticks(axes, "y", (3, 10, 30, 100, 300, 1_000, 3_000), lambda value: f"{value:,.0f}")
    return path


def _honesty(curves: Curves, path: Path) -> Path:
    with _plot(
        path, "模型说多少假话，读者看到多少假话", "模型的句子里假话占（%）", "读者看到的每 100 句里假话（句）"
    ) as axes:
        _lines(axes, curves)
        axes.set_ylim(-4, 104)
        _ticks(
            axes,
            "x",
            sorted({point[0] for points in curves.values() for point in points}),
            lambda v: f"{v:g}",
        )
    return path


def _recall(curves: Curves, path: Path) -> Path:
    """Show the set that stands first, ours and the three strongest others."""
    chosen = next(iter(curves)).split(" ", 1)[0]
    of = {name.split(" ", 1)[1]: points for name, points in curves.items() if name.startswith(f"{chosen} ")}
    others = sorted((name for name in of if name != OURS), key=lambda name: -of[name][-1][1])[:3]
    kept = {name: of[name] for name in (OURS, *others)}
    with _plot(path, "读多少字，就读到了依据", "交给读者或模型的字数", "依据已在其中的问题占") as axes:
        _lines(axes, kept)
        _ticks(axes, "x", [point[0] for point in kept[OURS]], lambda value: f"{value:,.0f}")
    return path


@contextmanager
def _plot(path: Path, title: str, x: str, y: str) -> Iterator[Axes]:
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, fontManager

    face = Typeface().path
    fontManager.addfont(str(face))
    settings = {
        "font.family": FontProperties(fname=str(face)).get_name(),
        "svg.hashsalt": path.name,
        "axes.unicode_minus": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title, loc="left", fontsize=17, color=_INK, pad=14)
        axes.set_xlabel(x, fontsize=12, color=_GREY)
        axes.set_ylabel(y, fontsize=12, color=_GREY)
        axes.tick_params(colors=_GREY, labelsize=11, length=0)
        axes.grid(axis="y", color=_FAINT, linewidth=0.8)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(_FAINT)
        yield axes
        figure.savefig(path, metadata={"Date": None, "Creator": None})


def _lines(axes: Axes, curves: Curves) -> None:
    """Draw each curve; ours in blue, thicker and on top, and first in the legend."""
    colours = iter(_OTHERS * len(curves))
    for name, points in sorted(curves.items(), key=lambda item: item[0] != OURS):
        ours = name == OURS
        axes.plot(
            *zip(*sorted(map(tuple, points)), strict=True),
            label=name,
            color=_BLUE if ours else next(colours),
            linewidth=3.4 if ours else 2,
            marker="o",
            markersize=7 if ours else 5,
            zorder=3 if ours else 2,
            clip_on=False,
        )
    axes.legend(loc="best", frameon=False, fontsize=12, labelcolor=_INK)


def _ticks(axes: Axes, which: str, at: Sequence[float], said: object) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(_fixed(at))
    axis.set_major_formatter(lambda value, _: said(value))  # type: ignore[operator]
    axis.set_minor_locator(_fixed(()))


def _fixed(at: Sequence[float]) -> object:
    from matplotlib.ticker import FixedLocator

    return FixedLocator(list(at))


def _in_wan(value: float) -> str:
    return f"{value / 10_000:g}万"
