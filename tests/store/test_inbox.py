"""Updates kept once and handled once: by one process in either database, by several replicas on a server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from store.chats import ChatStore
from store.db import open_engine, writing
from store.errors import TakenOverError
from store.inbox import STAYS, Arrival, Inbox, SharedInbox, Taken, inbox
from store.migrate import prepare
from store.pulse import LEASE, Pulse, replicas
from tests.store.databases import prepared_template, url_of

MINE, THEIRS = 7, -1001


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2025, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def taken_in(kept: Inbox, *update_ids: int, chat: int = MINE, **payload: Any) -> Taken:
    return kept.take_in([Arrival(update_id, chat, payload) for update_id in update_ids])


def ids(kept: Inbox, *held: int) -> list[int]:
    return [each.update_id for each in kept.look(held)]


# --- one process ------------------------------------------------------------------------------------


@pytest.fixture
def alone(database_url: str) -> Iterator[Inbox]:
    chats = ChatStore(database_url)
    chats.inbox.join()
    yield chats.inbox
    chats.inbox.leave()
    chats.close()


def test_an_update_is_taken_in_once_however_often_it_comes(alone: Inbox) -> None:
    assert taken_in(alone, 6, 5, a="字😀") == Taken(frozenset({5, 6}), frozenset({5, 6}))
    again = taken_in(alone, 5, 7, a="again")
    assert (again.new, again.here >= {7}) == ({7}, True)
    alone.finish([5])
    assert taken_in(alone, 5).new == frozenset()
    assert alone.take_in([]) == Taken(frozenset(), frozenset())
    assert [(each.update_id, each.payload) for each in alone.look()] == [
        (6, {"a": "字😀"}),
        (7, {"a": "again"}),
    ]


def test_what_is_open_comes_back_in_telegram_s_order_with_how_far_it_got(alone: Inbox) -> None:
    taken_in(alone, 9, 3)
    taken_in(alone, 6, 4)
    alone.begin(3)
    alone.begin(3)
    alone.about_to_send(6)
    alone.begin(9)
    alone.finish([9, 4])
    assert [(each.update_id, each.attempts, each.sent) for each in alone.look()] == [
        (3, 2, False),
        (6, 0, True),
    ]
    assert ids(alone, 3) == [6]
    assert [each.update_id for each in alone.fetch([3, 9])] == [3]


def test_a_finished_update_keeps_no_word_of_what_was_written(alone: Inbox, database_url: str) -> None:
    taken_in(alone, 5, text="一段不该留下的话")
    alone.finish([5])
    engine = open_engine(database_url)
    with engine.connect() as connection:
        payload = connection.exec_driver_sql("select payload from chat_inbox").scalar_one()
    engine.dispose()
    assert payload in ("{}", {})  # PostgreSQL knows JSON when it sees it


def test_old_updates_are_forgotten_and_open_ones_never(database_url: str) -> None:
    clock = Clock()
    engine = open_engine(database_url)
    prepare(engine)
    kept = Inbox(engine, now=clock)
    taken_in(kept, 1, 2)
    kept.finish([1])
    kept.forget_old()
    assert taken_in(kept, 1).new == frozenset()
    clock.now += timedelta(days=4)
    kept.forget_old()
    assert taken_in(kept, 1, 2).new == {1}, "the finished one is forgotten"
    assert ids(kept) == [1, 2]
    engine.dispose()


# --- replicas ---------------------------------------------------------------------------------------


class Replicas:
    """Inboxes on one database; they beat only when told to, so that no test hangs on the clock."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Pulse, "_run", lambda self: self._stopped.wait())
        monkeypatch.setattr("store.pulse.LEASE", timedelta(minutes=10))
        self._url = url
        self.opened: list[SharedInbox] = []

    def __call__(self, count: int) -> list[SharedInbox]:
        new = [SharedInbox(open_engine(self._url)) for _ in range(count)]
        for each in new:
            each.join()
        self.opened += new
        return new

    def write(self, statement: Any) -> None:
        with writing(self.opened[0]._engine) as connection:
            connection.execute(statement)

    def die(self, dead: SharedInbox) -> None:
        """Let a replica fall silent without a word."""
        self.silent(dead)
        self.opened.remove(dead)
        dead._pulse._stopped.set()
        dead._engine.dispose()

    def silent(self, one: SharedInbox) -> None:
        """Have a replica be silent for too long; it may come back."""
        long_ago = sa.func.now() - timedelta(minutes=30)
        self.write(replicas.update().where(replicas.c.id == one._name).values(seen_at=long_ago))

    def forget_all(self) -> None:
        self.write(inbox.delete())
        self.write(replicas.delete())

    def let_pass(self, time: timedelta) -> None:
        """Have what was taken in be older."""
        self.write(inbox.update().values(at=sa.func.now() - time))


@pytest.fixture(scope="module")
def own_server_url() -> Iterator[str]:
    """One database for all tests of replicas: to make one for each would take longer than the tests."""
    with prepared_template() as name:
        yield url_of(name)


@pytest.fixture
def join(own_server_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Replicas]:
    joined = Replicas(own_server_url, monkeypatch)
    yield joined
    joined.forget_all()
    for each in joined.opened:
        each.leave()
        each._engine.dispose()


def test_a_chat_with_something_open_belongs_to_one_replica(join: Replicas) -> None:
    first, second = join(2)
    assert taken_in(first, 1).here == {1}
    assert taken_in(second, 2) == Taken(frozenset({2}), frozenset())
    assert taken_in(second, 3, chat=THEIRS).here == {3}
    assert ids(first, 1) == [2]
    assert ids(second, 3) == []
    assert not any(each.left for each in first.look())


