"""What every handler needs, in one place, and the jobs that can be stopped."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from bot.chat.access import Access
from bot.chat.courier import Courier
from bot.chat.dispatch import Dispatcher, insist
from bot.chat.metrics import Metrics
from bot.chat.tray import Trays
from chains.aside import step_back
from store.chats import ChatStore, Place
from store.models import DEFAULT_WORKSPACE, Report

if TYPE_CHECKING:
    from bot.chat.digest_desk import DigestDesk
    from bot.chat.engine import ChatEngine
    from bot.chat.hands import Hands
    from bot.chat.shared_limits import SharedLimits
    from bot.settings import Settings
    from store.library import Library
    from store.usage import UsageStore

T = TypeVar("T")

QUESTIONS_A_MINUTE = 60
ANSWERS_AT_ONCE = 16
"""Answers being written at once; a model's own limit is in chains/llm.py."""

_USERS_KEPT = 10_000


class OffLoop:
    """Runs blocking work beside the event loop: short statements one after the other, files for workers beside them."""

    def __init__(self) -> None:
        self._statements = ThreadPoolExecutor(1, thread_name_prefix="statements")
        self._files = ThreadPoolExecutor(1, thread_name_prefix="files", initializer=step_back)

    async def __call__(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._statements, partial(call, *args, **kwargs))

    async def file(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Load and hand over one file at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._files, partial(call, *args, **kwargs))

    def close(self) -> None:
        """Take on nothing more; what is under way is not waited for."""
        self._statements.shutdown(wait=False)
        self._files.shutdown(wait=False, cancel_futures=True)


@dataclass
class Job:
    """Work that its chat may stop."""

    id: str
    place: Place
    task: asyncio.Task[Any]
    stopped: bool = False


class Jobs:
    def __init__(self) -> None:
        self._running: dict[str, Job] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def add(self, place: Place, task: asyncio.Task[Any]) -> Job:
        job = Job(secrets.token_urlsafe(6), place, task)
        self._running[job.id] = job
        task.add_done_callback(lambda _: self._running.pop(job.id, None))
        return job

    def stop(self, place: Place, job_id: str | None = None) -> int:
        """Stop what runs in a place, or one job of it; gives how many."""
        found = [
            job
            for job in self._running.values()
            if job.place == place and (job_id is None or job.id == job_id)
        ]
        for job in found:
            job.stopped = True
            ending = asyncio.ensure_future(insist(job.task))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        return len(found)


class Allowance:
    """How many questions a user may still ask in this minute: all replicas, where they share their limits."""

    def __init__(
        self,
        clock: Callable[[], float],
        limit: int = QUESTIONS_A_MINUTE,
        *,
        shared: SharedLimits | None = None,
    ) -> None:
        self.limit = limit
        self._shared = shared
        self._clock = clock
        self._asked: OrderedDict[int, deque[float]] = OrderedDict()

    async def wait_s(self, user_id: int) -> float:
        """Count a question: 0, or in how many seconds the next is welcome."""
        wait_s = self._wait_here_s(user_id)
        if wait_s or self._shared is None:
            return wait_s
        return await self._shared.question(user_id, self.limit) or 0.0

    def _wait_here_s(self, user_id: int) -> float:
        asked = self._asked.setdefault(user_id, deque(maxlen=self.limit))
        self._asked.move_to_end(user_id)
        if len(self._asked) > _USERS_KEPT:
            self._asked.popitem(last=False)
        now = self._clock()
        if len(asked) == self.limit and now - asked[0] < 60:
            return 60 - (now - asked[0])
        asked.append(now)
        return 0.0


@dataclass
class Desk:
    settings: Settings
    library: Library
    engine: ChatEngine
    store: ChatStore
    usage: UsageStore
    access: Access
    courier: Courier
    dispatcher: Dispatcher
    metrics: Metrics
    off_loop: OffLoop
    allowance: Allowance
    digests: DigestDesk
    hands: Hands | None = None
    """Workers that take files in and write digests; None: the bot does so itself."""
    jobs: Jobs = field(default_factory=Jobs)
    trays: Trays = field(default_factory=Trays)
    limits: SharedLimits | None = None
    """Those that hold for all replicas together."""
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a file is read: one at a time, so that it is known at which one the engine ended."""
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(ANSWERS_AT_ONCE))

    def today(self) -> str:
        return datetime.now(ZoneInfo(self.settings.timezone)).date().isoformat()

    async def reports(self, workspace: str) -> list[Report]:
        """The reports a chat sees: its own, then the common ones."""
        own = await self.off_loop(self.library.reports, [workspace])
        return [*own, *await self.off_loop(self.library.reports, [DEFAULT_WORKSPACE])]

    async def count(self, chat_id: int, what: str) -> None:
        await self.off_loop(self.store.count, chat_id, self.today(), what)
