"""The tables of work that is handed to workers, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from store.db import Utc, metadata
from store.models import Report


class JobKind(StrEnum):
    FILE = "file"
    """A file that lies in a folder; it can be read again from there."""
    UPLOAD = "upload"
    """A file that was sent to the bot; what is kept of it is all there is."""
    SUMMARY = "summary"
    DIGEST = "digest"


class JobState(StrEnum):
    QUEUED = "queued"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


OVER = (JobState.DONE, JobState.FAILED)


jobs = Table(
    "jobs",
    metadata,
    # Of a file it is made from shelf and path, so that the same file is the same job in every run.
    Column("id", String(32), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("workspace", String(200), nullable=False),
    # A path, an upload's name, or what a summary or digest is to be of, as JSON.
    Column("subject", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    # Queued: when workers are told of it once more. Working: until when its worker is taken to be alive.
    Column("due_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    Column("owner", String(32), nullable=False),
    Column("status", String(10)),
    Column("report_id", String(12)),
    # Of a file its warnings, else the summary or digest, as JSON.
    Column("result", Text),
    Column("error", Text),
    Column("hint", Text),
    Index("jobs_by_state", "state", "due_at"),
)

contents = Table(
    "job_contents",
    metadata,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("seen_at", Utc, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Work to be done. `content` is None where there is nothing but the subject."""

    id: str
    kind: JobKind
    workspace: str
    subject: str
    content: bytes | None = None
    content_hash: str = ""
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `attempts` counts how often it was begun; `error` and `hint` say why it failed."""

    id: str
    kind: JobKind
    workspace: str
    subject: str
    state: JobState
    attempts: int
    owner: str
    changed_at: datetime
    size: int = 0
    mtime_ns: int = 0
    content_hash: str = ""
    status: str | None = None
    report_id: str | None = None
    result: str | None = None
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A job and the report it led to, where that is on the shelf."""

    job: Job
    report: Report | None


def job_of_row(row: sa.Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        workspace=row.workspace,
        subject=row.subject,
        state=JobState(row.state),
        attempts=row.attempts,
        owner=row.owner,
        changed_at=row.changed_at,
        size=row.size,
        mtime_ns=row.mtime_ns,
        content_hash=row.content_hash,
        status=row.status,
        report_id=row.report_id,
        result=row.result,
        error=row.error or "",
        hint=row.hint or "",
    )
