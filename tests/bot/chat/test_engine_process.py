"""The engine's process: the same answers, errors with their remedies, and an end with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from bot.chat.engine import Answered, EngineHere
from bot.chat.engine_process import EngineEndedError, EngineFailedError, EngineProcess, _Request
from bot.services import Services, build_services
from bot.settings import load_settings
from bot.texts import Say
from chains.digest.models import DigestInput
from chains.models import AskInput
from store.document import load
from store.errors import NotFoundError, ReadError
from store.models import Report
from tests.bot.samples import NIGHTFALL

ROOT = Path(__file__).parents[3]
SAMPLE = sorted((ROOT / "samples").glob("*.txt"))[0]
in_one_loop = pytest.mark.asyncio(loop_scope="module")
ASK = AskInput(question="存在哪些不足？", workspaces=("shared",))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    say = Say("zh")
    settings = load_settings(say).model_copy(update={"data_dir": tmp_path_factory.mktemp("data")})
    services = build_services(settings, say)
    yield services
    services.close()


@pytest.fixture(scope="module")
def report(services: Services) -> Report:
    return services.library.add(load(SAMPLE))[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(services: Services, report: Report) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess(services.settings, "")
    await engine.warm_up()
    yield engine
    pid = engine.pid
    await engine.aclose()
    assert not is_alive(pid or 0)


async def answered(engine: EngineProcess | EngineHere, ask: AskInput = ASK) -> Answered:
    events = [event async for event in engine.stream(ask, "shared")]
    assert isinstance(events[-1], Answered)
    return events[-1]


async def another(engine: EngineProcess, pid: int) -> None:
    for _ in range(6_000):
        if engine.pid != pid:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no process was started again")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@in_one_loop
async def test_it_says_what_the_engine_here_says(
    services: Services, report: Report, engine: EngineProcess
) -> None:
    here = EngineHere(services)
    now = await answered(engine)
    assert now == await answered(here)
    assert now.answer.citations
    assert await engine.summarize(report, "shared", "shared") == await here.summarize(
        report, "shared", "shared"
    )
    assert await engine.search("不足", ("shared",), 3) == await here.search("不足", ("shared",), 3)
    asked = DigestInput(datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert await engine.digest(asked, "shared") == await here.digest(asked, "shared")
    late = services.library.add(load(sorted((ROOT / "samples").glob("*.txt"))[1]))[1]
    about = ASK.model_copy(update={"report_id": late.id})
    assert await answered(engine, about) == await answered(here, about)


@in_one_loop
async def test_errors_cross_with_their_remedies_and_nothing_is_held_up(engine: EngineProcess) -> None:
    with pytest.raises(NotFoundError, match="000000000000") as raised:
        await answered(engine, ASK.model_copy(update={"report_id": "000000000000"}))
    assert raised.value.hint == NotFoundError.hint
    with pytest.raises(EngineFailedError, match="TypeError"):
        await engine.search("不足", None, 3)  # type: ignore[arg-type]
    assert (await answered(engine)).answer.citations


@in_one_loop
async def test_whoever_asked_when_it_was_killed_is_answered_by_the_next(engine: EngineProcess) -> None:
    first = engine.pid
    assert first
    os.kill(first, signal.SIGSTOP)  # what is asked now is under way when it dies
    asking = asyncio.ensure_future(answered(engine))
    await asyncio.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    assert (await asyncio.wait_for(asking, 60)).answer.citations
    assert engine.pid != first


@in_one_loop
async def test_what_ends_it_twice_is_given_up(engine: EngineProcess) -> None:
    first = engine.pid or 0
    os.kill(first, signal.SIGSTOP)
    asking = asyncio.ensure_future(answered(engine))
    await asyncio.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    await another(engine, first)
    os.kill(engine.pid or 0, signal.SIGKILL)
    with pytest.raises(EngineEndedError):
        await asyncio.wait_for(asking, 60)
    assert (await asyncio.wait_for(answered(engine), 60)).answer.citations


@in_one_loop
async def test_files_are_taken_in_shared_and_deleted_there(
    services: Services, engine: EngineProcess, tmp_path: Path
) -> None:
    sent = tmp_path / "upload.txt"
    sent.write_text(NIGHTFALL, "utf-8")
    taken = await engine.add_file(sent, "年报.txt", "chat:7")
    assert taken.status == "added"
    assert taken.report
    assert taken.report.source == "年报.txt"
    assert services.library.reports(["chat:7"]) == [taken.report]
    shared = (await engine.share(taken.report, "chat:7")).report
    assert shared in services.library.reports(["shared"])
    assert services.library.reports(["chat:7"]) == []
    assert shared == await engine.delete(shared.id if shared else "", "shared")
    assert shared not in services.library.reports(["shared"])
    with pytest.raises(ReadError):
        await engine.add_text("", "空.txt", "chat:7")


@in_one_loop
async def test_a_file_that_ends_it_twice_is_refused_and_takes_no_question_along(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks meanwhile is answered by the next process, before the file is begun again."""
    told: list[str] = []
    tell = engine._tell

    def note(request: _Request) -> None:
        told.append(request.name)
        if (
            request.name != "add_text" or told.count("add_text") < 2
        ):  # the second time it is as if the process was busy with it
            tell(request)

    monkeypatch.setattr(engine, "_tell", note)
    first = engine.pid or 0
    os.kill(first, signal.SIGSTOP)
    adding = asyncio.ensure_future(engine.add_text("甲", "炸弹.txt", "chat:7"))
    asking = asyncio.ensure_future(answered(engine))
    await asyncio.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    assert (await asyncio.wait_for(asking, 60)).answer.citations
    assert told == ["add_text", "stream", "stream", "add_text"]
    os.kill(engine.pid or 0, signal.SIGKILL)
    with pytest.raises(EngineEndedError):
        await asyncio.wait_for(adding, 60)
    assert (await asyncio.wait_for(answered(engine), 60)).answer.citations


@in_one_loop
async def test_what_is_stopped_holds_up_nothing(engine: EngineProcess) -> None:
    asking = asyncio.ensure_future(answered(engine))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await asyncio.wait_for(answered(engine), 60)).answer.citations


_PARENT = """
import asyncio, sys
from bot.chat.engine_process import EngineProcess
from bot.settings import load_settings
from bot.texts import Say

async def main():
    engine = EngineProcess(load_settings(Say("zh")), "")
    await engine.warm_up()
    print(engine.pid, flush=True)
    await asyncio.sleep(600)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(_PARENT, "utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "REPORTBOT_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        parent.kill()
    deadline = time.monotonic() + 30
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(pid)
