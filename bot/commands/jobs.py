"""See what was handed to workers, and have what failed tried again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot import texts
from bot.commandline import command, option
from bot.commands.options import json_option
from bot.failures import explain
from bot.said import said
from bot.shell import Shell
from store.errors import AppError, ReadError, UsageError

if TYPE_CHECKING:
    from store.job_tables import Job, Offer

ALL = "all"
_OF_FILES = ("file", "upload")
_MOST = 1_000_000


@command("jobs", texts.HELP_JOBS)
@option("--failed", phrase=texts.OPT_FAILED, is_flag=True)
@option("--retry", phrase=texts.OPT_RETRY, default=None, metavar="ID|all")
@option("-n", "--limit", phrase=texts.OPT_LIMIT, type=click.IntRange(1), default=50, metavar="N")
@json_option
@click.pass_obj
def jobs(shell: Shell, failed: bool, retry: str | None, limit: int, as_json: bool) -> int:
    if retry is not None:
        return _retry(shell, retry)
    from store.job_tables import JobState

    store = shell.services.jobs
    open_states = (JobState.QUEUED, JobState.WORKING, JobState.FAILED)
    listed = store.listed((JobState.FAILED,) if failed else open_states, limit)
    for job in listed:
        if as_json:
            shell.output.json(_record(job, shell))
        else:
            shell.output.write("\n".join(_lines(job, shell)) + "\n")
    if failed and not listed:
        shell.output.plain_note(shell.say(texts.NOTHING_FAILED))
    elif not as_json:
        workers = shell.say(texts.COMMA).join(store.workers()) or shell.say(texts.NO_JOBS)
        shell.output.plain_note(shell.say(texts.JOB_TOTAL, counts=counted(shell), workers=workers))
    return 0


def counted(shell: Shell) -> str:
    """Say how many jobs are in which state."""
    say, counts = shell.say, shell.services.jobs.counts()
    told = [
        say(texts.JOB_COUNT, state=say(texts.JOB_STATES[state]), n=counts[state])
        for state in counts
        if counts[state]
    ]
    return say(texts.COMMA).join(told) or say(texts.NO_JOBS)


def _retry(shell: Shell, wanted: str) -> int:
    bell, store = shell.services.bell, shell.services.jobs
    if bell is None:
        raise UsageError(shell.say(texts.NO_BROKER), hint=shell.say(texts.NO_BROKER_REMEDY))
    from store.job_tables import JobState

    failed = store.listed((JobState.FAILED,), _MOST) if wanted == ALL else [store.failed(wanted)]
    failed = [job for job in failed if job.kind in _OF_FILES]
    queued = [again for job in failed if (again := _again(shell, job)) is not None]
    bell.ring(queued)
    shell.output.write(shell.say(texts.JOBS_RETRIED, n=len(queued)) + "\n")
    return 0 if len(queued) == len(failed) else 1


def _again(shell: Shell, job: Job) -> Job | Offer | None:
    """Queue a job anew: with the file as it was kept, or as it lies there now. None: there is neither."""
    from bot.enqueue import offer_file

    store = shell.services.jobs
    if store.queue_again(job):
        return job
    path = Path(job.subject)
    try:
        offer = offer_file(path, job.subject, job.workspace, os.stat(path).st_mtime_ns)
    except (OSError, ReadError) as error:
        reason = explain(error, shell.say) if isinstance(error, AppError) else error.strerror or ""
        told = {"id": job.id, "subject": job.subject, "why": reason}
        shell.output.error(shell.say(texts.JOB_NOT_RETRIED, **told))
        return None
    store.offer([offer])
    return offer


def _lines(job: Job, shell: Shell) -> Iterator[str]:
    say = shell.say
    yield say(
        texts.JOB_ROW,
        id=job.id[:12],
        state=say(texts.JOB_STATES[job.state]),
        subject=_subject(job, shell),
        workspace=job.workspace,
        attempts=job.attempts,
        at=_local(job.changed_at, shell).strftime("%Y-%m-%d %H:%M"),
    )
    if job.error:
        yield f"    {explain(AppError(job.error, hint=job.hint), say)}"


def _subject(job: Job, shell: Shell) -> str:
    told = {"summary": texts.JOB_SUMMARY, "digest": texts.JOB_DIGEST}.get(job.kind)
    return shell.say(told) if told else job.subject


def _record(job: Job, shell: Shell) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind,
        "workspace": job.workspace,
        "path": job.subject if job.kind in _OF_FILES else None,
        "state": job.state,
        "attempts": job.attempts,
        "error": said(job.error, shell.say) if job.error else None,
        "at": _local(job.changed_at, shell).isoformat(timespec="seconds"),
    }


def _local(at: datetime, shell: Shell) -> datetime:
    return at.astimezone(ZoneInfo(shell.settings.timezone))
