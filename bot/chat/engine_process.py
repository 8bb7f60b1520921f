"""The engine in a process of its own, so that the chats' event loop never waits for it.

Requests go one way through a pipe and events the other, both pickled. The process ends with its parent, whatever
ends that: the pipe is closed then. Should it end first (killed for its memory, say), it is started again, and what
it was at is begun once more, but for what had been shown in part or ends it a second time.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.chat.engine import Answered, EngineHere
from bot.logs import log_to_stderr
from bot.services import build_services
from bot.texts import Say
from chains.aside import step_back
from store.errors import AppError

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from bot.settings import Settings
    from chains.digest.models import Digest, DigestInput
    from chains.models import AskInput, Summary
    from chains.write_answer import Sentence
    from store.models import Hit, IngestResult, Report

log = logging.getLogger(__name__)

_TRIES = 2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 30.0
_STEADY_S = 60.0
"""A process that has run for so long starts with a clean record."""

_END_WITHIN_S = 2.0


class EngineEndedError(AppError):
    """The engine's process ended while it was at this."""

    hint = "请再试一次；若总是这样，请查看日志，多半是内存不足。"
    retryable = True


class EngineFailedError(Exception):
    """Something unforeseen happened in the engine's process, whose log has it."""


class _Kind(Enum):
    EVENT = auto()
    DONE = auto()
    FAILED = auto()


class _Request(NamedTuple):
    """A call of the engine's by the name of its method; without a name that call is to be given up."""

    number: int
    name: str = ""
    arguments: tuple[Any, ...] = ()


_GOODBYE = _Request(0)


class _Event(NamedTuple):
    number: int
    kind: _Kind
    value: Any = None


@dataclass
class _Call:
    """What was asked and is not done yet."""

    request: _Request
    events: asyncio.Queue[_Event] = field(default_factory=asyncio.Queue)
    tries: int = 0
    sent: bool = False
    """To the process that runs now."""
    shown: bool = False

    @property
    def is_suspect(self) -> bool:
        """A file that a process ended at: the likeliest reason for it."""
        return bool(self.tries) and not self.sent and self.request.name in ("add_file", "add_text")


