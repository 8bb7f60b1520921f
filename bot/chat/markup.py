"""A message before Telegram: rows of runs, rendered to HTML or plain text and split to fit.

HTML needs three escapes and comes from these rows alone; nothing a report or a model says is ever markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal

from bot.layout import CONTROLS

LIMIT = 4096
"""UTF-16 code units of a message, counted after the markup is taken out."""

ENTITIES = 100
"""Entities Telegram keeps of a message; what comes after them loses its markup."""

Style = Literal["", "b", "i", "u", "code"]
Kind = Literal["text", "quote", "pre"]
Run = tuple[str, Style]

_SENTENCE_END = re.compile(r"[。！？；!?;，,、]")
_COUNTER_ROOM = 16
_STYLED = ENTITIES - 4
_BROKEN = re.compile(r"[\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line. Rows of kind `quote` or `pre` next to each other with the same `group` stand in one box."""

    runs: tuple[Run, ...] = ()
    kind: Kind = "text"
    group: int = 0

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


def row(text: str, style: Style = "", *, kind: Kind = "text", group: int = 0) -> Row:
    return Row(((text, style),), kind, group)


def units(text: str) -> int:
    """Count UTF-16 code units, as Telegram does."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Drop what no message may hold: control characters, half characters, reversals of direction."""
    return _BROKEN.sub("\ufffd", CONTROLS.sub("", text))


def to_html(rows: Iterable[Row]) -> str:
    return "\n".join(_boxed(kind, members) for (kind, _), members in _boxes(rows))


def to_plain(rows: Iterable[Row]) -> str:
    return "\n".join(clean(item.text) for item in rows)


def _boxes(rows: Iterable[Row]) -> Iterator[tuple[tuple[Kind, int], list[Row]]]:
    for key, members in groupby(rows, key=lambda item: (item.kind, item.group)):
        yield key, list(members)


def _boxed(kind: Kind, members: Sequence[Row]) -> str:
    inner = "\n".join("".join(_run(text, style, kind) for text, style in item.runs) for item in members)
    if kind == "quote":
        return f"<blockquote expandable>{inner}</blockquote>"
    if kind == "pre":
        return f"<pre>{inner}</pre>"
    return inner


def _run(text: str, style: Style, kind: Kind) -> str:
    shown = escape(clean(text), quote=False)
    # Telegram refuses entities in <pre> and code in a quote, and an empty one anywhere is none.
    plain = kind == "pre" or (kind == "quote" and style == "code")
    return f"<{style}>{shown}</{style}>" if style and shown.strip() and not plain else shown


def split(rows: Sequence[Row], limit: int = LIMIT) -> list[list[Row]]:
    """Cut a message into parts that fit: between rows where it can be, else between sentences.

    Several parts are numbered (1/3) at their end. Parts of nothing but white space are left out.
    """
    whole = _packed(rows, limit)
    if len(whole) < 2:
        return whole
    parts = _packed(rows, limit - _COUNTER_ROOM)
    if len(parts) < 2:
        return parts
    return [[*part, row(f"（{place}/{len(parts)}）", "i", group=-1)] for place, part in enumerate(parts, 1)]


def _packed(rows: Sequence[Row], limit: int) -> list[list[Row]]:
    parts: list[list[Row]] = []
    part: list[Row] = []
    used = entities = 0
    for item in rows:
        for piece in _fitting(item, limit):
            size, marks = units(clean(piece.text)), _marks(piece)
            while part and (used + 1 + size > limit or entities + marks >= ENTITIES - 1):
                at = _seam(part)
                parts.append(part[:at])
                part = part[at:]
                used, entities = _measured(part)
            used += size + bool(part)
            entities += marks
            part.append(piece)
    parts.append(part)
    trimmed = (_trimmed(part) for part in parts)
    return [part for part in trimmed if part]


def _marks(item: Row) -> int:
    """Count the entities of a row, and the box it stands in."""
    return sum(bool(style) for _, style in item.runs) + (item.kind != "text")


def _measured(rows: Sequence[Row]) -> tuple[int, int]:
    """Give the units and the entities of rows that stand in one part."""
    units_used = sum(units(clean(item.text)) for item in rows) + max(len(rows) - 1, 0)
    return units_used, sum(map(_marks, rows))


def _seam(part: Sequence[Row]) -> int:
    """Give where to cut a full part: before its last blank row or box, unless little would be left of it."""
    seams = [
        at
        for at in range(1, len(part))
        if not part[at].text.strip()
        or (part[at].kind, part[at].group) != (part[at - 1].kind, part[at - 1].group)
    ]
    whole, _ = _measured(part)
    fitting = [at for at in seams if _measured(part[:at])[0] >= whole // 2]
    return fitting[-1] if fitting else len(part)


def _trimmed(part: list[Row]) -> list[Row]:
    """Take blank rows off both ends: Telegram does, and a box must not begin with one."""
    shown = [place for place, item in enumerate(part) if clean(item.text).strip()]
    return part[shown[0] : shown[-1] + 1] if shown else []


def _fitting(item: Row, limit: int) -> Iterator[Row]:
    """Cut a row that is longer, or has more markup, than a whole message may have."""
    styled = [place for place, (_, style) in enumerate(item.runs) if style]
    while len(styled) > _STYLED:
        at = styled[_STYLED]
        yield Row(item.runs[:at], item.kind, item.group)
        item = Row(item.runs[at:], item.kind, item.group)
        styled = [place - at for place in styled[_STYLED:]]
    while units(item.text) > limit:
        at = _cut(item.text, limit)
        head, tail = _divided(item, at)
        yield head
        item = tail
    yield item


def _cut(text: str, limit: int) -> int:
    """Give how many characters of `text` to take: up to the last sentence end that fits, else all that fit."""
    room = 0
    used = 0
    for char in text:
        used += units(char)
        if used > limit:
            break
        room += 1
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, room)]
    return ends[-1] if ends and ends[-1] > room // 2 else max(room, 1)


def _divided(item: Row, at: int) -> tuple[Row, Row]:
    before: list[Run] = []
    after: list[Run] = []
    left = at
    for text, style in item.runs:
        if text[:left]:
            before.append((text[:left], style))
        if text[left:]:
            after.append((text[left:], style))
        left = max(left - len(text), 0)
    return Row(tuple(before), item.kind, item.group), Row(tuple(after), item.kind, item.group)
