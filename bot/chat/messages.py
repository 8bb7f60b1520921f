"""Answers, summaries, passages and shelves as messages with their buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot import texts as words
from bot.chat import texts
from bot.chat.courier import Buttons
from bot.chat.markup import Row, Run, row, units
from bot.chat.updates import STOP_PREFIX
from bot.render import whereabouts
from bot.texts import Say
from bot.views import MARK, Note, Part, Point, SummaryView, answer_view, facts, summary_view, years
from chains.models import Answer, Summary
from prompts.wording import WORDING
from store.models import Hit, Passage, Report

PAGE_SIZE = 8
_BUTTONS_IN_LINE = 8
_MARK_BUTTONS = 40
_SUMMARY_UNITS = 12_000
"""What a summary may take of a chat at once; its parts and the files hold the rest."""

_QUOTE_GROUP = 1


def shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


# --- answers ----------------------------------------------------------------------------------------


def answer_rows(answer: Answer, say: Say, *, about: str = "", understood: str = "") -> list[Row]:
    """The answer, and below it the quotes in a box that opens."""
    view = answer_view(answer, say)
    rows: list[Row] = []
    if understood:
        rows += [row(say(texts.UNDERSTOOD_AS, question=understood), "i"), Row()]
    rows += [Row(tuple(_marked(line))) for line in _without_related(answer, say)]
    if view.dropped:
        rows += [Row(), row(view.dropped, "i")]
    if about:
        rows += [Row(), row(about, "i")]
    if view.notes:
        rows += [Row(), *quote_rows(view.notes, say, quotes_first=answer.engine == "llm")]
    return rows


def _without_related(answer: Answer, say: Say) -> list[str]:
    """Leave what is only related to the box below: in a chat the answer must not be lost among it."""
    lines = answer.answer.splitlines()
    headings = {words["more"] for words in WORDING.values()}
    at = next((place for place, line in enumerate(lines) if line in headings), len(lines))
    if at == len(lines) or len({citation.report_id for citation in answer.citations}) > 1:
        return lines
    return [*lines[:at], say(texts.RELATED_BELOW, n=len(lines) - at - 1)]


def quote_rows(
    notes: Sequence[Note], say: Say, group: int = _QUOTE_GROUP, *, quotes_first: bool = False
) -> Iterator[Row]:
    """Quotes and where they stand, those of one place together.

    A closed box shows three lines: the quotes where a model put them in words of its own, else the place, for
    the quote was just read above.
    """
    for where, members in groupby(notes, key=lambda note: " · ".join(whereabouts(note, say))):
        place = [row(say(texts.STANDS_IN, where=where), "i", kind="quote", group=group)] if where else []
        quotes = [line for note in members for line in _quoted(note, group)]
        yield from [*quotes, *place] if quotes_first else [*place, *quotes]


def _quoted(note: Note, group: int) -> Iterator[Row]:
    lines = [line.strip() for line in note.quote.strip().splitlines()] or [""]
    yield Row(((f"[{note.n}] ", "b"), (lines[0], "")), "quote", group)
    yield from (row(line, kind="quote", group=group) for line in lines[1:])


def _marked(line: str) -> Iterator[Run]:
    start = 0
    for mark in MARK.finditer(line):
        yield line[start : mark.start()], ""
        yield mark[0], "b"
        start = mark.end()
    yield line[start:], ""


def answer_buttons(answer: Answer, card_id: str, say: Say, *, focused: bool) -> Buttons:
    """A button a citation, what the reader thinks of it, and where only one report is cited that one alone."""
    marks = [(f"[{c.n}]", f"c:{card_id}:{c.n}") for c in answer.citations[:_MARK_BUTTONS]]
    votes = [("👍", f"v:{card_id}:1"), ("👎", f"v:{card_id}:0")]
    lines = [marks[at : at + _BUTTONS_IN_LINE] for at in range(0, len(marks), _BUTTONS_IN_LINE)]
    if lines and len(lines[-1]) + len(votes) <= _BUTTONS_IN_LINE:
        lines[-1] = [*lines[-1], *votes]
    else:
        lines.append(votes)
    if not focused and len({c.report_id for c in answer.citations}) == 1:
        lines.append([(say(texts.ONLY_THIS), f"o:{card_id}")])
    return lines


def stop_button(job_id: str, say: Say) -> Buttons:
    return [[(say(texts.STOP), f"{STOP_PREFIX}{job_id}")]]


# --- summaries --------------------------------------------------------------------------------------


def summary_rows(summary: Summary, say: Say) -> list[Row]:
    """A summary for a chat: every part, with its quotes where the whole stays readable, else the first points."""
    view = summary_view(summary, say)
    head = [row(view.title, "b"), row(" · ".join(view.facts), "i"), Row(), row(_counted(view))]
    foot = [Row(), row(" ".join(filter(None, [view.made, view.dropped])), "i")]
    whole = [*head]
    for number, part in enumerate(view.parts, 1):
        whole += [Row(), *_part_rows(part), *_quotes_of(part, view.notes, say, number)]
    whole += foot
    if _length(whole) <= _SUMMARY_UNITS:
        return whole
    bare = [*head, *(line for part in view.parts for line in [Row(), *_part_rows(part)]), *foot]
    below = row(say(texts.SOURCES_BELOW), "i")
    if _length(bare) <= _SUMMARY_UNITS:
        return [*bare, below]
    room = (_SUMMARY_UNITS - _length([*head, *foot])) // max(len(view.parts), 1)
    short = [line for part in view.parts for line in [Row(), *_part_rows(part, room=room, say=say)]]
    return [*head, *short, *foot, below]


def _counted(view: SummaryView) -> str:
    """The overview without the title, agency and length that stand above it."""
    named, semicolon, counted = view.overview.partition("；")
    return counted if semicolon and view.title in named else view.overview


def part_rows(summary: Summary, kind: str, say: Say) -> list[Row]:
    """One part of a summary, whole, with its quotes."""
    view = summary_view(summary, say)
    part = view.parts[list(PART_KEYS.values()).index(kind)]
    return [
        row(view.title, "b"),
        Row(),
        *_part_rows(part),
        *_quotes_of(part, view.notes, say, _QUOTE_GROUP),
    ]


PART_KEYS = {"a": "achievements", "s": "shortcomings", "p": "plans"}


def view_rows(view: SummaryView, parts: Sequence[Part], say: Say) -> list[Row]:
    """Parts of a digest, whole, each with its quotes."""
    rows: list[Row] = []
    for number, part in enumerate(parts, 1):
        title, *told = _part_rows(part)
        known = [row(" · ".join(part.facts), "i")] if part.facts else []
        rest = [row(part.rest, "i")] if part.rest else []
        rows += [Row(), title, *known, *told, *rest, *_quotes_of(part, view.notes, say, number)]
    return rows


def summary_buttons(summary: Summary, card_id: str, say: Say) -> Buttons:
    present = [
        (say(words.PARTS[name]), f"t:{card_id}:{key}")
        for key, name in PART_KEYS.items()
        if getattr(summary, name)
    ]
    files = [(say(texts.AS_HTML), f"f:{card_id}:html"), (say(texts.AS_MARKDOWN), f"f:{card_id}:md")]
    return [line for line in (present, files, [(say(texts.ASK_ABOUT), f"q:{card_id}")]) if line]


def _part_rows(part: Part, *, room: int | None = None, say: Say | None = None) -> Iterator[Row]:
    yield row(f"【{part.title}】", "b")
    if part.lack:
        yield row(part.lack)
    left = sum(len(group.points) for group in part.groups)
    for group in part.groups:
        lines = [_point_row(point) for point in group.points]
        if room is not None:
            fitting = _fitting(lines, room)
            room -= _length(fitting)
            lines = fitting
        if group.heading and lines:
            yield row(group.heading, "i")
        yield from lines
        left -= len(lines)
        if room is not None and left and len(lines) < len(group.points):
            break
    if left and say is not None:
        yield row(say(texts.AND_MORE, n=left), "i")


def _fitting(lines: Sequence[Row], room: int) -> list[Row]:
    kept: list[Row] = []
    for line in lines:
        room -= units(line.text) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def _point_row(point: Point) -> Row:
    marks = "".join(f"[{n}]" for n in point.marks)
    return Row(((f"{point.n}. ", ""), (point.lead, "b"), (point.text, ""), (marks, "b")))


def _quotes_of(part: Part, notes: Sequence[Note], say: Say, group: int) -> list[Row]:
    marks = {n for g in part.groups for point in g.points for n in point.marks}
    mine = [note for note in notes if note.n in marks]
    return list(quote_rows(mine, say, group)) if mine else []


def _length(rows: Sequence[Row]) -> int:
    return sum(units(item.text) + 1 for item in rows)


# --- passages ---------------------------------------------------------------------------------------


def passage_rows(report: Report, passage: Passage, total: int, say: Say, *, quote: str = "") -> list[Row]:
    """A passage in its place; the words that were cited stand out."""
    page = say(words.PAGE, page=passage.page) if passage.page is not None else ""
    count = say(texts.PASSAGE_OF, n=passage.ordinal + 1, total=total)
    where = " · ".join(filter(None, [passage.section, page, count]))
    head = [row(f"《{report.title}》", "b"), row(where, "i"), Row()]
    before, found, after = passage.text.partition(quote) if quote else (passage.text, "", "")
    return [*head, *_lined(((before, ""), (found, "b"), (after, "")))]


def _lined(runs: Sequence[Run]) -> list[Row]:
    """Break runs into rows at their line feeds."""
    lines: list[list[Run]] = [[]]
    for text, style in runs:
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
            if piece:
                lines[-1].append((piece, style))
    return [Row(tuple(line)) for line in lines]


def passage_buttons(passage: Passage, total: int, say: Say) -> Buttons:
    around = []
    if passage.ordinal > 0:
        around.append((say(texts.PREVIOUS), f"p:{passage.report_id}:{passage.ordinal - 1}:e"))
    if passage.ordinal + 1 < total:
        around.append((say(texts.NEXT), f"p:{passage.report_id}:{passage.ordinal + 1}:e"))
    return [around] if around else []


def hit_rows(query: str, hits: Sequence[Hit], titles: dict[str, str], say: Say) -> list[Row]:
    rows = [row(say(texts.FOUND, query=shorten(query, 60)), "b")]
    for number, hit in enumerate(hits, 1):
        passage = hit.passage
        where = " · ".join(filter(None, [passage.section, say(words.PARTS[passage.kind])]))
        rows += [Row(), Row(((f"{number}. ", ""), (f"《{titles.get(passage.report_id, '')}》", "b")))]
        rows.append(row(where, "i"))
        rows += [row(line, kind="quote", group=number) for line in passage.text.splitlines()]
    return rows


def hit_buttons(hits: Sequence[Hit]) -> Buttons:
    return [
        [
            (f"[{n}]", f"p:{hit.passage.report_id}:{hit.passage.ordinal}")
            for n, hit in enumerate(hits[:_BUTTONS_IN_LINE], 1)
        ]
    ]


# --- shelves ----------------------------------------------------------------------------------------


def report_facts(report: Report, say: Say) -> str:
    return say(words.COMMA).join(facts(report, say)) or say(words.CHARS, n=report.chars)


def shelf_rows(reports: Sequence[Report], page: int, common: set[str], say: Say) -> list[Row]:
    """One page of the shelf, numbered as its buttons are."""
    pages = page_count(len(reports))
    rows = [row(say(texts.SHELF, n=len(reports)), "b"), Row()]
    for number, report in enumerate(on_page(reports, page), page * PAGE_SIZE + 1):
        told = [
            years(report.period),
            say(words.CHARS, n=report.chars),
            say(words.PUBLISHED, date=report.published) if report.published else "",
            say(texts.COMMON) if report.id in common else "",
        ]
        rows.append(Row(((f"{number}. ", ""), (f"《{report.title}》", ""))))
        told.insert(0, report.agency if report.agency not in report.title else "")
        rows.append(row("    " + " · ".join(filter(None, told)), "i"))
    if pages > 1:
        rows += [Row(), row(say(texts.PAGE_OF, page=page + 1, pages=pages), "i")]
    return rows


def shelf_buttons(reports: Sequence[Report], page: int, verb: str) -> Buttons:
    """A button a report, and arrows to turn the page; `verb` is what a press does."""
    shown = on_page(reports, page)
    first = page * PAGE_SIZE + 1
    numbers = [(str(n), f"{verb}:{report.id}") for n, report in enumerate(shown, first)]
    arrows = []
    if page > 0:
        arrows.append(("◀", f"l:{verb}:{page - 1}"))
    if page + 1 < page_count(len(reports)):
        arrows.append(("▶", f"l:{verb}:{page + 1}"))
    return [line for line in (numbers, arrows) if line]


def title_buttons(reports: Sequence[Report], page: int, verb: str) -> Buttons:
    """Choose one report by its title."""
    lines = [[(shorten(full_title(report), 40), f"{verb}:{report.id}")] for report in on_page(reports, page)]
    turn = shelf_buttons(reports, page, verb)[1:]
    return [*lines, *turn]


def full_title(report: Report) -> str:
    """A report's title, with the agency in front where it does not say whose it is: many are called 政府工作报告."""
    whose = report.agency or report.region
    return report.title if not whose or whose in report.title else f"{whose} · {report.title}"


def on_page(reports: Sequence[Report], page: int) -> Sequence[Report]:
    return reports[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]


def page_count(total: int) -> int:
    return max((total + PAGE_SIZE - 1) // PAGE_SIZE, 1)


def report_rows(report: Report, say: Say, *, common: bool) -> list[Row]:
    where = say(texts.COMMON) if common else ""
    return [
        row(report.title, "b"),
        row(" · ".join(filter(None, [*facts(report, say), where])), "i"),
        Row(((f"{say(words.ID)}{say(words.COLON)}", ""), (report.id, "code"))),
    ]


def report_buttons(report: Report, say: Say, *, deletable: bool) -> Buttons:
    first = [(say(texts.SUMMARISE), f"s:{report.id}"), (say(texts.ASK_ABOUT), f"a:{report.id}")]
    return [first, [(say(texts.DELETE_YES), f"d:{report.id}")]] if deletable else [first]