def test_whoever_is_handed_more_of_its_chat_learns_what_others_kept_for_it(join: Replicas) -> None:
    first, second = join(2)
    taken_in(first, 1)
    taken_in(second, 2)
    assert taken_in(first, 3).here == {1, 2, 3}


def test_a_chat_stays_for_a_moment_and_is_free_again_after_it(join: Replicas) -> None:
    first, second = join(2)
    taken_in(first, 1)
    first.finish([1])
    assert taken_in(second, 2).here == frozenset()
    first.finish([2])
    join.let_pass(STAYS)
    assert taken_in(second, 3).here == {3}


def test_what_takes_long_stays_with_its_replica_however_long(join: Replicas) -> None:
    first, second = join(2)
    taken_in(first, 1)
    join.let_pass(10 * STAYS)
    assert taken_in(second, 2).here == frozenset()


@pytest.mark.parametrize("how", ["dies", "leaves"])
def test_what_a_dead_replica_left_is_taken_over_whole_by_one_that_lives(join: Replicas, how: str) -> None:
    first, second, third = join(3)
    taken_in(first, 1, 2)
    first.about_to_send(1)
    taken_in(second, 3)
    taken_in(first, 4, chat=THEIRS)
    if how == "dies":
        join.die(first)
    else:
        first.leave()
    found = second.look()
    assert [(each.update_id, each.sent, each.left) for each in found] == [
        (1, True, True),
        (2, False, True),
        (3, False, True),
        (4, False, True),
    ]
    assert third.look() == []
    assert taken_in(third, 5).here == frozenset()


def test_what_comes_for_a_dead_replica_s_chat_takes_the_rest_along(join: Replicas) -> None:
    first, second, third = join(3)
    taken_in(first, 1)
    join.die(first)
    assert taken_in(second, 2).here == {1, 2}
    assert ids(third) == []
    assert ids(second) == [1, 2]


def test_one_that_was_taken_for_dead_finds_it_out_before_it_answers(join: Replicas) -> None:
    first, second = join(2)
    taken_in(first, 1)
    first.begin(1)
    join.silent(first)
    assert ids(second) == [1]
    first._pulse.beat()
    for act in (first.begin, first.about_to_send, lambda _: first.finish([1])):
        with pytest.raises(TakenOverError):
            act(1)
    assert ids(first) == []
    second.finish([1])
    assert ids(second) == []


def test_one_that_was_silent_and_not_taken_over_goes_on(join: Replicas) -> None:
    (first,) = join(1)
    taken_in(first, 1)
    join.silent(first)
    assert ids(first) == [1]
    first.finish([1])


def test_updates_from_before_there_were_replicas_are_taken_up_by_one(
    join: Replicas, own_server_url: str
) -> None:
    engine = open_engine(own_server_url)
    taken_in(Inbox(engine), 1, 2)
    engine.dispose()
    first, second = join(2)
    assert ids(first) == [1, 2]
    assert ids(second) == []


def at_once(inboxes: list[SharedInbox], act: Callable[[SharedInbox], Any]) -> list[Any]:
    ready = threading.Barrier(len(inboxes))

    def run(each: SharedInbox) -> Any:
        ready.wait()
        return act(each)

    with ThreadPoolExecutor(len(inboxes)) as threads:
        return list(threads.map(run, inboxes))


def test_of_several_that_are_handed_the_same_updates_one_handles_each_chat(join: Replicas) -> None:
    chats = {chat: range(chat * 10, chat * 10 + 3) for chat in range(1, 8)}
    arrivals = [Arrival(update_id, chat, {}) for chat, updates in chats.items() for update_id in updates]
    taken = at_once(join(4), lambda each: each.take_in(arrivals))
    assert sorted(update_id for each in taken for update_id in each.new) == [a.update_id for a in arrivals]
    assert sorted(update_id for each in taken for update_id in each.here & each.new) == [
        a.update_id for a in arrivals
    ]


def test_of_several_that_are_handed_one_chat_s_updates_one_handles_them_all(join: Replicas) -> None:
    joined = join(4)
    numbers = iter(range(1, 41))
    lock = threading.Lock()

    def act(each: SharedInbox) -> None:
        for _ in range(10):
            with lock:
                update_id = next(numbers)
            taken_in(each, update_id)

    at_once(joined, act)
    assert sorted(len(each.look()) for each in joined) == [0, 0, 0, 40]


def test_of_several_that_find_a_dead_replica_s_chats_each_chat_has_one_owner(join: Replicas) -> None:
    dead, *alive = join(4)
    for n in range(30):
        taken_in(dead, 2 * n, 2 * n + 1, chat=n)
    join.die(dead)
    found = [each.update_id for seen in at_once(alive, lambda each: each.look()) for each in seen]
    more = [each.update_id for seen in at_once(alive, lambda each: each.look(found)) for each in seen]
    assert sorted([*found, *more]) == list(range(60))


def test_one_that_cannot_judge_the_others_takes_nothing_over(
    join: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = join(2)
    taken_in(first, 1)
    join.silent(first)
    with monkeypatch.context() as away:
        away.setattr(Pulse, "is_steady", False)
        assert ids(second) == []
        assert taken_in(second, 2).here == frozenset()
    assert ids(second) == [1, 2]


def test_where_the_database_was_away_nobody_is_taken_for_dead_at_once(own_server_url: str) -> None:
    at = [100.0]
    engine = open_engine(own_server_url)
    pulse = Pulse(engine, "me", clock=lambda: at[0])
    pulse.beat()
    assert pulse.is_steady
    at[0] += LEASE.total_seconds()
    pulse.beat()
    assert not pulse.is_steady
    for _ in range(4):
        at[0] += LEASE.total_seconds() / 4
        pulse.beat()
    assert pulse.is_steady
    engine.dispose()
