"""The font pictures are written in, and the plotting library brought in without what it does unasked."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.layout import may_break

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

MISSING = "〓"  # what Chinese typesetters put for a character they have no type for
_ELLIPSIS = "…"


@cache
def load_matplotlib() -> None:
    """Import matplotlib; left alone it searches the system's fonts and keeps the list in the home directory."""
    with (
        TemporaryDirectory(prefix="reportbot-") as folder,
        _environment(MPLCONFIGDIR=folder, MPL_IGNORE_SYSTEM_FONTS="1"),
    ):
        import matplotlib
        import matplotlib.font_manager

        matplotlib.rcdefaults()  # a matplotlibrc of the folder we run in is not meant for us


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Typeface:
    """Noto Sans SC out of its package. Sizes and widths are in pixels. Not for several threads at once."""

    @cached_property
    def path(self) -> Path:
        from pylopdf_fonts_zh_cn import sans_path

        return sans_path()

    @cached_property
    def _font(self) -> FT2Font:
        from matplotlib.ft2font import FT2Font

        return FT2Font(str(self.path))

    def has(self, char: str) -> bool:
        return self._font.get_char_index(ord(char)) != 0

    def drawable(self, text: str) -> str:
        """Keep to what the font can draw: white space as one space, MISSING for a character it lacks."""
        shown = (" " if char.isspace() else self._drawn(char) for char in text)
        return " ".join("".join(shown).split())

    def _drawn(self, char: str) -> str:
        if unicodedata.category(char) in ("Cc", "Cf"):
            return ""
        if self.has(char):
            return char
        # A mark that only modifies the character before it: without it the character still reads.
        return "" if unicodedata.category(char) == "Mn" else MISSING

    def width(self, text: str, size: float) -> float:
        from matplotlib.ft2font import LoadFlags

        self._font.set_size(size, 72)
        self._font.set_text(text, 0, flags=LoadFlags.NO_HINTING)
        return self._font.get_width_height()[0] / 64

    def wrapped(self, text: str, size: float, room: float, most: int) -> tuple[str, ...]:
        """Break `text` into at most `most` rows of `room`; what does not fit ends in an ellipsis."""
        rows = [""]
        for word in self._pieces(text, size, room):
            if rows[-1] and self.width((rows[-1] + word).rstrip(), size) > room:
                rows.append("")
            rows[-1] = (rows[-1] + word) if rows[-1] else word.lstrip()
        kept = [row.rstrip() for row in rows[:most]]
        if len(rows) > most:
            kept[-1] = self._elided(kept[-1], size, room)
        return tuple(row for row in kept if row)

    def _pieces(self, text: str, size: float, room: float) -> Iterator[str]:
        """Cut where a line may be broken, and a word too long for any row wherever it must be."""
        for word in _words(text):
            yield from [word] if self.width(word, size) <= room else word

    def _elided(self, row: str, size: float, room: float) -> str:
        while row and self.width(row + _ELLIPSIS, size) > room:
            row = row[:-1]
        return row + _ELLIPSIS


def _words(text: str) -> Iterator[str]:
    start = 0
    for place, (before, after) in enumerate(pairwise(text), start=1):
        if may_break(before, after):
            yield text[start:place]
            start = place
    if text:
        yield text[start:]
