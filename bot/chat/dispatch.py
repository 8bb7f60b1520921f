"""From Telegram's updates to handlers: kept on disk first, each once, in order within a chat, chats side by side.

An update is written down before Telegram is told that it arrived (the next poll, or the reply to the
webhook), and struck off when its handling is over. What a dead process left is taken up at the next start, or by
the replicas that live: which of them handles a chat is decided where updates are kept (store/inbox.py).
"""

from __future__ import annotations

import asyncio
import logging
import time
from bisect import insort
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot, Update

from bot.chat.access import Access
from bot.chat.known import Known, look_up
from bot.chat.metrics import Metrics
from bot.chat.updates import chat_of, follows, goes_on, lane_of, may_go_on, read_update, text_of
from store.chats import ChatStore
from store.errors import AppError, TakenOverError
from store.inbox import Arrival, Taken, Waiting

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 30
"""Restarts that one update may meet; then its sender is told and it is given up. Mostly it is not their reason:
what ends a process at once, a file above all, ends the engine's (engine_process.py) and not this one."""

LOOK_EVERY_S = 0.2
"""How often a replica looks for what others took in for it, or left behind."""

_NEXT_PIECE_S = 1.2
_STRAY_PIECE_S = 0.6
"""How long a piece of a text that another replica was handed may be behind the one after it."""

_LET_PASS_S = 0.5
_LEAVE_S = 2.0


@dataclass
class Delivery:
    """An update on its way to a handler. `text` is that of the message, its pasted sequels joined on.

    `parked` is left for the next start, `lost` for another replica that has taken it over.
    """

    update: Update
    attempts: int = 0
    sent_before: bool = False
    text: str = ""
    joined: list[int] = field(default_factory=list)
    arrived_at: float = field(default_factory=time.monotonic)
    sending: bool = False
    parked: bool = False
    lost: bool = False
    known: Known | None = None


