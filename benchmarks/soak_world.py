"""A Telegram that fails as the real one does, and processes that die at any step."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar, cast

import httpx
from telegram import Bot
from telegram.error import ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from benchmarks.virtual_time import VirtualClock
from bot.chat.access import Access
from bot.chat.desk import OffLoop
from bot.chat.digest_letters import Letters
from bot.chat.digest_making import Maker, Press
from bot.chat.digest_post import Post
from bot.chat.digests import DigestSender, Kit, Pace
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from bot.texts import Say
from chains.digest.models import Digest, DigestInput, Gone, Series, SeriesPoint
from chains.models import Citation
from store.chats import ChatStore
from store.digests import DigestStore
from store.models import Report

T = TypeVar("T")

MARK = re.compile(r"⟦([^⟧]+)⟧")
PACE = Pace(poll=timedelta(minutes=10), lease=timedelta(minutes=30))
_PER_SECOND = 30


class KilledError(BaseException):
    """The process is gone, in the midst of whatever it did."""


class Chaos:
    """Kills its process at a step now and then; a dead process takes no further step."""

    def __init__(self, rng: random.Random, chance: float) -> None:
        self._rng = rng
        self.chance = chance
        self.dead = False

    def step(self) -> None:
        if self.dead or self._rng.random() < self.chance:
            self.dead = True
            raise KilledError


class DyingOffLoop(OffLoop):
    """Runs statements at once; the process may die before each and after it."""

    def __init__(self, chaos: Chaos) -> None:
        super().__init__()
        self._chaos = chaos

    async def __call__(self, call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        self._chaos.step()
        try:
            return call(*args, **kwargs)
        finally:
            self._chaos.step()


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that arrived. `words` tell digests apart: the end of its window, for a chart its caption."""

    chat_id: int
    kind: str
    words: str
    message_id: int
    at: datetime


@dataclass
class Faults:
    """Chances of what may go wrong with one request."""

    flood: float = 0.02
    refused: float = 0.02
    unsent: float = 0.02
    lost: float = 0.005
    unheard: float = 0.005


class SimulatedTelegram:
    def __init__(self, clock: VirtualClock, rng: random.Random, faults: Faults) -> None:
        self.delivered: list[Delivered] = []
        self.met: Counter[str] = Counter()
        self.moved: dict[int, int] = {}
        self.blocked: set[int] = set()
        self.violations: list[str] = []
        self.faults = faults
        self._clock = clock
        self._rng = rng
        self._recent: deque[datetime] = deque(maxlen=_PER_SECOND + 1)
        self._not_before: dict[int, datetime] = defaultdict(
            lambda: datetime.min.replace(tzinfo=clock.now().tzinfo)
        )

    async def send(self, chat_id: int, text: str, kind: str, chaos: Chaos) -> Any:
        chaos.step()
        await asyncio.sleep(self._rng.uniform(0.02, 0.3))
        chaos.step()
        self._refuse(chat_id)
        if self._happens("lost", self.faults.lost):
            raise _cut_off()
        message_id = len(self.delivered) + 1
        mark = MARK.search(text)
        words = mark[1] if mark else text
        self.delivered.append(Delivered(chat_id, kind, words, message_id, self._clock.now()))
        chaos.step()
        if self._happens("unheard", self.faults.unheard):
            raise _cut_off()
        await asyncio.sleep(0)
        chaos.step()
        return SimpleNamespace(message_id=message_id)

    def _refuse(self, chat_id: int) -> None:
        """Raise what Telegram says to a request that it does not do."""
        self._watch(chat_id)
        if chat_id in self.moved:
            self.met["moved"] += 1
            raise ChatMigrated(self.moved[chat_id])
        if chat_id in self.blocked:
            self.met["blocked"] += 1
            raise Forbidden("Forbidden: bot was blocked by the user")
        if self._happens("flood", self.faults.flood):
            seconds = self._rng.choice([1, 5, 30, 400, 4000])
            self._not_before[chat_id] = self._clock.now() + timedelta(seconds=seconds)
            raise RetryAfter(timedelta(seconds=seconds))
        if self._happens("refused", self.faults.refused):
            raise NetworkError("Bad Gateway")
        if self._happens("unsent", self.faults.unsent):
            raise _caused(NetworkError("httpx.ConnectError"), httpx.ConnectError("no route"))

    def _watch(self, chat_id: int) -> None:
        now = self._clock.now()
        self._recent.append(now)
        if len(self._recent) > _PER_SECOND and now - self._recent[0] < timedelta(seconds=1):
            self.violations.append(f"more than {_PER_SECOND} in a second at {now}")
        if now < self._not_before[chat_id]:
            self.violations.append(f"{chat_id} written to before its retry_after was over")

    def _happens(self, name: str, chance: float) -> bool:
        happens = self._rng.random() < chance
        self.met[name] += happens
        return happens


