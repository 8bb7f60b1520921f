"""Files handed to workers: so many at a time, and each told of when its result is known."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.failures import explain
from bot.folders import writable
from bot.texts import Say
from store.errors import AppError, ReadError
from store.job_tables import OVER, JobKind, JobState, Offer, Outcome
from store.jobs import file_job_id
from store.models import IngestResult
from store.read import load

if TYPE_CHECKING:
    from bot.broker import Bell
    from store.jobs import JobStore

AT_ONCE = 200
"""Files that are with the workers at a time; what is not with them is not in the database either."""

AT_ONCE_BYTES = 256 * 1024 * 1024
_BATCH = 50
_LOOK_EVERY_S = 0.3
_PATIENCE_S = 10.0
"""For how long it is no news that nobody has taken any work up."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as the walk met it. `source` is its full path in real characters: what its report is known by."""

    at: Path
    source: str
    job_id: str
    size: int
    mtime_ns: int

    @property
    def path(self) -> str:
        return writable(str(self.at))


class Enqueuer:
    """Hands files to workers and gives their results in the order in which they are known.

    The work of a run that was stopped goes on, and a file that was taken in stays so: a second run passes
    over those of the same size and date, and over those with the same content.
    """

    def __init__(
        self,
        jobs: JobStore,
        bell: Bell,
        workspace: str,
        say: Say,
        *,
        on_trouble: Callable[[AppError], None],
        on_nobody: Callable[[int], None],
    ) -> None:
        """`on_trouble` is told when the broker goes away, `on_nobody` when no worker runs."""
        self._jobs = jobs
        self._bell = bell
        self._workspace = workspace
        self._say = say
        self._on_trouble = on_trouble
        self._on_nobody: Callable[[int], None] | None = on_nobody
        self._out: dict[str, _Found] = {}
        self._bytes_out = 0
        self._moved_at = time.monotonic()
        self._is_in_trouble = False

    @property
    def with_workers(self) -> int:
        """How many files are with the workers."""
        return len(self._out)

    def run(self, paths: Iterable[Path]) -> Iterator[IngestResult]:
        for batch in _batches(paths, _BATCH):
            while len(self._out) > AT_ONCE - len(batch) or self._bytes_out > AT_ONCE_BYTES:
                yield from self._collected()
            yield from self._handed_over(batch)
        while self._out:
            yield from self._collected()

    # --- handing over ---------------------------------------------------------------------------

    def _handed_over(self, batch: Sequence[Path]) -> Iterator[IngestResult]:
        """Give the results of those that need not be, or cannot be, handed over."""
        found: list[_Found] = []
        for path in batch:
            try:
                found.append(self._met(path))
            except OSError:  # why it cannot be read is told by whoever reads it
                yield from self._unreadable(path)
        done = self._jobs.taken_in([file.job_id for file in found])
        offers: list[Offer] = []
        for file in found:
            outcome = done.get(file.job_id)
            if outcome is not None and (outcome.job.size, outcome.job.mtime_ns) == (file.size, file.mtime_ns):
                yield _unchanged(file, outcome)
                continue
            try:
                offer = self._offer(file)
            except ReadError as error:
                yield self._refused(file.path, error)
                continue
            if outcome is not None and outcome.job.content_hash == offer.content_hash:
                self._jobs.touch(file.job_id, file.mtime_ns)
                yield _unchanged(file, outcome)
                continue
            offers.append(offer)
            self._out[file.job_id] = file
            self._bytes_out += file.size
        self._send(offers)

    def _met(self, path: Path) -> _Found:
        status = os.stat(path)
        source = writable(os.path.realpath(path))
        job_id = file_job_id(self._workspace, source)
        return _Found(path, source, job_id, status.st_size, status.st_mtime_ns)

    def _unreadable(self, path: Path) -> Iterator[IngestResult]:
        try:
            load(path)
        except ReadError as error:
            yield self._refused(writable(str(path)), error)

    def _refused(self, path: str, error: AppError) -> IngestResult:
        return IngestResult(path=path, status="failed", error=explain(error, self._say))

    def _offer(self, file: _Found) -> Offer:
        return offer_file(file.at, file.source, self._workspace, file.mtime_ns)

    def _send(self, offers: Sequence[Offer]) -> None:
        if not offers:
            return
        self._jobs.offer(offers)
        self._moved_at = time.monotonic()
        try:
            self._bell.ring(offers)
        except AppError as error:
            if not self._is_in_trouble:
                self._on_trouble(error)
            self._is_in_trouble = True
        else:
            self._is_in_trouble = False

    # --- collecting -----------------------------------------------------------------------------

    def _collected(self) -> Iterator[IngestResult]:
        """Give the results that have come in; a while later if there are none."""
        over = [outcome for outcome in self._jobs.outcomes(self._out) if outcome.job.state in OVER]
        for outcome in over:
            file = self._out.pop(outcome.job.id)
            self._bytes_out -= file.size
            yield self._result(file, outcome)
        if over:
            self._moved_at = time.monotonic()
            return
        if self._on_nobody is not None and time.monotonic() - self._moved_at > _PATIENCE_S:
            self._see_whether_anybody_works()
        time.sleep(_LOOK_EVERY_S)

    def _see_whether_anybody_works(self) -> None:
        self._moved_at = time.monotonic()
        if self._on_nobody is not None and not self._jobs.workers():
            self._on_nobody(len(self._out))
            self._on_nobody = None

    def _result(self, file: _Found, outcome: Outcome) -> IngestResult:
        job = outcome.job
        if job.state == JobState.FAILED:
            return self._refused(file.path, AppError(job.error, hint=job.hint))
        warnings = json.loads(job.result or "[]")
        return IngestResult.model_validate(
            {"path": file.path, "status": job.status, "report": outcome.report, "warnings": warnings}
        )


def offer_file(path: Path, source: str, workspace: str, mtime_ns: int) -> Offer:
    """Read a file for workers. Raises ReadError."""
    content = load(path)
    return Offer(
        id=file_job_id(workspace, source),
        kind=JobKind.FILE,
        workspace=workspace,
        subject=source,
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
        mtime_ns=mtime_ns,
    )


def _unchanged(file: _Found, outcome: Outcome) -> IngestResult:
    return IngestResult(path=file.path, status="unchanged", report=outcome.report)


def _batches(paths: Iterable[Path], size: int) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for path in paths:
        batch.append(path)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
