"""Where sentences, clauses and enumerated points begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.numbering import Style, enumerated_at, marker_at

# A half-width full stop; before a digit only behind what numbers nothing (办结.8个街道, but 图.1 and 三.2025年).
_DOT = r"(?<=[\u4e00-\u9fff”」）)%])\.(?![\d.])|(?<=[\u4e00-\u9fff])(?<![一二三四五六七八九十图表第])(?<!附件)\.(?=\d)"
_STOP = re.compile(rf"(?:[。！？!?]+|…{{2,}}|\.(?=[ \t]+[A-Z“\"])|{_DOT})[”’」』）)\"']*|\n")
_CLAUSE_STOP = re.compile(rf"(?:[；;。！？!?]+|{_DOT})[”’」』）)]*|\n")
_BOUNDARY = re.compile(r"(?:[。；;：:！？!?\n]|(?<=[\u4e00-\u9fff”」）)%])\.)\s*[”’」』）)]?\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Point:
    """One point of an enumeration, with the lead that numbers it (一是, （1）, empty in a ；-list)."""

    start: int
    end: int
    body_start: int


def trim(text: str, start: int, end: int) -> Span:
    """Narrow a range to what is not white space."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _cut(text: str, start: int, end: int, stop: re.Pattern[str]) -> list[Span]:
    spans: list[Span] = []
    position = start
    for match in stop.finditer(text, start, end):
        if match[0] == "." and _is_quoting(text, position, match.start()):
            continue
        span = trim(text, position, match.end())
        if span.start < span.end:
            spans.append(span)
        position = match.end()
    rest = trim(text, position, end)
    return [*spans, rest] if rest.start < rest.end else spans


def _is_quoting(text: str, start: int, position: int) -> bool:
    """Tell whether a quotation is open: a dot in it parts words (“美好生活.民法典相伴”)."""
    return text.rfind("“", start, position) > text.rfind("”", start, position)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Cut a range into sentences; a line break ends one too."""
    return _cut(text, start, len(text) if end is None else end, _STOP)


def clauses(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Cut a range at semicolons as well as at the ends of sentences."""
    return _cut(text, start, len(text) if end is None else end, _CLAUSE_STOP)


def paragraphs(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Cut a range at line breaks, empty lines left out."""
    spans: list[Span] = []
    position, stop = start, len(text) if end is None else end
    while position < stop:
        found = text.find("\n", position, stop)
        line_end = stop if found < 0 else found
        span = trim(text, position, line_end)
        if span.start < span.end:
            spans.append(span)
        position = line_end + 1
    return spans


def points(text: str, start: int, end: int) -> list[Point]:
    """Find the points of the enumeration in a range: 一是…二是…, 首先…其次…, （1）…（2）…, ①…②….

    Gives nothing when there are fewer than two. What precedes the first point is not part of one.
    """
    leads = _enumerated(text, start, end) or _numbered(text, start, end)
    if len(leads) < 2:
        return []
    bounds = [lead for lead, _ in leads[1:]] + [end]
    found = []
    for (lead, body), bound in zip(leads, bounds, strict=True):
        span = trim(text, lead, bound)
        found.append(Point(span.start, span.end, min(body, span.end)))
    return found


def _openings(text: str, start: int, end: int) -> list[int]:
    """Give the positions in a range at which a point may begin."""
    return [start, *(match.end() for match in _BOUNDARY.finditer(text, start, end))]


def _enumerated(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find 一是/一要/首先/第一， leads of one family, the first of which opens the family."""
    leads: list[tuple[int, int, str, int]] = []
    for position in _openings(text, start, end):
        match = enumerated_at(text, position)
        if match and match.end() <= end:
            family, number = _family(match)
            leads.append((match.start(), match.end(), family, number))
    first = next((lead for lead in leads if lead[3] == 1), None)
    if first is None:
        return []
    return [
        (lead, body)
        for lead, body, family, number in leads
        if family == first[2] and (lead, number) >= (first[0], 0)
    ]


def _family(match: re.Match[str]) -> tuple[str, int]:
    word = match[0]
    if match[1]:
        return "是", 1 if word.startswith("一") and len(match[1]) == 1 else 2
    if match[2]:
        return "其", 1 if match[2] == "一" else 2
    if match[3]:
        return "第", 1 if match[3] == "一" else 2
    return "首先", 1 if word == "首先" else 2


def _numbered(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Find inline （1）, 1. or ① leads that count up from one."""
    leads: list[tuple[int, int]] = []
    style: Style | None = None
    for position in _openings(text, start, end):
        marker = marker_at(text, position) if position < end else None
        if marker is None or marker.style < Style.CHINESE_PAREN or marker.end > end:
            continue
        if marker.number == len(leads) + 1 and style in (None, marker.style):
            style = marker.style
            leads.append((marker.start, marker.end))
    return leads


def listed(text: str, start: int, end: int) -> list[Point]:
    """Find the members of a list kept apart by semicolons ("A；B；C。"); nothing when it is none."""
    span = trim(text, start, end)
    parts = clauses(text, span.start, span.end)
    semicolons = sum(text[part.end - 1] in "；;" for part in parts)
    if semicolons < 2 or semicolons < len(parts) - 1:
        return []
    return [Point(part.start, part.end, part.start) for part in parts]
