"""Work handed from processes that ask for it to workers that do it.

The rows here are the truth about what is to be done; a message in the broker only says that there is
something. A message that is lost costs seconds (`due`), one that comes twice costs a look (`claim`).

    queued --claim--> working --finish--> done
       ^                 |----fail------> failed: the list of what could not be done
       |----put_back-----|
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from store import db
from store.changes import utc_now
from store.db import fetch, fetch_value, open_engine, upsert, writing
from store.errors import NotFoundError
from store.job_tables import OVER, Job, JobKind, JobState, Offer, Outcome, contents, job_of_row, jobs, workers
from store.migrate import prepare
from store.models import Report
from store.rows import report_of_row

GRACE = timedelta(seconds=5)
"""How long after a job was queued nobody need be told of it again: its message is on its way."""

LEASE = timedelta(seconds=30)
"""For how long a job belongs to a worker that does not give a sign of life."""

MAX_ATTEMPTS = 5
KEPT = timedelta(days=7)
"""How long a finished summary or upload, and the file of an upload that failed, are kept."""

WORKER_KEPT = timedelta(seconds=30)
_LOST_HINT = "文件可能有问题，请换一种格式；确认无误后用 `reportbot jobs --retry 编号` 再试。"
_SWEPT = 200


def file_job_id(workspace: str, path: str) -> str:
    """Name the job of a file: the same in every run."""
    return hashlib.sha256(f"{workspace}\0{path}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


class JobStore:
    """Jobs and who does them. Safe to share between threads and processes."""

    def __init__(self, url: str, *, now: Callable[[], datetime] = utc_now, pooled: bool = True) -> None:
        """Connections that are not `pooled` are never open between calls, where a fork would share them."""
        self._engine = open_engine(url, poolclass=None if pooled else NullPool)
        self._now = now
        prepare(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def identity(self) -> str:
        """Tell this database from every other: brokers may serve several."""
        return str(fetch_value(self._engine, sa.select(db.shelf.c.identity)))

    # --- asking ---------------------------------------------------------------------------------

    def offer(self, offers: Sequence[Offer]) -> None:
        """Queue jobs. One that is queued or at work already and asks for the same stays as it is."""
        with writing(self._engine) as connection:
            held = self._at_hand(connection, [offer.id for offer in offers])
            for offer in offers:
                if held.get(offer.id) == offer.content_hash:
                    continue
                row = self._new_row(offer)
                rest = {name: value for name, value in row.items() if name != "id"}
                connection.execute(upsert(jobs, row, self._engine, rest))
                if offer.content is not None:
                    kept = {"job_id": offer.id, "content": offer.content}
                    connection.execute(upsert(contents, kept, self._engine, {"content": offer.content}))

    def _at_hand(self, connection: sa.Connection, ids: Sequence[str]) -> dict[str, str]:
        query = sa.select(jobs.c.id, jobs.c.content_hash).where(jobs.c.id.in_(ids), jobs.c.state.not_in(OVER))
        return {row.id: row.content_hash for row in connection.execute(query)}

    def _new_row(self, offer: Offer) -> dict[str, Any]:
        now = self._now()
        return {
            "id": offer.id,
            "kind": offer.kind,
            "workspace": offer.workspace,
            "subject": offer.subject,
            "size": len(offer.content or b""),
            "mtime_ns": offer.mtime_ns,
            "content_hash": offer.content_hash,
            "state": JobState.QUEUED,
            "attempts": 0,
            "due_at": now + GRACE,
            "changed_at": now,
            "owner": "",
            **dict.fromkeys(("status", "report_id", "result", "error", "hint")),
        }

    def outcomes(self, ids: Iterable[str]) -> list[Outcome]:
        """Give those of these jobs that are known, each with its report."""
        return self._outcomes(jobs.c.id.in_(list(ids)))

    def taken_in(self, ids: Iterable[str]) -> dict[str, Outcome]:
        """Give those of these files that are done and whose report still stands for them on the shelf."""
        standing = (
            (db.sources.c.workspace == jobs.c.workspace)
            & (db.sources.c.source == jobs.c.subject)
            & (db.sources.c.report_id == jobs.c.report_id)
        )
        stands = sa.exists().where(standing)
        found = self._outcomes(jobs.c.id.in_(list(ids)), jobs.c.state == JobState.DONE, stands)
        return {outcome.job.id: outcome for outcome in found if outcome.report is not None}

    def _outcomes(self, *conditions: Any) -> list[Outcome]:
        told = [job_of_row(row) for row in fetch(self._engine, sa.select(jobs).where(*conditions))]
        found = self._reports({job.report_id for job in told if job.report_id})
        return [Outcome(job, found.get(job.report_id or "")) for job in told]

    def _reports(self, ids: set[str]) -> dict[str, Report]:
        if not ids:
            return {}
        query = sa.select(db.reports).where(db.reports.c.id.in_(ids), db.reports.c.state == "ready")
        return {row.id: report_of_row(row) for row in fetch(self._engine, query)}

    def touch(self, job_id: str, mtime_ns: int) -> None:
        """Note that a file has another date and is the same."""
        with writing(self._engine) as connection:
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(mtime_ns=mtime_ns))

    def drop(self, job_id: str) -> None:
        """Forget a job whose outcome was fetched."""
        with writing(self._engine) as connection:
            connection.execute(jobs.delete().where(jobs.c.id == job_id))

    def withdraw(self, job_id: str) -> bool:
        """Take back a job that nobody has begun; False where somebody has."""
        queued = (jobs.c.id == job_id) & (jobs.c.state == JobState.QUEUED)
        with writing(self._engine) as connection:
            return bool(connection.execute(jobs.delete().where(queued)).rowcount)

    # --- working --------------------------------------------------------------------------------

    def claim(self, job_id: str) -> Job | None:
        """Take a job on; None where somebody else has it, or it is over."""
        owner, now = uuid4().hex, self._now()
        change = {
            "state": JobState.WORKING,
            "owner": owner,
            "attempts": jobs.c.attempts + 1,
            "due_at": now + LEASE,
            "changed_at": now,
        }
        with writing(self._engine) as connection:
            free = (jobs.c.id == job_id) & (jobs.c.state == JobState.QUEUED)
            connection.execute(jobs.update().where(free).values(change))
            mine = sa.select(jobs).where(jobs.c.id == job_id, jobs.c.owner == owner)
            row = connection.execute(mine).first()
        return job_of_row(row) if row is not None else None

    def content(self, job_id: str) -> bytes | None:
        found = fetch_value(self._engine, sa.select(contents.c.content).where(contents.c.job_id == job_id))
        return bytes(found) if found is not None else None

    def keep_alive(self, job: Job) -> None:
        self._change(job, due_at=self._now() + LEASE)

    def finish(
        self, job: Job, *, status: str | None = None, report_id: str | None = None, result: str | None = None
    ) -> None:
        told = {"status": status, "report_id": report_id, "result": result, "error": None, "hint": None}
        self._end(job, {"state": JobState.DONE, **told}, keep_content=False)

    def fail(self, job: Job, error: str, hint: str) -> None:
        """Put a job on the list of what could not be done. A file's content is dropped: it lies where it was."""
        values = {"state": JobState.FAILED, "status": "failed", "error": error, "hint": hint}
        self._end(job, values, keep_content=job.kind == JobKind.UPLOAD)

    def put_back(self, job: Job, after: timedelta, error: str, hint: str) -> None:
        """Have a job tried again, by whoever, `after` a while."""
        due = self._now() + after
        self._change(job, state=JobState.QUEUED, owner="", due_at=due, error=error, hint=hint)

    def _end(self, job: Job, values: dict[str, Any], *, keep_content: bool) -> None:
        with writing(self._engine) as connection:
            ended = connection.execute(_owned(job).values(changed_at=self._now(), owner="", **values))
            if ended.rowcount and not keep_content:
                connection.execute(contents.delete().where(contents.c.job_id == job.id))

    def _change(self, job: Job, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(_owned(job).values(changed_at=self._now(), **values))

    # --- watching over --------------------------------------------------------------------------

    def take_back(self) -> int:
        """Take jobs from workers that give no sign of life; what has ended too many of them is failed."""
        now = self._now()
        lapsed = (jobs.c.state == JobState.WORKING) & (jobs.c.due_at < now)
        query = sa.select(jobs).where(lapsed).limit(_SWEPT)
        for row in (left := fetch(self._engine, query)):
            job = job_of_row(row)
            if job.attempts >= MAX_ATTEMPTS:
                self.fail(job, f"处理时进程中断了 {job.attempts} 次", _LOST_HINT)
            else:
                self._change(job, state=JobState.QUEUED, owner="", due_at=now)
        return len(left)

    def due(self, overdue: timedelta) -> list[Job]:
        """Give queued jobs that workers should have been told of this long ago, and count them as told."""
        now = self._now()
        late = (jobs.c.state == JobState.QUEUED) & (jobs.c.due_at <= now - overdue)
        query = sa.select(jobs).where(late).order_by(jobs.c.due_at).limit(_SWEPT)
        found = [job_of_row(row) for row in fetch(self._engine, query)]
        if found:
            told = late & jobs.c.id.in_([job.id for job in found])
            with writing(self._engine) as connection:
                connection.execute(jobs.update().where(told).values(due_at=now + GRACE))
        return found

    def forget_old(self) -> None:
        """Drop what nobody asks for any more. Files that were taken in stay: a second run goes by them."""
        passing = jobs.c.kind != JobKind.FILE
        old = jobs.c.state.in_(OVER) & passing & (jobs.c.changed_at < self._now() - KEPT)
        with writing(self._engine) as connection:
            connection.execute(jobs.delete().where(old))
            connection.execute(workers.delete().where(workers.c.seen_at < self._now() - KEPT))

    def see_worker(self, name: str) -> None:
        now = self._now()
        with writing(self._engine) as connection:
            connection.execute(
                upsert(workers, {"name": name, "seen_at": now}, self._engine, {"seen_at": now})
            )

    def lose_worker(self, name: str) -> None:
        with writing(self._engine) as connection:
            connection.execute(workers.delete().where(workers.c.name == name))

    def workers(self) -> list[str]:
        """Name the workers that are alive."""
        alive = workers.c.seen_at > self._now() - WORKER_KEPT
        rows = fetch(self._engine, sa.select(workers.c.name).where(alive).order_by(workers.c.name))
        return [row.name for row in rows]

    # --- looking --------------------------------------------------------------------------------

    def counts(self) -> dict[JobState, int]:
        query = sa.select(jobs.c.state, sa.func.count().label("n")).group_by(jobs.c.state)
        return {JobState(row.state): row.n for row in fetch(self._engine, query)}

    def listed(self, states: Sequence[JobState], limit: int) -> list[Job]:
        """Give jobs in these states, the latest change first."""
        query = sa.select(jobs).where(jobs.c.state.in_(states)).order_by(jobs.c.changed_at.desc(), jobs.c.id)
        return [job_of_row(row) for row in fetch(self._engine, query.limit(limit))]

    def failed(self, prefix: str) -> Job:
        """Find a failed job by its id or an unambiguous beginning of it."""
        matching = jobs.c.id.startswith(prefix.lower(), autoescape=True)
        query = sa.select(jobs).where(matching, jobs.c.state == JobState.FAILED).limit(2)
        found = [job_of_row(row) for row in fetch(self._engine, query)]
        if len(found) != 1 or not prefix:
            hint = "用 `reportbot jobs --failed` 查看编号，并写得长一些。"
            raise NotFoundError(f"没有或不止一个编号为 {prefix} 的失败任务", hint=hint)
        return found[0]

    def queue_again(self, job: Job) -> bool:
        """Queue a failed upload anew; False where its file is no longer kept."""
        kept = sa.exists().where(contents.c.job_id == jobs.c.id)
        failed = (jobs.c.id == job.id) & (jobs.c.state == JobState.FAILED) & kept
        values = {"state": JobState.QUEUED, "attempts": 0, "due_at": self._now() + GRACE, "error": None}
        with writing(self._engine) as connection:
            return bool(connection.execute(jobs.update().where(failed).values(values)).rowcount)


def _owned(job: Job) -> sa.Update:
    """Change a job only while it is still with whom it was."""
    return jobs.update().where(
        jobs.c.id == job.id, jobs.c.state == JobState.WORKING, jobs.c.owner == job.owner
    )
