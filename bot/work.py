"""What a worker does with a job: takes a file in, writes a summary or a digest, and notes what came of it."""

from __future__ import annotations

import json
import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from billiard.exceptions import SoftTimeLimitExceeded

from bot import texts
from bot.failures import attempt
from bot.intake import add_file, add_upload
from bot.subjects import digest_of, summary_of
from bot.texts import Say
from chains.models import SummaryInput
from store.document import reopen
from store.errors import AppError
from store.health import DatabaseError
from store.job_tables import Job, JobKind
from store.jobs import LEASE, MAX_ATTEMPTS
from store.models import IngestResult
from store.read import read_bytes

if TYPE_CHECKING:
    from bot.services import Services
    from store.jobs import JobStore

log = logging.getLogger(__name__)

_BACKOFF = timedelta(seconds=5)
_LONGEST = timedelta(minutes=10)


class ContentGoneError(AppError):
    """The file of a job is no longer kept."""


class TookTooLongError(AppError):
    """A job did not end within its time."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a job."""

    status: str | None = None
    report_id: str | None = None
    result: str | None = None


class Workbench:
    """Does jobs, with services that are made at the first: in the process that does the work."""

    def __init__(self, build: Callable[[], Services], say: Say) -> None:
        self._build = build
        self._say = say

    @cached_property
    def services(self) -> Services:
        return self._build()

    def do(self, job_id: str) -> None:
        """Do a job, unless somebody else does or did. Whatever happens is noted on the job, or told in the log."""
        problem = attempt(partial(self._do, job_id), self._say)
        if isinstance(problem, AppError):  # then the job is taken back from us before long
            log.error("job %s could not be noted: %s", job_id, problem)

    def _do(self, job_id: str) -> None:
        jobs = self.services.jobs
        job = jobs.claim(job_id)
        if job is None:
            return
        with _signs_of_life(jobs, job):
            done = attempt(partial(self._in_time, job), self._say)
        if isinstance(done, AppError):
            self._not_done(jobs, job, done)
        else:
            jobs.finish(job, status=done.status, report_id=done.report_id, result=done.result)
            log.info("job %s (%s) is done: %s", job.id, job.kind, done.status or "written")

    def _not_done(self, jobs: JobStore, job: Job, error: AppError) -> None:
        # A database that went away in the middle of a statement is back after a while, as a rule.
        again = error.retryable or isinstance(error, DatabaseError)
        if again and job.attempts < MAX_ATTEMPTS:
            jobs.put_back(job, backoff(job.attempts), str(error), error.hint)
            log.warning("job %s (%s) is tried again later: %s", job.id, job.kind, type(error).__name__)
        else:
            jobs.fail(job, str(error), error.hint)
            log.warning("job %s (%s) failed: %s", job.id, job.kind, type(error).__name__)

    def _in_time(self, job: Job) -> Done:
        try:
            return self._done(job)
        except SoftTimeLimitExceeded as error:
            say = self._say
            raise TookTooLongError(say(texts.TOOK_TOO_LONG), hint=say(texts.TOOK_TOO_LONG_REMEDY)) from error

    def _done(self, job: Job) -> Done:
        if job.kind == JobKind.SUMMARY:
            return Done(result=self._summary(job))
        if job.kind == JobKind.DIGEST:
            return Done(result=self._digest(job))
        taken = self._taken_in(job)
        report_id = taken.report.id if taken.report else None
        return Done(taken.status, report_id, json.dumps(taken.warnings, ensure_ascii=False))

    def _taken_in(self, job: Job) -> IngestResult:
        data = self.services.jobs.content(job.id)
        if data is None:
            raise ContentGoneError(self._say(texts.CONTENT_GONE), hint=self._say(texts.CONTENT_GONE_REMEDY))
        library = self.services.library
        if job.kind == JobKind.FILE:
            return add_file(library, data, job.subject, job.workspace)
        return add_upload(library, read_bytes(data, job.subject), job.subject, job.workspace)

    def _summary(self, job: Job) -> str:
        report_id, workspace = summary_of(job.subject)
        library = self.services.library
        report = library.report(report_id, [workspace])
        asked = SummaryInput(reopen(library, report, [workspace]), report)
        return self.services.engine.summarize(asked, job.workspace).model_dump_json()

    def _digest(self, job: Job) -> str:
        asked = digest_of(job.subject)
        return self.services.engine.digest(self.services.library, asked, job.workspace).model_dump_json()


def backoff(attempts: int) -> timedelta:
    """Wait longer each time, and not as long as the others who failed at the same moment."""
    longer: timedelta = _BACKOFF * 2 ** (attempts - 1)
    return min(longer, _LONGEST) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


@contextmanager
def _signs_of_life(jobs: JobStore, job: Job) -> Iterator[None]:
    """Keep a job ours while it is worked on, in a thread beside the work."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                jobs.keep_alive(job)
            except AppError as error:  # the next sign may come through
                log.warning("no sign of life for job %s: %s", job.id, type(error).__name__)

    thread = threading.Thread(target=run, name="signs-of-life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
