"""Files given to workers, with workers that work at once, when they are told to, or not at all."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import enqueue
from bot.broker import BrokerAwayError
from bot.enqueue import Enqueuer
from bot.folders import Walk
from bot.services import Services
from bot.settings import load_settings
from bot.texts import Say
from bot.work import Workbench
from store.errors import AppError
from store.job_tables import Job, JobKind, JobState, Offer, Outcome
from store.jobs import JobStore
from store.models import IngestResult
from tests.bot.conftest import Cli
from tests.bot.samples import RIVERSIDE
from tests.fakes import fake_model

ZH = Say("zh")


class Bench:
    """A worker in this process: told of jobs, it does them at once, or `later` when the store is looked at."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.worker = Workbench(lambda: services, ZH)
        self.told: list[str] = []
        self.later: list[str] | None = None
        self.is_away = False
        self.most_at_once = 0

    def ring(self, jobs: Iterable[Job | Offer]) -> None:
        if self.is_away:
            raise BrokerAwayError("不在")
        for job in jobs:
            self.told.append(job.id)
            if self.later is None:
                self.worker.do(job.id)
            else:
                self.later.append(job.id)
        self.most_at_once = max(self.most_at_once, len(self.later or ()))


@pytest.fixture
def services(own_data_dir: Path) -> Iterator[Services]:
    services = Services(load_settings(ZH), fake_model)
    yield services
    services.close()


@pytest.fixture
def bench(services: Services) -> Bench:
    return Bench(services)


@pytest.fixture
def troubles() -> list[AppError | int]:
    return []


@pytest.fixture
def enqueuer(bench: Bench, troubles: list[AppError | int]) -> Enqueuer:
    return new_run(bench, troubles)


def new_run(bench: Bench, troubles: list[AppError | int] | None = None) -> Enqueuer:
    told = [] if troubles is None else troubles
    store: JobStore = bench.services.jobs
    return Enqueuer(store, bench, "shared", ZH, on_trouble=told.append, on_nobody=told.append)  # type: ignore[arg-type]


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    for n in range(12):
        (folder / f"第{n % 3}年").mkdir(parents=True, exist_ok=True)
        path = folder / f"第{n % 3}年" / f"{n}.txt"
        path.write_text(RIVERSIDE.replace("37件", f"{n + 100}件"), encoding="utf-8")
    return folder


def results(enqueuer: Enqueuer, folder: Path) -> dict[str, IngestResult]:
    return {Path(result.path).name: result for result in enqueuer.run(Walk(folder).files())}


def statuses(enqueuer: Enqueuer, folder: Path) -> dict[str, str]:
    return {name: result.status for name, result in results(enqueuer, folder).items()}


def test_workers_take_in_what_ingest_would_and_tell_the_same(
    enqueuer: Enqueuer, reports: Path, cli: Cli, bench: Bench
) -> None:
    found = results(enqueuer, reports)
    told = {name: result.model_dump(mode="json", exclude={"warnings"}) for name, result in found.items()}
    assert {result["status"] for result in told.values()} == {"added"}
    here = cli("ingest", "--json", "--workspace", "other", reports)
    for record in here.records:
        of_worker = told[Path(record["path"]).name]
        for part in ("title", "agency", "chars", "passages", "source", "period"):
            assert of_worker["report"][part] == record["report"][part]
        assert (of_worker["path"], of_worker["error"]) == (record["path"], None)


