"""How likely it is that a piece of a later report tells what became of a promise: a few signs, weighed and added.

The weights are fitted by `python -m benchmarks.fit_follow` to pairs of reports that were read by hand; each is what a
sign adds to the logarithm of the odds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.digest.agreement import grams, logistic
from chains.digest.deeds import is_another
from chains.digest.find import Finder, Near, Piece, is_unfinished
from chains.digest.pledges import Pledge, counted, pieces_of
from chains.digest.targets import Outcome, Told, compare
from store.models import Kind

WEIGHTS = {
    "base": -1.66,
    "words": 2.60,
    "ahead": 3.12,
    "pairs": 0.78,
    "rarest": 2.34,
    "meets": 2.90,
    "misses": 1.43,
    "far_off": -1.93,
}
SPEAKS = 0.5
"""From this likelihood on a piece is taken to tell of a promise."""
_WEIGHED = 8
"""So many of the nearest pieces are looked at."""
_RIVALS = 2
_LEAST_WORDS = 0.03
_MOST_PAIRS = 3
_FEWEST_PAIRS = 2
"""A word in common is no result where no figure says so too; nor is a figure, unless the thing is named or it is exact."""
_NEAREST = 3
_NEAR_SIZE = (0.6, 1.67)
_SCALE = (0.1, 10.0)
"""A figure ten times the planned one or a tenth is of another thing: a province's beside a town's."""
_AS_LIKELY = 0.05
_PLANNED = re.compile(r"列入|纳入|计划|下达|确定的")
# A promise of one of these is told without a figure only where it is named.
_DEED = re.compile(r"评估|审计|竞赛|比武|评查|演练|考试|测评|评选")
_FEW_PIECES = 80
_BY_CHANCE = 0.08
"""What each doubling of a report adds to the share of words that a piece holds by chance."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A piece that may speak of a promise, what became of the promised figure in it, and how likely it does, 0-1."""

    near: Near
    told: Told
    signs: tuple[float, ...]
    likely: float


def candidates(pledge: Pledge, finder: Finder) -> list[Speaking]:
    """Give the pieces that may tell what became of a promise, in the order of the words they share with it."""
    weighed = [near for near in finder.near(pledge)[:_WEIGHED] if _may_speak(pledge, near, finder)]
    return [
        speaking
        for near in weighed[:_RIVALS]
        if (speaking := _speaking(pledge, near, weighed, finder)) is not None
    ]


def likeliest(found: Sequence[Speaking]) -> Speaking | None:
    """Give the candidate to believe: the likeliest, of those that speak and are as likely one that tells a figure."""
    speaking = [one for one in found if one.likely >= SPEAKS] or found
    return max(
        speaking, key=lambda one: one.likely + (_AS_LIKELY if one.told.is_alike else 0.0), default=None
    )


def _may_speak(pledge: Pledge, near: Near, finder: Finder) -> bool:
    """Tell whether a piece tells neither of another deed, nor of a lack alone, nor of another thing than is named."""
    lack = near.piece.statement.section.kind is Kind.SHORTCOMINGS
    if lack and not is_unfinished(finder.after(near, pledge)):
        return False
    if pledge.names and not pledge.amounts and not any(finder.names(near, name) for name in pledge.names):
        return False
    return not is_another(pledge, near, finder)


def _speaking(pledge: Pledge, near: Near, weighed: list[Near], finder: Finder) -> Speaking | None:
    told = told_of(pledge, near, finder)
    if told.size is not None and not _SCALE[0] <= told.size <= _SCALE[1]:
        return None
    named = bool(pledge.thing) and finder.names(near, pledge.thing)
    if near.pairs < _FEWEST_PAIRS and (told.size is None or not (named or told.size == 1)):
        return None
    if told.size is None and _DEED.search(pledge.thing) and not named:
        return None
    signs = _signs(pledge, near, told, weighed, finder)
    return Speaking(near, told, signs, logistic(WEIGHTS, signs))


