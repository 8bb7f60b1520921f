"""Real workers on a real broker: nothing lost, nothing twice, whatever is killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.enqueue import offer_file
from bot.services import Services
from bot.settings import load_settings
from bot.texts import Say
from store.job_tables import JobState
from store.jobs import JobStore
from store.library import Library
from tests.bot.brokers import broker_url, cleaned_up
from tests.bot.samples import RIVERSIDE
from tests.fakes import fake_model
from tests.store.databases import server_database, url_of
from tests.telegram import allow_loopback

ROOT = Path(__file__).parents[2]
MARK, MARK_OF = "第7号河段", "07.txt"
_LONGEST_S = 120.0


class Site:
    """A shelf, its broker, and processes started on them; those left over are killed at the end."""

    def __init__(self, tmp_path: Path) -> None:
        self.gate = tmp_path / "go"
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "WAIT_AT": MARK, "WAIT_UNTIL": str(self.gate)}
        self.services = Services(load_settings(Say("zh")), fake_model)
        self.jobs: JobStore = self.services.jobs
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *args: str | Path) -> subprocess.Popen[str]:
        """Run a Python module in a process group of its own: a worker and the processes of its work."""
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, args)],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def kill(self, process: subprocess.Popen[str]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                self.kill(process)
            process.communicate()
        self.services.close()

    def reports(self) -> list[str]:
        library: Library = self.services.library
        return [report.source for report in library.reports(["shared"])]


def wait_for(condition: Callable[[], Any]) -> None:
    """Look again and again until it is so."""
    end = time.monotonic() + _LONGEST_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


BOTH = pytest.mark.parametrize("site", ["redis", "rabbitmq"], indirect=True)


@pytest.fixture
def site(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    own_data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_network: None,
) -> Iterator[Site]:
    """Redis with SQLite, or RabbitMQ with PostgreSQL where a test asks for BOTH."""
    allow_loopback()
    broker = getattr(request, "param", "redis")
    url = broker_url(broker)
    monkeypatch.setenv("CELERY_BROKER_URL", url)
    with ExitStack() as stack:
        if broker == "rabbitmq":
            database = stack.enter_context(server_database())
            monkeypatch.setenv("DATABASE_URL", url_of(database))
        site = Site(tmp_path)
        stack.enter_context(cleaned_up(url, site.jobs.identity()))
        stack.callback(site.close)
        yield site


@pytest.fixture
def twenty(tmp_path: Path) -> Path:
    """Eighteen reports, one of which holds MARK, and two files that nothing can be made of."""
    folder = tmp_path / "twenty"
    folder.mkdir()
    for n in range(18):
        text = RIVERSIDE.replace("河道巡查1260次", f"第{n}号河段巡查{n + 100}次")
        (folder / f"{n:02}.txt").write_text(text, encoding="utf-8")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    (folder / "旧.doc").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    return folder


def records(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, _ = process.communicate(timeout=_LONGEST_S)
    return [json.loads(line) for line in out.splitlines()]


@BOTH
def test_a_killed_worker_loses_and_doubles_nothing(site: Site, twenty: Path) -> None:
    worker = site.start("tests.bot.worker_process")
    ingest = site.start("bot", "ingest", "--json", twenty)
    wait_for(lambda: any(MARK_OF in job.subject for job in site.jobs.listed([JobState.WORKING], 10)))
    site.kill(worker)
    site.gate.touch()
    site.start("tests.bot.worker_process")
    told = records(ingest)
    assert ingest.returncode == 1
    assert sorted(Path(record["path"]).name for record in told) == sorted(os.listdir(twenty))
    failed = {Path(record["path"]).name: record["error"] for record in told if record["status"] == "failed"}
    assert sorted(failed) == ["坏.pdf", "旧.doc"]
    assert sorted(site.reports()) == sorted(str(twenty / f"{n:02}.txt") for n in range(18))
    dead = {Path(job.subject).name: job for job in site.jobs.listed([JobState.FAILED], 10)}
    assert {name: job.error in failed[name] for name, job in dead.items()} == {"坏.pdf": True, "旧.doc": True}
    (done,) = [job for job in site.jobs.listed([JobState.DONE], 50) if MARK_OF in job.subject]
    assert done.attempts == 2


def test_ctrl_c_stops_queueing_and_a_second_run_goes_on(site: Site, twenty: Path) -> None:
    site.start("tests.bot.worker_process")
    first = site.start("bot", "ingest", "--json", twenty)
    wait_for(lambda: any(MARK_OF in job.subject for job in site.jobs.listed([JobState.WORKING], 10)))
    os.kill(first.pid, signal.SIGINT)
    _, said = first.communicate(timeout=_LONGEST_S)
    assert first.returncode == 130
    assert "已停止排队" in said
    assert "Traceback" not in said
    site.gate.touch()
    second = site.start("bot", "ingest", "--json", twenty)
    told = {Path(record["path"]).name: record["status"] for record in records(second)}
    assert len(told) == 20
    assert sorted(site.reports()) == sorted(str(twenty / f"{n:02}.txt") for n in range(18))


@BOTH
def test_a_message_that_is_lost_costs_seconds_and_no_file(site: Site, twenty: Path) -> None:
    """As when Redis starts anew without what it held."""
    for path in (twenty / "01.txt", twenty / "02.txt"):
        site.jobs.offer([offer_file(path, str(path), "shared", 0)])
    site.start("tests.bot.worker_process")
    wait_for(lambda: site.jobs.counts() == {JobState.DONE: 2})
    assert len(site.reports()) == 2


def test_the_command_works_until_it_is_told_to_stop(site: Site, riverside: Path) -> None:
    worker = site.start("bot", "worker")
    wait_for(site.jobs.workers)
    doctor = site.start("bot", "doctor")
    out, _ = doctor.communicate(timeout=_LONGEST_S)
    assert "1 个 worker 在运行" in out
    os.kill(worker.pid, signal.SIGTERM)
    _, said = worker.communicate(timeout=_LONGEST_S)
    assert worker.returncode == 0
    assert "在等任务" in said
    assert "worker 已停止" in said
    assert site.jobs.workers() == []


def test_what_failed_is_tried_again_once_it_is_mended(site: Site, riverside: Path) -> None:
    site.gate.touch()
    site.start("tests.bot.worker_process")
    text = riverside.read_bytes()
    riverside.write_bytes(b"%PDF-1.7 broken")
    (told,) = records(site.start("bot", "ingest", "--json", riverside))
    assert told["status"] == "failed"
    (job,) = site.jobs.listed([JobState.FAILED], 10)
    riverside.write_bytes(text)
    retry = site.start("bot", "jobs", "--retry", job.id[:6])
    out, _ = retry.communicate(timeout=_LONGEST_S)
    assert (retry.returncode, out) == (0, "已重新排队 1 个任务。\n")
    wait_for(lambda: site.jobs.counts() == {JobState.DONE: 1})
    assert site.reports() == [str(riverside)]
    riverside.unlink()
    gone = site.start("bot", "jobs", "--retry", "all")
    assert gone.communicate(timeout=_LONGEST_S)[0] == "已重新排队 0 个任务。\n"


def test_a_broker_that_comes_back_empty_loses_nothing(
    tmp_path: Path, twenty: Path, monkeypatch: pytest.MonkeyPatch, no_network: None
) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server")
    allow_loopback()
    port = free_port()
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
    with ExitStack() as stack:
        broker = stack.enter_context(redis_server(port))
        site = Site(tmp_path)
        stack.callback(site.close)
        site.start("tests.bot.worker_process")
        ingest = site.start("bot", "ingest", "--json", twenty)
        wait_for(lambda: any(MARK_OF in job.subject for job in site.jobs.listed([JobState.WORKING], 10)))
        broker.kill()
        broker.wait(10)
        site.gate.touch()
        stack.enter_context(redis_server(port))
        told = [Path(record["path"]).name for record in records(ingest)]
        assert sorted(told) == sorted(os.listdir(twenty))
        assert len(site.reports()) == len(set(site.reports())) == 18


@contextmanager
def redis_server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of this test's own, which keeps nothing."""
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port))
        yield server
    finally:
        server.kill()
        server.wait(10)


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
