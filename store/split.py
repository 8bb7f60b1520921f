"""Sections -> passages: whole sentences and whole points, sized in tokens, with exact offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.clean import page_at
from store.models import Facts, PassageDraft, Section
from store.outline import regions
from store.sentences import Span, clauses, points, sentences, trim
from store.tokens import count_tokens

# Moves when the same text would be cut or prefixed otherwise: indexes of another version are not mixed.
CHUNKING_VERSION = 1
PASSAGE_TOKENS = 220
_SECTION_JOINT = " > "


def split(
    text: str, sections: tuple[Section, ...], facts: Facts, page_starts: tuple[int, ...] = ()
) -> tuple[PassageDraft, ...]:
    """Cut a report into passages of at most PASSAGE_TOKENS tokens, none across sections.

    A single sentence that is longer is cut at semicolons, commas and only then anywhere.
    """
    drafts: list[PassageDraft] = []
    for region in regions(text, sections):
        for span in pack(text, region.start, region.end, PASSAGE_TOKENS):
            drafts.append(
                PassageDraft(
                    ordinal=len(drafts),
                    start=span.start,
                    end=span.end,
                    text=span.of(text),
                    prefix=_prefix(facts, region.section, starts_section=span.start == region.start),
                    section=section_label(region.section),
                    kind=region.section.kind,
                    page=page_at(page_starts, span.start),
                )
            )
    return tuple(drafts)


def section_label(section: Section) -> str:
    """Give a section's heading path as citations show it."""
    return _SECTION_JOINT.join(section.path)


def pack(text: str, start: int, end: int, budget_tokens: int) -> Iterator[Span]:
    """Cut a range into spans of whole units that stay within the budget."""
    current: Span | None = None
    for unit in _units(text, start, end, budget_tokens):
        grown = Span(current.start if current else unit.start, unit.end)
        if current is not None and count_tokens(grown.of(text)) > budget_tokens:
            yield current
            grown = unit
        current = grown
    if current is not None:
        yield current


def _units(text: str, start: int, end: int, budget_tokens: int) -> Iterator[Span]:
    """Give points where the range enumerates, sentences elsewhere, smaller pieces where they are too long."""
    found = points(text, start, end)
    bounds = [start, *(point.start for point in found), end]
    for left, right in zip(bounds, bounds[1:], strict=False):
        span = trim(text, left, right)
        if span.start == span.end:
            continue
        if found and left != start and count_tokens(span.of(text)) <= budget_tokens:
            yield span
            continue
        for sentence in sentences(text, span.start, span.end):
            yield from _fit(text, sentence, budget_tokens)


def _fit(text: str, span: Span, budget_tokens: int) -> Iterator[Span]:
    if count_tokens(span.of(text)) <= budget_tokens:
        yield span
        return
    for clause in clauses(text, span.start, span.end):
        if count_tokens(clause.of(text)) <= budget_tokens:
            yield clause
        else:
            yield from _force(text, clause, budget_tokens)


def _force(text: str, span: Span, budget_tokens: int) -> Iterator[Span]:
    """Cut what no semicolon divides: at commas, and anywhere where there are none."""
    start = span.start
    while start < span.end:
        limit = _reach(text, start, min(start + budget_tokens, span.end), budget_tokens)
        commas = [match.end() for match in re.finditer(r"[，,、]", text[start:limit])]
        end = limit if limit == span.end or not commas else start + commas[-1]
        piece = trim(text, start, end)
        if piece.start < piece.end:
            yield piece
        start = end


def _reach(text: str, start: int, limit: int, budget_tokens: int) -> int:
    """Draw `limit` back until what is before it fits; rare characters take several tokens each."""
    while limit - start > 1 and (size := count_tokens(text[start:limit])) > budget_tokens:
        limit = start + max((limit - start) * budget_tokens // size, 1)
    return limit


def _prefix(facts: Facts, section: Section, *, starts_section: bool) -> str:
    years = "、".join(f"{year}年" for year in facts.period)
    path = section.path[:-1] if starts_section and section.body_start > section.start else section.path
    return " ".join(part for part in (f"{facts.agency or facts.title}{years}", *path) if part)
