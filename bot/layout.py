"""Lay lines of Chinese and Latin text out for a terminal: wrapped by display width, with styles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Literal

Style = Literal["plain", "bold", "dim", "good", "bad", "warn"]
Run = tuple[str, Style]

READABLE_WIDTH = 100
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What could drive a terminal or turn a message around: control characters and reversals of direction."""

_NOT_AT_START = set("，。、；：？！）》〉」』】〕”’…·％%,.;:?!)]}")
_NOT_AT_END = set("（《〈「『【〔“‘([{")
_CODES: dict[Style, str] = {"bold": "1", "dim": "2", "good": "32", "bad": "31", "warn": "33"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output. `indent` is in cells; when wrapped, what follows hangs `hang` cells deeper."""

    runs: tuple[Run, ...] = ()
    indent: int = 0
    hang: int = 0

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


def line(text: str, style: Style = "plain", *, indent: int = 0, hang: int = 0) -> Line:
    return Line(((text, style),), indent, hang)


def lay_out(lines: Iterable[Line], *, width: int | None, colour: bool) -> str:
    """Give `lines` as one string that ends with a line feed; nothing is wrapped without a `width`."""
    return "".join(f"{row}\n" for item in lines for row in _rows(item, width, colour))


def _rows(item: Line, width: int | None, colour: bool) -> Iterator[str]:
    cells = [(char, style) for text, style in item.runs for char in _shown(text)]
    if not cells:
        yield ""
        return
    indent = item.indent
    for row in [cells] if width is None else _wrapped(cells, width - item.indent, item.hang):
        yield " " * indent + _styled(row, colour)
        indent = item.indent + item.hang


def _wrapped(cells: Sequence[tuple[str, Style]], room: int, hang: int) -> Iterator[list[tuple[str, Style]]]:
    row: list[tuple[str, Style]] = []
    used = 0
    for word in _words(cells):
        size = cell_width("".join(char for char, _ in word))
        if row and used + size > room:
            yield row
            row, used, room = [], 0, max(room - hang, 2)
            hang = 0
            word = list(dropwhile(lambda cell: cell[0] == " ", word))
            size = cell_width("".join(char for char, _ in word))
        row += word
        used += size
    if row:
        yield row


def _words(cells: Sequence[tuple[str, Style]]) -> Iterator[list[tuple[str, Style]]]:
    """Cut where a line may be broken: around each Chinese character, but not before its full stop."""
    word: list[tuple[str, Style]] = []
    for char, style in cells:
        if word and may_break(word[-1][0], char):
            yield word
            word = []
        word.append((char, style))
    if word:
        yield word


def may_break(before: str, after: str) -> bool:
    if after in _NOT_AT_START or before in _NOT_AT_END:
        return False
    if " " in (before, after):
        return True
    return _is_wide(before) or _is_wide(after)


def _styled(cells: Sequence[tuple[str, Style]], colour: bool) -> str:
    if not colour:
        return "".join(char for char, _ in cells).rstrip()
    out: list[str] = []
    current: Style = "plain"
    for char, style in [*cells, ("", "plain")]:
        if style != current:
            out.append("\x1b[0m" if style == "plain" else f"\x1b[0;{_CODES[style]}m")
            current = style
        out.append(char)
    return "".join(out)


def _shown(text: str) -> str:
    return re.sub(r"[\n\t]", " ", CONTROLS.sub("", text))


def cell_width(text: str) -> int:
    """Count the terminal cells `text` takes."""
    return sum(0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + _is_wide(char) for char in text)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


def padded(text: str, cells: int) -> str:
    return text + " " * max(cells - cell_width(text), 0)
