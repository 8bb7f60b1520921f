"""What a part of the board has measured, and how its shares are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from benchmarks.answers import wilson

DATA = Path(__file__).parents[1] / "data"
SEEN = ("dev_v3",)
"""Sets whose failures were looked at while the product was made: their figures flatter."""
BLIND = "board_v1"

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Table:
    title: str
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Headline:
    """One row of the table that comes first; values as numbers to compare and as they are written."""

    what: str
    ours: float
    peer: float
    ours_said: str
    peer_said: str
    peer_name: str
    better: Better = "higher"

    @property
    def winner(self) -> Literal["ours", "peer", "none"]:
        if self.ours == self.peer:
            return "none"
        return "ours" if (self.ours > self.peer) == (self.better == "higher") else "peer"


@dataclass
class Found:
    """`figures` are held against bars; `absent` names those that cannot be had here, with the reason."""

    tables: list[Table] = field(default_factory=list)
    headlines: list[Headline] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[list[float]]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, held: Mapping[str, Any]) -> Self:
        return cls(
            [Table(**table) for table in held["tables"]],
            [Headline(**row) for row in held["headlines"]],
            held["figures"],
            held["curves"],
            held["absent"],
        )


def sets() -> dict[str, list[Path]]:
    """Give the folders of the blind set and of the seen ones, by name; those that are complete."""
    blind = [folder for folder in sorted(DATA.glob(f"{BLIND}*")) if _is_complete(folder)]
    return ({BLIND: blind} if blind else {}) | {name: [DATA / name] for name in SEEN}


def _is_complete(folder: Path) -> bool:
    return all((folder / name).exists() for name in ("reports", "reports.jsonl", "questions.jsonl"))


def share(good: int, total: int) -> float:
    return round(good / total, 4) if total else 0.0


def counted(good: int, total: int) -> str:
    return f"{good}/{total}（{share(good, total):.3f}）"


def with_interval(outcomes: Sequence[bool]) -> str:
    """Write a share with its 95 % Wilson interval."""
    low, high = wilson(sum(outcomes), len(outcomes))
    return f"{counted(sum(outcomes), len(outcomes))} [{low:.3f}, {high:.3f}]"
