"""This process's word index, a copy of what SQL holds that follows it change by change.

The database numbers every change of which passages are to be found (`word_changes`). The index keeps the
number up to which it holds them in a file beside it, written after the commit: a process killed between
the two applies those changes again, which changes nothing. What a change says is only which report to look
at: the passages it has now are taken in, and none where it is not ready.

Where processes share a data directory they share the index, and one of them applies at a time. Whoever
does not get the turn searches what is there: SQL hides what has gone meanwhile.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path

from filelock import FileLock, Timeout

from store.models import Passage
from store.rows import indexed_text
from store.shelf import Shelf, ShelfState
from store.words import WordEntry, WordIndex

BATCH = 200
"""Changes applied with one commit: few enough for memory, many enough that commits do not count."""

_MEND_BATCH = 2_000

TURN_S = 0.2
"""A search waits so long for another process that is applying what it lacks: mostly a few milliseconds."""


@dataclass(frozen=True, slots=True)
class WordsLag:
    """How far a word index is behind: changes, and seconds since the first of them was made."""

    changes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Applied:
    """Up to which change of which database an index follows."""

    identity: str
    number: int

    def reaches(self, state: ShelfState) -> bool:
        return self.identity == state.identity and state.words_at <= self.number <= state.generation

    def can_follow(self, state: ShelfState) -> bool:
        return self.identity == state.identity and state.words_from <= self.number <= state.generation


class WordReplica:
    """The word index in one folder. Safe to share between threads and processes."""

    def __init__(self, shelf: Shelf, folder: Path) -> None:
        self._shelf = shelf
        self._folder = folder
        self._applied: _Applied | None = None
        self._thread = threading.Lock()

    @cached_property
    def index(self) -> WordIndex:
        return WordIndex(self._folder)

    def is_current(self, state: ShelfState) -> bool:
        return self._applied is not None and self._applied.reaches(state)

    def follow(self, state: ShelfState, *, wait_s: float = TURN_S) -> bool:
        """Apply what is new; False where another is at it and could not be waited for."""
        if self.is_current(state):
            return True
        with self._turn(wait_s) as mine:
            self._look()
            if mine and not self.is_current(state):
                self._apply(state)
        return self.is_current(state)

    def mend(self, state: ShelfState) -> bool:
        """Hold the index against SQL passage by passage, and set right what differs; False without the turn."""
        with self._turn(TURN_S) as mine:
            if mine:
                self._mend(state)
        return mine

    def rebuild(self, state: ShelfState) -> None:
        """Build the index anew; searches see the old one until it is done. Waits for its turn."""
        with self._turn(-1):
            self._rebuild(state)

    def lag(self, state: ShelfState) -> WordsLag:
        """Tell how far this process's index is behind; one that has to be built anew, by every report."""
        self._look()
        if self._applied is None or not self._applied.can_follow(state):
            return WordsLag(sum(self._shelf.report_counts().values()), 0.0)
        changes, since = self._shelf.words_behind(self._applied.number)
        return WordsLag(changes, max(0.0, (datetime.now(UTC) - since).total_seconds()) if since else 0.0)

    # --- how ---------------------------------------------------------------------------------

    @contextmanager
    def _turn(self, wait_s: float) -> Iterator[bool]:
        """Be the only one to write to the index, among threads and processes; False where that is not to be had."""
        lock = FileLock(self.index.folder / "apply.lock")
        if not self._thread.acquire(timeout=wait_s):
            yield False
            return
        try:
            mine = _acquired(lock, wait_s)
            try:
                yield mine
            finally:
                if mine:
                    lock.release()
        finally:
            self._thread.release()

    def _apply(self, state: ShelfState) -> None:
        if self._applied is None:
            # Of before there were changes, or its note was lost: what it holds is most likely right.
            self._mend(state)
        elif not self._applied.can_follow(state):
            self._rebuild(state)
        else:
            self._take_in(self._applied.number, state)

    def _take_in(self, done: int, state: ShelfState) -> None:
        while done < state.words_at:
            changes = self._shelf.word_changes(done, BATCH)
            if changes is None:
                done = state.words_at
            else:
                moved = changes.report_ids
                self.index.add(_entries(self._shelf.words_of(moved)), replacing=moved)
                done = changes.number
            self._note(_Applied(state.identity, done))

    def _rebuild(self, state: ShelfState) -> None:
        self.index.replace_all(_entries(self._shelf.words_of(self._shelf.ready_ids())))
        self._note(_Applied(state.identity, state.words_at))

    def _mend(self, state: ShelfState) -> None:
        held = self.index.ids()
        if not held:
            self._rebuild(state)
            return
        for workspace in self._shelf.passage_counts():
            wanted = self._shelf.passage_ids(workspace)
            missing = iter([key for key in wanted if key not in held])
            while batch := list(islice(missing, _MEND_BATCH)):
                self.index.add(_entries(self._shelf.passages_by_id(batch, [workspace]).values()))
            held.difference_update(wanted)
        if held:
            self.index.delete_passages(held)
        self._note(_Applied(state.identity, state.words_at))

    def _look(self) -> None:
        """See what another process applied since."""
        applied = _read(self._file)
        if applied != self._applied:
            self.index.reload()
            self._applied = applied

    def _note(self, applied: _Applied) -> None:
        beside = self._file.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps({"identity": applied.identity, "number": applied.number}), "utf-8")
        beside.replace(self._file)
        self._applied = applied

    @property
    def _file(self) -> Path:
        return self.index.folder / "applied"


def _acquired(lock: FileLock, timeout_s: float) -> bool:
    try:
        lock.acquire(timeout=timeout_s)
    except Timeout:
        return False
    return True


def _entries(passages: Iterable[Passage]) -> Iterator[WordEntry]:
    return (WordEntry(p.id, p.report_id, p.workspace, indexed_text(p)) for p in passages)


def _read(file: Path) -> _Applied | None:
    """Read a note; one that a power cut left in pieces is none."""
    try:
        note = json.loads(file.read_text("utf-8"))
        return _Applied(note["identity"], note["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
