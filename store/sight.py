"""What this process last saw of the shelf, and when it has to look again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from store.errors import IndexMismatchError
from store.shelf import Shelf, ShelfState

COUNTING_SHARE = 0.02
"""Of its time a process spends no more than this counting a shelf that others write to all the while."""


class Sight:
    """Notices other processes' writes by `shelf.generation`, and calls `reload` for them.

    `shape` is the embedding and chunking this process indexes under, `chunking` its ending.
    """

    def __init__(self, shelf: Shelf, reload: Callable[[], None], shape: str, chunking: str) -> None:
        self._shelf = shelf
        self._reload = reload
        self._shape = shape
        self._chunking = chunking
        self._lock = threading.RLock()
        self._seen: ShelfState | None = None
        self._shapes: set[str] = set()
        self._count_again_at = 0.0
        self._is_writing_alone = False
        self.mismatch: str | None = None
        self.counts: dict[str, int] = {}
        """Workspace -> number of ready passages; on a large shelf that others write to, of a moment ago."""

    def sync(self) -> ShelfState:
        """Look again if anybody has written. While this process holds an exclusive lock, nobody else can."""
        with self._lock:
            # Read before the indexes are: what is written meanwhile must be noticed next time.
            state = self._shelf.state()
            if not self._is_writing_alone and (
                self._seen is None or state.generation != self._seen.generation
            ):
                self._reload()
                self._take_in(state)
            return state

    def look_again(self) -> None:
        """Look at everything, whatever was seen before."""
        with self._lock:
            self._seen = None
            self._take_in(self._shelf.state())

    @contextmanager
    def writing_alone(self) -> Iterator[None]:
        """Of what is written in here, there is nothing to notice."""
        self._is_writing_alone = True
        try:
            yield
        finally:
            with self._lock:
                self._is_writing_alone = False
                self._take_in(self._shelf.state())

    def require_shape(self, *, writing: bool, has_embedding: bool) -> None:
        """Refuse to mix embeddings or chunkings. Reading by words alone only needs the chunking."""
        if self.mismatch is None:
            return
        rebuilding = self._seen is None or self._seen.rebuilding_as is not None
        if (
            writing
            or has_embedding
            or rebuilding
            or not all(s.endswith(self._chunking) for s in self._shapes)
        ):
            raise IndexMismatchError(self.mismatch)

    def _take_in(self, state: ShelfState) -> None:
        before, self._seen = self._seen, state
        self._count(force=before is None)
        if self._may_have_other_shapes(before, state):
            self._shapes = self._shelf.shapes()
        self.mismatch = None
        if state.rebuilding_as is not None:
            self.mismatch = "重建索引尚未完成"
        elif others := self._shapes - {self._shape}:
            self.mismatch = f"索引建于 {'、'.join(sorted(others))}，现在的设置是 {self._shape}"

    def _may_have_other_shapes(self, before: ShelfState | None, state: ShelfState) -> bool:
        """Tell whether more than reports of our own shape may have come: asking takes time by the whole shelf."""
        if before is None or self.mismatch is not None or self._shapes != {self._shape}:
            return True
        return (before.words_from, before.rebuilding_as) != (state.words_from, state.rebuilding_as)

    def _count(self, *, force: bool) -> None:
        began = time.monotonic()
        if not force and began < self._count_again_at:
            return
        self.counts = self._shelf.passage_counts()
        ended = time.monotonic()
        self._count_again_at = ended + (ended - began) / COUNTING_SHARE
