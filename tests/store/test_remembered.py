"""Vectors that are kept for the next question."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from store.errors import EmbeddingError
from store.remembered import Remembered


class Counting:
    """Embeds a text as its length, and notes what it was given."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.given.append(list(texts))
        return [[float(len(text)), 1.0] for text in texts]


def test_a_text_is_embedded_once_and_answers_come_in_the_order_asked() -> None:
    embed = Counting()
    remembered = Remembered(embed)
    assert remembered(["一", "三个字"]) == [[1.0, 1.0], [3.0, 1.0]]
    assert remembered(["三个字", "两字", "一", "两字"]) == [[3.0, 1.0], [2.0, 1.0], [1.0, 1.0], [2.0, 1.0]]
    assert embed.given == [["一", "三个字"], ["两字"]]


def test_what_was_not_used_for_longest_is_forgotten_first() -> None:
    embed = Counting()
    remembered = Remembered(embed, limit=2)
    remembered(["甲", "乙"])
    remembered(["甲"])
    remembered(["丙"])
    embed.given.clear()
    remembered(["甲", "乙"])
    assert embed.given == [["乙"]]


def test_nothing_is_kept_of_a_call_that_failed() -> None:
    def fail(texts: Sequence[str]) -> list[list[float]]:
        raise EmbeddingError("down")

    remembered = Remembered(fail)
    for _ in range(2):
        with pytest.raises(EmbeddingError):
            remembered(["甲"])
