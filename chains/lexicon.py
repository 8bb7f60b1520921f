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


# Compiling thousands of patterns takes the better part of a second, and a question uses a dozen. So each pattern
# is kept as text with anchors: strings of which every match of it holds one. Only what a question's anchors
# call up is compiled.
_SPECIAL = re.compile(r"[()\[\]?*+.\\{]")
_GROUP = re.compile(r"\((\?:|\?<?[=!])?([^()]*)\)(\?|\*|\{0?,\d*\})?")
_LOOSE = re.compile(
    r"(?:\[[^\]]*\]|\\[a-z]|[^\\]|\\[^a-z])(?:\?|\*|\{0?,\d*\})|\[[^\]]*\]|\\[a-zA-Z]|\.|\{\d[^}]*\}|\+"
)


def _without_group(group: re.Match[str]) -> str:
    kind, inside, repeat = group.groups()
    if kind in {"?=", "?!", "?<=", "?<!"}:
        return ""
    return "\0" if repeat or "|" in inside else inside


def _anchors(pattern: str) -> list[str]:
    """Give a string for each alternative of `pattern` that all its matches hold, empty when there is none."""
    if not _SPECIAL.search(pattern):
        return pattern.split("|")
    while (reduced := _GROUP.sub(_without_group, pattern)) != pattern:
        pattern = reduced
    return [
        max(choice.split("\0"), key=len) for choice in _LOOSE.sub("\0", pattern).replace("\\", "").split("|")
    ]


@cache
def _entries() -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, list[tuple[str, int]]], list[int]]:
    """Read the entries, the anchors by their first two characters, and which entries have to be tried always."""
    lines = files("chains").joinpath("lexicon.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]
    by_start: dict[str, list[tuple[str, int]]] = {}
    always: list[int] = []
    for at, (pattern, _) in enumerate(pairs):
        for anchor in _anchors(pattern):
            if anchor:
                by_start.setdefault(anchor[:2], []).append((anchor, at))
            else:
                always.append(at)
    return tuple((pattern, tuple(wordings.split("|"))) for pattern, wordings in pairs), by_start, always


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b" if pattern.isascii() else pattern)


def find_sayings(folded: str) -> list[Saying]:
    """Find the thesaurus's sayings in a folded question, the longest first, none overlapping."""
    entries, by_start, always = _entries()
    called = set(always)
    for start in range(len(folded)):
        for key in {folded[start : start + 2], folded[start]}:
            called.update(at for anchor, at in by_start.get(key, ()) if folded.startswith(anchor, start))
    found = [
        Saying(match.start(), match.end(), wordings)
        for pattern, wordings in (entries[at] for at in sorted(called))
        for match in _compiled(pattern).finditer(folded)
        if match.end() > match.start()
    ]
    kept: list[Saying] = []
    for saying in sorted(found, key=lambda s: (s.start - s.end, s.start)):
        if all(saying.end <= other.start or saying.start >= other.end for other in kept):
            kept.append(saying)
    return sorted(kept, key=lambda s: s.start)
