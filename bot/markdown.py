"""Summaries as Markdown. What a report says is escaped: `**` in it hides a name, it makes nothing bold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot import texts
from bot.render import whereabouts
from bot.texts import Say
from bot.views import Note, Part, Point, SummaryView

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|$#])")
_AT_START = re.compile(r"^(?:([-+=])|(\d{1,9})([.)]))(?=\s|$|=)")


def escape(text: str) -> str:
    """Make `text` one paragraph's worth of plain words, whatever is in it."""
    joined = " ".join(text.split())
    return _AT_START.sub(_escape_start, _SPECIAL.sub(r"\\\1", joined))


def _escape_start(found: re.Match[str]) -> str:
    return rf"\{found[1]}" if found[1] else rf"{found[2]}\{found[3]}"


def summary_markdown(view: SummaryView, say: Say) -> str:
    return "\n".join(_rows(view, say)) + "\n"


def _rows(view: SummaryView, say: Say) -> Iterator[str]:
    yield f"# {escape(view.title)}"
    yield ""
    yield escape(" · ".join(view.facts))
    if view.overview:
        yield ""
        yield escape(view.overview)
    for part in view.parts:
        yield ""
        yield from _part_rows(part)
    if view.notes:
        yield ""
        yield f"## {say(texts.QUOTES)}"
    for note in view.notes:
        yield ""
        yield from _note_rows(note, say)
    yield ""
    yield escape(view.made)
    if any(note.shown for note in view.notes):
        yield ""
        yield escape(say(texts.QUOTES_SHOWN))
    if view.dropped:
        yield ""
        yield escape(view.dropped)


def _part_rows(part: Part) -> Iterator[str]:
    yield f"## {escape(part.title)}"
    if part.facts:
        yield ""
        yield escape(" · ".join(part.facts))
    if part.lack:
        yield ""
        yield part.lack
    for group in part.groups:
        yield ""
        if group.heading:
            yield f"### {escape(group.heading)}"
            yield ""
        for point in group.points:
            yield _point_row(point)
    if part.rest:
        yield ""
        yield escape(part.rest)


def _point_row(point: Point) -> str:
    marks = "".join(f"[{n}]" for n in point.marks)
    return f"{point.n}. {_bold(point.lead)}{escape(point.text)}{marks}"


def _bold(lead: str) -> str:
    words = lead.removesuffix("：")
    if not words:
        return ""
    # Before a Chinese character asterisks close nothing that ends in punctuation.
    bold = f"**{escape(words)}**" if words[-1].isalnum() else f"<b>{escape(words)}</b>"
    return bold + lead[len(words) :]


def _note_rows(note: Note, say: Say) -> Iterator[str]:
    where = escape(" · ".join(whereabouts(note, say)))
    yield f"[{note.n}] {where}".rstrip()
    if not note.shown:
        yield ""
        yield from (f"> {escape(row)}".rstrip() for row in note.quote.strip().splitlines())
