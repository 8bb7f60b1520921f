"""One module a file format; each has `parse(data: bytes) -> Parsed` and raises ReadError."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARS = 10_000_000
HIDDEN_SHOWN = 40
_BLANKS = re.compile(r"[ \t\r\n\f]+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a format yields. Plain values only: it crosses a process boundary as JSON."""

    text: str
    title: str | None = None
    published: str | None = None
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


def hidden_warning(where: str, hidden: list[str]) -> tuple[str, ...]:
    """Say that text nobody can see was left out, with at most 40 characters of it."""
    seen = " ".join(" ".join(hidden).split())
    if not seen:
        return ()
    shown = seen if len(seen) <= HIDDEN_SHOWN else seen[: HIDDEN_SHOWN - 1] + "…"
    return (f"{where}中有隐藏文字，已忽略：{shown}",)


def one_line(text: str) -> str:
    """Join wrapped lines: a break between two Chinese characters vanishes, any other is a blank."""

    def blank(run: re.Match[str]) -> str:
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        return "" if "\n" in run.group() and is_wide(before) and is_wide(after) else " "

    return _BLANKS.sub(blank, text).strip(" ")


def is_wide(char: str) -> bool:
    """Whether `char` is a Chinese character or full-width punctuation."""
    return "\u2e80" <= char <= "\u9fff" or "\uff00" <= char <= "\uff60" or char >= "\U00020000"
