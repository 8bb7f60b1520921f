"""Find a model's quote in the passage it names, and give the report's own characters for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from store.script import fold, fold_with_map

MIN_CONTENT = 4
"""A quote of fewer letters, digits and Han characters proves nothing unless it is a whole clause."""

_ELLIPSIS = re.compile(r"[…⋯]+|\.{3,}|。{3,}|·{3,}|\[\.\.\.\]|\(\.\.\.\)")
_MARKS = "\"'“”‘’„‟「」『』〝〞＂＇`´"
_DASHES = "—–―‒‐‑−－─﹣"
_TABLE = {
    **{ord(mark): None for mark in _MARKS},
    **{ord(dash): "-" for dash in _DASHES},
    **{code: None for code in (*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xAD)},
    ord("｡"): "。",
    ord("．"): ".",
    ord("､"): "、",
    ord("〜"): "~",
    ord("～"): "~",
    ord("〔"): "(",
    ord("〕"): ")",
    ord("["): "(",
    ord("]"): ")",
    ord("【"): "(",
    ord("】"): ")",
    ord("•"): "·",
    ord("・"): "·",
    ord("‧"): "·",
}
_EDGE = ",.。;:、!?·-~ "
_WIDEN_BEFORE = set(_MARKS)
_STOPS = set(",.。;:、!?，；：！？\n()（）") | _WIDEN_BEFORE


@dataclass(frozen=True, slots=True)
class Source:
    """A passage shown to a model: `text` stands verbatim in the report from `start` on.

    `names` are the report's title, agency, region and years ("2024年"): what a claim may name
    although its quote does not.
    """

    id: str
    report_id: str
    text: str
    start: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """Where a quote stands: `text[start:end]` of the report is the quote in the report's own characters."""

    report_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Folded:
    """A passage folded for matching, with the index in the passage of each folded character."""

    text: str
    places: tuple[int, ...]


def locate(quote: str, source: Source) -> tuple[Located, ...]:
    """Find `quote` in the passage; more than one span where an ellipsis joins pieces, none if it is not there.

    White space, widths, quotation marks, dashes and script may differ; words may not.
    """
    found = _find(quote, source.text, 0)
    spans = [found] if found else _find_pieces(quote, source.text)
    return tuple(Located(source.report_id, source.start + start, source.start + end) for start, end in spans)


def says_enough(start: int, end: int, passage: str) -> bool:
    """Tell whether a quote is long enough to prove something, or at least a whole clause."""
    content = sum(char.isalnum() for char in passage[start:end])
    if content >= MIN_CONTENT:
        return True
    before = passage[:start].rstrip(" \t\u3000")[-1:]
    after = passage[end:].lstrip(" \t\u3000")[:1]
    ends_itself = passage[end - 1 : end] in _STOPS
    return content > 1 and (not before or before in _STOPS) and (ends_itself or not after or after in _STOPS)


def _find_pieces(quote: str, passage: str) -> list[tuple[int, int]]:
    pieces = [piece for piece in _ELLIPSIS.split(quote) if piece.strip()]
    if len(pieces) < 2 and not _ELLIPSIS.search(quote):
        return []
    spans: list[tuple[int, int]] = []
    position = 0
    for piece in pieces:
        span = _find(piece, passage, position)
        if span is None or not says_enough(*span, passage):
            return []
        spans.append(span)
        position = span[1]
    return spans


def _find(quote: str, passage: str, position: int) -> tuple[int, int] | None:
    """Give the first place at or after `position` where the quote stands, in the passage's own offsets."""
    wanted = quote.strip()
    start = passage.find(wanted, position) if wanted else -1
    if start >= 0:
        return start, start + len(wanted)
    key = "".join(_signs(wanted)).strip(_EDGE)
    if not key:
        return None
    folded = _folded(passage)
    for match in re.finditer(re.escape(key), folded.text):
        start = folded.places[match.start()]
        if start >= position:
            return _widen(wanted, passage, start, folded.places[match.end() - 1] + 1)
    return None


def _widen(quote: str, passage: str, start: int, end: int) -> tuple[int, int]:
    """Take in the quotation marks and stops at its edges that the quote has as well."""
    while start and passage[start - 1] in _WIDEN_BEFORE and quote[:1] in _WIDEN_BEFORE:
        start, quote = start - 1, quote[1:]
    while end < len(passage) and passage[end] in _STOPS and _same_stop(passage[end], quote):
        end += 1
    return start, end


def _same_stop(char: str, quote: str) -> bool:
    if char in _WIDEN_BEFORE:
        return quote[-1:] in _WIDEN_BEFORE or quote[-2:-1] in _WIDEN_BEFORE
    return char not in "(（\n" and fold(char) in fold(quote[-2:])


def _signs(text: str) -> Iterator[str]:
    for char in fold(text).translate(_TABLE):
        if not char.isspace():
            yield char


@lru_cache(maxsize=64)
def _folded(passage: str) -> _Folded:
    folded, places = fold_with_map(passage)
    kept = [
        (sign, place)
        for char, place in zip(folded, places, strict=True)
        if (sign := _TABLE.get(ord(char), char)) is not None and not char.isspace()
    ]
    return _Folded("".join(sign for sign, _ in kept), tuple(place for _, place in kept))