class EngineProcess:
    """A `ChatEngine` that hands everything to its process. Made and used on one event loop."""

    def __init__(self, settings: Settings, model_name: str) -> None:
        self.model_name = model_name
        self._settings = settings
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._connection: Connection | None = None
        self._process: SpawnProcess | None = None
        self._pause_s = _FIRST_PAUSE_S
        self._began = 0.0
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def warm_up(self) -> None:
        self._start()
        await self._one("warm_up")

    async def stream(self, ask: AskInput, account: str) -> AsyncIterator[Sentence | Answered]:
        async for event in self._events("stream", ask, account):
            yield event

    async def summarize(self, report: Report, workspace: str, account: str) -> Summary:
        summary: Summary = await self._one("summarize", report, workspace, account)
        return summary

    async def digest(self, asked: DigestInput, account: str) -> Digest:
        digest: Digest = await self._one("digest", asked, account)
        return digest

    async def search(self, query: str, workspaces: tuple[str, ...], k: int) -> list[Hit]:
        hits: list[Hit] = await self._one("search", query, workspaces, k)
        return hits

    async def add_file(self, path: Path, name: str, workspace: str) -> IngestResult:
        taken: IngestResult = await self._one("add_file", path, name, workspace)
        return taken

    async def add_text(self, text: str, name: str, workspace: str) -> IngestResult:
        taken: IngestResult = await self._one("add_text", text, name, workspace)
        return taken

    async def share(self, report: Report, workspace: str) -> IngestResult:
        moved: IngestResult = await self._one("share", report, workspace)
        return moved

    async def delete(self, report_id: str, workspace: str) -> Report:
        gone: Report = await self._one("delete", report_id, workspace)
        return gone

    async def aclose(self) -> None:
        self._closed = True
        self._tell(_GOODBYE)
        if self._process is not None:
            await asyncio.to_thread(self._process.join, _END_WITHIN_S)
            self._process.kill()

    # --- calls ---------------------------------------------------------------------------------------

    async def _one(self, name: str, *arguments: Any) -> Any:
        return [event async for event in self._events(name, *arguments)][-1]

    async def _events(self, name: str, *arguments: Any) -> AsyncIterator[Any]:
        number = next(self._numbers)
        call = self._calls[number] = _Call(_Request(number, name, arguments))
        self._send(call)
        try:
            while (event := await call.events.get()).kind is _Kind.EVENT:
                yield event.value
        finally:
            if self._calls.pop(number, None) is not None:  # nobody waits for the rest
                self._tell(_Request(number))
                self._send_suspects()
        if event.kind is _Kind.FAILED:
            raise event.value

    def _send(self, call: _Call) -> None:
        if self._connection is None:
            return  # all that is open is sent when there is a process again
        call.tries += 1
        call.sent = True
        self._tell(call.request)

    def _tell(self, request: _Request) -> None:
        if self._connection is not None:
            with suppress(OSError):  # it has just ended: whoever reads from it sees to that
                self._connection.send(request)

    # --- the process ---------------------------------------------------------------------------------

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_work, args=(theirs, self._settings), name="engine", daemon=True
        )
        self._process.start()
        theirs.close()
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        reader = threading.Thread(target=self._read, args=(self._connection, loop), daemon=True)
        reader.start()
        for call in self._calls.values():
            if not call.is_suspect:
                self._send(call)
        self._send_suspects()

    def _send_suspects(self) -> None:
        """Begin files anew that a process ended at, once none is open that would be begun a third time."""
        again = any(call.sent and call.tries > 1 for call in self._calls.values())
        for call in [] if again else list(self._calls.values()):
            if call.is_suspect:
                self._send(call)

    def _read(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        """Hand on what the process says until it ends; in a thread of its own."""
        with suppress(RuntimeError):  # the loop has ended
            try:
                while True:
                    loop.call_soon_threadsafe(self._take, connection.recv())
            except (EOFError, OSError):
                loop.call_soon_threadsafe(self._ended)

    def _take(self, event: _Event) -> None:
        call = self._calls.get(event.number)
        if call is None:
            return
        call.events.put_nowait(event)
        if event.kind is _Kind.EVENT:
            call.shown = True
        else:
            del self._calls[event.number]
            self._send_suspects()

    def _ended(self) -> None:
        if self._closed:
            return
        self._connection = None
        log.warning("the engine's process ended and is started again")
        for number, call in list(self._calls.items()):
            call.sent = False
            if call.shown or call.tries >= _TRIES:
                error = EngineEndedError("处理这件事时引擎意外退出")
                self._take(_Event(number, _Kind.FAILED, error))
        loop = asyncio.get_running_loop()
        steady = loop.time() - self._began >= _STEADY_S
        self._pause_s = _FIRST_PAUSE_S if steady else min(self._pause_s * 2, _LONGEST_PAUSE_S)
        loop.call_later(self._pause_s, self._start_again)

    def _start_again(self) -> None:
        if not self._closed:
            self._start()


# --- in the process ----------------------------------------------------------------------------------


def _work(connection: Connection, settings: Settings) -> None:
    # The parent is told to stop, lets answers be finished, and then closes the pipe.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    step_back()  # threads made from here on are as patient
    log_to_stderr(settings)
    asyncio.run(_serve(connection, EngineHere(build_services(settings, Say(settings.language)))))


async def _serve(connection: Connection, engine: EngineHere) -> None:
    inbox: asyncio.Queue[_Request] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_receive, args=(connection, inbox, loop), daemon=True).start()
    tasks: dict[int, asyncio.Task[None]] = {}
    while True:
        request = await inbox.get()
        if not request.name:
            if request.number in tasks:
                tasks[request.number].cancel()
            continue
        task = asyncio.ensure_future(_answer(connection, engine, request))
        tasks[request.number] = task
        task.add_done_callback(partial(_forget, tasks, request.number))


def _forget(tasks: dict[int, asyncio.Task[None]], number: int, _: asyncio.Task[None]) -> None:
    tasks.pop(number, None)


def _receive(connection: Connection, inbox: asyncio.Queue[_Request], loop: asyncio.AbstractEventLoop) -> None:
    with suppress(EOFError, OSError):  # the parent is gone
        while (request := connection.recv()) != _GOODBYE:
            loop.call_soon_threadsafe(inbox.put_nowait, request)
    os._exit(0)  # nothing here is worth waiting for


async def _answer(connection: Connection, engine: EngineHere, request: _Request) -> None:
    def tell(kind: _Kind, value: Any = None) -> None:
        with suppress(BrokenPipeError):
            connection.send(_Event(request.number, kind, value))

    try:
        if request.name == "stream":
            async for event in engine.stream(*request.arguments):
                tell(_Kind.EVENT, event)
        else:
            tell(_Kind.EVENT, await getattr(engine, request.name)(*request.arguments))
    except (AppError, OSError) as error:
        tell(_Kind.FAILED, error)
    except Exception as error:
        log.exception("the engine failed at %s", request.name)
        tell(_Kind.FAILED, EngineFailedError(type(error).__name__))
    else:
        tell(_Kind.DONE)
