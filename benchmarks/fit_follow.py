"""Fit how likely a piece tells what became of a promise and two admissions are one, measured on the set left out.

    python -m benchmarks.fit_follow benchmarks/data/pairs_v1 benchmarks/data/pairs_v2 benchmarks/data/pairs_v3

For each promise that the gold lists, the first candidate of `chains/digest/speaks.py` is an example: it tells of it
where it overlaps the gold result. So is each promise of one agency held against the report of another of its set, which
tells of none; governments are left out there, since any two report on the same things. All of these together weigh
`_STRANGERS` of what the gold does. A logistic regression with a small ridge, by Newton's method; no seed, no chance.
A promise that no piece is taken to tell of is an example for silence: the gold says that nothing does.
Two admissions of one agency are an example too: the same where the gold says that it repeats them.
Prints what each set scores with weights of the others, and the weights of all, which are copied into the `WEIGHTS` of
`speaks.py` and `recurring.py`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.follow import Shelf, read_shelf, score_plans, score_repeated
from chains.digest import recurring, silence, speaks
from chains.digest.find import Finder
from chains.digest.follow import follow_plans, which_pairs
from chains.digest.held import Held
from chains.digest.models import Verdict
from chains.digest.pledges import Pledge, find_pledges
from chains.digest.recurring import Admission, admitted_in_turn, signs_of_sameness
from chains.digest.speaks import SPEAKS, Speaking, candidates, likeliest
from store.models import ReportKind
from store.sentences import Span

_RIDGE = 0.3
_STRANGERS = 0.1
_STEPS = 30
_RITUAL = "ritual"

Example = tuple[tuple[float, ...], bool]


@dataclass(frozen=True)
class _Examples:
    """What one set teaches: the promises its gold lists, and promises held against another agency's report."""

    listed: list[Example]
    strange: list[Example]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", type=Path, nargs="+")
    shelves = [read_shelf(folder, show=False) for folder in arguments.parse_args().folders]
    _fit_repeated(shelves)
    examples = [_Examples(list(_listed(shelf)), list(_strange(shelf))) for shelf in shelves]
    for left_out, shelf in enumerate(shelves):
        others = [found for at, found in enumerate(examples) if at != left_out]
        _report(f"set {left_out + 1} by the others", shelf, _fit_plans(others))
    weights = _fit_plans(examples)
    for number, shelf in enumerate(shelves, 1):
        _report(f"set {number} by all", shelf, weights)
    _print(speaks.WEIGHTS)
    _fit_silence(shelves)


def _fit_repeated(shelves: Sequence[Shelf]) -> None:
    examples = [list(_admitted(shelf)) for shelf in shelves]
    for left_out, shelf in enumerate(shelves):
        others = [one for at, found in enumerate(examples) if at != left_out for one in found]
        _set(recurring.WEIGHTS, _fit(others))
        print(score_repeated(shelf).line(f"repeated in set {left_out + 1} by the others"))
    _set(recurring.WEIGHTS, _fit([one for found in examples for one in found]))
    for number, shelf in enumerate(shelves, 1):
        print(score_repeated(shelf).line(f"repeated in set {number} by all"))
    _print(recurring.WEIGHTS)


def _fit_silence(shelves: Sequence[Shelf]) -> None:
    """Fit silence with the weights for what speaks as they are now."""
    examples = [list(_untold(shelf)) for shelf in shelves]
    for left_out, shelf in enumerate(shelves):
        others = [one for at, found in enumerate(examples) if at != left_out for one in found]
        _set(silence.WEIGHTS, _fit(others))
        tally = score_plans(shelf).tallies[Verdict.NOT_MENTIONED.value]
        print(tally.line(f"silent, set {left_out + 1} by the others"))
    _set(silence.WEIGHTS, _fit([one for found in examples for one in found]))
    for number, shelf in enumerate(shelves, 1):
        scored = score_plans(shelf)
        print(scored.tallies[Verdict.NOT_MENTIONED.value].line(f"silent, set {number} by all"))
        print(scored.total.line(f"all of set {number}"))
    _print(silence.WEIGHTS)


def _untold(shelf: Shelf) -> Iterator[Example]:
    """Give the promises of the gold that no piece speaks of, and whether indeed nothing does."""
    for earlier, later in _pairs(shelf):
        names = (shelf.names[earlier.report.id], shelf.names[later.report.id])
        lines = [line for line in shelf.of("plan") if (line["earlier"], line["later"]) == names]
        pledges = find_pledges(earlier)
        results, plans = Finder(later, pledges), Finder(later, pledges, later.prospects)
        for pledge in pledges:
            line = _line_of(earlier, pledge, lines)
            best = likeliest(candidates(pledge, results))
            asked = silence.likely_silent(pledge, best, results, plans) > 0 and (
                best is None or best.likely < SPEAKS
            )
            if line and line["verdict"] != _RITUAL and asked:
                signs = silence.signs_of_silence(pledge, best, results, plans)
                yield signs, line["verdict"] == Verdict.NOT_MENTIONED.value


