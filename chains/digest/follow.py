"""What became of last year's plans: each promise held against the next report of the same agency."""

from __future__ import annotations

from collections.abc import Sequence

from chains.digest.agencies import of_one_agency
from chains.digest.find import Finder
from chains.digest.held import Held
from chains.digest.models import FollowedPlan, Verdict
from chains.digest.pledges import Pledge, find_pledges
from chains.digest.silence import SILENT, likely_silent
from chains.digest.speaks import SPEAKS, Speaking, candidates, likeliest
from chains.digest.targets import Outcome
from chains.digest.verdicts import Decided, judge
from store.models import Kind

_AS_NEAR = 0.05
_SHOWN = 0.2
"""A passage that holds less of a promise's words is not shown as the nearest."""


def which_pairs(helds: Sequence[Held]) -> list[tuple[Held, Held]]:
    """Pair each report with its agency's report of the next year, where both are held."""
    return [
        (earlier, later)
        for group in of_one_agency(helds)
        for earlier in group
        for later in group
        if earlier.planned is not None and earlier.planned == later.told
    ]


def follow_plans(earlier: Held, later: Held) -> list[FollowedPlan]:
    """Hold every promise of one report against the next; what cannot be said is left out."""
    if earlier.told is None or later.told is None:
        return []
    pledges = find_pledges(earlier)
    results, plans = Finder(later, pledges), Finder(later, pledges, later.prospects)
    # Only the report on the very year planned, and one that tells results, is silent on a promise.
    tells = any(statement.section.kind is Kind.ACHIEVEMENTS for statement in later.results)
    may_be_absent = tells and later.told == earlier.planned
    return [
        _followed(earlier, later, pledge, decided)
        for pledge in pledges
        if (decided := _decide(pledge, results, plans))
        and (may_be_absent or decided.verdict is not Verdict.NOT_MENTIONED)
    ]


def _followed(earlier: Held, later: Held, pledge: Pledge, decided: Decided) -> FollowedPlan:
    told = later.item(decided.span, decided.topic) if decided.span else None
    silent = decided.verdict is Verdict.NOT_MENTIONED
    return FollowedPlan(
        agency=later.report.agency,
        plan_year=earlier.year,
        result_year=later.year,
        verdict=decided.verdict,
        plan=earlier.item(pledge.span, pledge.topic),
        result=None if silent else told,
        nearest=told if silent else None,
        planned_again=decided.planned_again,
        looked_in=later.report,
    )


def _decide(pledge: Pledge, results: Finder, plans: Finder) -> Decided | None:
    found = candidates(pledge, results)
    best = likeliest(found)
    if best and best.likely >= SPEAKS:
        return None if _contradicted(best, found) else judge(pledge, best, results, plans)
    if likely_silent(pledge, best, results, plans) < SILENT:
        return None
    # What was promised again is nearest to it by far, and says best what became of it.
    near = max((*results.near(pledge)[:1], *plans.near(pledge)[:1]), key=lambda one: one.score, default=None)
    if near is None or near.score < _SHOWN:
        return Decided(Verdict.NOT_MENTIONED)
    nearest = near.piece.statement
    return Decided(Verdict.NOT_MENTIONED, nearest.clause, nearest.topic, nearest.section.kind is Kind.PLANS)


def _contradicted(best: Speaking, found: list[Speaking]) -> bool:
    """Tell whether another piece as near says otherwise of the figure."""
    as_near = {
        one.told.outcome
        for one in found
        if one.told.is_alike and abs(best.near.score - one.near.score) < _AS_NEAR
    }
    return {Outcome.MET, Outcome.SHORT} <= as_near
