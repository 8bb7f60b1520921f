"""How truly last year's plans are followed: verdicts on pairs of reports, repeated and shared shortcomings, series.

    python -m benchmarks.follow benchmarks/data/pairs_v1 [--show]

A verdict counts as right when it is the gold one of the plan it overlaps most, and where a result is told, its quote
overlaps the gold one. A verdict on a ritual plan is wrong. Verdicts on plans that the gold does not list
are counted apart and in no share.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from chains.digest.follow import follow_plans, which_pairs
from chains.digest.held import Held
from chains.digest.models import FollowedPlan
from chains.digest.recurring import repeated, shared
from chains.digest.series import find_series
from chains.models import Item
from store.document import describe, load

_RITUAL = "ritual"


@dataclass
class Tally:
    """Counts for one class: gold, said, right."""

    gold: int = 0
    said: int = 0
    right: int = 0

    def line(self, name: str) -> str:
        precision, recall = self.right / max(self.said, 1), self.right / max(self.gold, 1)
        return f"{name:14} precision {self.right}/{self.said} {precision:.3f}  recall {self.right}/{self.gold} {recall:.3f}"


@dataclass
class Shelf:
    """The reports of a data set by file name, with the gold lines of each type."""

    helds: dict[str, Held]
    gold: list[dict]
    show: bool
    names: dict[str, str] = field(default_factory=dict)

    def of(self, kind: str) -> list[dict]:
        return [line for line in self.gold if line["type"] == kind]

    def note(self, *words: object) -> None:
        if self.show:
            print(*words, file=sys.stderr)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", action="store_true", help="list what was missed and what was false")
    options = arguments.parse_args()
    shelf = read_shelf(options.folder, show=options.show)
    _score_plans(shelf)
    print(score_repeated(shelf).line("repeated"))
    _score_shared(shelf)
    _score_series(shelf)


def read_shelf(folder: Path, *, show: bool) -> Shelf:
    helds = {}
    for path in sorted((folder / "reports").iterdir()):
        document = load(path)
        helds[path.name] = Held(describe(document), document)
    gold = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines() if line]
    names = {held.report.id: name for name, held in helds.items()}
    return Shelf(helds, gold, show, names)


def overlap(held: Held, words: str, item: Item | None) -> int:
    """Give how many characters of a gold quote stand within an item's quotes."""
    start = held.text.find(words)
    if item is None or start < 0:
        return 0
    end = start + len(words)
    return sum(max(0, min(end, c.end) - max(start, c.start)) for c in item.citations)


# --- plans


def _score_plans(shelf: Shelf) -> None:
    scored = score_plans(shelf)
    print(f"pairs {scored.pairs}, gold plans of pairs not found {scored.unpaired}")
    for name, tally in sorted(scored.tallies.items()):
        print(tally.line(name))
    print(scored.total.line("verdicts"), f"  on ritual {scored.rituals}, unlisted {scored.unlisted}")


@dataclass
class ScoredPlans:
    """Verdicts held against the gold, by verdict; those on ritual are among them, those on unlisted plans are not."""

    tallies: dict[str, Tally]
    pairs: int
    unpaired: int
    rituals: int
    unlisted: int

    @property
    def total(self) -> Tally:
        every = self.tallies.values()
        return Tally(sum(t.gold for t in every), sum(t.said for t in every), sum(t.right for t in every))


def score_plans(shelf: Shelf) -> ScoredPlans:
    """Follow the plans of every pair on a shelf and hold the verdicts against the gold."""
    pairs = {
        (shelf.names[a.report.id], shelf.names[b.report.id]): follow_plans(a, b)
        for a, b in which_pairs(list(shelf.helds.values()))
    }
    tallies: dict[str, Tally] = {}
    gold = shelf.of("plan")
    rituals = unlisted = 0
    for names, followed in pairs.items():
        lines = [line for line in gold if (line["earlier"], line["later"]) == names]
        for found in followed:
            line = _nearest(shelf.helds[names[0]], found, lines)
            unlisted += line is None
            if line is None:
                shelf.note(
                    "UNLISTED", found.verdict, found.plan.text, "->", found.result and found.result.text
                )
                continue
            rituals += line["verdict"] == _RITUAL
            tally = tallies.setdefault(found.verdict.value, Tally())
            tally.said += 1
            if _is_right(shelf.helds[names[1]], line, found):
                tally.right += 1
            else:
                shelf.note(
                    "FALSE",
                    names[0],
                    found.verdict,
                    found.plan.text,
                    "->",
                    found.result and found.result.text,
                )
                shelf.note("      gold", line["verdict"], line["result"], line["note"])
        for line in lines:
            if line["verdict"] == _RITUAL:
                continue
            tallies.setdefault(line["verdict"], Tally()).gold += 1
            if not any(_nearest(shelf.helds[names[0]], found, lines) is line for found in followed):
                shelf.note("MISSED", names[0], line["verdict"], line["plan"], "->", line["result"])
    unpaired = [line for line in gold if (line["earlier"], line["later"]) not in pairs]
    return ScoredPlans(tallies, len(pairs), len(unpaired), rituals, unlisted)


def _nearest(earlier: Held, found: FollowedPlan, lines: list[dict]) -> dict | None:
    best = max(lines, key=lambda line: overlap(earlier, line["plan"], found.plan), default=None)
    return best if best and overlap(earlier, best["plan"], found.plan) else None


def _is_right(later: Held, line: dict, found: FollowedPlan) -> bool:
    if line["verdict"] != found.verdict:
        return False
    return line["result"] is None or overlap(later, line["result"], found.result) > 0


# --- shortcomings


