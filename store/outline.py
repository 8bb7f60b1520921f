"""Headings -> sections and their kind; where there is no heading, the discourse decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from store.headings import Heading, find_headings
from store.kinds import (
    admits_shortcomings,
    heading_kinds,
    is_commitment,
    is_review,
    leans_to,
    may_hold_shortcomings,
    only_lacks,
    opens_with_later_year,
    overrides_parent,
    turns_to_plans,
)
from store.models import Kind, ReportKind, Section
from store.numbering import enumerated_at, marker_at
from store.sentences import Span, paragraphs, points, sentences, trim
from store.signature import find_signatures

_TOLD_CHARS = 300
_REMEMBERED = 256
"""Outlines kept in memory, with their texts: some 10 MB."""


@dataclass(frozen=True, slots=True)
class Region:
    """A section's own text, without the sections below it; it begins with the heading."""

    section: Section
    start: int
    end: int


# The reports that are asked about are asked about again and again.
@lru_cache(maxsize=_REMEMBERED)
def outline(text: str, genre: ReportKind, base_year: int | None) -> tuple[Section, ...]:
    """Find the sections of a cleaned text in order, parents before children.

    The first section is the preamble, with an empty path, unless a heading opens the text. Parts
    that the discourse sets off inside a section become sections of their own with its path. A
    signature is a section that `signs_off`.
    """
    headings = find_headings(text)
    sections = _nest(text, headings)
    kinds = _kinds(text, sections, genre, base_year)
    preamble_end = headings[0].start if headings else len(text)
    preamble = Section((), 0, Kind.OTHER, 0, 0, preamble_end)
    first = [Kind.PLANS] if genre in (ReportKind.NOTICE, ReportKind.PLAN) else [Kind.ACHIEVEMENTS]
    tops = [preamble, *sections] if text[:preamble_end].strip() else list(sections)
    opening = first if not headings or _tells_all(preamble, genre, kinds) else [Kind.OTHER]
    announced = [opening, *kinds] if len(tops) > len(sections) else kinds
    headed = {kind for kinds_of in kinds for kind in kinds_of}
    result: list[Section] = []
    for section, section_kinds in zip(tops, announced, strict=True):
        parts = _by_discourse(text, tops, section, section_kinds, headed, base_year)
        headed |= {part.kind for part in parts if part.kind is Kind.SHORTCOMINGS}
        result += parts
    result += _signatures(text, result)
    return tuple(sorted(result, key=lambda s: (s.start, s.level, -s.end)))


def _tells_all(preamble: Section, genre: ReportKind, kinds: list[list[Kind]]) -> bool:
    """Tell whether what stands above the first heading of a report is what was done: nothing under one is."""
    told = genre in (ReportKind.NOTICE, ReportKind.PLAN) or any(Kind.ACHIEVEMENTS in found for found in kinds)
    return not told and preamble.end - preamble.start >= _TOLD_CHARS


def regions(text: str, sections: tuple[Section, ...]) -> Iterator[Region]:
    """Cut the text into the sections' own parts; together they hold everything but white space."""
    for index, section in enumerate(sections):
        below = sections[index + 1] if index + 1 < len(sections) else None
        end = below.start if below and below.start < section.end else section.end
        span = trim(text, section.start, end)
        if span.start < span.end:
            yield Region(section, span.start, span.end)


def _signatures(text: str, sections: list[Section]) -> list[Section]:
    """Set each signature off from the part it happens to stand under, and what follows it there."""
    found: list[Section] = []
    for span in find_signatures(text):
        around = [s for s in (*sections, *found) if s.start < span.start < s.end]
        if not around or any(span.start <= s.start < span.end for s in sections):
            continue
        inner = max(around, key=lambda s: s.level)
        level = inner.level + 1
        found.append(Section((), level, Kind.OTHER, span.start, span.start, span.end, signs_off=True))
        end = min((s.start for s in sections if span.end <= s.start < inner.end), default=inner.end)
        if text[span.end : end].strip():
            found.append(Section(inner.path, level, Kind.OTHER, span.end, span.end, end))
    return found


def _nest(text: str, headings: list[Heading]) -> list[Section]:
    sections: list[Section] = []
    for index, heading in enumerate(headings):
        end = next((h.start for h in headings[index + 1 :] if h.style <= heading.style), len(text))
        parents = _parents(headings[:index], heading)
        path = tuple(h.label(text) for h in [*parents, heading])
        sections.append(Section(path, len(parents), Kind.OTHER, heading.start, heading.body_start, end))
    return sections


