"""What became of last year's plans: each promise held against the next report of the same agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chains.digest.agencies import of_one_agency
from chains.digest.find import Finder, Near
from chains.digest.held import Held
from chains.digest.meaning import Meaning, nearness
from chains.digest.models import FollowedPlan, Verdict
from chains.digest.pledges import Pledge, find_pledges
from chains.digest.silence import SILENT, likely_silent
from chains.digest.speaks import Speaking, candidates, likeliest
from chains.digest.targets import Outcome
from chains.digest.verdicts import Decided, judge
from store.models import Kind

SPEAKS = 0.5
"""From this likelihood on the nearest piece is taken to tell of a promise."""
_NEAR_IN_MEANING = 0.38
"""From this nearness on a piece of other words may tell of it all the same."""
_ASKED_FOR_MEANING = 2
_FAR_PIECES = 6
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
        looked_in=later.report,
    )


def _decide(pledge: Pledge, search: _Search) -> Decided | None:
    found = candidates(pledge, search.results)
    best = likeliest(found)
    if best and best.likely >= SPEAKS:
        return None if _contradicted(best, found) else judge(pledge, best, search.results, search.plans)
    return _absent(pledge, best, search)


def _contradicted(best: Speaking, found: list[Speaking]) -> bool:
    """Tell whether another piece as near says otherwise of the figure."""
    as_near = {
        one.told.outcome
        for one in found
        if one.told.is_alike and abs(best.near.score - one.near.score) < _AS_NEAR
    }
    return {Outcome.MET, Outcome.SHORT} <= as_near


def _absent(pledge: Pledge, best: Speaking | None, search: _Search) -> Decided | None:
    """Give the verdict that nothing tells of a promise, with the piece that comes nearest; None in doubt."""
    if likely_silent(pledge, best, search.results, search.plans) < SILENT:
        return None
    near = search.results.near(pledge)
    if search.nearness(pledge, near[:_ASKED_FOR_MEANING]) >= _NEAR_IN_MEANING:
        return None
    nearest = near[0].piece.statement if near else None
    return Decided(
        Verdict.NOT_MENTIONED, nearest.clause if nearest else None, nearest.topic if nearest else ""
    )
