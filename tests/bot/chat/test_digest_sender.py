"""Digests at their hour: the real sender and ledger, a clock that jumps, and a Telegram that does as it is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from benchmarks.soak_world import Chaos, KilledError, Process, make_digest
from benchmarks.virtual_time import VirtualClock, run_virtually
from bot.chat.digests import Pace
from chains.digest.models import Digest, DigestInput, Gone
from store.chats import ChatStore
from store.db import sqlite_url
from store.digest_tables import PartState, Slot, SlotState, Subscription
from store.digests import DigestStore
from store.errors import AppError

DUE = datetime(2026, 3, 9, 1, tzinfo=UTC)
"""A Monday, nine o'clock in Shanghai."""

START = DUE - timedelta(minutes=10)
MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 7 * 86_400.0
CHAT, OTHER, GROUP = 1001, 1002, -77
SELDOM = Pace(poll=timedelta(hours=6), lease=timedelta(hours=18))
"""For stories of weeks: a slot wakes the sender at its time all the same."""

LATE, UNSURE, FOLDED = "因故迟到", "可能没有送到", "没有发出"

Fault = TelegramError | tuple[str, TelegramError]
"""An error in place of the message; ("after", error): the message arrives all the same."""


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


def cut_off() -> TelegramError:
    return caused(TimedOut(), httpx.ReadTimeout("no answer"))


def no_route() -> TelegramError:
    return caused(NetworkError("httpx.ConnectError"), httpx.ConnectError("no route"))


class Never(Chaos):
    """Kills nothing."""

    def __init__(self) -> None:
        super().__init__(random.SystemRandom(), 0.0)


@dataclass
class Sent:
    chat_id: int
    text: str
    at: float


