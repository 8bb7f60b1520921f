"""How completely and cleanly the parts of a report are found: item recall and precision, and facts.

    python benchmarks/structure.py benchmarks/data/dev_v1 [--show]

An item counts as found when a gold key stands in its topic, text or quotes; a found item that holds
no key of its section is a false one; a key found in more than one item counts once and as repeated.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from chains.extract import KINDS, summarize
from chains.models import Item
from store.document import describe, load
from store.models import Kind


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", action="store_true", help="list what was missed and what was false")
    options = arguments.parse_args()
    golds = [json.loads(line) for line in (options.folder / "reports.jsonl").read_text("utf-8").splitlines()]
    totals = {kind: [0, 0, 0, 0, 0] for kind in KINDS}
    facts = dict.fromkeys(("title", "agency", "region", "period", "kind", "script", "missing"), 0)
    for gold in golds:
        _score_report(options.folder / "reports" / gold["file"], gold, totals, facts, show=options.show)
    for kind, (keys, hit, items, good, repeated) in totals.items():
        print(
            f"{kind:13} recall {hit}/{keys} {hit / max(keys, 1):.3f}  precision {good}/{items} {good / max(items, 1):.3f}  repeated {repeated}"
        )
    print("facts", {name: f"{count}/{len(golds)}" for name, count in facts.items()})


def _score_report(path: Path, gold: dict, totals: dict, facts: dict, *, show: bool) -> None:
    document = load(path)
    report = describe(document)
    summary = summarize(document, report)
    for name in ("title", "agency", "region", "period", "kind", "script"):
        same = getattr(report, name) == gold[name] or (name == "title" and gold[name] is None)
        facts[name] += same
        if show and not same:
            print(f"{path.name} {name}: {getattr(report, name)!r} != {gold[name]!r}", file=sys.stderr)
    facts["missing"] += sorted(summary.missing) == sorted(gold["missing"])
    for kind in KINDS:
        keys = [entry["key"] for entry in gold[kind]]
        items: list[Item] = getattr(summary, kind)
        _count(path.name, kind, keys, [_said(document.text, item) for item in items], totals[kind], show=show)


def _said(text: str, item: Item) -> str:
    """Give all an item shows, and the stretch of the report that its quotes span."""
    first, last = item.citations[0].start, item.citations[-1].end
    return "\n".join(
        [item.topic, item.text, *(c.quote for c in item.citations), text[first:last].replace("\n", "")]
    )


def _count(name: str, kind: Kind, keys: list[str], items: list[str], total: list[int], *, show: bool) -> None:
    holders = {key: [index for index, said in enumerate(items) if key in said] for key in keys}
    good = {index for found in holders.values() for index in found}
    total[0] += len(keys)
    total[1] += sum(bool(found) for found in holders.values())
    total[2] += len(items)
    total[3] += len(good)
    total[4] += sum(len(found) > 1 for found in holders.values())
    if show and kind is not Kind.ACHIEVEMENTS:
        for key, found in holders.items():
            if not found:
                print(f"{name} {kind} MISSED {key}", file=sys.stderr)
        for index, said in enumerate(items):
            if index not in good:
                print(f"{name} {kind} FALSE {said[:80]!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
