"""Lay one indicator's years out for a picture: no library, only numbers. All lengths are in pixels.

x runs from 0 at the left, y from 0 at the bottom of the plot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chains.digest.models import Series, SeriesPoint

Spot = tuple[float, float]
TextWidth = Callable[[str], float]

LABEL_HEIGHT = 40
TURNED_WIDTH = 36  # of a label written upwards: 27 columns have room for one each
_CLEAR = 16  # between the middle of a point and its label
_APART = 12  # between two labels
_OVERHANG = 24  # how far a label may lean out at either side
_WIDEST_GAP = 2  # columns; a line is broken there, so no slope is drawn wrong


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> Spot:
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def meets(self, other: Box) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.bottom < other.top and other.bottom < self.top

    def crossed_by(self, line: tuple[Spot, Spot]) -> bool:
        """Whether the line, given left end first, runs through the box."""
        (x0, y0), (x1, y1) = line
        left, right = max(self.left, x0), min(self.right, x1)
        if left >= right:
            return False
        ends = [y0 + (y1 - y0) * (x - x0) / (x1 - x0) for x in (left, right)]
        return max(ends) > self.bottom and min(ends) < self.top


def around(spot: Spot, width: float, height: float) -> Box:
    x, y = spot
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the years stand: a column each, but a run of years without a figure takes two at most."""

    places: dict[int, int]
    """The column of each year that has a figure."""
    gaps: dict[range, range]
    """The years of each run without a figure, and the columns it takes."""
    count: int

    def marks(self) -> Iterator[tuple[float, int, str]]:
        """Give what is written below the axis: middle, in columns; how many columns it has; years."""
        for year, column in self.places.items():
            yield column, 1, str(year)
        for years, columns in self.gaps.items():
            if len(years) > len(columns):
                yield (columns[0] + columns[-1]) / 2, len(columns), f"{years[0]}–{years[-1]}"
            else:
                yield from ((column, 1, str(year)) for year, column in zip(years, columns, strict=True))


def columns_of(points: Sequence[SeriesPoint]) -> Columns:
    places = {points[0].year: 0}
    gaps = {}
    for before, after in pairwise(points):
        missing = range(before.year + 1, after.year)
        column = places[before.year] + 1
        wide = min(len(missing), _WIDEST_GAP)
        if missing:
            gaps[missing] = range(column, column + wide)
        places[after.year] = column + wide
    return Columns(places, gaps, places[points[-1].year] + 1)


@dataclass(frozen=True, slots=True)
class Label:
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Plot:
    """One series drawn: `values` has a NaN for each column without a figure.

    `turned`: the labels are written upwards, there being no room for them side by side.
    """

    columns: Columns
    values: tuple[float, ...]
    labels: tuple[Label, ...]
    turned: bool
    low: float
    high: float
    width: float
    height: float

    @property
    def slot(self) -> float:
        return self.width / self.columns.count

    def data(self, spot: Spot) -> Spot:
        """Give the column and the value that stand at `spot`."""
        x, y = spot
        return x / self.slot - 0.5, self.low + y / self.height * (self.high - self.low)


def plot_of(series: Series, width: float, height: float, label_width: TextWidth, gap_width: float) -> Plot:
    """Place every point and its figure.

    A plot grows above `height` where figures must be turned, or stand below a negative value.
    `gap_width` is that of the words written into a gap.
    """
    rise = height - LABEL_HEIGHT - 2 * _CLEAR
    frame = _Frame(series.points, width, rise, LABEL_HEIGHT)
    labels = frame.labels(label_width, gap_width)
    if labels is not None:
        return frame.plot(labels, turned=False)
    frame = _Frame(series.points, width, rise, max(label_width(point.shown) for point in series.points))
    return frame.plot(frame.turned_labels(label_width), turned=True)


