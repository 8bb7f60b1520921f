"""The genre's thesaurus: what people say, in Chinese or English, and what the reports call it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Saying:
    """A way of putting something, found at `start:end` of a question, and its official wordings."""

    start: int
    end: int
    wordings: tuple[str, ...]


@cache
def _entries() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    lines = files("chains").joinpath("lexicon.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    found = []
    for pattern, wordings in pairs:
        latin = pattern.isascii()
        found.append((re.compile(rf"\b(?:{pattern})\b" if latin else pattern), tuple(wordings.split("|"))))
    return tuple(found)


def find_sayings(folded: str) -> list[Saying]:
    """Find the thesaurus's sayings in a folded question, the longest first, none overlapping."""
    found = [
        Saying(match.start(), match.end(), wordings)
        for pattern, wordings in _entries()
        for match in pattern.finditer(folded)
        if match.end() > match.start()
    ]
    kept: list[Saying] = []
    for saying in sorted(found, key=lambda s: (s.start - s.end, s.start)):
        if all(saying.end <= other.start or saying.start >= other.end for other in kept):
            kept.append(saying)
    return sorted(kept, key=lambda s: s.start)
