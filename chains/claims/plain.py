"""The form in which a claim and its quotes are compared, and how such a text is cut into clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.script import fold

MASK = r"(?:(?<![0-9a-z])[*x×□○]{1,10}|某{1,3}(?![些种一]))"
"""What stands where a report hides a value, in a plain text."""

_GAP = re.compile(r"(?<![0-9a-z])\s+|\s+(?![0-9a-z])")
_UNSEEN = re.compile('[\u200b-\u200f\u2060\ufeff\u00ad“”‘’"「」『』]')
_CLAUSE = re.compile(r"[^,。;:!?\n]+")
_FUNCTION = re.compile(
    r"以上|以下|以内|左右|其中|以及|并且|同时|分别|共计|合计|总计|累计|一共|全年|当年|该年|年内|本年|今年|目前|现有|共有|达到|的|了|共|达|为|是|有|在|于|与|和|及|并|对|向|由|从|把|将|被|中|等|其|该|约|近|超过?|仅"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a plain text between two marks of punctuation."""

    start: int
    end: int
    text: str


def plain(text: str) -> str:
    """Fold widths, case, script and quotation marks, and close the gaps between Han characters."""
    return _GAP.sub("", _UNSEEN.sub("", fold(text)))


def clauses_of(text: str) -> list[Clause]:
    """Cut a plain text at every mark of punctuation but the one between members of a list (、)."""
    return [Clause(match.start(), match.end(), match[0]) for match in _CLAUSE.finditer(text)]


def content_of(text: str) -> str:
    """Leave out the words that carry no meaning of their own."""
    return _FUNCTION.sub(" ", text)


def bigrams(text: str) -> set[str]:
    """Give every pair of neighbouring characters that are no space or punctuation."""
    return {a + b for a, b in zip(text, text[1:], strict=False) if a.isalnum() and b.isalnum()}
