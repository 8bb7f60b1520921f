"""How many planted errors `chains.verify` catches, and how many true claims it wrongly doubts.

    python -m benchmarks.verify [--reports DIR] [--show KIND] [--json FILE]

Cases are made from the invented reports of the other sets by `planted.py` and read from
`data/verify_v1/pairs.jsonl`, which is written by hand. While tuning, look at errors of the dev half alone.
Peers get the same cases when they are installed; they see quote and claim and can tell no wrong quote
from a right one, so the passage is their context.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.planted import KINDS, make_cases
from benchmarks.results import Row, percentiles, print_table, write
from benchmarks.sentences import Case, Sentence, read_sentences
from chains.verify import Draft, Source, verify

DATA = Path(__file__).parent / "data"
SETS = ("dev_v1", "dev_v2", "heldout_v1")
SAMPLES = Path(__file__).parents[1] / "samples"
HALVES = ("dev", "held")
LIMIT = 300
OURS = "reportbot"

Judge = Callable[[Draft, dict[str, Source]], bool]
"""Tells whether a draft is carried by what it quotes."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--reports", type=Path, help="a folder with further reports (never copied)")
    arguments.add_argument("--limit", type=int, default=LIMIT, help="cases of each kind and half")
    arguments.add_argument("--show", help="list the wrong verdicts on this kind, dev half only")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    rows, times = compare(make_cases(all_sentences(options.reports), options.limit), options.show)
    print_table("caught (of true claims: wrongly doubted)", rows)
    print_table("time", [times])
    if options.json:
        settings = {"limit": options.limit, "sets": SETS, "further_reports": options.reports is not None}
        write(options.json, settings=settings, results={"cases": rows, "time": times})


def compare(cases: Sequence[Case], show: str | None = None) -> tuple[list[Row], dict[str, object]]:
    """Let the product and its peers judge the same cases, and those written by hand."""
    pairs = read_pairs(DATA / "verify_v1" / "pairs.jsonl")
    rows: list[Row] = []
    times: dict[str, object] = {}
    for name, judge in ({OURS: verify_draft} | peers()).items():
        verdicts, spent = _judge_all(judge, [*cases, *pairs])
        if show and name == OURS:
            _show([*cases, *pairs], verdicts, show)
        rows += [*_rows(name, cases, verdicts), *_rows(f"{name}, by hand", pairs, verdicts)]
        times |= {key if name == OURS else f"{name} {key}": value for key, value in spent.items()}
    return rows, times


def all_sentences(further: Path | None) -> list[Sentence]:
    folders = [DATA / name / "reports" for name in SETS] + [SAMPLES]
    if further and further.is_dir():
        folders.append(further)
    paths = [
        path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".txt", ".md", ".html"}
    ]
    return read_sentences([path for path in paths if path.name != "README.md"])


def read_pairs(path: Path) -> list[Case]:
    """Read the claims written by hand; each has its passage and names beside it."""
    cases = []
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        pair = json.loads(line)
        source = Source("p", "r", pair["passage"], 0, tuple(pair["names"]))
        draft = Draft(pair["claim"], (("p", pair["quote"]),))
        cases.append(Case(pair["id"], pair["label"], pair["half"], "by hand", draft, {"p": source}))
    return cases


def verify_draft(draft: Draft, sources: dict[str, Source]) -> bool:
    return verify(draft, sources).ok


def peers() -> dict[str, Judge]:
    """Give the peers that are installed, each as a judge; their models cannot be fetched here, rules alone can."""
    found: dict[str, Judge] = {}
    for make in (_ragground, _corroborate, _opengate):
        try:
            found |= make()
        except ImportError:
            continue
    return found


def _ragground() -> dict[str, Judge]:
    from ragground.matchers.deterministic import DeterministicMatcher
    from ragground.models import VerificationStatus

    matcher = DeterministicMatcher()

    def judge(draft: Draft, sources: dict[str, Source]) -> bool:
        context = "\n".join(_contexts(draft, sources))
        return bool(matcher.match(context, draft.text).status == VerificationStatus.VERIFIED)

    return {f"ragground {version('ragground')}, rules alone": judge}


def _corroborate() -> dict[str, Judge]:
    from corroborate import check_answer

    def judge(draft: Draft, sources: dict[str, Source]) -> bool:
        return bool(check_answer("", _contexts(draft, sources), draft.text).ok())

    return {f"corroborate {version('corroborate')}": judge}


def _opengate() -> dict[str, Judge]:
    from opengate_grounding import check_grounding

    def judge(draft: Draft, sources: dict[str, Source]) -> bool:
        return bool(check_grounding(draft.text, _contexts(draft, sources)).grounded)

    return {f"opengate-grounding {version('opengate-grounding')}": judge}


def _contexts(draft: Draft, sources: dict[str, Source]) -> list[str]:
    return [sources[name].text for name, _ in draft.quotes if name in sources]


def _judge_all(judge: Judge, cases: Sequence[Case]) -> tuple[dict[str, bool], dict[str, object]]:
    verdicts, seconds = {}, []
    for case in cases:
        started = time.perf_counter()
        verdicts[_key(case)] = judge(case.draft, case.sources)
        seconds.append(time.perf_counter() - started)
    return verdicts, {"claims": len(cases), **percentiles(seconds)}


def _key(case: Case) -> str:
    return f"{case.kind} {case.how} {case.id}"


def _rows(name: str, cases: Sequence[Case], verdicts: dict[str, bool]) -> list[Row]:
    rows: list[Row] = []
    for kind in KINDS:
        row: dict[str, object] = {"judge": name, "kind": kind}
        for half in HALVES:
            of = [case for case in cases if case.kind == kind and case.half == half]
            doubted = sum(not verdicts[_key(case)] for case in of)
            row |= {
                half: len(of),
                f"{half} doubted": doubted,
                f"{half} %": round(100 * doubted / max(len(of), 1), 2),
            }
        rows.append(row)
    return rows


def _show(cases: Sequence[Case], verdicts: dict[str, bool], kind: str) -> None:
    for case in cases:
        if case.half != "dev" or case.kind != kind or verdicts[_key(case)] is (kind == "true"):
            continue
        verdict = verify(case.draft, case.sources)
        why = "; ".join(f"{failure.reason} {failure.detail}" for failure in verdict.failures)
        quotes = " | ".join(quote for _, quote in case.draft.quotes)
        print(f"[{case.how}] {case.draft.text}\n    quote: {quotes}\n    {why}", file=sys.stderr)


if __name__ == "__main__":
    main()
