"""Growth: search time and memory as the shelf grows, beside the stock retrievers over the same passages and vectors.

    python -m benchmarks.board growth

Passages, vectors and the ways to fill and to measure a shelf are those of `benchmarks.scale`. What takes longer than the
board may is taken from `results/scale.json`, with its date; REPORTBOT_BENCH_LARGEST makes that more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.board.found import Found, Headline, Table
from benchmarks.results import percentiles, rss_mib
from benchmarks.scale import PASSAGES_A_REPORT, K, RandomVectors, fill, in_a_child, make_queries, make_report

OURS, CHAIN, LLAMA = (
    "本产品",
    "LangChain EnsembleRetriever，二元切词",
    "LlamaIndex QueryFusionRetriever，二元切词",
)
SIZES = (10_000, 100_000)
PEER_SIZES = (10_000, 20_000)
PEER_SEARCHES = 15
GREW = "growth.search at 100,000, times that at 10,000"
RECORDED = Path(__file__).parents[1] / "results" / "scale.json"


def measure() -> Found:
    found = Found()
    largest = int(os.environ.get("REPORTBOT_BENCH_LARGEST", SIZES[-1]))
    peer_sizes = [size for size in PEER_SIZES if size <= largest]
    with tempfile.TemporaryDirectory() as name:
        ours = [_ours(Path(name) / str(size), size) for size in SIZES if size <= largest]
        peers = [_langchain(Path(name) / f"peer{size}", size) for size in peer_sizes]
        peers += [_in_own_process("--llama", str(size)) for size in peer_sizes]
    measured = {(row["谁"], row["段"]) for row in (*ours, *peers)}
    recorded = [row for row in _recorded() if (row["谁"], row["段"]) not in measured]
    rows = sorted([*ours, *peers, *recorded], key=lambda row: (str(row["谁"]), int(str(row["段"]))))
    found.tables.append(Table("全书架搜索（不含提问的嵌入；向量随机）", rows))
    for row in rows:
        found.curves.setdefault(str(row["谁"]), []).append([int(str(row["段"])), float(str(row["p50 ms"]))])
    _note(found, ours, peers)
    return found


def _ours(folder: Path, size: int) -> dict[str, object]:
    filled = fill(folder, size, in_bulk=True)
    measured = in_a_child("--measure", str(folder))
    return _row(OURS, size, measured["search"]["everything"], measured["rss_mib"], filled["fill_s"])  # type: ignore[index]


def _langchain(folder: Path, size: int) -> dict[str, object]:
    measured = in_a_child("--peer-at", str(size), "--measure-peer", str(folder))
    search, built = measured["search"], measured["build"]
    spent = sum(float(seconds) for seconds in built.values())  # type: ignore[attr-defined]
    return _row(CHAIN, size, search["bigrams"], search["rss_mib, bigrams"], round(spent, 1))  # type: ignore[index]


def _row(
    name: str, size: int, times: dict, rss: object, fill_s: object, measured: str = "本次"
) -> dict[str, object]:
    return {
        "谁": name,
        "段": size,
        "p50 ms": times["p50_ms"],
        "p95 ms": times["p95_ms"],
        "内存 MiB": rss,
        "灌入秒": fill_s,
        "何时测": measured,
    }


def _recorded() -> list[dict[str, object]]:
    """Give what runs by hand of hours have measured: up to a million passages, and the peer at a hundred thousand."""
    held = json.loads(RECORDED.read_text("utf-8"))
    bulk, door = held["in bulk"], held["through the door"]
    ours = [
        _row(
            OURS,
            shelf["passages"],
            shelf["search"]["everything"],
            shelf["rss_mib"],
            shelf["fill_s"],
            bulk["measured"][:10],
        )
        for shelf in bulk["results"]["shelf"]
    ]
    peer = door["results"]["peer"]
    search = peer["search"]
    built = round(sum(peer["build"].values()), 1)
    theirs = _row(
        CHAIN, peer["passages"], search["bigrams"], search["rss_mib, bigrams"], built, door["measured"][:10]
    )
    return [*ours, theirs]


def _note(found: Found, ours: Sequence[dict], peers: Sequence[dict]) -> None:
    small = ours[0]
    same = [row for row in peers if row["段"] == SIZES[0]]
    for what, name, figure in (
        ("搜索 p50（毫秒）", "p50 ms", "growth.search at 10,000, part of the fastest peer's time"),
        ("内存（MiB）", "内存 MiB", "growth.memory at 10,000, part of the smallest peer's"),
    ):
        best = min(same, key=lambda row: float(row[name]))
        mine, theirs = float(small[name]), float(best[name])
        found.figures[figure] = round(mine / theirs, 3)
        found.headlines.append(
            Headline(f"1 万段时{what}", mine, theirs, f"{mine:,.0f}", f"{theirs:,.0f}", best["谁"], "lower")
        )
    if len(ours) > 1:
        found.figures[GREW] = round(float(ours[-1]["p50 ms"]) / float(small["p50 ms"]), 3)
    else:
        found.absent[GREW] = "本次没有测到十万段，表中的是以前测的"


# --- LlamaIndex, in a process of its own -------------------------------------------------------------------


def _in_own_process(*words: str) -> dict[str, object]:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.board.growth", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    row: dict[str, object] = json.loads(said.stdout.splitlines()[-1])
    return row


def measure_llama(size: int) -> dict[str, object]:
    from llama_index.core.schema import TextNode

    from benchmarks.llama import llama_retrievers

    drafts = [draft for number in range(size // PASSAGES_A_REPORT) for draft in make_report(number).passages]
    started = time.perf_counter()
    nodes = [TextNode(text=draft.indexed_text) for draft in drafts]
    retriever = llama_retrievers(nodes, RandomVectors(), K)["QueryFusionRetriever，二元切词"]
    built = round(time.perf_counter() - started, 1)
    seconds = []
    for query in make_queries(PEER_SEARCHES + 2, size // PASSAGES_A_REPORT):
        started = time.perf_counter()
        retriever.retrieve(query.text)
        seconds.append(time.perf_counter() - started)
    return _row(LLAMA, size, percentiles(seconds[2:]), rss_mib(), built)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--llama", type=int, required=True, metavar="PASSAGES")
    print(json.dumps(measure_llama(arguments.parse_args().llama)))


if __name__ == "__main__":
    main()
