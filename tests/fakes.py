"""Stand-ins at the outermost edge, simple enough to check by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from zlib import crc32

from langchain_core.embeddings import Embeddings

from store.embed import EmbeddingModel
from store.models import Document, Facts, Kind, PassageDraft, ReportKind, SourceText
from store.words import tokens

DIMENSIONS = 64


class WordOverlapEmbeddings(Embeddings):
    """A text is a bag of its index tokens, each counted in one of DIMENSIONS places.

    Texts that share more tokens are closer; texts that share none are (nearly) at right angles.
    `calls` keeps every batch of documents that was asked for.
    """

    def __init__(self, dimensions: int = DIMENSIONS) -> None:
        self.dimensions = dimensions
        self.calls: list[list[str]] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.calls.append(list(texts))
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        counts = [0.0] * self.dimensions
        for token in tokens(text) or [""]:
            counts[crc32(token.encode()) % self.dimensions] += 1.0
        length = math.hypot(*counts)
        return [count / length for count in counts]


def fake_model(name: str = "word-overlap", dimensions: int = DIMENSIONS) -> EmbeddingModel:
    return EmbeddingModel(name, dimensions, WordOverlapEmbeddings(dimensions))


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True)) / (math.hypot(*left) * math.hypot(*right))


def document(*lines: str, source: str = "报告.txt", title: str = "测试报告", prefix: str = "") -> Document:
    """A report whose every line is a passage."""
    text = "\n".join(lines)
    drafts: list[PassageDraft] = []
    start = 0
    for ordinal, line in enumerate(lines):
        end = start + len(line)
        drafts.append(PassageDraft(ordinal, start, end, line, prefix, "一、工作", Kind.OTHER, None))
        start = end + 1
    facts = Facts(title, "某某局", "某某区", (2024,), ReportKind.ANNUAL_REPORT, "2025-01-10", "hans")
    origin = SourceText(f"原文\n{text}", "text", encoding="utf-8", title=title)
    return Document(source, origin, text, facts, (), tuple(drafts), page_starts=(0,))
