from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.errors import NotFoundError
from store.job_tables import JobKind, JobState, Offer
from store.jobs import GRACE, KEPT, LEASE, MAX_ATTEMPTS, WORKER_KEPT, JobStore, file_job_id
from store.library import Library
from tests.fakes import document, fake_model

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FILE = Offer(file_job_id("shared", "/甲.txt"), JobKind.FILE, "shared", "/甲.txt", b"text", "hash", 7)
UPLOAD = Offer("u" * 32, JobKind.UPLOAD, "chat", "乙.pdf", b"pdf", "other")


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_store(database_url: str, clock: Clock) -> Iterator[Callable[[], JobStore]]:
    stores: list[JobStore] = []

    def begin() -> JobStore:
        stores.append(JobStore(database_url, now=clock))
        return stores[-1]

    yield begin
    for store in stores:
        store.close()


@pytest.fixture
def jobs(open_store: Callable[[], JobStore]) -> JobStore:
    return open_store()


def state(jobs: JobStore, job_id: str = FILE.id) -> JobState:
    (outcome,) = jobs.outcomes([job_id])
    return outcome.job.state


def test_a_job_goes_to_one_worker_only(open_store: Callable[[], JobStore]) -> None:
    one, other = open_store(), open_store()
    one.offer([FILE])
    job = one.claim(FILE.id)
    assert job is not None
    assert (job.subject, job.workspace, job.attempts, job.state) == ("/甲.txt", "shared", 1, JobState.WORKING)
    assert other.claim(FILE.id) is None
    assert other.content(FILE.id) == b"text"


def test_a_finished_job_says_what_came_of_it_and_keeps_no_file(jobs: JobStore) -> None:
    jobs.offer([FILE])
    job = jobs.claim(FILE.id)
    assert job is not None
    jobs.finish(job, status="added", report_id="abc", result="[]")
    (outcome,) = jobs.outcomes([FILE.id])
    assert (outcome.job.state, outcome.job.status, outcome.job.result) == (JobState.DONE, "added", "[]")
    assert outcome.report is None  # no such report is on the shelf
    assert jobs.content(FILE.id) is None
    assert jobs.claim(FILE.id) is None


def test_the_same_work_asked_for_twice_is_one_job_and_changed_work_begins_anew(jobs: JobStore) -> None:
    jobs.offer([FILE])
    first = jobs.claim(FILE.id)
    assert first is not None
    jobs.offer([FILE])
    assert state(jobs) == JobState.WORKING
    jobs.offer([replace(FILE, content=b"newer", content_hash="newer")])
    assert (state(jobs), jobs.content(FILE.id)) == (JobState.QUEUED, b"newer")
    jobs.finish(first, status="added")  # of what the file held before: nobody is told of it
    assert state(jobs) == JobState.QUEUED


def test_a_worker_that_gives_no_sign_loses_its_job_and_is_not_heard_any_more(
    jobs: JobStore, clock: Clock
) -> None:
    jobs.offer([FILE])
    dead = jobs.claim(FILE.id)
    assert dead is not None
    clock.pass_by(LEASE - timedelta(seconds=1))
    jobs.keep_alive(dead)
    clock.pass_by(LEASE)
    assert jobs.take_back() == 0
    clock.pass_by(timedelta(seconds=1))
    assert jobs.take_back() == 1
    second = jobs.claim(FILE.id)
    assert second is not None
    assert second.attempts == 2
    jobs.fail(dead, "太迟", "")
    assert state(jobs) == JobState.WORKING
    jobs.finish(second, status="added")
    assert state(jobs) == JobState.DONE


def test_what_ends_every_process_that_reads_it_is_failed_with_its_reason(
    jobs: JobStore, clock: Clock
) -> None:
    jobs.offer([FILE])
    for _ in range(MAX_ATTEMPTS):
        assert jobs.claim(FILE.id) is not None
        clock.pass_by(LEASE + timedelta(seconds=1))
        jobs.take_back()
    (job,) = jobs.listed([JobState.FAILED], 10)
    assert job.error == f"处理时进程中断了 {MAX_ATTEMPTS} 次"
    assert jobs.content(FILE.id) is None  # it lies where it was