def test_a_second_run_passes_over_what_is_done_without_reading_it(
    bench: Bench, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = results(new_run(bench), many)

    def not_again(path: Path) -> bytes:
        raise AssertionError(f"read again: {path}")

    monkeypatch.setattr(enqueue, "load", not_again)
    second = results(new_run(bench), many)
    assert {result.status for result in second.values()} == {"unchanged"}
    assert {name: result.report for name, result in second.items()} == {
        name: result.report for name, result in first.items()
    }
    assert len(bench.told) == 12


def test_a_run_that_was_stopped_is_taken_up_where_it_stopped(bench: Bench, many: Path) -> None:
    files = sorted(many.glob("*/*.txt"))
    first = new_run(bench).run(iter(files[:5]))
    done = list(itertools.islice(first, 3))
    first.close()  # as Ctrl+C does: two results were not fetched, seven files never met
    rest = [result.status for result in new_run(bench).run(iter(files))]
    assert (len(done), sorted(set(rest)), len(rest)) == (3, ["added", "unchanged"], 12)
    assert rest.count("unchanged") == 5
    assert len(bench.services.library.reports(["shared"])) == 12


@pytest.mark.parametrize("change", ["date", "content", "deleted"])
def test_a_second_run_sees_what_has_changed(
    bench: Bench, reports: Path, riverside: Path, change: str
) -> None:
    report = results(new_run(bench), reports)[riverside.name].report
    assert report is not None
    told_before = len(bench.told)
    if change == "date":
        os.utime(riverside, ns=(1, 1))
    elif change == "content":
        riverside.write_text(RIVERSIDE.replace("37件", "73件"), encoding="utf-8")
    else:
        bench.services.library.delete(report.id, "shared")
    second = statuses(new_run(bench), reports)
    expected = {"date": "unchanged", "content": "replaced", "deleted": "added"}[change]
    assert second == {riverside.name: expected, "夜坪.txt": "unchanged"}
    assert len(bench.told) - told_before == (change != "date")
    assert statuses(new_run(bench), reports)[riverside.name] == "unchanged"
    assert len(bench.told) - told_before == (change != "date")


def test_what_cannot_be_read_is_told_with_its_remedy_and_kept_on_the_list(
    bench: Bench, reports: Path, cli: Cli
) -> None:
    (reports / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    (reports / "空.txt").write_bytes(b"")
    found = results(new_run(bench), reports)
    assert found["坏.pdf"].status == found["空.txt"].status == "failed"
    assert found["空.txt"].error == "空.txt：文件是空的。请检查文件是否完整下载。"
    (job,) = bench.services.jobs.listed([JobState.FAILED], 10)
    told = cli("jobs", "--failed", "--json").record
    assert told["path"] == job.subject == str(reports / "坏.pdf")
    assert told["error"] in (found["坏.pdf"].error or "")
    page = cli("jobs", "--failed")
    assert "坏.pdf" in page.out
    assert (found["坏.pdf"].error or "") in page.out


def test_no_more_files_are_with_workers_than_may_be(
    bench: Bench, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "AT_ONCE", 4)
    monkeypatch.setattr(enqueue, "_BATCH", 2)
    bench.later = []
    jobs = bench.services.jobs
    look = jobs.outcomes

    def work_and_look(ids: Iterable[str]) -> list[Outcome]:
        if bench.later:
            bench.worker.do(bench.later.pop(0))
        return look(ids)

    monkeypatch.setattr(jobs, "outcomes", work_and_look)
    assert len(results(new_run(bench), many)) == 12
    assert bench.most_at_once == 4


def test_files_are_kept_while_the_broker_is_away_and_it_is_told_once(
    bench: Bench, many: Path, troubles: list[AppError | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "_BATCH", 4)
    bench.is_away = True
    run = new_run(bench, troubles)

    def find_by_themselves(seconds: float) -> None:
        for job in bench.services.jobs.listed([JobState.QUEUED], 100):
            bench.worker.do(job.id)

    monkeypatch.setattr(enqueue, "time", SimpleNamespace(sleep=find_by_themselves, monotonic=lambda: 0.0))
    assert set(statuses(run, many).values()) == {"added"}
    assert [str(trouble) for trouble in troubles] == ["不在"]


def test_it_is_told_once_that_nobody_works(
    bench: Bench, reports: Path, troubles: list[AppError | int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.later = []
    clock = itertools.count(0.0, 20.0)

    def sleep(seconds: float) -> None:
        if next(clock) > 200:
            for job_id in bench.later or ():
                bench.worker.do(job_id)

    monkeypatch.setattr(enqueue, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: next(clock)))
    assert len(statuses(new_run(bench, troubles), reports)) == 2
    assert troubles == [2]


def test_a_folder_is_walked_without_an_end_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        def __iter__(self) -> Iterator[object]:
            for n in itertools.count():
                yield SimpleNamespace(name=f"{n}.txt", path=f"/{n}.txt", is_dir=lambda: False)

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(os, "scandir", lambda path: Endless())
    walk = Walk(tmp_path)
    assert len(list(itertools.islice(walk.files(), 5_000))) == walk.found == 5_000


def test_an_upload_is_named_and_replaced_as_the_bot_does_it(services: Services) -> None:
    bench = Bench(services)

    def send(job_id: str, text: str) -> Outcome:
        services.jobs.offer(
            [Offer(job_id, JobKind.UPLOAD, "chat", "年报.txt", text.encode(), str(hash(text)))]
        )
        bench.worker.do(job_id)
        (outcome,) = services.jobs.outcomes([job_id])
        return outcome

    first, again = send("a" * 32, RIVERSIDE), send("b" * 32, RIVERSIDE)
    assert (first.job.status, again.job.status) == ("added", "unchanged")
    assert json.loads(first.job.result or "") == []
    other = send("c" * 32, RIVERSIDE.replace("河滨区", "河畔区"))
    assert other.job.status == "added"  # the same name, another report
    assert other.report is not None
    assert other.report.source.startswith("年报.txt · ")
