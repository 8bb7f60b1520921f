"""What became of last year's plans: each promise held against the next report of the same agency."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.digest.agencies import of_one_agency
from chains.digest.find import Finder, Near
from chains.digest.held import Held
from chains.digest.meaning import Meaning, nearness
from chains.digest.models import FollowedPlan, Verdict
from chains.digest.pledges import Pledge, find_pledges
from chains.digest.speaks import Speaking, candidates, is_figure_near
from chains.digest.targets import Outcome
from chains.digest.verdicts import Decided, judge
from store.models import Kind

SPEAKS = 0.5
"""From this likelihood on the nearest piece is taken to tell of a promise."""
SILENT = 0.2
"""Up to this likelihood a report may be silent on a promise; in between nobody can say."""
_NOWHERE = 0.6
"""A promise is passed over only where so much of its words stands nowhere in the results."""
_TOUCHES = 0.3
"""A piece that holds so much of a promise touches on it, be it an admission or about another deed."""
_DEED_ONLY = re.compile(
    r"行动|活动|清理|整治|审计|检查|培训|轮训|机制|制度|体系|工程|项目|治理|排查|监管|服务|管理"
)
_PLANNED_AGAIN = 0.5
_NEAR_IN_MEANING = 0.38
"""From this nearness on a piece of other words may tell of it all the same."""
_ASKED_FOR_MEANING = 2
_FAR_PIECES = 6
_FEW = 3
"""Up to this number a figure stands anywhere by chance."""
_AS_NEAR = 0.05


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked of a later report: its results, its plans, and what its pieces mean."""

    results: Finder
    plans: Finder
    meaning: Meaning | None

    def nearness(self, pledge: Pledge, near: Sequence[Near]) -> float:
        """Give how near in meaning the nearest of these pieces is, 0 without a model."""
        if self.meaning is None or not near:
            return 0.0
        pieces = self.results.pieces
        far = [piece.text for piece in pieces[:: max(len(pieces) // _FAR_PIECES, 1)]][:_FAR_PIECES]
        return nearness(self.meaning, pledge.text, [one.piece.text for one in near], far)


def which_pairs(helds: Sequence[Held]) -> list[tuple[Held, Held]]:
    """Pair each report with its agency's report of the next year, where both are held."""
    return [
        (earlier, later)
        for group in of_one_agency(helds)
        for earlier in group
        for later in group
        if earlier.planned is not None and earlier.planned == later.told
    ]


def follow_plans(earlier: Held, later: Held, meaning: Meaning | None = None) -> list[FollowedPlan]:
    """Hold every promise of one report against the next; what cannot be said is left out."""
    if earlier.told is None or later.told is None:
        return []
    pledges = find_pledges(earlier)
    search = _Search(Finder(later, pledges), Finder(later, pledges, later.prospects), meaning)
    # Only the report on the very year planned, and one that tells results, is silent on a promise.
    tells = any(statement.section.kind is Kind.ACHIEVEMENTS for statement in later.results)
    may_be_absent = tells and later.told == earlier.planned
    return [
        _followed(earlier, later, pledge, decided)
        for pledge in pledges
        if (decided := _decide(pledge, search))
        and (may_be_absent or decided.verdict is not Verdict.NOT_MENTIONED)
    ]


def _followed(earlier: Held, later: Held, pledge: Pledge, decided: Decided) -> FollowedPlan:
    return FollowedPlan(
        agency=later.report.agency,
        plan_year=earlier.year,
        result_year=later.year,
        verdict=decided.verdict,
        plan=earlier.item(pledge.span, pledge.topic),
        result=later.item(decided.span, decided.topic) if decided.span else None,
        looked_in=later.report,
    )


def _decide(pledge: Pledge, search: _Search) -> Decided | None:
    found = candidates(pledge, search.results)
    best = max(found, key=lambda one: one.likely, default=None)
    if best and best.likely >= SPEAKS:
        return None if _contradicted(best, found) else judge(pledge, best, search.results, search.plans)
    if (best is None or best.likely <= SILENT) and _is_absent(pledge, search):
        return Decided(Verdict.NOT_MENTIONED)
    return None


def _contradicted(best: Speaking, found: list[Speaking]) -> bool:
    """Tell whether another piece as near says otherwise of the figure."""
    as_near = {
        one.told.outcome
        for one in found
        if one.told.is_alike and abs(best.near.score - one.near.score) < _AS_NEAR
    }
    return {Outcome.MET, Outcome.SHORT} <= as_near


def _is_absent(pledge: Pledge, search: _Search) -> bool:
    """Tell whether nothing speaks of a promise: not its words, its figure, its name or a piece near in meaning."""
    # What ends in no thing of its own but in a deed (专项清理) may be told in any words.
    if _DEED_ONLY.search(pledge.thing) or any(amount.hidden for amount in pledge.amounts):
        return False
    finder = search.results
    figures = {f"={a.value}{a.unit}" for a in pledge.amounts if a.value is not None and a.value > _FEW}
    if any(finder.holds(mark) for mark in (*pledge.names, *figures)):
        return False
    if is_figure_near(pledge, finder):
        return False
    near, again = finder.near(pledge), search.plans.near(pledge)
    if (near and near[0].score >= _TOUCHES) or (again and again[0].score >= _PLANNED_AGAIN):
        return False
    if finder.share_nowhere(pledge) < _NOWHERE:
        return False
    return search.nearness(pledge, near[:_ASKED_FOR_MEANING]) < _NEAR_IN_MEANING
