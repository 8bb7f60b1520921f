"""A report's lines cut into pieces that each say one thing, with what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chains.items import after_lead
from store.models import Section
from store.sentences import Span, clauses, sentences, trim

_HEAD_CHARS = 22
_NUMBER = re.compile(r"^\W*(?:[一二三四五六七八九十]+|\d+)\W+")
_COMMA = re.compile(r"(?<=[，])|(?<=,)(?!\d{3})")
# Between things that are counted each for itself (营造林3万亩、森林抚育4.5万亩).
_ITEM = re.compile(r"\d[万亿千百]{0,2}[\u4e00-\u9fff%％]{1,2}(?<![年月日])、(?=[^\d、，,。；;：:]{3,16}\d)")


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece between two commas, the clause (to a semicolon) and the sentence it stands in.

    `topic` is what names the paragraph: its first sentence, or the point's name.
    """

    span: Span
    clause: Span
    sentence: Span
    section: Section
    topic: str


def cut(plain: str, line: Span, section: Section) -> Iterator[Statement]:
    """Cut a line of a plain text into statements; a short sentence that only heads the others is none."""
    whole = sentences(plain, line.start, line.end)
    topic = whole[0].of(plain)[:60] if whole else ""
    for sentence in whole[1:] if len(whole) > 1 and heads(topic) else whole:
        for clause in clauses(plain, sentence.start, sentence.end):
            for piece in pieces(plain, clause):
                yield Statement(piece, clause, sentence, section, topic)


def heads(sentence: str) -> bool:
    """Tell whether a sentence only names what those after it are about."""
    return len(sentence) <= _HEAD_CHARS and not re.search(r"[\d《，,；;]", _NUMBER.sub("", sentence))


def pieces(plain: str, clause: Span) -> list[Span]:
    """Cut a clause at its commas, and between things each with a figure; numbers and 一是 are left out, and so is the comma."""
    start = min(after_lead(plain, clause.start), clause.end)
    cuts = {m.end() for cut_at in (_COMMA, _ITEM) for m in cut_at.finditer(plain, start, clause.end)}
    bounds = [start, *sorted(cuts), clause.end]
    spans = [trim(plain, a, b) for a, b in zip(bounds, bounds[1:], strict=False)]
    bare = [Span(s.start, s.start + len(s.of(plain).rstrip("，,、；;。"))) for s in spans]
    return [span for span in bare if span.start < span.end]
