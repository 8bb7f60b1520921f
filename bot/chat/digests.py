"""Digests at their hour: who is due, in turn, each once, one process at a time.

The ledger (store/digests.py) is what is true; nothing is remembered here that a restart would miss. A slot is
worked on until it must wait, for Telegram or for a network; then it is put back with the time of its next try.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.chat.access import Access, Standing
from bot.chat.desk import OffLoop
from bot.chat.digest_letters import Letters
from bot.chat.digest_making import CHART, Press, piece_of
from bot.chat.digest_post import Again, Arrived, Gone, Moved, Outcome, Piece, Post, Refused, Unknown, Withheld
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from bot.chat.schedule import Plan, missed
from bot.texts import Say
from chains.digest.models import DigestInput
from store.chats import ChatRecord, ChatStore, Place
from store.digest_tables import OPEN, Lease, Part, PartState, Slot, SlotState, Subscription
from store.digests import DigestStore, LeaseLostError
from store.errors import AppError
from store.models import DEFAULT_WORKSPACE

log = logging.getLogger(__name__)
T = TypeVar("T")

FIRST_WINDOW = timedelta(days=7)
"""What the first digest of a chat looks back on."""

LATE = timedelta(minutes=30)
TOO_LATE = timedelta(days=1)
_AT_ONCE = 16
_OPENED_AT_ONCE = 200
_MAKING_TRIES = 10
_LONGEST_RETRY_S = 300.0
_LONG_WAIT_S = 5.0
_ROOM_S = 0.1
_NEXT_S = 1.0
_AFTER_A_DEFECT = timedelta(minutes=5)


class Clock:
    """What time it is, and waiting; a simulation brings its own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def wait(self, seconds: float, wake: asyncio.Event) -> None:
        """Wait until `wake` is set, and no longer than `seconds`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), seconds)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the ledger is looked at, and how long the right to send lasts without being renewed."""

    poll: timedelta = timedelta(seconds=2)
    lease: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Kit:
    """What the sender works with. `on_moved` is told of groups that became supergroups, `on_gone` of lost chats."""

    store: DigestStore
    chats: ChatStore
    access: Access
    press: Press
    letters: Letters
    post: Post
    pacer: Pacer
    metrics: Metrics
    off_loop: OffLoop
    clock: Clock
    on_moved: Callable[[int, int], Awaitable[None]]
    on_gone: Callable[[int], Awaitable[None]]


class DigestSender:
    def __init__(self, kit: Kit, holder: str, pace: Pace | None = None) -> None:
        self._kit = kit
        self._holder = holder
        self._pace = pace or Pace()
        self._lease: Lease | None = None
        self._renew_at = datetime.min.replace(tzinfo=UTC)
        self._working: dict[tuple[int, datetime], asyncio.Task[None]] = {}
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._stopping = False
        self._forget_at = self._renew_at

    def wake(self) -> None:
        """Look at the ledger now: a subscription has changed."""
        self._wake.set()

    def start(self) -> None:
        """Send what is due, beside everything else."""
        self._running = asyncio.ensure_future(self.run())
        self._running.add_done_callback(_tell_end)

    async def run(self) -> None:
        """Send what is due, until stopped."""
        while not self._stopping:
            self._wake.clear()
            wait_s = self._pace.poll.total_seconds()
            try:
                await self._look_at_finished()
                if await self._leads():
                    wait_s = await self._round()
            except LeaseLostError:
                self._lease = None
            except AppError as error:
                log.warning("digests wait: %s", type(error).__name__)
            await self._kit.clock.wait(wait_s, self._wake)

    async def stop(self, patience_s: float) -> None:
        """Let what is leaving finish for a while, and let others send."""
        self._stopping = True
        self._wake.set()
        tasks = [*self._working.values(), *([self._running] if self._running else [])]
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)
        tasks += self._working.values()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._lease is not None:
            with suppress(AppError):
                await self._kit.off_loop(self._kit.store.release, self._lease)

    # --- the round -----------------------------------------------------------------------------------

    async def _leads(self) -> bool:
        """Hold the lease, or try to get it."""
        now, lasts, store = self._kit.clock.now(), self._pace.lease, self._kit.store
        if self._lease is None:
            self._lease = await self._kit.off_loop(store.acquire, self._holder, lasts)
        elif abs(self._renew_at - now) <= lasts and now < self._renew_at:
            return True
        elif not await self._kit.off_loop(store.renew, self._lease, lasts):
            self._lease = None
        self._renew_at = now + lasts / 3
        return self._lease is not None

    async def _round(self) -> float:
        """Enter what has come due, begin what can be begun, and give how long there is nothing to do."""
        lease, kit = self._held(), self._kit
        now, poll_s = kit.clock.now(), self._pace.poll.total_seconds()
        await self._forget(now)
        soonest = await kit.off_loop(kit.store.next_at)
        if soonest is None or soonest > now:
            return min(poll_s, (soonest - now).total_seconds()) if soonest else poll_s
        opened = await self._open(lease, now)
        work = await kit.off_loop(kit.store.work, _AT_ONCE + len(self._working))
        for slot in work if not self._stopping else ():
            if len(self._working) < _AT_ONCE and (slot.chat_id, slot.at) not in self._working:
                self._begin(lease, slot)
        # Whatever is at work wakes us when it ends.
        return 0.0 if opened == _OPENED_AT_ONCE else poll_s

    async def _open(self, lease: Lease, now: datetime) -> int:
        due = await self._kit.off_loop(self._kit.store.due, _OPENED_AT_ONCE)
        for wanted in due:
            passed, following = missed(plan_of(wanted), wanted.next_at, now)
            fresh = passed[-1] if now - passed[-1] < TOO_LATE else None
            folded = passed[:-1] if fresh else passed
            await self._kit.off_loop(self._kit.store.open, lease, wanted, fresh, folded, following)
        return len(due)

    async def _forget(self, now: datetime) -> None:
        if now >= self._forget_at or self._forget_at - now > TOO_LATE:
            self._forget_at = now + TOO_LATE
            await self._kit.off_loop(self._kit.store.forget_old)

    def _begin(self, lease: Lease, slot: Slot) -> None:
        task = asyncio.ensure_future(_SlotWork(self._kit, lease, slot).run())
        self._working[slot.chat_id, slot.at] = task
        task.add_done_callback(self._on_finished)

    def _on_finished(self, _: asyncio.Task[None]) -> None:
        """Go round again when half of the places are free: to look at the ledger costs as much as to send."""
        if sum(not task.done() for task in self._working.values()) <= _AT_ONCE // 2:
            self._wake.set()

    async def _look_at_finished(self) -> None:
        for (chat_id, at), task in list(self._working.items()):
            if not task.done():
                continue
            del self._working[chat_id, at]
            error = None if task.cancelled() else task.exception()
            if isinstance(error, LeaseLostError):
                self._lease = None
            elif isinstance(error, Exception):
                log.error("a digest failed: %s", type(error).__name__)
                log.debug("failure", exc_info=error)
                again_at = self._kit.clock.now() + _AFTER_A_DEFECT
                await self._kit.off_loop(self._kit.store.postpone, chat_id, at, again_at)
            elif error is not None:
                raise error

    def _held(self) -> Lease:
        if self._lease is None:
            raise AssertionError("only the holder of the lease goes round")
        return self._lease


