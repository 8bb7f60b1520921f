"""Bars: the least, or the most, every figure of the board may be. They stand in `bars.json`.

A bar is `{"bar": number, "better": "higher" or "lower", "slack": number}`; a figure has fallen when it is worse than
the bar by more than the slack. Times stand there as ratios within one run, so that a slow machine does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.board.found import Better, Found

BARS = Path(__file__).parents[1] / "bars.json"


@dataclass(frozen=True)
class Bar:
    bar: float
    better: Better
    slack: float

    def allows(self, value: float) -> bool:
        if self.better == "higher":
            return value >= self.bar - self.slack
        return value <= self.bar + self.slack


def read(path: Path = BARS) -> dict[str, Bar]:
    return {name: Bar(**bar) for name, bar in json.loads(path.read_text("utf-8")).items()}


def fallen(bars: Mapping[str, Bar], found: Mapping[str, Found]) -> list[str]:
    """Name what is wrong with the parts given: figures that fell, that were not measured, that have no bar.

    What a part says cannot be had here is passed over.
    """
    said = []
    for part, measured in found.items():
        own = {name: bar for name, bar in bars.items() if _is_of(name, part)}
        for name, value in measured.figures.items():
            bar = own.pop(name, None)
            if bar is None:
                said.append(f"{name}: {value:g} has no bar in {BARS.name}")
            elif not bar.allows(value):
                limit = "at least" if bar.better == "higher" else "at most"
                said.append(f"{name}: {value:g}, {limit} {bar.bar:g} (slack {bar.slack:g})")
        said += [f"{name}: was not measured" for name in own if not _is_absent(name, measured.absent)]
    return said


def _is_of(name: str, part: str) -> bool:
    return name.startswith((f"{part}.", f"{part},"))


def _is_absent(name: str, absent: Iterable[str]) -> bool:
    return any(name.startswith(beginning) for beginning in absent)
