"""A summary or an answer as a reader meets it, before any format: grouped, facts worded, marks unique."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from bot import texts
from bot.texts import Say
from chains.items import after_lead
from chains.models import Answer, Citation, Item, Summary
from store.models import Kind, Report
from store.script import fold

PARTS = (Kind.ACHIEVEMENTS, Kind.SHORTCOMINGS, Kind.PLANS)
MARK = re.compile(r"\[(\d{1,3})\]")
_NUMBERING = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十百零〇\d]+[章节節部分]*\s*[、.．:：)）]|[（(]\s*[一二三四五六七八九十百\d]+\s*[)）]|[①-⑳])\s*"
)


@dataclass(frozen=True, slots=True)
class Note:
    """A quote at the foot of the page. `title` is the report's, empty where there is only one.

    `agency` tells reports of one title apart. `shown`: the text above holds all its words already.
    """

    n: int
    title: str
    section: str
    page: int | None
    quote: str
    agency: str = ""
    shown: bool = False


@dataclass
class Quotes:
    """Numbers the quotes of a page as they come, the same passage alike."""

    notes: list[Note] = field(default_factory=list)
    _known: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def mark(self, citation: Citation, agency: str = "", *, above: str = "") -> int:
        """Give a quote its number. `agency` tells reports of one title apart; `above` is the text it stands under."""
        key = (citation.report_id, citation.start, citation.end)
        if key not in self._known:
            self._known[key] = len(self.notes) + 1
            told_apart = "" if fold(agency) in fold(citation.title) else agency
            made = note(citation, self._known[key], title=citation.title, agency=told_apart)
            self.notes.append(replace(made, shown=_holds(above, citation.quote)))
        return self._known[key]


def _holds(text: str, quote: str) -> bool:
    """Tell whether a text says all that a quote does, its numbering ("一是") and its last stop aside."""
    said = quote.strip().rstrip("。；;.")
    return any(said[start:] in text for start in (0, after_lead(said, 0)) if said[start:])


@dataclass(frozen=True, slots=True)
class Point:
    """An item: `lead` and `text` read on as one, the lead stands out."""

    n: int
    lead: str
    text: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Points that stand under one heading; it is empty where the part's own would only be repeated."""

    heading: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of a summary's three lists, or what a digest says of a report or a matter.

    `lack` says so when the report has none; `facts` stand under the title, `rest` says what is not shown.
    """

    title: str
    groups: tuple[Group, ...]
    lack: str
    facts: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class SummaryView:
    title: str
    facts: tuple[str, ...]
    overview: str
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    made: str
    dropped: str
    script: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """`text` keeps the answer's [n] marks, which are the notes' numbers."""

    text: str
    notes: tuple[Note, ...]
    refused: bool
    dropped: str


def summary_view(summary: Summary, say: Say) -> SummaryView:
    """Number the quotes through the whole summary: in the JSON each item counts from 1."""
    notes: list[Note] = []
    parts = [
        _part(kind, items, notes, say)
        for kind, items in zip(
            PARTS, (summary.achievements, summary.shortcomings, summary.plans), strict=True
        )
    ]
    return SummaryView(
        title=summary.report.title,
        facts=tuple(facts(summary.report, say)),
        overview=summary.overview,
        parts=tuple(parts),
        notes=tuple(notes),
        made=_made(summary, say),
        dropped=dropped(summary.dropped, say),
        script=summary.report.script,
    )


def _made(summary: Summary, say: Say) -> str:
    if summary.engine == "llm":
        return say(texts.MADE_BY_MODEL, model=summary.model or "")
    return say(texts.MADE_BY_EXTRACTION)


def answer_view(answer: Answer, say: Say) -> AnswerView:
    # Named even when there is only one report: the question was put to the whole shelf.
    notes = tuple(note(citation, citation.n, title=citation.title) for citation in answer.citations)
    return AnswerView(answer.answer, notes, answer.refused, dropped(answer.dropped, say))


def facts(report: Report, say: Say) -> Iterable[str]:
    """Word what is known of a report, leaving out what is not."""
    if report.agency:
        yield report.agency
    if report.region and not report.agency.startswith(report.region):
        yield report.region
    if report.period:
        yield years(report.period)
    yield say(texts.GENRES[report.kind])
    if report.published:
        yield say(texts.PUBLISHED, date=report.published)
    yield say(texts.CHARS, n=report.chars)


def years(period: Sequence[int]) -> str:
    """Name years, three or more in a row as a range."""
    ordered = sorted(period)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}-{ordered[-1]}"
    return "、".join(map(str, ordered))


def note(citation: Citation, n: int, *, title: str = "", agency: str = "") -> Note:
    return Note(n, title, citation.section, citation.page, citation.quote, agency)


def dropped(count: int, say: Say) -> str:
    return say(texts.DROPPED, n=count) if count else ""


def _part(kind: Kind, items: Sequence[Item], notes: list[Note], say: Say) -> Part:
    groups: list[Group] = []
    numbered = enumerate(zip(_places(items), items, strict=True), 1)
    for path, members in groupby(numbered, key=lambda member: member[1][0]):
        heading = path[-1] if path else ""
        points = tuple(_point(n, item, heading, notes) for n, (_, item) in members)
        groups.append(
            Group(heading if len(path) > 1 else "", points)
        )  # the uppermost says what the part's title says
    if len(groups) == 1:  # one heading over all of them tells none apart
        groups = [Group("", groups[0].points)]
    return Part(say(texts.PARTS[kind]), tuple(groups), "" if items else say(texts.MISSING_PART[kind]))


def _places(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """Give for each item the headings to show it under.

    They are its own, or those above where every item beside it begins with its own heading's words.
    """
    paths = [_path(item) for item in items]
    repeats = [
        len(path) > 1 and paths.count(path) == 1 and _begins_with(item.text, bare(path[-1]))
        for item, path in zip(items, paths, strict=True)
    ]
    mixed = {path[:-1] for path, repeated in zip(paths, repeats, strict=True) if not repeated}
    return [
        path[:-1] if repeated and path[:-1] not in mixed else path
        for path, repeated in zip(paths, repeats, strict=True)
    ]


def _path(item: Item) -> tuple[str, ...]:
    section = item.citations[0].section if item.citations else ""
    return tuple(section.split(" > ")) if section else ()


def _point(n: int, item: Item, heading: str, notes: list[Note]) -> Point:
    first = len(notes) + 1
    notes += [note(citation, first + place) for place, citation in enumerate(item.citations)]
    lead, text = _lead(item, heading)
    return Point(n, lead, text, tuple(range(first, len(notes) + 1)))


def _lead(item: Item, heading: str) -> tuple[str, str]:
    """Let the topic stand out: as the words the text begins with, or in front unless the heading says it."""
    topic = item.topic.strip()
    if topic and item.text.startswith(topic):
        return topic, item.text[len(topic) :]
    opening = re.split(r"[。！？]", item.text, maxsplit=1)[0]
    if not topic or _said_by(heading, topic) or _said_by(opening, topic):
        return "", item.text
    return f"{topic}：", item.text


def _said_by(heading: str, topic: str) -> bool:
    return _plain(topic) in _plain(heading)


def _begins_with(text: str, words: str) -> bool:
    return bool(_plain(words)) and _plain(text).startswith(_plain(words))


def bare(heading: str) -> str:
    """Take its numbering off a heading."""
    return _NUMBERING.sub("", heading, count=1)


def _plain(text: str) -> str:
    return re.sub(r"\W", "", text)
