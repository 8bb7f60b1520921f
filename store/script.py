"""One form for matching: widths, case and script folded away. What is shown is never folded."""

from __future__ import annotations

import unicodedata
from functools import cache

from store.models import Script

CJK_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000))
"""Code points of Han characters, ends exclusive."""

# OpenCC leaves these apart because each is right in some word. A matcher only needs them equal.
_ALSO_EQUAL = {"着": "著", "馀": "余", "乾": "干", "藉": "借", "瞭": "了", "汙": "污", "迴": "回"}

_SCRIPT_SAMPLE_CHARS = 20_000


class _FoldTable(dict[int, str]):
    """Code point -> folded text, filled as characters are met (so at most one entry a character)."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_char(chr(code))
        return folded


def fold(text: str) -> str:
    """Fold `text` for matching: NFKC width, lower case, Traditional -> Simplified.

    Works character by character, so equal characters always fold equally and all but a few
    compatibility characters (`㎡`, `…`) keep their length.
    """
    return text.translate(_TABLE)


def fold_with_map(text: str) -> tuple[str, list[int]]:
    """Fold `text`, and give for each folded character the index in `text` it came from (ascending)."""
    pieces: list[str] = []
    sources: list[int] = []
    for index, char in enumerate(text):
        piece = _TABLE[ord(char)]
        pieces.append(piece)
        sources.extend([index] * len(piece))
    return "".join(pieces), sources


def detect_script(text: str) -> Script:
    """Tell Traditional from Simplified by the characters that only one of them uses; a tie is Simplified."""
    sample = text[:_SCRIPT_SAMPLE_CHARS]
    to_simplified, to_traditional = _simplified(), _traditional()
    hant = sum(char in to_simplified for char in sample)
    hans = sum(char in to_traditional for char in sample)
    return "hant" if hant > hans else "hans"


def _fold_char(char: str) -> str:
    # Circled and superscript numbers stay: "100①" must not become the number 1001.
    if unicodedata.category(char) == "No":
        return char
    plain = unicodedata.normalize("NFKC", char).lower()
    return "".join(_fold_han(part) for part in plain)


def _fold_han(char: str) -> str:
    simplified = _simplified().get(char, char)
    return _ALSO_EQUAL.get(simplified, simplified)


@cache
def _simplified() -> dict[str, str]:
    """Every Traditional character with its Simplified form, as OpenCC maps single characters."""
    return _changed_by("t2s")


@cache
def _traditional() -> dict[str, str]:
    """Every Simplified character with a Traditional form of its own."""
    return _changed_by("s2t")


def _changed_by(config: str) -> dict[str, str]:
    from opencc import OpenCC

    chars = [chr(code) for low, high in CJK_RANGES for code in range(low, high)]
    # One call for the whole table: a line break keeps neighbours from forming a phrase.
    converted = OpenCC(config).convert("\n".join(chars)).split("\n")
    pairs = zip(chars, converted, strict=True)
    return {char: form for char, form in pairs if char != form and len(form) == 1}


_TABLE = _FoldTable()
