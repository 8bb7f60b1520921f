"""What a digest is made of. Every item quotes what it says; a verdict on a plan quotes both years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from chains.models import Citation, Engine, Item, Usage
from store.models import DEFAULT_WORKSPACE, Frozen, Report


@dataclass(frozen=True, slots=True)
class DigestInput:
    """Which shelves, and what happened on them from `since` (inclusive) to `until` (exclusive), aware UTC.

    `watch` holds words for agencies, places or topics; empty: everything on the shelves.
    """

    since: datetime
    until: datetime
    workspaces: tuple[str, ...] = (DEFAULT_WORKSPACE,)
    watch: tuple[str, ...] = ()


class Verdict(StrEnum):
    """What became of a plan in the same agency's next report that is held."""

    KEPT = "kept"
    PARTLY = "partly"
    CHANGED = "changed"
    """A result is told, with another figure than was planned."""
    NOT_MENTIONED = "not_mentioned"


class FollowedPlan(Frozen):
    """A plan of `plan_year`'s report held against the report that tells `result_year`'s results.

    `result` cites where the result stands; None exactly where it is not mentioned. Then `looked_in` is the
    report that was read to its end, and `nearest` the passage that has most of the plan's words, None where
    none has a fifth of them; `planned_again`: it stands among the plans for the year after.
    """

    agency: str
    plan_year: int
    result_year: int
    verdict: Verdict
    plan: Item
    result: Item | None
    nearest: Item | None = None
    planned_again: bool = False
    looked_in: Report


class RepeatedShortcoming(Frozen):
    """A shortcoming that an agency admits again: in an earlier report of its own and in a later one."""

    agency: str
    earlier_year: int
    later_year: int
    earlier: Item
    later: Item


class SharedShortcoming(Frozen):
    """A shortcoming that several agencies admit: one item an agency, at least two. `topic` names what of."""

    topic: str
    agencies: list[str]
    items: list[Item]


class SeriesPoint(Frozen):
    """What one report says an indicator was in `year`. `value` is in the series' unit."""

    year: int
    value: float
    shown: str
    citation: Citation


class Series(Frozen):
    """One indicator of one agency over the years, ascending, each year once; years without a point are gaps."""

    agency: str
    indicator: str
    unit: str
    points: list[SeriesPoint]


class ReportNews(Frozen):
    """A report that came, with what matters in it: a few points, its shortcomings in a line each, its plans.

    `more_…` count what the report holds besides and is not shown: all of it where reports are too many to
    tell of each, and only then are the lists of a report that has something to say empty.
    """

    report: Report
    change: Literal["added", "replaced"]
    points: list[Item]
    shortcomings: list[Item]
    plans: list[Item]
    more_points: int = 0
    more_shortcomings: int = 0
    more_plans: int = 0


class Gone(Frozen):
    """A report that was taken off the shelf."""

    title: str
    agency: str


class Digest(Frozen):
    """What is new on a shelf between two instants. Empty lists all through: a quiet time."""

    since: datetime
    until: datetime
    news: list[ReportNews] = []
    gone: list[Gone] = []
    followed: list[FollowedPlan] = []
    repeated: list[RepeatedShortcoming] = []
    shared: list[SharedShortcoming] = []
    series: list[Series] = []
    engine: Engine = "extractive"
    model: str | None = None
    note: str = ""
    """What a reader must know of how this was made: a model that failed, reports left out."""
    dropped: int = 0
    usage: Usage = Field(default_factory=Usage)
