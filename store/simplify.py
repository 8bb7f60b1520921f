"""Traditional to Simplified, character for character, so that offsets stay what they are."""

from __future__ import annotations

from functools import cache
from typing import Protocol


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _converter() -> _Converter:
    from opencc import OpenCC  # loaded at first use: it reads its dictionaries

    converter: _Converter = OpenCC("t2s")
    return converter


def simplify(text: str) -> str:
    """Give `text` in Simplified script with the same length, for matching and never for showing."""
    converted = _converter().convert(text)
    if len(converted) == len(text):
        return converted
    characters = (_converter().convert(character) for character in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(characters, text, strict=True))