def _admitted(shelf: Shelf) -> Iterator[Example]:
    for earlier, later, rarity in admitted_in_turn(list(shelf.helds.values())):
        for (a, b), signs in signs_of_sameness(earlier, later, rarity).items():
            yield signs, any(_is_said(line, shelf, earlier[a], later[b]) for line in shelf.of("repeated"))


def _is_said(line: dict, shelf: Shelf, earlier: Admission, later: Admission) -> bool:
    """Tell whether a line of the gold says that an agency repeats an admission of one report in another."""
    return all(
        line[side] == shelf.names[one.held.report.id] and _shared(one.held, line[f"{side}_text"], one.span)
        for side, one in (("earlier", earlier), ("later", later))
    )


def _set(weights: dict[str, float], fitted: Sequence[float]) -> None:
    weights.update(zip(weights, fitted, strict=True))


def _print(weights: dict[str, float]) -> None:
    for sign, weight in weights.items():
        print(f'    "{sign}": {weight:.2f},')


def _report(name: str, shelf: Shelf, weights: Sequence[float]) -> None:
    _set(speaks.WEIGHTS, weights)
    scored = score_plans(shelf)
    print(scored.total.line(name))
    for verdict, tally in sorted(scored.tallies.items()):
        print("   ", tally.line(verdict))
    told = [
        found
        for earlier, later in _strangers(shelf)
        for found in follow_plans(earlier, later)
        if found.verdict is not Verdict.NOT_MENTIONED
    ]
    promised = sum(len(find_pledges(earlier)) for earlier, _ in _strangers(shelf))
    print(f"    told by another agency's report {len(told)} of {promised}")


def _listed(shelf: Shelf) -> Iterator[Example]:
    for earlier, later in _pairs(shelf):
        names = (shelf.names[earlier.report.id], shelf.names[later.report.id])
        lines = [line for line in shelf.of("plan") if (line["earlier"], line["later"]) == names]
        pledges = find_pledges(earlier)
        finder = Finder(later, pledges)
        for pledge in pledges:
            line = _line_of(earlier, pledge, lines)
            first = next(iter(candidates(pledge, finder)), None)
            if line and first and line["verdict"] != _RITUAL:
                yield first.signs, _tells(later, first, line["result"])


def _strange(shelf: Shelf) -> Iterator[Example]:
    for earlier, later in _strangers(shelf):
        pledges = find_pledges(earlier)
        finder = Finder(later, pledges)
        for pledge in pledges:
            for first in candidates(pledge, finder)[:1]:
                yield first.signs, False


def _pairs(shelf: Shelf) -> list[tuple[Held, Held]]:
    return which_pairs(list(shelf.helds.values()))


def _strangers(shelf: Shelf) -> Iterator[tuple[Held, Held]]:
    """Pair each earlier report with the later ones of other agencies."""
    for (earlier, own), (_, later) in product(_pairs(shelf), repeat=2):
        governments = {earlier.report.kind, later.report.kind} == {ReportKind.WORK_REPORT}
        if own is not later and not governments:
            yield earlier, later


def _line_of(earlier: Held, pledge: Pledge, lines: list[dict]) -> dict | None:
    shared = [(_shared(earlier, line["plan"], pledge.span), at) for at, line in enumerate(lines)]
    most, at = max(shared, key=lambda one: one[0], default=(0, 0))
    return lines[at] if most else None


def _tells(later: Held, found: Speaking, result: str | None) -> bool:
    return result is not None and _shared(later, result, found.near.piece.statement.clause) > 0


def _shared(held: Held, quote: str, span: Span) -> int:
    """Give how many characters a quote of the gold and a stretch of the report have in common."""
    start = held.text.find(quote)
    return max(0, min(start + len(quote), span.end) - max(start, span.start)) if start >= 0 else 0


def _fit_plans(found: Sequence[_Examples]) -> list[float]:
    listed = [one for examples in found for one in examples.listed]
    strange = [one for examples in found for one in examples.strange]
    return _fit(listed, strange, _STRANGERS * len(listed) / len(strange))


def _fit(whole: Sequence[Example], light: Sequence[Example] = (), counts: float = 1.0) -> list[float]:
    """Fit weights by Newton's method; a light example counts so much. The first, of the constant sign, has no ridge."""
    signs = np.array([one for one, _ in (*whole, *light)])
    true = np.array([float(one) for _, one in (*whole, *light)])
    count = np.array([1.0] * len(whole) + [counts] * len(light))
    ridge = np.diag([1e-6] + [_RIDGE] * (signs.shape[1] - 1))
    weights = np.zeros(signs.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-signs @ weights))
        slope = signs.T @ (count * (likely - true)) + ridge @ weights
        bend = (signs.T * (count * likely * (1 - likely))) @ signs + ridge
        weights = weights - np.linalg.solve(bend, slope)
    return [round(float(weight), 2) for weight in weights]


if __name__ == "__main__":
    main()