class _Frame:
    """A plot in which labels look for their places; `rise` is from its lowest value to its highest."""

    def __init__(self, points: Sequence[SeriesPoint], width: float, rise: float, label_room: float) -> None:
        self._points = points
        self._columns = columns_of(points)
        self._width = width
        # Zero belongs to every axis: a height then says how much, and a small change looks small.
        bottom = min(0.0, *(point.value for point in points))
        top = max(0.0, *(point.value for point in points))
        head = label_room + 2 * _CLEAR
        foot = head if bottom < 0 else 0.0
        unit = ((top - bottom) or 1.0) / rise
        self._height = foot + rise + head
        self._low = bottom - foot * unit
        self._high = self._low + self._height * unit
        self._spots = [self._spot(point) for point in points]

    def plot(self, labels: Sequence[Label], *, turned: bool) -> Plot:
        values = [math.nan] * self._columns.count
        for point in self._points:
            values[self._columns.places[point.year]] = point.value
        return Plot(
            self._columns,
            tuple(values),
            tuple(labels),
            turned,
            self._low,
            self._high,
            self._width,
            self._height,
        )

    def labels(self, label_width: TextWidth, gap_width: float) -> list[Label] | None:
        """Give each point its label, clear of all else; None where one finds no room."""
        taken = [around(spot, _CLEAR, _CLEAR) for spot in self._spots] + list(self._gaps(gap_width))
        labels = []
        for place, point in enumerate(self._points):
            rooms = list(self._rooms(place, label_width(point.shown) + _APART))
            free = [box for box in rooms if self._holds(box) and not any(box.meets(other) for other in taken)]
            if not free:
                return None
            box = next((box for box in free if self._is_off_the_line(box)), free[0])
            labels.append(Label(point.shown, box))
            taken.append(box)
        return labels

    def turned_labels(self, label_width: TextWidth) -> list[Label]:
        labels = []
        for place, point in enumerate(self._points):
            length = label_width(point.shown)
            x, y = self._spots[place]
            rooms = [
                around((x, y + side * (_CLEAR + length / 2)), TURNED_WIDTH, length)
                for side in self._sides(place)
            ]
            held = [box for box in rooms if self._holds(box)]
            labels.append(Label(point.shown, next(filter(self._is_off_the_line, held), held[0])))
        return labels

    def _rooms(self, place: int, wide: float) -> Iterator[Box]:
        """Try above and below the point, first where the line does not run, then leaning to a side."""
        x, y = self._spots[place]
        for lean in (0, -1, 1):
            middle = self._inside(x + lean * wide / 2, wide)
            for side in self._sides(place):
                yield around((middle, y + side * (_CLEAR + LABEL_HEIGHT / 2)), wide, LABEL_HEIGHT)

    def _inside(self, middle: float, wide: float) -> float:
        least = wide / 2 - _OVERHANG
        return min(max(middle, least), self._width - least)

    def _sides(self, place: int) -> tuple[int, int]:
        """Above is 1, below -1; a point lower than those beside it has its label below."""
        beside = self._points[max(place - 1, 0) : place + 2]
        dip = self._points[place].value * len(beside) < sum(point.value for point in beside)
        return (-1, 1) if dip else (1, -1)

    def _holds(self, box: Box) -> bool:
        return box.bottom >= 0 and box.top <= self._height

    def _is_off_the_line(self, box: Box) -> bool:
        return not any(
            box.crossed_by((left, right))
            for (a, left), (b, right) in pairwise(zip(self._points, self._spots, strict=True))
            if b.year == a.year + 1
        )

    def _spot(self, point: SeriesPoint) -> Spot:
        x = (self._columns.places[point.year] + 0.5) * self._width / self._columns.count
        return x, (point.value - self._low) / (self._high - self._low) * self._height

    def _gaps(self, gap_width: float) -> Iterator[Box]:
        slot = self._width / self._columns.count
        for columns in self._columns.gaps.values():
            x = (columns[0] + columns[-1] + 1) / 2 * slot
            fits = gap_width <= len(columns) * slot
            wide, high = (gap_width, LABEL_HEIGHT) if fits else (LABEL_HEIGHT, gap_width)
            yield around((x, self._height / 2), wide, high)