class _SlotWork:
    """One slot taken as far as it goes now."""

    def __init__(self, kit: Kit, lease: Lease, slot: Slot) -> None:
        self._kit = kit
        self._lease = lease
        self._slot = slot
        self._record: ChatRecord | None = None

    async def run(self) -> None:
        """Compose what is to be said and send it. Raises LeaseLostError."""
        store = self._kit.store
        claimed = await self._off(store.claim, self._lease, self._slot)
        if claimed is None:
            return
        self._slot = claimed
        wanted = await self._off(store.subscription, claimed.chat_id)
        ending = await self._ending(wanted)
        if ending is not None:
            await self._end(ending)
        elif wanted is not None:
            try:
                await self._go_on(wanted)
            except AppError as error:  # a model, a database: what is foreseen and may pass
                log.warning("a digest waits: %s", type(error).__name__)
                await self._put_back()

    async def _ending(self, wanted: Subscription | None) -> SlotState | None:
        """Tell how the slot ends where nothing more is to be sent."""
        kit, slot = self._kit, self._slot
        over = wanted is None or not wanted.active or kit.clock.now() - slot.at >= TOO_LATE
        if wanted is None or over or not await self._off(kit.store.is_last, slot):
            return SlotState.FOLDED
        if slot.state is SlotState.COMPOSING and slot.attempts > _MAKING_TRIES:
            log.error("a digest could not be made in %s tries", _MAKING_TRIES)
            return SlotState.FAILED
        record = self._record = await self._off(kit.chats.chat, slot.chat_id)
        standing = await self._off(kit.access.standing, wanted.user_id, slot.chat_id)
        if record is None or not record.active or standing is Standing.STRANGER:
            await self._off(kit.store.unsubscribe, slot.chat_id)
            return SlotState.BLOCKED
        return None

    async def _go_on(self, wanted: Subscription) -> None:
        if self._came_too_late() and await self._off(self._kit.store.recompose, self._lease, self._slot):
            self._slot = replace(self._slot, state=SlotState.COMPOSING, parts=())
        if self._slot.state is SlotState.COMPOSING and not await self._compose(wanted):
            return
        for part in self._slot.parts:
            if part.state is PartState.WAITING and not await self._send(wanted, part):
                return

    def _came_too_late(self) -> bool:
        """Tell whether what was written in time has come to be late, and does not say so."""
        slot = self._slot
        late = self._kit.clock.now() - slot.at > LATE
        said = any(part.payload.get("late") for part in slot.parts)
        return late and not said and slot.state is SlotState.SENDING

    async def _compose(self, wanted: Subscription) -> bool:
        kit, slot = self._kit, self._slot
        before = await self._off(kit.store.before, slot)
        # A chat that was never told anything: from before the first hour at which it should have been.
        since = wanted.covered_until or (before[-1].at if before else slot.at) - FIRST_WINDOW
        until = slot.at
        if since >= until:  # told already: the clock was put back
            await self._end(SlotState.FOLDED)
            return False
        if any(past.state in OPEN for past in before):  # its end says from when on this one tells
            await self._put_back(_NEXT_S)
            return False
        record = self._record
        shelves = (record.workspace, DEFAULT_WORKSPACE) if record else (DEFAULT_WORKSPACE,)
        edition = await kit.press.edition(DigestInput(since, until, shelves, wanted.watch))
        late = kit.clock.now() - slot.at > LATE
        language = record.language if record else None
        spoken = replace(wanted, language=language or wanted.language)
        letter = await kit.letters.written(spoken, slot, edition, before, late=late)
        made = replace(slot, since=since, until=until, quiet=letter.quiet, edition=edition.id)
        composed = await self._off(kit.store.compose, self._lease, made, letter.payloads)
        if composed is not None:
            self._slot = composed
        return composed is not None

    # --- one part ------------------------------------------------------------------------------------

    async def _send(self, wanted: Subscription, part: Part) -> bool:
        """Send a part; False where the rest of the slot must wait."""
        place = Place(self._slot.chat_id, wanted.thread_id)
        if await self._must_wait(place):
            return False
        piece = await self._piece(part, wanted)
        if piece is None:
            outcome: Outcome = Refused("nothing to draw")
            await self._leaves(part)
        else:
            outcome = await self._kit.post.bring(place, piece, partial(self._leaves, part))
        return await self._noted(part, outcome)

    async def _must_wait(self, place: Place) -> bool:
        """Wait until others leave room; where this chat itself must wait for long, do so without a place."""
        pacer = self._kit.pacer
        wait_s = pacer.wait_s(place.chat_id)
        if wait_s > _LONG_WAIT_S:
            await self._put_back(wait_s)
            return True
        while not await pacer.room():
            await self._kit.clock.wait(_ROOM_S, asyncio.Event())
        return False

    async def _piece(self, part: Part, wanted: Subscription) -> Piece | None:
        if CHART not in part.payload:
            return piece_of(part.payload)
        digest = await self._kit.press.kept(part.payload[CHART])
        say = Say("en" if part.payload["language"] == "en" else "zh")
        picture = await self._kit.press.chart(digest, say) if digest else None
        return piece_of(part.payload, picture) if picture else None

    async def _leaves(self, part: Part) -> bool:
        return await self._off(self._kit.store.begin_part, self._lease, self._slot, part.n)

    async def _noted(self, part: Part, outcome: Outcome) -> bool:
        """Write down what became of a part, and say whether the next may leave."""
        metrics = self._kit.metrics
        match outcome:
            case Arrived(message_id):
                metrics.digest_parts.inc()
                await self._part_is(part, PartState.SENT, message_id)
                return True
            case Unknown():
                metrics.digest_uncertain.inc()
                await self._part_is(part, PartState.UNCERTAIN)
                return True
            case Refused(why):
                log.error("telegram refused a part of a digest: %s", why)
                await self._part_is(part, PartState.REFUSED)
                return True
            case Withheld():
                return False
        await self._part_is(part, PartState.WAITING)
        if isinstance(outcome, Again):
            await self._put_back(outcome.after_s)
        elif isinstance(outcome, Moved):
            await self._kit.on_moved(self._slot.chat_id, outcome.new_id)
        elif isinstance(outcome, Gone):
            await self._lost()
        return False

    async def _lost(self) -> None:
        await self._kit.on_gone(self._slot.chat_id)
        await self._off(self._kit.store.unsubscribe, self._slot.chat_id)
        await self._end(SlotState.BLOCKED)

    async def _part_is(self, part: Part, state: PartState, message_id: int | None = None) -> None:
        store = self._kit.store
        await self._off(store.part_is, self._lease, self._slot, part.n, state, message_id=message_id)

    async def _end(self, state: SlotState) -> None:
        await self._off(self._kit.store.end, self._slot, state)

    async def _put_back(self, after_s: float | None = None) -> None:
        """Try again later: when Telegram said, else after a time that grows."""
        grown_s = min(2.0 ** min(self._slot.attempts - 1, 12), _LONGEST_RETRY_S)
        wait = timedelta(seconds=grown_s if after_s is None else after_s)
        await self._off(
            self._kit.store.postpone, self._slot.chat_id, self._slot.at, self._kit.clock.now() + wait
        )

    async def _off(self, call: Callable[..., T], *args: object, **named: object) -> T:
        return await self._kit.off_loop(call, *args, **named)


def _tell_end(running: asyncio.Task[None]) -> None:
    error = None if running.cancelled() else running.exception()
    if error is not None:
        log.error("no digests are sent any more: %s", type(error).__name__, exc_info=error)


def plan_of(wanted: Subscription) -> Plan:
    return Plan(wanted.day, wanted.minute, wanted.zone)
