"""Where words go: results to stdout, everything else to stderr, each note and error as one line."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping

from bot import texts
from bot.environment import colour_wanted
from bot.layout import CONTROLS, READABLE_WIDTH, Line, lay_out
from bot.texts import Say


class Output:
    """Writes results, notes and errors. Streams are looked up late, so that they can be redirected."""

    def __init__(self, say: Say) -> None:
        self._say = say

    @property
    def to_terminal(self) -> bool:
        return sys.stdout.isatty()

    def write(self, text: str) -> None:
        sys.stdout.write(text)

    def lines(self, lines: Iterable[Line]) -> None:
        width = min(shutil.get_terminal_size().columns, READABLE_WIDTH) if self.to_terminal else None
        self.write(lay_out(lines, width=width, colour=self.to_terminal and colour_wanted()))

    def json(self, record: Mapping[str, object], *, indent: int | None = None) -> None:
        """Print one JSON object, on one line unless indented, and let it go at once."""
        self.write(json.dumps(record, ensure_ascii=False, indent=indent) + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        self._aside(self._say(texts.NOTE, text=text))

    def plain_note(self, text: str) -> None:
        self._aside(text)

    def error(self, text: str) -> None:
        self._aside(self._say(texts.ERROR, text=text))

    def _aside(self, text: str) -> None:
        # What was printed before comes before, also where both end up in one file.
        sys.stdout.flush()
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()


def one_line(text: str) -> str:
    return " ".join(CONTROLS.sub(" ", text).split())


def prepare_streams() -> None:
    """Write UTF-8 into files and pipes whatever the locale; a terminal keeps an encoding that has Chinese.

    What cannot be written (half a character in a file's name) is shown escaped: never a failure, and
    in JSON still the same string.
    """
    # A stream that was closed before we began is None.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open to the end
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            keep = stream.isatty() and _has_chinese(stream.encoding)
            encoding = stream.encoding if keep else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="\n")


def _has_chinese(encoding: str) -> bool:
    try:
        "报告報告…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def abandon_stdout() -> None:
    """Let nothing more be written where nobody reads, not even what Python flushes at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
