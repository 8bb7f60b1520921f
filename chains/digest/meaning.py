"""How near two texts are in meaning, on a scale that any embedding model can be read on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

Meaning = Callable[[Sequence[str]], list[list[float]]]
"""Gives a vector for each text, in order."""


def nearness(meaning: Meaning, text: str, near: Sequence[str], far: Sequence[str]) -> float:
    """Give how near the nearest of `near` is to a text: 0 as far as `far` on the average, 1 the same.

    Models crowd their similarities into ranges of their own; what has nothing to do with the text marks
    where such a range begins.
    """
    own, *others = meaning([text, *near, *far])
    likeness = [_cosine(own, other) for other in others]
    base = sum(likeness[len(near) :]) / len(far)
    return (max(likeness[: len(near)]) - base) / (1 - base) if base < 1 else 0.0


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0
