"""The pace of messages, on a clock that moves only when somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from bot.chat.pacing import GROUP_PER_MINUTE, PER_SECOND, Pacer


class Clock:
    """Sleepers wake in the order of their times, the clock standing at each one's."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._count = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        event = asyncio.Event()
        self._sleepers.append((self.now + seconds, self._count, event))
        await event.wait()

    async def run(self, *work: Awaitable[None]) -> None:
        task = asyncio.gather(*work)
        while not task.done():
            for _ in range(200):
                await asyncio.sleep(0)
            if task.done():
                break
            assert self._sleepers, "all wait for one another"
            self._sleepers.sort(key=lambda sleeper: sleeper[:2])
            at, _, event = self._sleepers.pop(0)
            self.now = max(self.now, at)
            event.set()
        await task


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sender(
    pacer: Pacer, clock: Clock, chat_id: int, count: int, sent: list[float]
) -> Callable[[], Awaitable[None]]:
    async def send() -> None:
        for _ in range(count):
            async with pacer.turn(chat_id):
                sent.append(clock())

    return send


def pace(interval_s: float, clock: Clock, *chats: tuple[int, int]) -> dict[int, list[float]]:
    """Send `count` messages to each chat at once; gives when they left."""

    async def run() -> dict[int, list[float]]:
        pacer = Pacer(interval_s, clock=clock, sleep=clock.sleep)
        sent: dict[int, list[float]] = {chat_id: [] for chat_id, _ in chats}
        await clock.run(*(sender(pacer, clock, chat_id, n, sent[chat_id])() for chat_id, n in chats))
        return sent

    return asyncio.run(run())


@pytest.mark.parametrize("interval_s", [0.5, 1.0, 3.0])
def test_messages_to_one_chat_leave_an_interval_apart(clock: Clock, interval_s: float) -> None:
    times = pace(interval_s, clock, (7, 5))[7]
    assert [round(b - a, 6) for a, b in pairwise(times)] == [interval_s] * 4
    assert times[0] == 1000.0


def test_chats_do_not_wait_for_one_another(clock: Clock) -> None:
    sent = pace(1.0, clock, *((chat_id, 2) for chat_id in range(1, 11)))
    assert {tuple(times) for times in sent.values()} == {(1000.0, 1001.0)}


def test_a_group_gets_twenty_a_minute_and_a_private_chat_sixty(clock: Clock) -> None:
    sent = pace(1.0, clock, (-5, 45), (5, 45))
    for start in sent[-5]:
        assert len([t for t in sent[-5] if start <= t < start + 60]) <= GROUP_PER_MINUTE
    assert sent[-5][GROUP_PER_MINUTE] == 1060.0
    assert sent[5][-1] == 1044.0


def test_a_pace_below_telegram_s_knows_no_limit_for_groups(clock: Clock) -> None:
    assert pace(0.1, clock, (-5, 45))[-5][-1] == pytest.approx(1004.4)


def test_all_chats_together_get_no_more_than_a_second_holds(clock: Clock) -> None:
    sent = pace(0.0, clock, *((chat_id, 3) for chat_id in range(1, 41)))
    times = sorted(t for chat in sent.values() for t in chat)
    assert len(times) == 120
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[PER_SECOND:], strict=False))
    assert times[-1] <= 1000 + 120 / PER_SECOND + 1


def test_a_chat_on_hold_waits_alone_and_no_hold_shortens_another(clock: Clock) -> None:
    async def run() -> dict[int, list[float]]:
        pacer = Pacer(1.0, clock=clock, sleep=clock.sleep)
        await pacer.hold(7, 30)
        await pacer.hold(7, 5)
        assert pacer.wait_s(7) == 30
        assert pacer.wait_s(8) == 0
        sent: dict[int, list[float]] = {7: [], 8: []}
        await clock.run(*(sender(pacer, clock, chat_id, 2, sent[chat_id])() for chat_id in sent))
        return sent

    assert asyncio.run(run()) == {7: [1030.0, 1031.0], 8: [1000.0, 1001.0]}


def test_a_hold_asked_for_by_the_call_itself_holds_the_next_one(clock: Clock) -> None:
    async def run() -> list[float]:
        pacer = Pacer(1.0, clock=clock, sleep=clock.sleep)
        times: list[float] = []

        async def send() -> None:
            async with pacer.turn(7):
                times.append(clock())
                await pacer.hold(7, 12)

        await clock.run(send(), sender(pacer, clock, 7, 1, times)())
        return times

    assert asyncio.run(run()) == [1000.0, 1012.0]


def test_a_turn_that_fails_counts_and_lets_the_next_one_go(clock: Clock) -> None:
    async def run() -> list[float]:
        pacer = Pacer(1.0, clock=clock, sleep=clock.sleep)
        with pytest.raises(OSError, match="cut"):
            async with pacer.turn(7):
                raise OSError("cut")
        times: list[float] = []
        await clock.run(sender(pacer, clock, 7, 1, times)())
        return times

    assert asyncio.run(run()) == [1001.0]


def test_the_wait_is_told_while_another_message_is_on_its_way(clock: Clock) -> None:
    async def run() -> list[float]:
        pacer = Pacer(2.0, clock=clock, sleep=clock.sleep)
        told = [pacer.wait_s(7)]
        async with pacer.turn(7):
            told.append(pacer.wait_s(7))
        told.append(pacer.wait_s(7))
        clock.now += 1.5
        return [*told, pacer.wait_s(7)]

    assert asyncio.run(run()) == [0, 2.0, 2.0, 0.5]


def test_what_is_still_on_its_way_counts_until_a_second_after_its_answer(clock: Clock) -> None:
    """However long each is under way, no more than allowed arrive within a second."""

    async def run() -> list[tuple[float, float]]:
        pacer = Pacer(0.0, clock=clock, sleep=clock.sleep)
        spans: list[tuple[float, float]] = []

        async def send(chat_id: int) -> None:
            async with pacer.turn(chat_id):
                left = clock()
                await clock.sleep(0.9 if chat_id % 3 else 0.0)
                spans.append((left, clock()))

        await clock.run(*(send(chat_id) for chat_id in range(1, 101)))
        return spans

    spans = sorted(asyncio.run(run()))
    assert len(spans) == 100
    for left, _ in spans:
        # Whatever may have arrived in the second up to this departure, itself included.
        assert sum(out <= left and done > left - 1 for out, done in spans) <= PER_SECOND


def test_one_that_is_never_answered_holds_up_the_others_for_a_while_only(clock: Clock) -> None:
    async def run() -> float:
        pacer = Pacer(0.0, clock=clock, sleep=clock.sleep)

        async def hang(chat_id: int) -> None:
            async with pacer.turn(chat_id):
                await clock.sleep(600)

        async def send() -> float:
            await clock.sleep(0.1)
            async with pacer.turn(1_000):
                return clock()

        found: list[float] = []

        async def note() -> None:
            found.append(await send())

        await clock.run(*(hang(chat_id) for chat_id in range(1, PER_SECOND + 1)), note())
        return found[0]

    assert asyncio.run(run()) < 1000 + 6
