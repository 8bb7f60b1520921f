"""Summaries, answers, hits and reports as lines for a terminal or a text file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from bot import texts
from bot.layout import Line, Run, cell_width, line, padded
from bot.texts import Say
from bot.views import MARK, AnswerView, Note, Part, Point, SummaryView, facts, years
from store.models import Hit, Report, Section

_BLANK = Line()
_DOT = " · "


def summary_lines(view: SummaryView, say: Say) -> Iterator[Line]:
    yield line(view.title, "bold")
    yield line(_DOT.join(view.facts), "dim")
    if view.overview:
        yield _BLANK
        yield line(view.overview)
    for part in view.parts:
        yield _BLANK
        yield from _part_lines(part)
    if view.notes:
        yield _BLANK
        yield from note_lines(view.notes, say(texts.QUOTES), say)
        yield _BLANK
        shown = say(texts.QUOTES_SHOWN) if any(note.shown for note in view.notes) else ""
        yield line(f"{view.made}{shown}" if say.language == "zh" else f"{view.made} {shown}".rstrip(), "dim")
    if view.dropped:
        yield line(view.dropped, "warn")


def _part_lines(part: Part) -> Iterator[Line]:
    yield line(f"【{part.title}】", "bold")
    if part.facts:
        yield line(_DOT.join(part.facts), "dim", indent=2)
    if part.lack:
        yield line(part.lack, indent=2)
    for group in part.groups:
        if group.heading:
            yield line(group.heading, "dim", indent=2)
        for point in group.points:
            yield _point_line(point, indent=4 if group.heading else 2)
    if part.rest:
        yield line(part.rest, "dim", indent=2)


def _point_line(point: Point, indent: int) -> Line:
    number = f"{point.n}. "
    marks = "".join(f"[{n}]" for n in point.marks)
    runs: tuple[Run, ...] = ((number, "plain"), (point.lead, "bold"), (point.text, "plain"), (marks, "dim"))
    return Line(runs, indent=indent, hang=len(number))


def note_lines(notes: Iterable[Note], heading: str, say: Say) -> Iterator[Line]:
    """Give the quotes, those from one place below each other; of those shown above only the numbers."""
    for place, (where, members) in enumerate(
        groupby(notes, key=lambda note: _DOT.join(whereabouts(note, say)))
    ):
        if place == 0:
            yield line(f"【{heading}】", "bold")
        quotes = list(members)
        numbers = "".join(f"[{note.n}]" for note in quotes if note.shown)
        if where or numbers:
            yield Line(((numbers and f"{numbers} ", "bold"), (where, "dim")), indent=2, hang=4)
        for note in quotes:
            if not note.shown:
                yield from _quote_lines(note, say)


def _quote_lines(note: Note, say: Say) -> Iterator[Line]:
    number = f"[{note.n}] "
    for place, row in enumerate(say(texts.QUOTED, quote=note.quote.strip()).splitlines()):
        if place == 0:
            yield Line(((number, "bold"), (row.strip(), "plain")), indent=2, hang=len(number))
        else:
            yield line(row.strip(), indent=2 + len(number))


def whereabouts(note: Note, say: Say) -> Iterator[str]:
    if note.title:
        yield f"《{note.title}》{f'（{note.agency}）' if note.agency else ''}"
    if note.section:
        yield note.section
    if note.page is not None:
        yield say(texts.PAGE, page=note.page)


def answer_lines(view: AnswerView, say: Say) -> Iterator[Line]:
    for row in view.text.splitlines():
        yield Line(tuple(_marked(row)), hang=3 if row[:1].isdigit() else 0)
    if view.dropped:
        yield line(view.dropped, "warn")
    if view.refused:  # a refusal has the nearest passage in its words; only its place is missing
        if view.notes:
            yield _BLANK
            yield line(f"【{say(texts.QUOTES)}】", "bold")
        for note in view.notes:
            where = _DOT.join(whereabouts(note, say))
            yield Line(((f"[{note.n}] ", "bold"), (where, "dim")), indent=2, hang=4)
    elif view.notes:
        yield _BLANK
        yield from note_lines(view.notes, say(texts.QUOTES), say)


def _marked(row: str) -> Iterator[Run]:
    start = 0
    for mark in MARK.finditer(row):
        yield row[start : mark.start()], "plain"
        yield mark[0], "dim"
        start = mark.end()
    yield row[start:], "plain"


def hit_lines(hits: Sequence[Hit], titles: Mapping[str, str], say: Say) -> Iterator[Line]:
    for place, hit in enumerate(hits, 1):
        passage = hit.passage
        if place > 1:
            yield _BLANK
        number = f"{place}. "
        page = (say(texts.PAGE, page=passage.page),) if passage.page is not None else ()
        where = [passage.section, say(texts.PARTS[passage.kind]), *page, f"{hit.score:.2f}"]
        yield Line(
            ((number, "plain"), (f"《{titles.get(passage.report_id, '')}》", "bold")), hang=len(number)
        )
        yield line(_DOT.join(part for part in where if part), "dim", indent=3)
        for row in passage.text.splitlines():
            yield line(row, indent=3)


def report_table(reports: Sequence[Report], say: Say) -> Iterator[Line]:
    """List reports in columns that stay straight with Chinese in them."""
    rows = [_columns(report, say) for report in reports]
    widths = [max(cell_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for report, row in zip(reports, rows, strict=True):
        cells = "  ".join(padded(cell, width) for cell, width in zip(row[1:], widths[1:], strict=True))
        runs: tuple[Run, ...] = (
            (padded(row[0], widths[0]), "bold"),
            (f"  {cells}  ", "dim"),
            (report.title, "plain"),
        )
        yield Line(runs, hang=4)


def _columns(report: Report, say: Say) -> list[str]:
    return [
        report.id,
        years(report.period),
        say(texts.GENRES[report.kind]),
        say(texts.CHARS, n=report.chars),
        report.agency or report.region,
    ]


def report_card(report: Report, sections: Sequence[Section], say: Say) -> Iterator[Line]:
    yield line(report.title, "bold")
    yield line(_DOT.join([*facts(report, say), say(texts.PASSAGES, n=report.passages)]), "dim")
    yield line(f"{say(texts.ID)}{say(texts.COLON)}{report.id}")
    yield line(f"{say(texts.SOURCE)}{say(texts.COLON)}{report.source}")
    kinds: dict[tuple[str, ...], list[str]] = {}
    for section in sections:
        kinds.setdefault(section.path, []).append(section.kind)
    headings = [path for path in kinds if path]
    if headings:
        yield _BLANK
        yield line(f"{say(texts.SECTIONS)}{say(texts.COLON).rstrip()}", "bold")
    for path in headings:
        parts = dict.fromkeys(say(texts.PARTS[kind]) for kind in kinds[path] if kind != "other")
        label = f"  [{say(texts.COMMA).join(parts)}]" if parts else ""
        yield Line(((path[-1], "plain"), (label, "dim")), indent=2 * len(path), hang=2)