def _cut_off() -> TelegramError:
    return _caused(TimedOut(), httpx.ReadTimeout("no answer"))


def _caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


class Wire(Protocol):
    """What bots send through. `chaos` may kill the process in the midst of it."""

    async def send(self, chat_id: int, text: str, kind: str, chaos: Chaos) -> Any: ...


class OneBot:
    """What a process holds of Telegram; a dead process's requests end where they are."""

    def __init__(self, telegram: Wire, chaos: Chaos) -> None:
        self._telegram = telegram
        self._chaos = chaos

    async def send_message(self, chat_id: int, text: str, **_: Any) -> Any:
        return await self._telegram.send(chat_id, text, "text", self._chaos)

    async def send_photo(self, chat_id: int, picture: bytes, caption: str = "", **_: Any) -> Any:
        return await self._telegram.send(chat_id, caption, "chart", self._chaos)


class NoShelves:
    """Every chat's own shelf is empty: what is told is on the common one."""

    def reports(self, workspaces: Sequence[str]) -> list[Report]:
        return []

    def changes(self, workspaces: Sequence[str], since: Any, until: Any) -> list[Any]:
        return []


async def make_digest(asked: DigestInput, account: str) -> Digest:
    """A digest that names its window's end; every third has a chart, every fourth is quiet."""
    turn = asked.until.toordinal() if asked.until.weekday() else asked.until.toordinal() // 7
    body: dict[str, Any] = {}
    if turn % 4:
        body["gone"] = [Gone(title="映川区旧报告", agency="映川区某局")]
    if turn % 3 == 1 and body:
        body["series"] = [_SERIES]
    return Digest(since=asked.since, until=asked.until, note=f"⟦{asked.until.isoformat()}⟧", **body)


_CITED = Citation(
    n=1, report_id="0" * 12, title="报告", section="", page=None, start=0, end=3, quote="十二件"
)
_SERIES = Series(
    agency="映川区某局",
    indicator="处罚案件",
    unit="件",
    points=[SeriesPoint(year=year, value=12, shown="12件", citation=_CITED) for year in (2023, 2024)],
)


async def draw(series: Sequence[Series], say: Say) -> bytes | None:
    return b"picture"


@dataclass
class Process:
    """One process that sends digests, built from what is on disk and gone without a word."""

    url: str
    clock: VirtualClock
    telegram: Wire
    chaos: Chaos
    name: str
    pace: Pace = PACE
    make: Maker = make_digest
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        off_loop = DyingOffLoop(self.chaos)
        self.store = DigestStore(self.url, now=self.clock.now)
        self.chats = ChatStore(self.url, now=self.clock.now)
        self.access = Access(self.chats, (), (), self.store.migrate)
        loop = asyncio.get_running_loop()
        pacer = Pacer(1.0, clock=loop.time)
        bot = cast("Bot", OneBot(self.telegram, self.chaos))
        press = Press(NoShelves(), self.make, draw, self.store, off_loop, loop.time)
        kit = Kit(
            store=self.store,
            chats=self.chats,
            access=self.access,
            press=press,
            letters=Letters(self.chats, press, off_loop),
            post=Post(bot, pacer, self.metrics),
            pacer=pacer,
            metrics=self.metrics,
            off_loop=off_loop,
            clock=self.clock,
            on_moved=self._moved,
            on_gone=self._gone,
        )
        self.sender = DigestSender(kit, self.name, self.pace)

    async def _moved(self, old_id: int, new_id: int) -> None:
        self.chaos.step()
        self.access.migrate(old_id, new_id)
        self.chaos.step()

    async def _gone(self, chat_id: int) -> None:
        self.chats.leave(chat_id)

    async def live(self) -> None:
        """Send until killed."""
        running = asyncio.ensure_future(self.sender.run())
        try:
            await running
        except KilledError:
            pass
        finally:
            self.chaos.dead = True
            running.cancel()
            await asyncio.sleep(0)
            self.store.close()
            self.chats.close()
