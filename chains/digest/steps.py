"""How an indicator moved between two years, computed here and shown with its formula."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from chains.digest.models import Series, SeriesPoint
from store.script import fold

_PERCENT = ("%", "％", "百分点", "个百分点")


@dataclass(frozen=True, slots=True)
class Step:
    """From one year that has a figure to the next: "(412-386)/386 = +6.7%".

    `in_points`: a percentage moved by so many percentage points, and `formula` is "91-82 = +9".
    `converted`: the formula counts in the series' unit, and not as a report shows its figure.
    """

    earlier: SeriesPoint
    later: SeriesPoint
    formula: str
    in_points: bool
    converted: bool


def steps(series: Series) -> list[Step]:
    """Compute the change between neighbouring points; none is given where the base is not positive."""
    return list(_steps(series))


def _steps(series: Series) -> Iterator[Step]:
    in_points = series.unit in _PERCENT
    for earlier, later in pairwise(series.points):
        before, after = _exact(earlier.value), _exact(later.value)
        if not in_points and before <= 0:
            continue
        moved = f"{_plain(after)}-{_plain(before)}"
        if in_points:
            formula = f"{moved} = {_signed(after - before)}"
        else:
            formula = f"({moved})/{_plain(before)} = {_percent((after - before) / before * 100)}"
        converted = not (_shows(earlier, before) and _shows(later, after))
        yield Step(earlier, later, formula, in_points, converted)


def _exact(value: float) -> Decimal:
    """Take a float for the decimal it was read from: 78.1 is 78.1."""
    return Decimal(repr(value))


def _shows(point: SeriesPoint, value: Decimal) -> bool:
    shown = re.sub(r"[,，\s]", "", fold(point.shown))
    return re.search(rf"(?<![\d.]){re.escape(_plain(value))}(?!\.?\d)", shown) is not None


def _percent(share: Decimal) -> str:
    """Round to a tenth; what would vanish keeps its first digit."""
    places = next((n for n in range(1, 8) if round(abs(share), n)), 1)
    rounded = share.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:+f}%" if share else "0%"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(value: Decimal) -> str:
    return f"+{_plain(value)}" if value > 0 else _plain(value)
