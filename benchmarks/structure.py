"""How completely and cleanly the parts of a report are found: item recall and precision, and facts.

    python benchmarks/structure.py benchmarks/data/dev_v1 [--show]

An item counts as found when a gold key stands in its topic, text or quotes; a found item that holds
no key of its section is a false one; a key found in more than one item counts once and as repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path

from chains.extract import KINDS, summarize
from chains.models import Item, Summary
from store.document import describe, load
from store.models import Kind, Report

FACTS = ("title", "agency", "region", "period", "kind", "script", "missing")


@dataclass
class Tally:
    """What one part of one or more reports came to."""

    keys: int = 0
    hit: int = 0
    items: int = 0
    good: int = 0
    repeated: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Scored:
    """One report held against its gold: `facts` names those that are right."""

    gold: dict
    summary: Summary
    parts: dict[Kind, Tally]
    facts: frozenset[str]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", action="store_true", help="list what was missed and what was false")
    options = arguments.parse_args()
    scored = score(options.folder)
    for kind in KINDS:
        found = total(scored, kind)
        print(
            f"{kind:13} recall {found.hit}/{found.keys} {found.hit / max(found.keys, 1):.3f}  "
            f"precision {found.good}/{found.items} {found.good / max(found.items, 1):.3f}  repeated {found.repeated}"
        )
    right = {name: sum(name in each.facts for each in scored) for name in FACTS}
    print("facts", {name: f"{count}/{len(scored)}" for name, count in right.items()})
    if options.show:
        for each in scored:
            _show(each)


def score(folder: Path) -> list[Scored]:
    """Summarise every report of a set and hold it against its gold."""
    golds = [json.loads(line) for line in (folder / "reports.jsonl").read_text("utf-8").splitlines()]
    return [_scored(folder / "reports" / gold["file"], gold) for gold in golds]


def total(scored: Iterable[Scored], kind: Kind) -> Tally:
    return sum((each.parts[kind] for each in scored), Tally())


def said_by(path: Path) -> dict[Kind, list[str]]:
    """Give the items of a file, part by part, without white space."""
    document = load(path)
    return items_of(summarize(document, describe(document)))


def items_of(summary: Summary) -> dict[Kind, list[str]]:
    """Give a summary's items, part by part, without white space."""
    return {kind: ["".join(f"{i.topic}{i.text}".split()) for i in getattr(summary, kind)] for kind in KINDS}


def _scored(path: Path, gold: dict) -> Scored:
    document = load(path)
    report = describe(document)
    summary = summarize(document, report)
    parts = {
        kind: _count(
            [entry["key"] for entry in gold[kind]], [_said(document.text, i) for i in getattr(summary, kind)]
        )
        for kind in KINDS
    }
    return Scored(gold, summary, parts, frozenset(_right_facts(report, summary, gold)))


def _right_facts(report: Report, summary: Summary, gold: dict) -> Iterable[str]:
    for name in FACTS[:-1]:
        if getattr(report, name) == gold[name] or (name == "title" and gold[name] is None):
            yield name
    if sorted(summary.missing) == sorted(gold["missing"]):
        yield "missing"


def _said(text: str, item: Item) -> str:
    """Give all an item shows, and the stretch of the report that its quotes span."""
    first, last = item.citations[0].start, item.citations[-1].end
    return "\n".join(
        [item.topic, item.text, *(c.quote for c in item.citations), text[first:last].replace("\n", "")]
    )


def _count(keys: Sequence[str], items: Sequence[str]) -> Tally:
    holders = {key: [index for index, said in enumerate(items) if key in said] for key in keys}
    good = {index for found in holders.values() for index in found}
    return Tally(
        keys=len(keys),
        hit=sum(bool(found) for found in holders.values()),
        items=len(items),
        good=len(good),
        repeated=sum(len(found) > 1 for found in holders.values()),
        missed=[key for key, found in holders.items() if not found],
        false=[said for index, said in enumerate(items) if index not in good],
    )


def _show(scored: Scored) -> None:
    name, report = scored.gold["file"], scored.summary.report
    for fact in FACTS[:-1]:
        if fact not in scored.facts:
            print(f"{name} {fact}: {getattr(report, fact)!r} != {scored.gold[fact]!r}", file=sys.stderr)
    for kind in (Kind.SHORTCOMINGS, Kind.PLANS):
        for key in scored.parts[kind].missed:
            print(f"{name} {kind} MISSED {key}", file=sys.stderr)
        for said in scored.parts[kind].false:
            print(f"{name} {kind} FALSE {said[:80]!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
