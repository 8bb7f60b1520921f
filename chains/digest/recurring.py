"""Shortcomings that an agency admits again, and those that several agencies admit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from chains.digest.agencies import agency_names, of_one_agency
from chains.digest.agreement import Rarity, grams, logistic
from chains.digest.aspects import ASPECTS, aspects_of, named_by
from chains.digest.held import Held
from chains.digest.models import RepeatedShortcoming, SharedShortcoming
from chains.models import Item
from store.numbering import enumerated_at
from store.script import fold
from store.sentences import Span, sentences

WEIGHTS = {"base": -3.01, "ahead": 2.21, "aspect": 3.17}
"""What each sign that two admissions of an agency are one shortcoming adds to the logarithm of the odds.

Fitted by `python -m benchmarks.fit_follow`.
"""
SAME = 0.5
"""From this likelihood on they are, if none of the two is likelier the same as another."""
_LEAST = 0.01
_BY_CHANCE = 0.05
"""How alike any two admissions are: a lead is counted from there on, and before no rival at all from there too."""
_SHARED = 0.30
"""From this likeness on admissions of two agencies are the same whatever they speak of."""
_QUOTE_CHARS = 120
_TOPIC_CHARS = 3
# What says how much or where without saying of what.
_VAGUE = re.compile(
    r"问题|不足|不够|不高|不强|不到位|不及时|有待|仍然?|尚未|还|较为|比较|一些|部分|个别|少数|有的|方面|情况|现象|存在|一定程度|状况|局面|根本|明显|工作|能力|基层|首先|其次|再次|最后|缺口|缺少|缺乏|薄弱|困难|偏弱|滞后|参差不齐|发生"
)


@dataclass(frozen=True, slots=True)
class Admission:
    """A shortcoming of a report made ready for comparison."""

    held: Held
    span: Span
    topic: str
    text: str
    grams: frozenset[str]
    aspects: frozenset[int]

    @property
    def quote(self) -> str:
        """What is cited of it, folded."""
        return fold(_quoted(self.held.text, self.span).of(self.held.plain))

    def item(self) -> Item:
        return self.held.item(_quoted(self.held.text, self.span), self.topic)


_Named = tuple[str, list[Admission]]
Pair = tuple[int, int]
"""The places of two admissions among those of two reports."""


def repeated(helds: Sequence[Held]) -> list[RepeatedShortcoming]:
    """Find what an agency admits in one report and again in its next that is held."""
    return [
        _repeated(one, other)
        for earlier, later, rarity in admitted_in_turn(helds)
        for one, other in _matches(earlier, later, rarity)
    ]


def admitted_in_turn(helds: Sequence[Held]) -> Iterator[tuple[list[Admission], list[Admission], Rarity]]:
    """Give what an agency admits in one report and in its next that is held, with how rare its words are."""
    for group in of_one_agency(helds):
        admitted = [_admissions(held) for held in group]
        rarity = _rarity(group)
        for earlier, later in pairwise(admitted):
            yield earlier, later, rarity


def shared(helds: Sequence[Held]) -> list[SharedShortcoming]:
    """Find what several agencies admit, each by its newest report that does, the commonest first."""
    names = agency_names(helds)
    newest = sorted(helds, key=lambda held: (-(held.told or 0), held.report.id))
    admissions = [admission for held in newest if names[held.report.id] for admission in _admissions(held)]
    found: list[SharedShortcoming] = []
    taken: set[tuple[str, int]] = set()
    groups = [*_by_aspect(admissions, names), *_by_wording(admissions, names, _rarity(helds))]
    for topic, group in sorted(groups, key=lambda named: -len(named[1])):
        free = [one for one in group if (one.held.report.id, one.span.start) not in taken]
        if len(free) > 1 and topic:
            agencies = [one.held.report.agency for one in free]
            found.append(
                SharedShortcoming(topic=topic, agencies=agencies, items=[one.item() for one in free])
            )
            taken |= {(one.held.report.id, one.span.start) for one in free}
    return found


def _admissions(held: Held) -> list[Admission]:
    made = []
    for statement in held.admissions:
        lead = enumerated_at(held.text, statement.span.start)
        text = fold(held.plain[lead.end() if lead else statement.span.start : statement.span.end])
        made.append(
            Admission(
                held,
                statement.span,
                statement.topic,
                text,
                grams(_VAGUE.sub(" ", text)),
                aspects_of(text),
            )
        )
    return made


def _rarity(helds: Sequence[Held]) -> Rarity:
    told = [fold(s.span.of(held.plain)) for held in helds for s in held.results]
    admitted = [one.grams for held in helds for one in _admissions(held)]
    return Rarity([*(grams(text) for text in told), *admitted])


def signs_of_sameness(
    earlier: Sequence[Admission], later: Sequence[Admission], rarity: Rarity
) -> dict[Pair, tuple[float, ...]]:
    """Give for each admission of one report beside each of the next what `WEIGHTS` weigh, in its order."""
    likeness = {
        (a, b): rarity.likeness(one.grams, other.grams)
        for a, one in enumerate(earlier)
        for b, other in enumerate(later)
    }
    return {
        (a, b): (
            1.0,
            sum(
                math.log(max(like, _LEAST) / max([_BY_CHANCE, *rivals]))
                for rivals in _rivals((a, b), likeness)
            ),
            float(bool(earlier[a].aspects & later[b].aspects)),
        )
        for (a, b), like in likeness.items()
    }


def _rivals(pair: Pair, values: dict[Pair, float]) -> tuple[list[float], list[float]]:
    """Give the values of the pairs that share the first of a pair, and of those that share the second."""
    a, b = pair
    return (
        [value for (x, y), value in values.items() if x == a and y != b],
        [value for (x, y), value in values.items() if x != a and y == b],
    )


def _matches(
    earlier: list[Admission], later: list[Admission], rarity: Rarity
) -> Iterator[tuple[Admission, Admission]]:
    """Pair the admissions of two reports that are likely the same, and more so than with any other."""
    signs = signs_of_sameness(earlier, later, rarity)
    likely = {pair: logistic(WEIGHTS, found) for pair, found in signs.items()}
    for (a, b), like in likely.items():
        if like >= SAME and all(like > rival for rivals in _rivals((a, b), likely) for rival in rivals):
            yield earlier[a], later[b]


def _repeated(earlier: Admission, later: Admission) -> RepeatedShortcoming:
    return RepeatedShortcoming(
        agency=later.held.report.agency,
        earlier_year=earlier.held.year,
        later_year=later.held.year,
        earlier=earlier.item(),
        later=later.item(),
    )


def _by_aspect(admissions: list[Admission], names: dict[str, str]) -> Iterator[_Named]:
    """Group admissions of one aspect, of each agency the first."""
    for aspect in range(len(ASPECTS)):
        members = _one_each([one for one in admissions if aspect in one.aspects], names)
        if members:
            yield named_by(aspect, [one.quote for one in members]), members


def _by_wording(admissions: list[Admission], names: dict[str, str], rarity: Rarity) -> Iterator[_Named]:
    """Group admissions of no known aspect so that each is worded like every other of its group."""
    groups: list[list[Admission]] = []
    for one in (one for one in admissions if not one.aspects):
        fitting = (
            group for group in groups if all(rarity.likeness(one.grams, o.grams) >= _SHARED for o in group)
        )
        group = next(fitting, None)
        if group is None:
            groups.append([one])
        else:
            group.append(one)
    for group in groups:
        members = _one_each(group, names)
        yield _common([one.quote for one in members]), members


def _one_each(admissions: Sequence[Admission], names: dict[str, str]) -> list[Admission]:
    """Keep each agency's first."""
    first: dict[str, Admission] = {}
    for one in admissions:
        first.setdefault(names[one.held.report.id], one)
    return list(first.values())


def _common(quotes: Sequence[str]) -> str:
    """Give the longest words that stand in every quote and say of what; the first of several as long."""
    shortest = min(quotes, key=len)
    runs = [
        shortest[start:end]
        for start, end in combinations(range(len(shortest) + 1), 2)
        if end - start >= _TOPIC_CHARS
        and re.fullmatch(r"(?![是的和在与对为])[\u4e00-\u9fff]+", shortest[start:end])
    ]
    standing = [run for run in runs if not _VAGUE.search(run) and all(run in quote for quote in quotes)]
    return max(standing, key=len, default="")


def _quoted(text: str, span: Span) -> Span:
    """Give a point whole, a long one by the sentences it begins with."""
    if span.end - span.start <= _QUOTE_CHARS:
        return span
    end = span.start
    for sentence in sentences(text, span.start, span.end):
        if end > span.start and sentence.end - span.start > _QUOTE_CHARS:
            break
        end = sentence.end
    return Span(span.start, end)