@dataclass
class Telegram:
    """Says `faults` one after the other, to each chat its own, and takes whatever comes after them."""

    faults: dict[int, list[Fault]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    takes_s: float = 0.05

    async def send(self, chat_id: int, text: str, kind: str, chaos: Chaos) -> Any:
        self.asked.append(chat_id)
        chaos.step()
        await asyncio.sleep(self.takes_s)
        fault = self.faults[chat_id].pop(0) if self.faults.get(chat_id) else None
        if isinstance(fault, TelegramError):
            raise fault
        self.sent.append(Sent(chat_id, text, asyncio.get_running_loop().time()))
        chaos.step()
        if fault is not None:
            raise fault[1]
        return SimpleNamespace(message_id=len(self.sent))

    def to(self, chat_id: int) -> list[str]:
        return [message.text for message in self.sent if message.chat_id == chat_id]


@dataclass
class World:
    url: str
    clock: VirtualClock
    telegram: Telegram
    store: DigestStore
    chats: ChatStore
    asked: list[DigestInput] = field(default_factory=list)
    quiet: bool = False
    fails: int = 0
    processes: list[Process] = field(default_factory=list)

    def subscribe(self, chat_id: int = CHAT, **changed: Any) -> None:
        kind = "group" if chat_id < 0 else "private"
        self.chats.meet({chat_id: (kind, "")})
        self.chats.grant(chat_id, allowed=True, by=0)
        plain = Subscription(chat_id, 0, chat_id, "zh", "mon", 540, "Asia/Shanghai", (), True, DUE)
        self.store.subscribe(replace(plain, **changed))

    async def make(self, asked: DigestInput, account: str) -> Digest:
        self.asked.append(asked)
        if self.fails:
            self.fails -= 1
            raise AppError("a model that is out of sorts")
        gone = [] if self.quiet else [Gone(title="映川区旧报告", agency="映川区某局")]
        return Digest(since=asked.since, until=asked.until, gone=gone)

    def start(self, name: str = "one", chaos: Chaos | None = None, pace: Pace = SELDOM) -> Process:
        process = Process(self.url, self.clock, self.telegram, chaos or Never(), name, pace, self.make)
        self.processes.append(process)
        process.sender.start()
        return process

    async def end(self) -> None:
        for process in self.processes:
            process.chaos.chance, process.chaos.dead = 0.0, False
            await process.sender.stop(1)
            process.store.close()
            process.chats.close()

    def slot(self, chat_id: int = CHAT, at: datetime = DUE) -> Slot:
        found = self.store.slot(chat_id, at)
        assert found is not None
        return found

    def state(self, chat_id: int = CHAT, at: datetime = DUE) -> SlotState:
        return self.slot(chat_id, at).state


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url, clock = sqlite_url(tmp_path), VirtualClock(START)
    store, chats = DigestStore(url, now=clock.now), ChatStore(url, now=clock.now)
    yield World(url, clock, Telegram(), store, chats)
    store.close()
    chats.close()


def play(world: World, story: Callable[[], Any]) -> None:
    """Run a story in virtual time, and end the processes it has started."""

    async def whole() -> None:
        try:
            await story()
        finally:
            await world.end()

    run_virtually(whole())


async def until(seconds_after_due: float) -> None:
    """Let time pass until so long after the first slot."""
    passed = asyncio.get_running_loop().time()
    await asyncio.sleep((DUE - START).total_seconds() + seconds_after_due - passed)


# --- at the hour ------------------------------------------------------------------------------------


def test_a_digest_leaves_at_its_hour_and_the_next_goes_on_where_it_ended(world: World) -> None:
    world.subscribe()

    async def story() -> None:
        world.start()
        await until(-1)
        assert world.telegram.sent == []
        await until(3)
        assert len(world.telegram.to(CHAT)) == 1
        await until(3 * WEEK + 3)

    play(world, story)
    windows = [(asked.since, asked.until) for asked in world.asked]
    assert windows == [(DUE + timedelta(weeks=n - 1), DUE + timedelta(weeks=n)) for n in range(4)]
    assert len(world.telegram.to(CHAT)) == 4
    assert not any(word in text for text in world.telegram.to(CHAT) for word in (LATE, UNSURE, FOLDED))
    assert world.slot().parts[0].message_id == 1


def test_a_slot_of_this_very_minute_is_sent_at_once(world: World) -> None:
    async def story() -> None:
        process = world.start()
        await until(20)
        world.subscribe()
        process.sender.wake()
        await until(21)
        assert len(world.telegram.to(CHAT)) == 1

    play(world, story)


def test_a_quiet_week_is_one_line(world: World) -> None:
    world.quiet = True
    world.subscribe(watch=("违建",))

    async def story() -> None:
        world.start()
        await until(3)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert "\n" not in text
    assert "没有与关注的“违建”有关的变化" in text
    assert world.state() is SlotState.QUIET_SENT


def test_chats_that_see_the_same_share_one_digest_and_leave_room_for_others(world: World) -> None:
    chats = range(2000, 2070)
    for chat_id in chats:
        world.subscribe(chat_id, watch=("违建",) if chat_id % 2 else ())

    async def story() -> None:
        world.start()
        await until(MINUTE)

    play(world, story)
    assert sorted(message.chat_id for message in world.telegram.sent) == list(chats)
    assert sorted(asked.watch for asked in world.asked) == [(), ("违建",)]
    times = sorted(message.at for message in world.telegram.sent)
    assert all(later - sooner >= 1 for sooner, later in zip(times, times[25:], strict=False))


def test_many_hours_and_zones_with_clocks_put_forward(world: World) -> None:
    # On 29 March Berlin has no 02:30.
    sunday = datetime(2026, 3, 29, 1, tzinfo=UTC)
    world.subscribe(day="sun", minute=150, zone="Europe/Berlin", next_at=sunday)

    async def story() -> None:
        world.start()
        await until((sunday - DUE).total_seconds() + 3)
        assert len(world.telegram.to(CHAT)) == 1
        await until((sunday - DUE).total_seconds() + WEEK)

    play(world, story)
    assert world.state(at=sunday) is SlotState.SENT
    assert world.state(at=datetime(2026, 4, 5, 0, 30, tzinfo=UTC)) is SlotState.SENT


# --- stopped and started ----------------------------------------------------------------------------


class AtStep(Never):
    """Kills its process at one step and no other."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def step(self) -> None:
        self.left -= 1
        if self.dead or self.left == 0:
            self.dead = True
            raise KilledError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("step", range(1, 41))
def test_killed_at_any_step_a_digest_arrives_once_or_is_called_uncertain(world: World, step: int) -> None:
    world.subscribe()

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        await until(-5)
        chaos = AtStep(step)
        world.start("first", chaos, Pace())
        await until(5)
        chaos.dead = True
        world.start("second", pace=Pace())
        await until(2 * MINUTE)

    play(world, story)
    state, arrived = world.state(), len(world.telegram.to(CHAT))
    assert (state, arrived) in {(SlotState.SENT, 1), (SlotState.UNCERTAIN, 1), (SlotState.UNCERTAIN, 0)}
    assert len(world.telegram.asked) == 1


def test_down_at_the_hour_it_comes_late_and_says_so(world: World) -> None:
    world.subscribe()

    async def story() -> None:
        await until(3 * HOUR)
        world.start()
        await until(3 * HOUR + 3)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert LATE in text
    assert "3月9日 周一 09:00" in text
    assert world.asked[0].until == DUE


def test_down_for_a_minute_nobody_is_told_of_it(world: World) -> None:
    world.subscribe()

    async def story() -> None:
        await until(MINUTE)
        world.start()
        await until(MINUTE + 3)

    play(world, story)
    assert LATE not in world.telegram.to(CHAT)[0]


@pytest.mark.parametrize(
    ("back_s", "folded", "weeks", "late"),
    [(3 * WEEK + 2 * DAY, 4, 4, False), (3 * WEEK + 2 * HOUR, 3, 3, True)],
)
def test_three_weeks_down_are_folded_into_one_digest_that_says_so(
    world: World, back_s: float, folded: int, weeks: int, late: bool
) -> None:
    world.subscribe()

    async def story() -> None:
        await until(back_s)
        world.start()
        await until(4 * WEEK + 3)

    play(world, story)
    assert world.store.counts()[SlotState.FOLDED] == folded
    first = world.telegram.to(CHAT)[0]
    assert FOLDED in first
    assert f"{folded} 期" in first
    assert (LATE in first) is late
    assert world.asked[0].since == DUE - timedelta(weeks=1)
    assert world.asked[0].until == DUE + timedelta(weeks=weeks)
    assert all(
        later.since == sooner.until for sooner, later in zip(world.asked, world.asked[1:], strict=False)
    )


def test_a_clock_put_back_sends_nothing_again(world: World) -> None:
    world.subscribe(day="daily")

    async def story() -> None:
        process = world.start()
        await until(10)
        world.clock.ahead = -timedelta(hours=3)
        process.sender.wake()
        await until(5 * HOUR)
        assert len(world.telegram.to(CHAT)) == 1
        await until(DAY + 4 * HOUR)

    play(world, story)
    assert len(world.telegram.to(CHAT)) == 2
    assert world.asked[1].since == DUE


# --- two processes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_of_two_processes_one_sends_and_the_other_takes_over(world: World, how: str) -> None:
    world.subscribe()
    world.subscribe(OTHER, next_at=DUE + timedelta(minutes=2))

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        first = world.start("first", pace=Pace())
        await until(-60)
        world.start("second", pace=Pace())
        await until(60)
        assert len(world.telegram.to(CHAT)) == 1
        first.chaos.dead = how == "killed"
        if how == "stopped":
            await first.sender.stop(1)
        await until(140)

    play(world, story)
    assert [len(world.telegram.to(chat_id)) for chat_id in (CHAT, OTHER)] == [1, 1]


def test_who_stalls_past_its_lease_sends_no_further_part(world: World) -> None:
    for chat_id in (CHAT, OTHER):
        world.subscribe(chat_id)
    world.telegram.takes_s = 40.0  # the first process hangs in its requests, and its lease is not renewed

    async def story() -> None:
        first = world.start("first", pace=Pace())
        await until(1)
        lease = first.sender._lease
        assert lease is not None
        world.store.release(lease)
        world.start("second", pace=Pace())
        await until(20)
        assert sorted(world.telegram.asked) == [CHAT, OTHER], "asked once each, by the first"
        assert world.state() is SlotState.UNCERTAIN
        await until(60)

    play(world, story)
    assert sorted(world.telegram.asked) == [CHAT, OTHER]
    assert {world.state(chat_id) for chat_id in (CHAT, OTHER)} == {SlotState.SENT}, (
        "the slow answer is the truth"
    )


# --- what Telegram says -----------------------------------------------------------------------------


def test_a_chat_that_must_wait_for_an_hour_holds_up_no_other(world: World) -> None:
    for chat_id in (CHAT, OTHER):
        world.subscribe(chat_id)
    world.telegram.faults[CHAT] = [RetryAfter(timedelta(hours=1)), RetryAfter(timedelta(seconds=30))]

    async def story() -> None:
        world.start()
        await until(5)
        assert len(world.telegram.to(OTHER)) == 1
        await until(HOUR - 1)
        assert world.telegram.asked.count(CHAT) == 1
        await until(HOUR + 20)
        assert world.telegram.asked.count(CHAT) == 2
        await until(HOUR + 40)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert LATE in text, "what was written in time says so when it comes late"
    assert world.state() is SlotState.SENT


@pytest.mark.parametrize(
    "error", [no_route(), NetworkError("Bad Gateway"), NetworkError("Internal Server Error")]
)
def test_what_did_not_leave_is_tried_again_with_growing_waits(world: World, error: TelegramError) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [error] * 4

    async def story() -> None:
        world.start()
        await until(30)

    play(world, story)
    assert len(world.telegram.asked) == 5
    assert len(world.telegram.to(CHAT)) == 1
    assert (world.state(), world.slot().attempts) == (SlotState.SENT, 5)


@pytest.mark.parametrize("arrives", [False, True])
def test_an_unknown_outcome_is_marked_not_repeated_and_told_next_time(world: World, arrives: bool) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [("after", cut_off()) if arrives else cut_off()]

    async def story() -> None:
        world.start()
        await until(WEEK - 60)
        assert world.state() is SlotState.UNCERTAIN
        assert len(world.telegram.asked) == 1
        await until(2 * WEEK + 3)

    play(world, story)
    *_, second, third = world.telegram.to(CHAT)
    assert UNSURE in second
    assert "3月9日 周一 09:00" in second
    assert UNSURE not in third
    again = world.slot(at=DUE + timedelta(weeks=1)).parts[0].payload["buttons"]
    assert any("再看上一期" in label for line in again for label, _ in line)
    assert world.asked[1].since == DUE, "nothing is told twice, nothing left out"
    assert world.processes[0].metrics.digest_uncertain._value.get() == 1


@pytest.mark.parametrize("why", ["Forbidden: bot was blocked by the user", "Forbidden: bot was kicked"])
def test_a_chat_that_blocked_the_bot_is_left_alone(world: World, why: str) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [Forbidden(why)]

    async def story() -> None:
        world.start()
        await until(2 * WEEK)

    play(world, story)
    kept = world.store.subscription(CHAT)
    assert (len(world.telegram.asked), world.state()) == (1, SlotState.BLOCKED)
    assert kept is not None
    assert not kept.active


def test_a_group_that_moved_gets_it_under_its_new_id(world: World) -> None:
    world.subscribe(GROUP)
    world.telegram.faults[GROUP] = [ChatMigrated(-10077)]

    async def story() -> None:
        world.start()
        await until(WEEK + 5)

    play(world, story)
    assert len(world.telegram.to(-10077)) == 2
    assert world.telegram.asked.count(GROUP) == 1
    assert world.state(-10077) is SlotState.SENT
    assert world.store.subscription(GROUP) is None
    assert world.asked[1].since == DUE


def test_markup_that_is_refused_goes_plain_once(world: World) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [BadRequest("can't parse entities: unsupported start tag")]

    async def story() -> None:
        world.start()
        await until(5)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert "<" not in text
    assert "映川区旧报告" in text


def test_what_telegram_will_never_take_is_given_up_and_covered_by_the_next(world: World) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [BadRequest("not enough rights to send text messages to the chat")]

    async def story() -> None:
        world.start()
        await until(WEEK + 3)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert world.state() is SlotState.FAILED
    assert FOLDED in text
    assert world.asked[1].since == DUE - timedelta(weeks=1)


def test_what_cannot_leave_for_two_days_is_folded_into_the_first_that_does(world: World) -> None:
    world.subscribe(day="daily")
    world.telegram.faults[CHAT] = [RetryAfter(timedelta(hours=13)) for _ in range(4)]

    async def story() -> None:
        world.start()
        await until(3 * DAY + 3)

    play(world, story)
    states = [world.state(at=DUE + timedelta(days=n)) for n in range(4)]
    assert states == [SlotState.FOLDED, SlotState.FOLDED, SlotState.SENT, SlotState.SENT]
    first, second = world.telegram.to(CHAT)
    assert FOLDED in first
    assert LATE in first
    assert (FOLDED in second, LATE in second) == (False, False)
    assert world.slot(at=DUE + timedelta(days=2)).since == DUE - timedelta(weeks=1)


# --- what people do meanwhile -----------------------------------------------------------------------


def test_who_unsubscribes_while_it_waits_gets_nothing(world: World) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [RetryAfter(timedelta(minutes=10))]

    async def story() -> None:
        world.start()
        await until(60)
        world.store.unsubscribe(CHAT)
        await until(HOUR)

    play(world, story)
    assert world.telegram.to(CHAT) == []
    assert world.state() is SlotState.FOLDED


def test_who_is_no_longer_allowed_gets_nothing(world: World) -> None:
    world.subscribe()
    world.chats.grant(CHAT, allowed=False, by=1)

    async def story() -> None:
        world.start()
        await until(60)

    play(world, story)
    assert world.telegram.asked == []
    assert world.state() is SlotState.BLOCKED


def test_a_report_deleted_before_it_leaves_is_not_told(world: World) -> None:
    world.subscribe()
    world.telegram.faults[CHAT] = [RetryAfter(timedelta(minutes=10))]

    async def story() -> None:
        process = world.start()
        await until(60)
        body = world.store.edition(str(world.slot().edition))
        assert body is not None
        world.quiet = True
        with world.store._engine.begin() as connection:  # as if the digest had named it
            connection.exec_driver_sql("update digest_editions set body = '\"abcdefabcdef\"'")
        world.store.forget_report("abcdefabcdef")
        process.sender._kit.press.forget()
        await until(HOUR)

    play(world, story)
    (text,) = world.telegram.to(CHAT)
    assert "旧报告" not in text


def test_an_engine_out_of_sorts_is_asked_again(world: World) -> None:
    world.subscribe()
    world.fails = 3

    async def story() -> None:
        world.start()
        await until(60)

    play(world, story)
    assert (len(world.asked), len(world.telegram.to(CHAT))) == (4, 1)


def test_a_digest_that_cannot_be_made_is_given_up_and_others_go_on(world: World) -> None:
    world.subscribe()
    world.subscribe(OTHER, watch=("违建",), next_at=DUE + timedelta(hours=2))
    world.fails = 11

    async def story() -> None:
        world.start()
        await until(HOUR + 30 * MINUTE)
        assert world.state() is SlotState.FAILED
        world.fails = 0
        await until(3 * HOUR)

    play(world, story)
    assert world.telegram.to(CHAT) == []
    assert len(world.telegram.to(OTHER)) == 1


def test_a_defect_in_one_digest_does_not_stop_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.subscribe(watch=("坏",))
    world.subscribe(OTHER)
    whole = world.make

    async def make(asked: DigestInput, account: str) -> Digest:
        if asked.watch:
            raise KeyError("a defect")
        return await whole(asked, account)

    world.make = make  # type: ignore[method-assign]

    async def story() -> None:
        world.start()
        await until(10)

    play(world, story)
    assert len(world.telegram.to(OTHER)) == 1
    assert world.state() is SlotState.COMPOSING
    assert "a digest failed: KeyError" in caplog.text


def test_every_part_arrives_in_order_and_one_that_is_refused_stops_no_other(world: World) -> None:
    world.make = make_digest  # type: ignore[method-assign, assignment]
    at = DUE + timedelta(days=1)
    while at.weekday() == 0 or at.toordinal() % 4 == 0 or at.toordinal() % 3 != 1:
        at += timedelta(days=1)
    world.subscribe(day="daily", next_at=at)

    async def story() -> None:
        world.start()
        await until((at - DUE).total_seconds() + 10)

    play(world, story)
    first, second = world.telegram.to(CHAT)
    assert "书架动态" in first
    assert "历年指标" in second
    assert [part.state for part in world.slot(at=at).parts] == [PartState.SENT] * 2
