"""Taking reports in and off: every write there is, each under the lock of its workspace.

What happens in which order, and what a crash may leave, stands in store/library.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Engine

from store import db
from store.carry import Record, insert_carried, publish_carried, unpack
from store.changes import utc_now
from store.errors import LibraryBusyError
from store.health import IndexDamagedError, VectorsAwayError
from store.indexes import Indexes
from store.locks import BothLocks, FolderLock, ServerLock, WriteLock
from store.models import Document, Report
from store.replica import BATCH
from store.rows import content_hash, passage_id
from store.shelf import Shelf
from store.sight import Sight

T = TypeVar("T")
Status = Literal["added", "unchanged", "replaced"]


class Writer:
    """Writes to one shelf. `embed` turns texts into vectors of `shape`, None where nothing does."""

    def __init__(
        self,
        engine: Engine,
        shelf: Shelf,
        indexes: Indexes,
        sight: Sight,
        lock: WriteLock,
        *,
        shape: str,
        embed: Callable[[list[str]], list[list[float]]] | None,
        lock_timeout_s: float,
        patience_s: float,
    ) -> None:
        self._engine = engine
        self._shelf = shelf
        self._indexes = indexes
        self._sight = sight
        self.lock = lock
        self._shape = shape
        self._embed = embed
        self._lock_timeout_s = lock_timeout_s
        self._patience_s = patience_s
        self._words_to_do = 0

    def add(self, document: Document, workspace: str) -> tuple[Status, Report]:
        """Store and index a document. The same text again is `unchanged`, under another source too."""
        digest = content_hash(document.text)
        present = self._shelf.find_content(workspace, digest)
        if present and self._shelf.holder(workspace, document.source) == present.id:
            return "unchanged", present
        self._sight.sync()
        self._sight.require_shape(writing=True, has_embedding=self._embed is not None)
        vectors = None if present else self._vectors(document)
        stored = self._patiently(partial(self._write_in, document, workspace, vectors))
        self._words_to_do += 1
        self.words_follow(BATCH)
        return stored

    def _write_in(
        self, document: Document, workspace: str, vectors: list[list[float]] | None
    ) -> tuple[Status, Report]:
        with self.writing(workspace):
            self._sight.require_shape(writing=True, has_embedding=self._embed is not None)
            return self._store(document, workspace, vectors)

    def _store(
        self, document: Document, workspace: str, vectors: list[list[float]] | None
    ) -> tuple[Status, Report]:
        present = self._shelf.find_content(workspace, content_hash(document.text))
        before = self._shelf.holder(workspace, document.source)
        report_id = present.id if present else self._take_in(document, workspace, vectors)
        retired = self._shelf.publish(report_id, workspace, document.source)
        if retired is not None:
            # The new one is there; of the old one whoever writes next removes what is left.
            with suppress(VectorsAwayError):
                self._remove(retired.id, workspace)
        status: Status = "unchanged" if present else "added"
        if before not in (None, report_id):
            status = "replaced"
        return status, self._shelf.report(report_id, [workspace])

    def _take_in(self, document: Document, workspace: str, vectors: list[list[float]] | None) -> str:
        if vectors is None:  # deleted by another process since we looked
            vectors = self._vectors(document)
        report_id = self._shelf.free_id(workspace, content_hash(document.text))
        self._shelf.insert(report_id, document, workspace, self._shape)
        ids = [passage_id(report_id, draft.ordinal) for draft in document.passages]
        self._indexes.add(workspace, report_id, ids, vectors)
        return report_id

    def _vectors(self, document: Document) -> list[list[float]]:
        if self._embed is None:
            return []
        return self._embed([draft.indexed_text for draft in document.passages])

    def delete(self, report_id: str, workspace: str) -> Report:
        """Take a report off the shelf and out of both indexes; raises if anything of it is left.

        Seen no more from the first moment on, whatever then keeps its vectors from being removed.
        """
        with self.writing(workspace):
            report = self._shelf.report(report_id, [workspace])
            self._shelf.mark_deleting(report.id)
            try:
                self._remove(report.id, workspace)
            except VectorsAwayError as error:
                raise VectorsAwayError(
                    f"报告 {report.id} 已下架，但{error}，它的向量还没有删掉", hint=_VECTORS_LEFT
                ) from error
        self._words_to_do += 1
        self.words_follow()
        return report

    def _remove(self, report_id: str, workspace: str) -> None:
        """Finish a removal: the row goes last, so that a crash anywhere before is taken up again."""
        self._indexes.remove(workspace, report_id)
        left = self._indexes.left(workspace, report_id)
        if left:
            raise IndexDamagedError(f"报告 {report_id} 仍有 {left} 段留在索引中")
        self._shelf.purge(report_id)
        rows = self._shelf.rows_left(report_id)
        if rows:
            raise IndexDamagedError(f"报告 {report_id} 仍有 {rows} 行留在数据库中")

    def carry_in(self, record: Record, *, same_shape: bool) -> bool:
        """Take in a report of an export; False where it is here already. `same_shape`: its vectors may be used."""
        workspace = record["report"]["workspace"]
        self._sight.require_shape(writing=True, has_embedding=self._embed is not None)
        present = self._shelf.find_content(workspace, record["report"]["content_hash"])
        vectors = [] if present else self._carried_vectors(record, same_shape=same_shape)
        came = self._patiently(partial(self._carry, record, workspace, vectors))
        self._words_to_do += 1
        self.words_follow(BATCH)
        return came

    def _carry(self, record: Record, workspace: str, vectors: list[list[float]]) -> bool:
        with self.writing(workspace):
            present = self._shelf.find_content(workspace, record["report"]["content_hash"])
            report_id = present.id if present else str(record["report"]["id"])
            if present is None:
                insert_carried(self._engine, record, self._shape)
                self._indexes.add(workspace, report_id, [p["id"] for p in record["passages"]], vectors)
            publish_carried(self._engine, report_id, record, utc_now())
            return present is None

    def _carried_vectors(self, record: Record, *, same_shape: bool) -> list[list[float]]:
        if self._embed is None:
            return []
        packed = record.get("vectors")
        if same_shape and packed:
            return [unpack(vector) for vector in packed]
        return self._embed(
            [f"{p['prefix']}\n{p['text']}" if p["prefix"] else p["text"] for p in record["passages"]]
        )

    @contextmanager
    def writing(self, workspace: str | None, timeout_s: float | None = None) -> Iterator[None]:
        """Hold the write lock, with everything of other processes seen and what they left finished."""
        with self.lock.held(workspace, self._lock_timeout_s if timeout_s is None else timeout_s):
            self._sight.sync()
            with self._sight.writing_alone() if self.lock.is_exclusive else nullcontext():
                self._finish_all(None if self.lock.is_exclusive else workspace)
                yield

    def _finish_all(self, workspace: str | None) -> None:
        """Remove what an interrupted add or delete left. Only under its workspace's lock: its writer is dead."""
        for report in self._shelf.unfinished(workspace):
            self._remove(report.id, report.workspace)

    def _patiently(self, write: Callable[[], T]) -> T:
        """Write, again where a Chroma server that went away comes back in time."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                return write()
            except VectorsAwayError:
                if not self._indexes.wait_for_vectors(deadline):
                    raise

    def words_follow(self, enough: int = 1) -> None:
        """Apply what this process wrote once there is enough of it, so that the next to search need not.

        Not where the database is a server: its writers may be workers that never search.
        """
        if self._words_to_do >= enough and not db.is_shared(self._engine):
            self._words_to_do = 0
            self._indexes.words.follow(self._shelf.state())

    def mend(self, workspace: str, repair: Callable[[], None]) -> bool:
        """Repair under the lock; False where another process holds it."""
        try:
            with self.writing(workspace, timeout_s=0):
                repair()
        except LibraryBusyError:
            return False
        return True


def write_lock(url: str, data_dir: Path, shelf: Shelf, *, has_own_vectors: bool) -> WriteLock:
    folder = FolderLock(data_dir / "write.lock")
    if not db.is_shared_url(url):
        return folder
    server = ServerLock(url, shelf.state().identity)
    return BothLocks(folder, server) if has_own_vectors else server


_VECTORS_LEFT = "恢复后，下次写入这个书架时会自动清理。"
