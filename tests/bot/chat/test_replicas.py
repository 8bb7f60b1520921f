"""Several dispatchers on one database, as replicas behind a balancer: in order, each once, whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from telegram import Bot, Update

from bot.chat.access import Access
from bot.chat.desk import OffLoop
from bot.chat.dispatch import Delivery, Dispatcher
from bot.chat.metrics import Metrics
from store.chats import ChatStore
from store.db import open_engine, writing
from store.errors import TakenOverError
from store.health import DatabaseError
from store.inbox import Arrival, Taken, inbox
from store.pulse import Pulse, replicas
from tests.store.databases import prepared_template, url_of
from tests.telegram import allow_loopback

CHAT = 7
BOT = Bot("1:x")
_PATIENCE_S = 60


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """One for all tests here: to make one for each would take longer than the tests."""
    allow_loopback()
    with prepared_template() as name:
        yield url_of(name)


@pytest.fixture
def url(database: str, no_network: None, monkeypatch: pytest.MonkeyPatch) -> str:
    allow_loopback()
    # Whether a replica lives does not hang on how busy the machine is.
    monkeypatch.setattr(Pulse, "_run", lambda self: self._stopped.wait())
    monkeypatch.setattr("store.pulse.LEASE", timedelta(minutes=10))
    engine = open_engine(database)
    with writing(engine) as connection:
        connection.execute(inbox.delete())
        connection.execute(replicas.delete())
    engine.dispose()
    return database


def message(update_id: int, text: str, chat: int = CHAT, message_id: int | None = None) -> dict[str, Any]:
    sender = {"id": 7, "is_bot": False, "first_name": "李"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": message_id or update_id,
            "date": 1_700_000_000,
            "chat": {"id": chat, "type": "private", "first_name": "李"},
            "from": sender,
            "text": text,
        },
    }


class Replica:
    """A dispatcher whose handler notes what it is given and may be held up."""

    def __init__(self, url: str, world: World, name: str) -> None:
        self.name = name
        self._store = store = ChatStore(url)
        self.inbox = store.inbox
        self.off_loop = OffLoop()
        access = Access(store, [], [])
        self.dispatcher = Dispatcher(store, access, Metrics(), self.off_loop, next_piece_s=world.next_piece_s)
        self._world = world
        self.alive = True

    async def start(self) -> None:
        await self.dispatcher.start(BOT, self._handle, self._handle)

    async def given(self, *payloads: dict[str, Any]) -> None:
        """Be handed updates by a balancer, all at once."""
        updates = [Update.de_json(payload, BOT) for payload in payloads]
        await asyncio.gather(*(self.dispatcher.put(update) for update in updates))

    async def _handle(self, update: Update) -> None:
        delivery = self.dispatcher.delivery(update)
        await self.dispatcher.begin(delivery)
        self._world.begun.append((self.name, update.update_id))
        await self._world.gate(delivery)
        try:
            await self.dispatcher.sending(delivery)
        except TakenOverError:
            delivery.lost = True
            return
        self._world.answered.append((self.name, update.update_id, delivery.text))

    async def die(self) -> None:
        """Stop in the middle of everything, without a word to anybody, and be found dead."""
        self.alive = False
        self.dispatcher._stopping = True
        tasks = [task for task in (*self.dispatcher._tasks, self.dispatcher._following) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.off_loop(self.be_silent)
        self._shut()

    def be_silent(self) -> None:
        """Have been silent for long, as far as the others can see."""
        long_ago = sa.func.now() - timedelta(minutes=30)
        with writing(self.inbox._engine) as connection:
            mine = replicas.c.id == self.inbox._name
            connection.execute(replicas.update().where(mine).values(seen_at=long_ago))

    async def stop(self) -> None:
        if self.alive:
            await self.dispatcher.stop(5)
            self._shut()

    def _shut(self) -> None:
        self.inbox._pulse._stopped.set()
        self.off_loop.close()
        self._store.close()


class World:
    """What happened on all replicas."""

    def __init__(self, url: str, next_piece_s: float = 0.5) -> None:
        self._url = url
        self.next_piece_s = next_piece_s
        self.begun: list[tuple[str, int]] = []
        self.answered: list[tuple[str, int, str]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def gate(self, delivery: Delivery) -> None:
        if not delivery.text.startswith("/"):
            await self.open.wait()

    @asynccontextmanager
    async def replicas(self, count: int) -> AsyncIterator[Sequence[Replica]]:
        started = [Replica(self._url, self, "abcdef"[n]) for n in range(count)]
        try:
            for each in started:
                await each.start()
            yield started
        finally:
            self.open.set()
            for each in started:
                await each.stop()

    @property
    def ids(self) -> list[int]:
        return [update_id for _, update_id, _ in self.answered]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not true():  # noqa: ASYNC110 - what is waited for is noted by many
                await asyncio.sleep(0.01)


def run(url: str, scenario: Callable[[World], Awaitable[None]]) -> None:
    async def go() -> None:
        await scenario(World(url))

    asyncio.run(go())


# --- order, and each once ---------------------------------------------------------------------------


def test_a_chat_s_updates_are_handled_in_order_by_one_replica_whoever_is_handed_them(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(3) as (a, b, c):
            await a.given(message(1, "一"))
            await b.given(message(3, "三"))
            await c.given(message(2, "二"))
            await b.given(message(4, "四"))
            await a.given(message(5, "五"))
            world.open.set()
            await world.until(lambda: len(world.answered) == 5)
        assert world.answered == [("a", n, text) for n, text in enumerate("一二三四五", 1)]

    run(url, scenario)


def test_chats_are_shared_among_replicas_and_none_waits_for_another(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(2) as (a, b):
            await a.given(message(1, "一", chat=1))
            await b.given(message(2, "二", chat=2), message(3, "三", chat=1))
            await world.until(lambda: len(world.begun) == 2)
            assert sorted(world.begun) == [("a", 1), ("b", 2)]

    run(url, scenario)


def test_what_is_delivered_to_all_again_and_again_is_handled_once(url: str) -> None:
    async def scenario(world: World) -> None:
        updates = [message(n, "问", chat=n % 5) for n in range(1, 31)]
        async with world.replicas(3) as replicas:
            for _ in range(2):
                await asyncio.gather(*(each.given(*updates) for each in replicas))
            await world.until(lambda: len(world.answered) >= 30)
            await replicas[0].given(*updates)
            await asyncio.sleep(0.5)
        assert sorted(world.ids) == list(range(1, 31))
        for chat in range(5):
            assert [n for n in world.ids if n % 5 == chat] == [n for n in range(1, 31) if n % 5 == chat]

    run(url, scenario)


def test_an_urgent_word_reaches_the_replica_that_is_at_work_at_once(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(2) as (a, b):
            await a.given(message(1, "一个长问题"), message(2, "又一个"))
            await world.until(lambda: world.begun)
            await b.given(message(3, "/cancel"), message(4, "/help"))
            await world.until(lambda: len(world.answered) == 2)
            assert sorted(world.answered) == [("a", 3, "/cancel"), ("a", 4, "/help")]

    run(url, scenario)


def test_pieces_of_a_long_text_that_come_to_different_replicas_are_joined(url: str) -> None:
    async def scenario(world: World) -> None:
        first, second, third = "甲" * 4000, "乙" * 4000, "丙" * 50
        async with world.replicas(2) as (a, b):
            await a.given(message(1, first))
            await a.given(message(3, third))
            await b.given(message(2, second))
            await world.until(lambda: world.answered)
            await asyncio.sleep(0.5)
        assert world.answered == [("a", 1, first + second + third)]

    run(url, scenario)


def test_an_update_that_cannot_be_kept_is_refused_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(world: World) -> None:
        async with world.replicas(1) as (a,):
            take_in = a.inbox.take_in

            def refuse(arrivals: Sequence[Arrival]) -> Taken:
                if any(each.update_id == 4 for each in arrivals):
                    raise DatabaseError("no")
                return take_in(arrivals)

            monkeypatch.setattr(a.inbox, "take_in", refuse)
            updates = [Update.de_json(message(n, "问", chat=n), BOT) for n in range(1, 8)]
            kept = await asyncio.gather(*map(a.dispatcher.put, updates), return_exceptions=True)
            await world.until(lambda: len(world.answered) == 6)
        assert [n for n, outcome in enumerate(kept, 1) if outcome is not None] == [4]

    run(url, scenario)


# --- death ------------------------------------------------------------------------------------------


def test_what_a_dead_replica_had_is_handled_by_another_in_order(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(3) as (a, b, c):
            await a.given(message(1, "一"), message(2, "二"))
            await b.given(message(3, "三"))
            await world.until(lambda: world.begun)
            await a.die()
            await c.given(message(4, "四"))
            world.open.set()
            await world.until(lambda: len(world.answered) == 4)
        assert world.ids == [1, 2, 3, 4]
        assert len({name for name, _, _ in world.answered} - {"a"}) == 1

    run(url, scenario)


def test_one_that_stops_hands_over_what_it_had_not_begun(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(2) as (a, b):
            await a.given(message(1, "一"), message(2, "二"))
            await world.until(lambda: world.begun)
            stopping = asyncio.ensure_future(a.stop())
            await asyncio.sleep(0)
            world.open.set()
            await stopping
            a.alive = False
            await world.until(lambda: len(world.answered) == 2)
        assert world.answered == [("a", 1, "一"), ("b", 2, "二")]

    run(url, scenario)


def test_one_that_was_taken_for_dead_says_nothing_more(url: str) -> None:
    async def scenario(world: World) -> None:
        world.open.clear()
        async with world.replicas(2) as (a, b):
            await a.given(message(1, "一"))
            await world.until(lambda: world.begun)
            await a.off_loop(a.be_silent)
            await world.until(lambda: ("b", 1) in world.begun)
            await a.off_loop(a.inbox._pulse.beat)
            world.open.set()
            await world.until(lambda: world.answered)
            await asyncio.sleep(0.5)
        assert world.answered == [("b", 1, "一")]

    run(url, scenario)


def test_everything_is_handled_once_while_replicas_die_one_after_the_other(url: str) -> None:
    async def scenario(world: World) -> None:
        async with world.replicas(4) as replicas:
            numbers = iter(range(1, 1000))
            for dying in replicas[:3]:
                alive = [each for each in replicas if each.alive]
                world.open.clear()
                for n in [next(numbers) for _ in range(20)]:
                    await alive[n % len(alive)].given(message(n, "问", chat=n % 7))
                await dying.die()
                world.open.set()
            await world.until(lambda: len(world.answered) >= 60)
        assert sorted(world.ids) == list(range(1, 61))
        for chat in range(7):
            there = [n for n in world.ids if n % 7 == chat]
            assert there == sorted(there)

    run(url, scenario)
