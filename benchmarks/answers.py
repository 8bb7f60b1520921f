"""How well questions are answered: evidence cited, right refusals, wrong refusals, figures right.

    python benchmarks/answers.py benchmarks/data/dev_v1 [--show] [--embedding none]

Evidence counts when one of the first five citations overlaps one of the gold passages. Refusal rates
come with 95 % Wilson intervals.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from chains.answer import Answerer
from chains.models import Answer, AskInput
from store.document import load
from store.embed import EmbeddingModel, local_model
from store.library import Library
from store.split import CHUNKING_VERSION

Pair = tuple[dict, Answer]
"""A question of a set, with the answer it got."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", action="store_true", help="list every failure")
    arguments.add_argument("--embedding", choices=["local", "none"], default="local")
    options = arguments.parse_args()
    model = local_model() if options.embedding == "local" else None
    pairs, seconds = answer_all(options.folder, model)
    _print(pairs, show=options.show)
    print(f"{statistics.mean(seconds) * 1000:.0f} ms a question")


def answer_all(folder: Path, model: EmbeddingModel | None) -> tuple[list[Pair], list[float]]:
    """Answer a set's questions over its own reports; the seconds each took besides."""
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    answers, seconds = [], []
    with (
        tempfile.TemporaryDirectory() as shelf,
        Library(Path(shelf), embedding=model, chunking_version=CHUNKING_VERSION) as library,
    ):
        ids = {path.name: library.add(load(path))[1].id for path in sorted((folder / "reports").iterdir())}
        for question in questions:
            started = time.perf_counter()
            answers.append(_ask(library, question, ids))
            seconds.append(time.perf_counter() - started)
    return list(zip(questions, answers, strict=True)), seconds


def _ask(library: Library, question: dict, ids: dict[str, str]) -> Answer:
    report_id = ids[question["report"]] if question["report"] else None
    return Answerer(library).answer(AskInput(question=question["question"], report_id=report_id))


def _bare(text: str) -> str:
    return re.sub(r"[\s。；;，,]+", "", text)


def _found(question: dict, answer: Answer) -> bool:
    quotes = [_bare(citation.quote) for citation in answer.citations[:5]]
    gold = [_bare(evidence) for evidence in question["evidence"]]
    return any(g in quote or (len(quote) > 8 and quote in g) for g in gold for quote in quotes)


def outcomes(pairs: Sequence[Pair]) -> dict[str, list[bool]]:
    """Judge each question that a measure is about: whether the thing the measure is named for is so."""
    held = [(q, a) for q, a in pairs if q["answerable"]]
    figures = [(q, a) for q, a in held if q["answer"] and not a.refused]
    return {
        "evidence in first five citations": [not a.refused and _found(q, a) for q, a in held],
        "answer strings in the answer": [
            all(_bare(s) in _bare(a.answer) for s in q["answer"]) for q, a in figures
        ],
        "refused when unanswerable": [a.refused for q, a in pairs if not q["answerable"]],
        "wrongly refused": [a.refused for _, a in held],
    }


def _print(pairs: Sequence[Pair], *, show: bool) -> None:
    for name, judged in outcomes(pairs).items():
        _row(name, judged)
    for group in ("type", "lang"):
        for value in sorted({q[group] for q, _ in pairs}):
            good = [
                not a.refused and _found(q, a) if q["answerable"] else a.refused
                for q, a in pairs
                if q[group] == value
            ]
            print(f"    {group} {value:10} {sum(good)}/{len(good)}")
    if show:
        for q, a in pairs:
            right = (not a.refused and _found(q, a)) if q["answerable"] else a.refused
            if not right:
                print(
                    "WRONG",
                    q["id"],
                    q["why_not"] or "",
                    q["question"],
                    "|",
                    a.answer[:150].replace("\n", " / "),
                    "| GOLD",
                    q["evidence"][:1],
                    file=sys.stderr,
                )


def _row(name: str, outcomes: list[bool]) -> None:
    low, high = wilson(sum(outcomes), len(outcomes))
    share = sum(outcomes) / max(len(outcomes), 1)
    print(f"{name:36} {sum(outcomes):4}/{len(outcomes):<4} {share:.3f}  [{low:.3f}, {high:.3f}]")


def wilson(good: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Give the 95 % Wilson interval of a share."""
    if not total:
        return 0.0, 1.0
    share = good / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (centre - spread) / (1 + z * z / total), (centre + spread) / (1 + z * z / total)


if __name__ == "__main__":
    main()