def score_repeated(shelf: Shelf) -> Tally:
    """Hold the shortcomings found again against the gold."""
    tally = Tally()
    gold = shelf.of("repeated")
    tally.gold = len(gold)
    for found in repeated(list(shelf.helds.values())):
        names = [shelf.names[item.citations[0].report_id] for item in (found.earlier, found.later)]
        a, b = (shelf.helds[name] for name in names)
        tally.said += 1
        line = next(
            (
                line
                for line in gold
                if [line["earlier"], line["later"]] == names
                and overlap(a, line["earlier_text"], found.earlier)
                and overlap(b, line["later_text"], found.later)
            ),
            None,
        )
        tally.right += line is not None
        if line is None:
            shelf.note("REPEATED FALSE", names, found.earlier.text, "->", found.later.text)
        else:
            gold.remove(line)
    for line in gold:
        shelf.note("REPEATED MISSED", line["earlier_text"], "->", line["later_text"])
    return tally


def _score_shared(shelf: Shelf) -> None:
    """Score pairs of agencies under a topic: two items in one group against two members of one gold topic."""
    topics = [set(_members(shelf, line)) for line in shelf.of("shared")]
    wanted = {(n, pair) for n, topic in enumerate(topics) for pair in _agency_pairs(topic)}
    hit: set[tuple[int, frozenset[str]]] = set()
    tally = Tally(len(wanted))
    for group in shared(list(shelf.helds.values())):
        places = [_place(shelf, item) for item in group.items]
        shelf.note("SHARED", group.topic, [item.text for item in group.items])
        for pair in _pairs_of(places):
            tally.said += 1
            topic = next((n for n, topic in enumerate(topics) if pair <= topic), None)
            tally.right += topic is not None
            if topic is not None:
                hit.add((topic, frozenset(_agency(name) for name, _ in pair)))
    for number, pair in sorted((n, sorted(pair)) for n, pair in wanted - hit):
        shelf.note("SHARED MISSED", shelf.of("shared")[number]["topic"], pair)
    precision = tally.right / max(tally.said, 1)
    print(
        f"shared pairs   precision {tally.right}/{tally.said} {precision:.3f}  recall {len(hit)}/{len(wanted)}"
    )


def _members(shelf: Shelf, line: dict) -> list[tuple[str, int]]:
    found = []
    for member in line["members"]:
        held = shelf.helds[member["file"]]
        start = held.text.find(member["text"])
        point = next(
            (n for n, s in enumerate(held.admissions) if s.span.start < start + 6 and start < s.span.end), -1
        )
        found.append((member["file"], point))
    return found


def _place(shelf: Shelf, item: Item) -> tuple[str, int]:
    citation = item.citations[0]
    name = shelf.names[citation.report_id]
    points = shelf.helds[name].admissions
    return name, next(
        n for n, s in enumerate(points) if s.span.start < citation.end and citation.start < s.span.end
    )


def _agency(name: str) -> str:
    """Give the agency's number, with which the names of its files begin."""
    return name.split("_")[0]


def _pairs_of(places: Iterable[tuple[str, int]]) -> set[frozenset[tuple[str, int]]]:
    """Give the pairs of places that are of different agencies."""
    return {
        frozenset(pair) for pair in combinations(places, 2) if len({_agency(name) for name, _ in pair}) == 2
    }


def _agency_pairs(places: Iterable[tuple[str, int]]) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in combinations({_agency(name) for name, _ in places}, 2)}


# --- series


def _score_series(shelf: Shelf) -> None:
    gold = shelf.of("series")
    wanted = {_points_of(shelf, line) for line in gold}
    tally = Tally(gold=len(gold))
    for found in find_series(list(shelf.helds.values())):
        tally.said += 1
        places = {
            (shelf.names[p.citation.report_id], p.citation.start, p.citation.end, p.year)
            for p in found.points
        }
        right = next((points for points in wanted if _agrees(points, places)), None)
        tally.right += right is not None
        if right is None:
            shelf.note(
                "SERIES UNLISTED",
                found.agency,
                found.indicator,
                found.unit,
                [p.citation.quote for p in found.points],
            )
        wanted.discard(right or frozenset())
    for points in wanted:
        shelf.note(
            "SERIES MISSED", [shelf.helds[name].text[start:end] for name, start, end, _ in sorted(points)]
        )
    print(tally.line("series"))
    traps = 0
    for line in shelf.of("trap"):
        held = shelf.helds[line["file"]]
        start = held.text.find(line["text"])
        for found in find_series([held, *shelf.helds.values()]):
            traps += any(_figure_in(held, point, start, start + len(line["text"])) for point in found.points)
    print(f"traps {traps}/{len(shelf.of('trap'))}")


Place = tuple[str, int, int, int]


def _points_of(shelf: Shelf, line: dict) -> frozenset[Place]:
    found = []
    for point in line["points"]:
        start = shelf.helds[point["file"]].text.find(point["text"])
        found.append((point["file"], start, start + len(point["text"]), point["year"]))
    return frozenset(found)


def _agrees(gold: frozenset[Place], found: set[Place]) -> bool:
    """Tell whether every point that was found is one of the gold's, of the same year, and there are two."""
    return len(found) >= 2 and all(
        any(f[0] == g[0] and f[3] == g[3] and f[1] < g[2] and g[1] < f[2] for g in gold) for f in found
    )


def _figure_in(held: Held, point: object, start: int, end: int) -> bool:
    citation = point.citation  # type: ignore[attr-defined]
    if citation.report_id != held.report.id:
        return False
    position = held.text.find(point.shown, citation.start, citation.end)  # type: ignore[attr-defined]
    return start <= position < end


if __name__ == "__main__":
    main()
