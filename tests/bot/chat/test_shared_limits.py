"""Limits that hold for several replicas together, on a real Redis."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
import redis

from bot.chat.desk import Allowance
from bot.chat.pacing import GROUP_PER_MINUTE, PER_SECOND, Pacer
from bot.chat.shared_limits import SharedLimits, Turn
from tests.bot.brokers import broker_url
from tests.telegram import allow_loopback

CHAT, GROUP = 7, -7


@pytest.fixture
def address(no_network: None) -> str:
    allow_loopback()
    return broker_url("redis")


@pytest.fixture
def bot_id(address: str) -> Iterator[str]:
    """A bot of the test's own; what it leaves in Redis is removed."""
    name = f"test-{uuid4().hex}"
    yield name
    with redis.Redis.from_url(address) as client:
        for key in client.keys(f"reportbot:{{{name}}}:*"):
            client.delete(key)


def run(address: str, bot_id: str, scenario: Callable[[SharedLimits, SharedLimits], Awaitable[None]]) -> None:
    async def go() -> None:
        here, there = SharedLimits(address, bot_id), SharedLimits(address, bot_id)
        try:
            await scenario(here, there)
        finally:
            await here.aclose()
            await there.aclose()

    asyncio.run(go())


def waits(turn: Turn | None) -> float:
    assert turn is not None
    assert not turn.taken
    return turn.wait_s


def taken(turn: Turn | None) -> float:
    assert turn is not None
    assert turn.taken
    return turn.wait_s


def test_a_chat_s_interval_holds_whoever_sends(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        assert taken(await here.turn(CHAT, 60, 0, 25)) == 0
        assert 0 < waits(await there.turn(CHAT, 60, 0, 25)) <= 60
        assert taken(await there.turn(CHAT + 1, 60, 0, 25)) == 0

    run(address, bot_id, scenario)


def test_a_hold_that_one_was_told_holds_for_all_and_none_shortens_another(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        await here.hold(CHAT, 3000)
        await there.hold(CHAT, 5)
        assert waits(await there.turn(CHAT, 0, 0, 25)) > 1000

    run(address, bot_id, scenario)


def test_a_group_s_minute_is_counted_over_all(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        for limits in (here, there) * (GROUP_PER_MINUTE // 2):
            taken(await limits.turn(GROUP, 0, GROUP_PER_MINUTE, 1000))
        assert waits(await here.turn(GROUP, 0, GROUP_PER_MINUTE, 1000)) > 0

    run(address, bot_id, scenario)


def test_all_chats_together_get_no_more_than_a_second_holds(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        began = time.monotonic()
        for n in range(30):
            wait_s = taken(await (here, there)[n % 2].turn(n, 0, 0, 5))
        assert time.monotonic() + wait_s - began > 4.9
        assert await here.recent() == 5

    run(address, bot_id, scenario)


def test_a_user_s_questions_are_counted_over_all(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        allowances = [Allowance(time.monotonic, 4, shared=limits) for limits in (here, there)]
        for allowance in allowances * 2:
            assert await allowance.wait_s(1) == 0
        assert 0 < await allowances[0].wait_s(1) <= 60
        assert await allowances[0].wait_s(2) == 0

    run(address, bot_id, scenario)


def test_two_pacers_send_to_one_chat_an_interval_apart(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        began = time.monotonic()
        sent: list[int] = []

        async def send(limits: SharedLimits) -> None:
            pacer = Pacer(0.2, clock=time.monotonic, shared=limits)
            for _ in range(3):
                async with pacer.turn(CHAT):
                    sent.append(CHAT)

        await asyncio.gather(send(here), send(there))
        assert len(sent) == 6
        assert time.monotonic() - began > 5 * 0.19

    run(address, bot_id, scenario)


def test_a_pacer_has_no_room_for_digests_while_another_replica_sends(address: str, bot_id: str) -> None:
    async def scenario(here: SharedLimits, there: SharedLimits) -> None:
        pacer = Pacer(0, clock=time.monotonic, shared=here)
        assert await pacer.room()
        for n in range(10 * PER_SECOND):  # the last of them leave in ten seconds
            await there.turn(n, 0, 0, PER_SECOND)
        assert not await pacer.room()

    run(address, bot_id, scenario)


def test_without_redis_each_keeps_to_the_limits_by_itself_and_says_so_once(
    no_network: None, caplog: pytest.LogCaptureFixture
) -> None:
    allow_loopback()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    now = [0.0]

    async def go() -> None:
        limits = SharedLimits(f"redis://127.0.0.1:{port}/0", "nobody", clock=lambda: now[0])
        pacer = Pacer(0, clock=time.monotonic, shared=limits)
        for _ in range(3):
            async with pacer.turn(CHAT):
                now[0] += 100  # long enough to ask again
        await pacer.hold(CHAT, 0.01)
        assert await pacer.room()
        assert await Allowance(time.monotonic, 1, shared=limits).wait_s(1) == 0
        with suppress(redis.RedisError):
            await limits.aclose()

    asyncio.run(go())
    assert [record.getMessage() for record in caplog.records if "Redis" in record.getMessage()] == [
        "Redis is away, limits hold for each process: ConnectionError"
    ]