def test_a_job_put_back_is_due_after_its_pause(jobs: JobStore, clock: Clock) -> None:
    jobs.offer([FILE])
    job = jobs.claim(FILE.id)
    assert job is not None
    jobs.put_back(job, timedelta(seconds=40), "忙", "再试")
    clock.pass_by(timedelta(seconds=39))
    assert jobs.due(timedelta(0)) == []
    clock.pass_by(timedelta(seconds=1))
    assert [job.id for job in jobs.due(timedelta(0))] == [FILE.id]
    assert jobs.due(timedelta(0)) == []  # told just now
    clock.pass_by(GRACE)
    assert [job.id for job in jobs.due(timedelta(0))] == [FILE.id]


def test_workers_are_told_again_only_when_a_message_must_be_lost(jobs: JobStore, clock: Clock) -> None:
    jobs.offer([FILE])
    assert jobs.due(timedelta(0)) == []  # its message is on its way
    clock.pass_by(GRACE)
    assert jobs.due(timedelta(seconds=60)) == []
    assert [job.id for job in jobs.due(timedelta(0))] == [FILE.id]


def test_a_failed_upload_can_be_queued_again_and_a_failed_file_must_be_read_again(jobs: JobStore) -> None:
    jobs.offer([FILE, UPLOAD])
    for offer in (FILE, UPLOAD):
        job = jobs.claim(offer.id)
        assert job is not None
        jobs.fail(job, "坏了", "换一个")
    assert jobs.counts() == {JobState.FAILED: 2}
    assert not jobs.queue_again(jobs.failed(FILE.id[:8]))
    assert jobs.queue_again(jobs.failed("uuu"))
    assert jobs.content(UPLOAD.id) == b"pdf"
    job = jobs.claim(UPLOAD.id)
    assert job is not None
    assert job.attempts == 1


@pytest.mark.parametrize("prefix", ["", "x", "%", "_"])
def test_a_failed_job_must_be_named(jobs: JobStore, prefix: str) -> None:
    jobs.offer([UPLOAD])
    job = jobs.claim(UPLOAD.id)
    assert job is not None
    jobs.fail(job, "坏了", "")
    with pytest.raises(NotFoundError):
        jobs.failed(prefix)


def test_a_file_counts_as_taken_in_while_its_report_stands_for_it(
    jobs: JobStore, database_url: str, tmp_path: Path
) -> None:
    with Library(tmp_path, embedding=fake_model(), chunking_version=1, database_url=database_url) as library:
        _, report = library.add(document("整改问题12个。", source="/甲.txt"))
        jobs.offer([FILE])
        job = jobs.claim(FILE.id)
        assert job is not None
        assert jobs.taken_in([FILE.id]) == {}
        jobs.finish(job, status="added", report_id=report.id)
        assert jobs.taken_in([FILE.id])[FILE.id].report == report
        library.delete(report.id, "shared")
        assert jobs.taken_in([FILE.id]) == {}


def test_old_uploads_and_workers_are_forgotten_and_files_taken_in_are_not(
    jobs: JobStore, clock: Clock
) -> None:
    jobs.offer([FILE, UPLOAD])
    for offer in (FILE, UPLOAD):
        job = jobs.claim(offer.id)
        assert job is not None
        jobs.finish(job, status="added")
    clock.pass_by(KEPT + timedelta(seconds=1))
    jobs.forget_old()
    assert [outcome.job.id for outcome in jobs.outcomes([FILE.id, UPLOAD.id])] == [FILE.id]


def test_a_worker_is_alive_as_long_as_it_is_seen(jobs: JobStore, clock: Clock) -> None:
    jobs.see_worker("甲")
    clock.pass_by(WORKER_KEPT / 2)
    jobs.see_worker("乙")
    jobs.see_worker("丙")
    jobs.lose_worker("丙")
    assert set(jobs.workers()) == {"甲", "乙"}
    clock.pass_by(WORKER_KEPT / 2)
    assert jobs.workers() == ["乙"]
    jobs.see_worker("甲")
    assert set(jobs.workers()) == {"甲", "乙"}


def test_databases_are_told_apart(jobs: JobStore, tmp_path: Path) -> None:
    elsewhere = JobStore(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    assert jobs.identity() not in ("", elsewhere.identity())
    elsewhere.close()