@dataclass
class _Lane:
    waiting: deque[Delivery] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class Dispatcher(asyncio.Queue[object]):
    """What the updater puts updates into. Blocking work of the stores runs on `off_loop`."""

    def __init__(
        self,
        store: ChatStore,
        access: Access,
        metrics: Metrics,
        off_loop: Callable[..., Awaitable[Any]],
        next_piece_s: float = _NEXT_PIECE_S,
    ) -> None:
        super().__init__()
        self._inbox = store.inbox
        self._store = store
        self._access = access
        self._metrics = metrics
        self._off_loop = off_loop
        self._next_piece_s = next_piece_s
        self._bot: Bot | None = None
        self._handle: Callable[[Update], Awaitable[None]] | None = None
        self._give_up: Callable[[Update], Awaitable[None]] | None = None
        self._lanes: dict[object, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: asyncio.Task[None] | None = None
        self._held: dict[int, Delivery] = {}
        self._stopping = False
        # Updates that are handled here and not struck off, and those struck off since the last look began.
        self._ours: set[int] = set()
        self._over: set[int] = set()
        self._kept: set[int] = set()
        self._coming: dict[int, Update] = {}
        self._keeping = asyncio.Lock()
        self._arriving: set[int] = set()
        self._calm = asyncio.Event()

    async def start(
        self,
        bot: Bot,
        handle: Callable[[Update], Awaitable[None]],
        give_up: Callable[[Update], Awaitable[None]],
    ) -> None:
        """Begin to handle updates, those first that a process which is gone left unfinished."""
        self._bot, self._handle, self._give_up = bot, handle, give_up
        await self._off_loop(self._inbox.forget_old)
        await self._off_loop(self._store.forget_old)
        await self._off_loop(self._inbox.join)
        await self._look()
        if self._inbox.is_shared:
            self._following = asyncio.ensure_future(self._follow())

    async def put(self, item: object) -> None:
        """Take an update from the updater; Telegram is told of it when this returns."""
        if isinstance(item, Update):
            if item.update_id not in self._kept:
                await self._keep_with_others(item)
            self._kept.discard(item.update_id)

    async def _keep_with_others(self, update: Update) -> None:
        """Keep an update together with all that come while those before it are kept."""
        arrived_at = time.monotonic()
        self._coming[update.update_id] = update
        async with self._keeping:
            batch, self._coming = list(self._coming.values()), {}
            if len(batch) > 1:
                with suppress(AppError):
                    await self._keep(batch, arrived_at)
            if update.update_id not in self._kept:  # it came alone, or one of them cannot be kept
                await self._keep([update], arrived_at)

    async def keep(self, updates: Sequence[Update]) -> None:
        """Keep updates on disk, all that came together at once, and hand on those that are new."""
        if updates:
            await self._keep(updates, time.monotonic())

    async def _keep(self, updates: Sequence[Update], arrived_at: float) -> None:
        taken, known = await self._off_loop(self._taken_in, updates)
        self._kept |= {update.update_id for update in updates}
        self._metrics.updates.inc(len(taken.new))
        self._metrics.redelivered.inc(len(updates) - len(taken.new))
        came = {update.update_id: update for update in updates}
        # What another replica kept for us of the same chats goes first where it is older.
        besides = taken.here - came.keys() - self._ours - self._over
        if besides:
            self._take_up(await self._off_loop(self._inbox.fetch, besides))
        for update_id in sorted(taken.here & taken.new):
            update, who = came[update_id], known.get(update_id)
            self._submit(Delivery(update, text=text_of(update), arrived_at=arrived_at, known=who))

    def _taken_in(self, updates: Sequence[Update]) -> tuple[Taken, dict[int, Known]]:
        # What is taken in must be handed on: whatever can fail comes before.
        known = look_up(self._store, self._access, updates)
        arrivals = [Arrival(each.update_id, chat_of(each), each.to_dict()) for each in updates]
        return self._inbox.take_in(arrivals), known

    # --- other replicas ------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Take up what other replicas were handed of our chats, and what dead ones left."""
        away = False
        while not self._stopping:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self._look()
            except AppError as error:
                if not away:
                    log.warning("cannot see what others were handed: %s", type(error).__name__)
                away = True
            else:
                away = False

    async def _look(self) -> None:
        self._over.clear()
        self._take_up(await self._off_loop(self._inbox.look, frozenset(self._ours)))

    def _take_up(self, found: Sequence[Waiting]) -> None:
        for each in found:
            if each.update_id not in self._over:
                update = read_update(each.payload, self._bot)
                self._metrics.resumed.inc(each.left)
                self._submit(Delivery(update, each.attempts, each.sent, text_of(update)))

    # --- what handlers note --------------------------------------------------------------------------

    async def begin(self, delivery: Delivery) -> None:
        """Note that work begins which may end the process, should a file or a question be one of that kind.

        Raises TakenOverError.
        """
        await self._off_loop(self._inbox.begin, delivery.update.update_id)

    async def let_pass(self, delivery: Delivery) -> None:
        """Before work that takes long: see first to those who have just arrived, for it slows everything down."""
        self._seen_to(delivery)
        await self.calm()

    async def calm(self) -> None:
        """Wait until all who have just arrived are seen to, and no longer than a moment."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._calm.wait(), _LET_PASS_S)

    def _seen_to(self, delivery: Delivery) -> None:
        self._arriving.discard(delivery.update.update_id)
        if not self._arriving:
            self._calm.set()

    def delivery(self, update: Update) -> Delivery:
        """Give what is known of an update that is being handled."""
        return self._held.get(update.update_id) or Delivery(update, text=text_of(update))

    def pending(self, chat_id: int) -> int:
        """Count what waits in a chat's lane."""
        lane = self._lanes.get(chat_id)
        return len(lane.waiting) if lane else 0

    async def sending(self, delivery: Delivery) -> None:
        """Note that an answer leaves now: were the process to die, it may have arrived. Raises TakenOverError."""
        if not delivery.sending:
            await self._off_loop(self._inbox.about_to_send, delivery.update.update_id)
            delivery.sending = True

    async def stop(self, patience_s: float) -> None:
        """Let what is at work finish for a while; the rest stays on disk, for others or for the next start."""
        self._stopping = True
        if self._following is not None:
            await insist(self._following)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_s)
        if self._tasks:
            await asyncio.wait([asyncio.ensure_future(insist(task)) for task in self._tasks], timeout=1)
        # Where the database is away others notice by themselves, a little later.
        with suppress(AppError, TimeoutError):
            await asyncio.wait_for(self._off_loop(self._inbox.leave), _LEAVE_S)

    # --- lanes ---------------------------------------------------------------------------------------

    def _submit(self, delivery: Delivery) -> None:
        if self._stopping or delivery.update.update_id in self._ours:
            return  # it is on disk, or on its way
        self._ours.add(delivery.update.update_id)
        key = lane_of(delivery.update, delivery.text)
        if key is None:
            self._spawn(self._one(delivery))
            return
        lane = self._lanes.get(key)
        if lane is not None:
            insort(lane.waiting, delivery, key=lambda waiting: waiting.update.update_id)
            lane.arrived.set()
            return
        self._lanes[key] = _Lane(deque([delivery]))
        self._spawn(self._run(key))

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: object) -> None:
        lane = self._lanes[key]
        try:
            while lane.waiting and not self._stopping:
                delivery = lane.waiting.popleft()
                await self._join(delivery, lane)
                await self._one(delivery)
        finally:
            del self._lanes[key]

    async def _join(self, delivery: Delivery, lane: _Lane) -> None:
        """Wait for the sequels of a text so long that the sender's app has cut it."""
        last = delivery.update
        while may_go_on(last):
            if not lane.waiting:
                await _arrival(lane, self._next_piece_s)
            if self._inbox.is_shared and lane.waiting and not follows(last, lane.waiting[0].update):
                await _arrival(lane, _STRAY_PIECE_S)
            if not lane.waiting or not goes_on(last, lane.waiting[0].update):
                return
            piece = lane.waiting.popleft()
            last = piece.update
            delivery.text += piece.text
            delivery.joined.append(last.update_id)

    async def _one(self, delivery: Delivery) -> None:
        update = delivery.update
        self._held[update.update_id] = delivery
        self._arriving.add(update.update_id)
        self._calm.clear()
        self._metrics.at_work.inc()
        try:
            if delivery.attempts >= MAX_ATTEMPTS:
                await self._give_up_on(delivery)
            elif self._handle is not None:
                await self._handle(update)
            await self._end(delivery)
        finally:
            self._metrics.at_work.dec()
            self._seen_to(delivery)
            del self._held[update.update_id]

    async def _end(self, delivery: Delivery) -> None:
        """Strike off what was handled. What cannot be struck off is not begun again by this process."""
        update_ids = [delivery.update.update_id, *delivery.joined]
        if delivery.parked:
            return
        try:
            if not delivery.lost:
                await self._off_loop(self._inbox.finish, update_ids)
        except TakenOverError:
            log.warning("update %s was taken over by another process", update_ids[0])
        except AppError as error:
            log.warning("update %s could not be struck off: %s", update_ids[0], type(error).__name__)
            return
        if self._following is not None:
            self._over.update(update_ids)
        self._ours.difference_update(update_ids)

    async def _give_up_on(self, delivery: Delivery) -> None:
        log.error(
            "update %s was begun %s times and never finished", delivery.update.update_id, delivery.attempts
        )
        if self._give_up is not None:
            await self._give_up(delivery.update)


async def _arrival(lane: _Lane, patience_s: float) -> None:
    """Wait until something more arrives in a lane, and no longer than `patience_s`."""
    lane.arrived.clear()
    with suppress(TimeoutError):
        await asyncio.wait_for(lane.arrived.wait(), patience_s)


async def insist(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it ends: before Python 3.12 `asyncio.wait_for`, deep in a library, may swallow a cancellation."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.2)