def _parents(before: list[Heading], heading: Heading) -> list[Heading]:
    chain: list[Heading] = []
    rank = heading.style
    for earlier in reversed(before):
        if earlier.style < rank:
            chain.append(earlier)
            rank = earlier.style
    return chain[::-1]


def _kinds(text: str, sections: list[Section], genre: ReportKind, base_year: int | None) -> list[list[Kind]]:
    """Give each section the kinds its heading announces, else its parent's, else the genre's."""
    default = Kind.PLANS if genre in (ReportKind.NOTICE, ReportKind.PLAN) else Kind.ACHIEVEMENTS
    own = {
        s.path: heading_kinds(s.heading, genre, base_year) or _lead_in_kinds(text, s, base_year)
        for s in sections
    }
    if not any(Kind.SHORTCOMINGS in kinds_of for kinds_of in own.values()):
        own |= {
            s.path: [Kind.SHORTCOMINGS]
            for s in sections
            if not own[s.path]
            and (
                _holds_lacks(text, sections, s)
                or (s.level == 0 and may_hold_shortcomings(s.heading, text[s.body_start : s.end]))
            )
        }
    result: list[list[Kind]] = []
    turned = False
    for section in sections:
        if section.level == 0:
            silent = Kind.PLANS if genre is ReportKind.WORK_REPORT else Kind.OTHER
            kinds = own[section.path] or [silent if turned else default]
            turned = turned or Kind.SHORTCOMINGS in kinds or is_review(section.heading)
        else:
            parent = result[_parent_index(sections, section)]
            kinds = _child_kinds(
                parent, own[section.path], section.heading, text[_after_number(text, section) : section.end]
            )
        result.append(kinds)
    return result


def _lead_in_kinds(text: str, section: Section, base_year: int | None) -> list[Kind]:
    """Give the kind that a sentence which leads in to a numbering turns to ("我们也看到以下不足：")."""
    if text[section.body_start - 1 : section.body_start] not in ("：", ":"):
        return []
    if admits_shortcomings(section.heading):
        return [Kind.SHORTCOMINGS]
    return [Kind.PLANS] if turns_to_plans(section.heading, base_year) else []


def _holds_lacks(text: str, sections: list[Section], section: Section) -> bool:
    """Tell whether a part whose heading is silent lists nothing but what is lacking."""
    if section.level > 0:
        return False
    below = [s for s in sections if s.level == 1 and section.start < s.start < section.end]
    inside = points(text, section.body_start, section.end)
    found = [text[_after_number(text, s) : s.end] for s in below] or [
        text[p.body_start : p.end].lstrip("，,、") for p in inside
    ]
    return only_lacks(found)


def _after_number(text: str, section: Section) -> int:
    marker = marker_at(text, section.start)
    return marker.end if marker else section.start


def _parent_index(sections: list[Section], section: Section) -> int:
    return max(
        i for i, s in enumerate(sections) if s.level == section.level - 1 and s.start < section.start < s.end
    )


def _child_kinds(parent: list[Kind], own: list[Kind], heading: str, body: str) -> list[Kind]:
    """Let a child differ from its parent only where its own heading leaves no doubt."""
    if len(parent) > 1:
        said = [kind for kind in own if kind in parent]
        leaning = [kind for kind in parent if kind is leans_to(body)]
        if (said or leaning) == [Kind.SHORTCOMINGS] and Kind.PLANS in parent:
            return [Kind.SHORTCOMINGS, Kind.PLANS]  # each point may go on to what is planned about it
        return said or leaning or parent
    if parent == [Kind.OTHER]:
        return own if own in ([Kind.PLANS], [Kind.SHORTCOMINGS]) else parent
    return own if overrides_parent(heading, own) else parent


def _by_discourse(
    text: str,
    sections: list[Section],
    section: Section,
    announced: list[Kind],
    headed: set[Kind],
    base_year: int | None,
) -> list[Section]:
    """Give the section its first kind and set off the parts whose discourse is of another kind."""
    whole = replace(section, kind=announced[0])
    own_end = min((s.start for s in sections if section.start < s.start < section.end), default=section.end)
    turns = _turns(text, section, own_end, announced, headed, base_year)
    if not turns:
        return [whole]
    says_itself = announced[0] is Kind.SHORTCOMINGS and text[section.body_start - 1] in "。；;"
    if turns[0][0] <= section.body_start and turns[0][1] == own_end and not says_itself:
        return [replace(whole, kind=turns[0][2])]
    parts = [Section(section.path, section.level + 1, kind, start, start, end) for start, end, kind in turns]
    resumed = [
        Section(section.path, section.level + 1, announced[0], end, end, following)
        for (_, end, _), following in zip(turns, [*(t[0] for t in turns[1:]), own_end], strict=True)
        if text[end:following].strip()
    ]
    return [whole, *parts, *resumed]