def _signs(pledge: Pledge, near: Near, told: Told, weighed: list[Near], finder: Finder) -> tuple[float, ...]:
    """Give what `WEIGHTS` weigh, in its order."""
    clause = near.piece.statement.clause
    others = [other.score for other in weighed if other.piece.statement.clause != clause]
    by_chance = _BY_CHANCE * math.log2(max(len(finder.pieces) / _FEW_PIECES, 1))
    is_rate = all(amount.unit == "%" for amount in pledge.amounts)
    return (
        1.0,
        math.log(max(near.score - by_chance, _LEAST_WORDS)),
        near.score - max(others, default=0.0),
        float(min(near.pairs, _MOST_PAIRS)),
        _rarest_shared(pledge, near, finder),
        _closeness(told) if told.outcome in {Outcome.MET, Outcome.OF_TOTAL} and not is_rate else 0.0,
        float(told.outcome is Outcome.SHORT and told.is_alike),
        float(told.size is not None and not told.is_alike),
    )


def _closeness(told: Told) -> float:
    """Give how near a figure is to the planned one: 1 the same, 0 twice or half of it."""
    return 1 - min(abs(math.log2(told.size)), 1.0) if told.size else 0.0


def _rarest_shared(pledge: Pledge, near: Near, finder: Finder) -> float:
    """Give how rare the rarest pair of characters is that a clause shares with a promise, beside its very rarest."""
    held = frozenset[str]().union(*(piece.own for piece in finder.clause_pieces(near)))
    rarity = {pair: finder.rarity.of(pair) for pair in pledge.grams if len(pair) == 2}
    shared = max((rare for pair, rare in rarity.items() if pair in held), default=0.0)
    return shared / max(rarity.values()) if rarity else 0.0


# --- figures


def is_figure_near(pledge: Pledge, finder: Finder) -> bool:
    """Tell whether one of the nearest pieces, whatever else it tells of, has a figure that could be the promised one."""
    sizes = [told_of(pledge, near, finder).size for near in finder.near(pledge)[:_NEAREST]]
    return any(size is not None and _NEAR_SIZE[0] <= size <= _NEAR_SIZE[1] for size in sizes)


def told_of(pledge: Pledge, near: Near, finder: Finder) -> Told:
    """Compare figures; what a piece does not count may be counted in the next of its clause (轮训3轮,278人次受训)."""
    # Only what stands beside a figure says that it is meant to be low.
    promised = pieces_of(pledge.text)[0]
    text, following = near.piece.text, finder.following(near)
    told = compare(promised, pledge.amounts, text, near.piece.amounts)
    # 8座码头中,6座已拆除; 列入计划的9口山塘,7口已加固: what was planned, and of it what is done.
    if told.outcome is Outcome.MET and following and (text.endswith("中") or _PLANNED.search(text)):
        both = f"{text},{following.text}"
        told = compare(promised, pledge.amounts, both, counted(both))
    if told.outcome is Outcome.UNTOLD and following and _may_count(pledge, following):
        further = compare(promised, pledge.amounts, following.text, following.amounts)
        told = further if further.is_alike or not _is_one(pledge) else told
    if told.outcome in {Outcome.MET, Outcome.UNTOLD} and _misses_further(pledge, near, finder):
        return Told(Outcome.SHORT, told.size)
    return told


def _may_count(pledge: Pledge, following: Piece) -> bool:
    """Tell whether a next piece may count what the one before it names: a rate must be named anew."""
    rate = any(amount.unit == "%" for amount in pledge.amounts)
    return not rate or any(len(gram) == 2 for gram in pledge.grams & following.own)


def _is_one(pledge: Pledge) -> bool:
    """Tell whether a promise is of one thing, of which nobody tells how many."""
    return all(amount.value == 1 for amount in pledge.amounts)


def _misses_further(pledge: Pledge, near: Near, finder: Finder) -> bool:
    """Tell whether a figure that the promise goes on with is missed, in the same clause and of the same thing."""
    for promised in pieces_of(pledge.text)[1:]:
        planned = counted(promised)
        for piece in finder.clause_pieces(near) if planned else ():
            shares = any(len(gram) == 2 for gram in grams(promised) & piece.own)
            if shares and compare(promised, planned, piece.text, piece.amounts).outcome is Outcome.SHORT:
                return True
    return False
