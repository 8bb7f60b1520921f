"""The bot with workers: a real one, on Redis, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from store.db import sqlite_url
from store.job_tables import JobState
from store.jobs import JobStore
from tests.bot.brokers import broker_url, cleaned_up
from tests.bot.chat.conftest import Bot
from tests.bot.samples import RIVERSIDE
from tests.telegram import Message, TelegramServer, User

ROOT = Path(__file__).parents[3]


@pytest.fixture
def jobs(settings: pytest.MonkeyPatch, own_data_dir: Path) -> Iterator[JobStore]:
    """The jobs of a bot that has a broker."""
    url = broker_url("redis")
    settings.setenv("CELERY_BROKER_URL", url)
    own_data_dir.mkdir()
    store = JobStore(sqlite_url(own_data_dir))
    with cleaned_up(url, store.identity()):
        yield store
    store.close()


@pytest.fixture
def start_worker(jobs: JobStore, tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Starts a worker and gives the file it logs to."""
    started: list[subprocess.Popen[bytes]] = []
    log = tmp_path / "worker.log"

    def begin() -> Path:
        with log.open("wb") as told:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.bot.worker_process"],
                    env={**os.environ, "PYTHONPATH": str(ROOT)},
                    stdout=subprocess.DEVNULL,
                    stderr=told,
                    start_new_session=True,
                )
            )
        return log

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(10)


def told(server: TelegramServer, user: User, words: str) -> Message:
    message: Message = server.wait_message(user, words, timeout=60)
    return message


def test_an_upload_is_taken_in_by_a_worker_and_told_of_in_its_one_message(
    jobs: JobStore,
    start: Callable[[], Bot],
    start_worker: Callable[[], Path],
    server: TelegramServer,
    user: User,
) -> None:
    start()
    log = start_worker()
    server.wait_for(jobs.workers, timeout=60)
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    told(server, user, "✅ 河滨.txt：已收入《河滨区水务局2024年法治政府建设工作报告》")
    assert len([m for m in server.messages(user) if not m.deleted and "河滨.txt" in m.text]) == 1
    assert "is done" in log.read_text("utf-8")
    server.say(user, "全局持证执法人员有多少人？")
    told(server, user, "21人")


def test_an_upload_that_no_worker_takes_is_taken_in_by_the_bot_itself(
    jobs: JobStore, start: Callable[[], Bot], server: TelegramServer, user: User
) -> None:
    start()
    jobs.see_worker("gone:1")  # it died a moment ago and still counts as alive
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    server.wait_for(lambda: jobs.listed([JobState.QUEUED], 1), timeout=60)
    jobs.lose_worker("gone:1")
    told(server, user, "✅ 河滨.txt：已收入《河滨区水务局2024年法治政府建设工作报告》")
    assert jobs.listed([JobState.QUEUED, JobState.WORKING], 9) == []


def test_what_cannot_be_read_is_told_and_stays_on_the_list(
    jobs: JobStore,
    start: Callable[[], Bot],
    start_worker: Callable[[], Path],
    server: TelegramServer,
    user: User,
) -> None:
    start()
    start_worker()
    server.wait_for(jobs.workers, timeout=60)
    server.send_document(user, "扫描 件.pdf", b"%PDF-1.7 broken")
    refused = told(server, user, "❌ 扫描 件.pdf：").text
    assert refused.count("扫描 件.pdf") == 1
    (job,) = jobs.listed([JobState.FAILED], 10)
    assert job.subject == "扫描 件.pdf"
    assert jobs.content(job.id) == b"%PDF-1.7 broken"
    server.send_document(user, "空.txt", b" ")
    assert "文件是空的" in told(server, user, "❌ 空.txt：").text


def test_a_bot_that_starts_anew_goes_on_with_the_job_it_had_asked_for(
    jobs: JobStore,
    start: Callable[[], Bot],
    start_worker: Callable[[], Path],
    server: TelegramServer,
    user: User,
) -> None:
    first = start()
    jobs.see_worker("busy:1")
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    told(server, user, "排队中")
    first.stop()
    start_worker()
    server.wait_for(lambda: jobs.counts() == {JobState.DONE: 1}, timeout=60)
    start()
    told(server, user, "✅ 河滨.txt：已收入")  # added, not "unchanged": it was not taken in twice
    assert jobs.counts() == {JobState.DONE: 1}


def test_summaries_and_digests_are_written_by_workers_while_there_are_any(
    jobs: JobStore,
    start: Callable[[], Bot],
    start_worker: Callable[[], Path],
    server: TelegramServer,
    user: User,
) -> None:
    start()
    log = start_worker()
    server.wait_for(jobs.workers, timeout=60)
    server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption="/summary")
    told(server, user, "主要成效")
    server.say(user, "/digest")
    told(server, user, "书架动态")
    server.wait_for(lambda: jobs.counts() == {JobState.DONE: 1}, timeout=20)  # what was fetched is dropped
    words = log.read_text("utf-8")
    assert "(summary) is done" in words
    assert "(digest) is done" in words
    assert "河滨" not in words


def test_a_summary_that_no_worker_writes_is_written_by_the_bot_itself(
    jobs: JobStore, start: Callable[[], Bot], server: TelegramServer, user: User
) -> None:
    start()
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    told(server, user, "✅ 河滨.txt：已收入")
    jobs.see_worker("gone:1")
    server.say(user, "/summary 河滨")
    server.wait_for(lambda: jobs.listed([JobState.QUEUED], 1), timeout=60)
    jobs.lose_worker("gone:1")
    told(server, user, "存在不足")
    assert jobs.listed([JobState.QUEUED, JobState.WORKING], 9) == []
