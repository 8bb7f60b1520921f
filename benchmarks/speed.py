"""Start-up, ingest and memory: the costs a person notices.

    python -m benchmarks.speed [--json FILE]         # with an installed reportbot beside this python

Start-up: whole processes, median of five, commands taken in turns, as ratios to
`python -c "import langchain_openai, chromadb"` in the same run, which says what the libraries alone
cost on the machine at hand. Ingest: what share of the time to read, cut, embed and index the reports
of the evaluation sets the embedding model takes for itself. Memory: what a process holds after 500,
1,000 and 2,000 small reports, with vectors that cost nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from langchain_core.embeddings import Embeddings

from benchmarks.results import Row, print_table, rss_mib, write
from benchmarks.scale import make_report, random_model
from store.document import load
from store.embed import EmbeddingModel, local_model
from store.library import Library
from store.models import Document
from store.split import CHUNKING_VERSION

RUNS = 5
BASE = "import langchain_openai, chromadb"
REPORT_CHARS = 7_000
MEMORY_AT = (500, 1_000, 2_000)
DATA = Path(__file__).parent / "data"


# --- start-up --------------------------------------------------------------------------------------


def time_starts(folder: Path, runs: int = RUNS) -> list[Row]:
    """Time every command cold, in turns, so that whatever else the machine does meets all alike."""
    report = folder / "report.txt"
    report.write_text(write_report(0, REPORT_CHARS), "utf-8")
    reportbot = str(Path(sys.executable).with_name("reportbot"))
    commands = {
        BASE: [sys.executable, "-c", BASE],
        "reportbot --help": [reportbot, "--help"],
        f"reportbot summarize, {REPORT_CHARS:,} characters": [reportbot, "summarize", str(report)],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, words in commands.items():
            seconds[name].append(_time_process(words, folder))
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    return [
        {"command": name, "median s": round(median, 3), "ratio": round(median / medians[BASE], 3)}
        for name, median in medians.items()
    ]


def _time_process(words: Sequence[str], folder: Path) -> float:
    own = {"REPORTBOT_DATA_DIR": str(folder / "data"), "PYTHONWARNINGS": "ignore"}
    started = time.perf_counter()
    subprocess.run(words, check=True, capture_output=True, cwd=folder, env=os.environ | own)
    return time.perf_counter() - started


def write_report(number: int, chars: int) -> str:
    """Write a report as a text file has it: a title, three parts, numbered points."""
    document = make_report(number, passages=max(chars // 210, 3))
    lines, part = [document.facts.title], ""
    for draft in document.passages:
        if draft.section != part:
            part, points = draft.section, 0
            lines.append(part)
        points += 1
        topic, _, rest = draft.text.partition("。")
        lines.append(f"{points}.{topic}。{rest}")
    return "\n".join(lines)


# --- ingest ----------------------------------------------------------------------------------------


class Stopwatch(Embeddings):
    """Lets another model work and keeps the time."""

    def __init__(self, inner: Embeddings) -> None:
        self._inner = inner
        self.seconds = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        started = time.perf_counter()
        try:
            return self._inner.embed_documents(texts)
        finally:
            self.seconds += time.perf_counter() - started

    def embed_query(self, text: str) -> list[float]:
        return self._inner.embed_query(text)


def time_ingest(folder: Path, model: EmbeddingModel) -> Row:
    watch = Stopwatch(model.embeddings)
    paths = sorted(DATA.glob("*/reports/*"))
    started = time.perf_counter()
    documents: list[Document] = []
    timed = replace(model, embeddings=watch)
    with Library(folder / "ingest", embedding=timed, chunking_version=CHUNKING_VERSION) as library:
        for path in paths:
            documents.append(load(path))
            library.add(documents[-1])
    wall = time.perf_counter() - started
    return {
        "reports": len(documents),
        "characters": sum(len(document.text) for document in documents),
        "passages": sum(len(document.passages) for document in documents),
        "wall s": round(wall, 1),
        "embedding s": round(watch.seconds, 1),
        "embedding share": round(watch.seconds / wall, 3),
    }


# --- memory ----------------------------------------------------------------------------------------


def measure_memory(folder: Path) -> list[Row]:
    """Take in reports of about 600 characters, from file to index, and look at the process."""
    rows: list[Row] = []
    passages = 0
    with Library(folder / "memory", embedding=random_model(), chunking_version=CHUNKING_VERSION) as library:
        for number in range(1, MEMORY_AT[-1] + 1):
            path = folder / f"{number}.txt"
            path.write_text(write_report(number, 600), "utf-8")
            _, report = library.add(load(path))
            passages += report.passages
            if number in MEMORY_AT:
                rows.append({"reports": number, "passages": passages, "rss MiB": rss_mib()})
    return rows


def _memory_in_a_child() -> list[Row]:
    """A process of its own: what the other measurements left behind must not count."""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.speed", "--memory"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows: list[Row] = json.loads(said.stdout.splitlines()[-1])
    return rows


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.memory:
            print(json.dumps(measure_memory(Path(folder))))
        else:
            _run(Path(folder), options.json)


def _run(folder: Path, target: Path | None) -> None:
    results: dict[str, list[Row]] = {"start-up": time_starts(folder)}
    print_table("start-up", results["start-up"])
    model = local_model()
    if model is not None:
        results["ingest"] = [time_ingest(folder, model)]
        print_table("ingest", results["ingest"])
    results["memory"] = _memory_in_a_child()
    print_table("memory", results["memory"])
    if target:
        settings = {"runs": RUNS, "report_chars": REPORT_CHARS, "embedding": model.name if model else None}
        write(target, settings=settings, results=results)


if __name__ == "__main__":
    main()