def _turns(
    text: str,
    section: Section,
    own_end: int,
    announced: list[Kind],
    headed: set[Kind],
    base_year: int | None,
) -> list[tuple[int, int, Kind]]:
    """Find the ranges of a section's own text that are of another kind than its first one."""
    mixed = len(announced) > 1
    seek_problems = mixed or Kind.SHORTCOMINGS not in headed
    seek_plans = mixed or Kind.PLANS not in headed or announced[0] is Kind.PLANS
    settled = {Kind.SHORTCOMINGS: not seek_plans, Kind.PLANS: not seek_problems}
    if not mixed and settled.get(announced[0], False):
        return []
    pivot = _second_period(section.heading) if mixed else None
    goes_on = mixed or announced[0] is Kind.SHORTCOMINGS
    state = _State(announced[0], pivot, base_year, goes_on=goes_on)
    marks: list[tuple[int, Kind]] = []
    for line in paragraphs(text, section.body_start, own_end):
        for sentence in sentences(text, line.start, line.end):
            before = state.kind
            state.read(sentence.of(text), problems=seek_problems, plans=seek_plans)
            if state.kind is not before:
                marks.append((sentence.start, state.kind))
        before = state.kind
        state.end_paragraph(text, line, own_end, mixed=mixed)
        if state.kind is not before:
            marks.append((line.end, state.kind))
    ends = [start for start, _ in marks[1:]] + [own_end] * bool(marks)
    return [
        (start, end, kind)
        for (start, kind), end in zip(marks, ends, strict=True)
        if kind is not announced[0] and text[start:end].strip()
    ]


def _is_listed(text: str, line: Span) -> bool:
    return enumerated_at(text, line.start) is not None or marker_at(text, line.start) is not None


def _second_period(heading: str) -> str | None:
    """Find what a heading of two parts names second ("“十四五”成就和“十五五”目标" -> 十五五)."""
    quoted = re.findall(r"[“\"]([^”\"]+)[”\"]", heading)
    return quoted[1] if len(quoted) > 1 else None


class _State:
    """Which kind the discourse is in, sentence by sentence."""

    def __init__(self, kind: Kind, pivot: str | None, base_year: int | None, *, goes_on: bool) -> None:
        """`goes_on`: what is lacking may go on to what is planned for a later year."""
        self.goes_on = goes_on
        self.base_year = base_year
        self.home = kind
        self.kind = kind
        self.pivot = pivot

    def read(self, sentence: str, *, problems: bool, plans: bool) -> None:
        if (
            problems
            and (self.kind is not Kind.PLANS or self.home is Kind.PLANS)
            and admits_shortcomings(sentence)
        ):
            self.kind = Kind.SHORTCOMINGS
        elif (
            self.kind is Kind.SHORTCOMINGS and self.home is not Kind.SHORTCOMINGS and is_commitment(sentence)
        ):
            self.kind = Kind.OTHER
        elif plans and (
            turns_to_plans(sentence, self.base_year)
            or (self.goes_on and opens_with_later_year(sentence, self.base_year))
            or (self.pivot and sentence.lstrip('“"').startswith(self.pivot))
        ):
            self.kind = Kind.PLANS

    def end_paragraph(self, text: str, line: Span, end: int, *, mixed: bool) -> None:
        """An admission without a heading ends with its paragraph unless a list follows it."""
        following = next(iter(paragraphs(text, line.end, end)), None)
        if self.kind is Kind.PLANS and self.home is Kind.SHORTCOMINGS:
            if following and _is_listed(text, line) and _is_listed(text, following):
                self.kind = self.home  # the next point
            return
        if mixed or self.kind in (self.home, Kind.PLANS):
            return
        goes_on = following is not None and (
            text[line.end - 1] in "：:" or enumerated_at(text, following.start) is not None
        )
        if not goes_on or self.kind is Kind.OTHER:
            self.kind = self.home
