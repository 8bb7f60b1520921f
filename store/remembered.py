"""Vectors of texts that were embedded lately: the same sentences are weighed for question after question."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence

Vectors = list[list[float]]


class Remembered:
    """Embeds texts through `embed`, each once while it is among the last `limit`. Safe to share between threads.

    A vector of 384 numbers takes 1.5 KB: the default limit about 20 MB.
    """

    def __init__(self, embed: Callable[[Sequence[str]], Vectors], limit: int = 10_000) -> None:
        self._embed = embed
        self._limit = limit
        self._held: OrderedDict[str, array[float]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Give the vectors of `texts`, in order, in single precision."""
        with self._lock:
            found = {text: self._held[text] for text in texts if text in self._held}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        new = {text: array("f", vector) for text, vector in zip(missing, self._embed(missing), strict=True)}
        self._keep({**found, **new})
        return [(new.get(text) or found[text]).tolist() for text in texts]

    def _keep(self, used: dict[str, array[float]]) -> None:
        with self._lock:
            self._held.update(used)
            for text in used:
                self._held.move_to_end(text)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)
