"""What is done with a job whose work fails, and how long it waits before it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from billiard.exceptions import SoftTimeLimitExceeded

from bot.services import Services
from bot.settings import load_settings
from bot.texts import Say
from bot.work import Workbench, backoff
from store.errors import EmbeddingError, IndexMismatchError, LibraryBusyError
from store.health import DatabaseError, VectorsAwayError
from store.job_tables import Job, JobKind, JobState, Offer
from store.jobs import MAX_ATTEMPTS, JobStore
from tests.bot.samples import RIVERSIDE
from tests.fakes import fake_model

ZH = Say("zh")
FILE = Offer("f" * 32, JobKind.FILE, "shared", "/河滨.txt", RIVERSIDE.encode(), "hash")


@pytest.fixture
def services(own_data_dir: Path) -> Iterator[Services]:
    services = Services(load_settings(ZH), fake_model)
    yield services
    services.close()


@pytest.fixture
def jobs(services: Services) -> JobStore:
    services.jobs.offer([FILE])
    return services.jobs


@pytest.fixture
def bench(services: Services) -> Workbench:
    return Workbench(lambda: services, ZH)


def job(jobs: JobStore) -> Job:
    (outcome,) = jobs.outcomes([FILE.id])
    return outcome.job


def failing(services: Services, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def add(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(services.library, "add", add)


@pytest.mark.parametrize(
    "error", [LibraryBusyError("忙"), EmbeddingError("不在"), VectorsAwayError("不在"), DatabaseError("断了")]
)
def test_what_may_pass_is_tried_again_a_few_times(
    services: Services, jobs: JobStore, bench: Workbench, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing(services, monkeypatch, error)
    for attempt in range(1, MAX_ATTEMPTS):
        bench.do(FILE.id)
        assert (job(jobs).state, job(jobs).attempts) == (JobState.QUEUED, attempt)
        assert jobs.due(timedelta(0)) == []  # not yet
        assert jobs.content(FILE.id) is not None
    bench.do(FILE.id)
    assert (job(jobs).state, job(jobs).error) == (JobState.FAILED, str(error))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (IndexMismatchError("索引不符"), "索引不符"),
        (SoftTimeLimitExceeded(), "处理超时，已停下"),
        (ZeroDivisionError("秘密"), "程序内部出错（ZeroDivisionError）"),
    ],
)
def test_what_will_not_pass_is_failed_at_once_with_its_reason(
    services: Services,
    jobs: JobStore,
    bench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    failing(services, monkeypatch, error)
    bench.do(FILE.id)
    assert (job(jobs).state, job(jobs).error) == (JobState.FAILED, told)


def test_a_job_that_succeeds_after_all_says_nothing_of_earlier_failures(
    services: Services, jobs: JobStore, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        failing(services, broken, LibraryBusyError("忙"))
        bench.do(FILE.id)
        assert job(jobs).error == "忙"
    bench.do(FILE.id)
    assert (job(jobs).state, job(jobs).status, job(jobs).error) == (JobState.DONE, "added", "")


def test_a_message_that_comes_twice_is_a_look_and_no_more(
    services: Services, jobs: JobStore, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.do(FILE.id)
    failing(services, monkeypatch, AssertionError("taken in twice"))
    bench.do(FILE.id)
    bench.do("0" * 32)  # a job that is not there any more
    assert (job(jobs).state, job(jobs).attempts) == (JobState.DONE, 1)


def test_pauses_grow_and_are_scattered() -> None:
    for attempts, seconds in ((1, 5), (2, 10), (4, 40), (20, 600)):
        pauses = {backoff(attempts) for _ in range(50)}
        assert len(pauses) > 10
        assert min(pauses) >= timedelta(seconds=seconds * 0.5)
        assert max(pauses) <= timedelta(seconds=seconds * 1.5)
