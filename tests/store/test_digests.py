"""Subscriptions, the ledger of digests, and the lease: what holds whoever asks, in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store.db import sqlite_url
from store.digest_tables import Lease, PartState, Slot, SlotState, Subscription
from store.digests import DigestStore, LeaseLostError

DUE = datetime(2026, 3, 9, 1, tzinfo=UTC)
WEEK, LASTS = timedelta(days=7), timedelta(seconds=15)
CHAT, OTHER = 7, 8
TEXT = {"html": "<b>一</b>", "plain": "一", "buttons": [[["1", "e:1"]]]}


class Clock:
    def __init__(self) -> None:
        self.now = DUE

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[DigestStore]:
    opened = DigestStore(sqlite_url(tmp_path), now=clock)
    yield opened
    opened.close()


@pytest.fixture
def lease(store: DigestStore) -> Lease:
    held = store.acquire("one", timedelta(days=400))
    assert held is not None
    return held


def wanted(chat_id: int = CHAT, **changed: object) -> Subscription:
    plain = Subscription(chat_id, 0, chat_id, "zh", "mon", 540, "Asia/Shanghai", ("违建",), True, DUE)
    return replace(plain, **changed)  # type: ignore[arg-type]


def opened(store: DigestStore, lease: Lease, chat_id: int = CHAT) -> Slot:
    store.subscribe(wanted(chat_id))
    assert store.open(lease, wanted(chat_id), DUE, [], DUE + WEEK)
    slot = store.slot(chat_id, DUE)
    assert slot is not None
    return slot


def composed(store: DigestStore, lease: Lease, parts: int = 1, **made: object) -> Slot:
    claimed = store.claim(lease, opened(store, lease))
    assert claimed is not None
    window = replace(claimed, since=DUE - WEEK, until=DUE, **made)  # type: ignore[arg-type]
    slot = store.compose(lease, window, [TEXT] * parts)
    assert slot is not None
    return slot


def state(store: DigestStore, slot: Slot) -> SlotState:
    found = store.slot(slot.chat_id, slot.at)
    assert found is not None
    return found.state


def part_states(store: DigestStore, slot: Slot) -> list[PartState]:
    found = store.slot(slot.chat_id, slot.at)
    return [part.state for part in found.parts] if found else []


# --- subscriptions ----------------------------------------------------------------------------------


def test_a_subscription_comes_back_as_it_was_kept(store: DigestStore) -> None:
    assert store.subscription(CHAT) is None
    store.subscribe(wanted())
    assert store.subscription(CHAT) == wanted()
    store.subscribe(wanted(zone="Europe/Berlin", watch=()))
    assert store.subscription(CHAT) == wanted(zone="Europe/Berlin", watch=())


def test_who_unsubscribed_is_not_due_until_they_subscribe_again(store: DigestStore) -> None:
    store.subscribe(wanted())
    assert store.unsubscribe(CHAT)
    assert not store.unsubscribe(CHAT)
    assert store.due(9) == []
    store.subscribe(wanted())
    assert [sub.chat_id for sub in store.due(9)] == [CHAT]


def test_a_change_keeps_what_was_told_already(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease)
    store.begin_part(lease, slot, 0)
    store.part_is(lease, slot, 0, PartState.SENT, message_id=5)
    store.subscribe(wanted(minute=600))
    changed = store.subscription(CHAT)
    assert changed is not None
    assert (changed.minute, changed.covered_until) == (600, DUE)


def test_next_is_the_soonest_slot_or_try(store: DigestStore, lease: Lease, clock: Clock) -> None:
    assert store.next_at() is None
    store.subscribe(wanted(OTHER, next_at=DUE + timedelta(days=2)))
    assert store.next_at() == DUE + timedelta(days=2)
    slot = opened(store, lease)
    store.postpone(slot.chat_id, slot.at, DUE + timedelta(hours=1))
    assert store.next_at() == DUE + timedelta(hours=1)
    assert store.work(9) == []
    clock.pass_(hours=1)
    assert [found.chat_id for found in store.work(9)] == [CHAT]


# --- the lease --------------------------------------------------------------------------------------


def test_one_holds_the_lease_until_it_runs_out(store: DigestStore, clock: Clock) -> None:
    one = store.acquire("one", LASTS)
    assert one is not None
    assert store.acquire("two", LASTS) is None
    clock.pass_(seconds=14)
    assert store.renew(one, LASTS)
    clock.pass_(seconds=14)
    assert store.acquire("two", LASTS) is None
    clock.pass_(seconds=2)
    two = store.acquire("two", LASTS)
    assert two is not None
    assert two.token > one.token
    assert not store.renew(one, LASTS)


def test_a_lease_given_back_is_free_and_another_s_cannot_be_given_back(store: DigestStore) -> None:
    one = store.acquire("one", LASTS)
    assert one is not None
    store.release(Lease("two", one.token))
    assert store.acquire("two", LASTS) is None
    store.release(one)
    assert store.acquire("two", LASTS) is not None


def test_a_lease_from_a_clock_that_ran_ahead_does_not_last(store: DigestStore, clock: Clock) -> None:
    assert store.acquire("one", LASTS) is not None
    clock.pass_(days=-1)
    assert store.acquire("two", LASTS) is not None


@pytest.mark.parametrize("gone", ["taken", "run out"])
def test_who_lost_the_lease_writes_nothing_of_a_sender(store: DigestStore, clock: Clock, gone: str) -> None:
    one = store.acquire("one", LASTS)
    assert one is not None
    slot = composed(store, one)
    clock.pass_(seconds=16)
    if gone == "taken":
        assert store.acquire("two", LASTS) is not None
    writes = (
        lambda: store.begin_part(one, slot, 0),
        lambda: store.claim(one, slot),
        lambda: store.compose(one, slot, [TEXT]),
        lambda: store.recompose(one, slot),
        lambda: store.open(one, wanted(next_at=DUE + WEEK), DUE + WEEK, [], DUE + 2 * WEEK),
    )
    for write in writes:
        with pytest.raises(LeaseLostError):
            write()
    assert part_states(store, slot) == [PartState.WAITING]
    assert store.slot(CHAT, DUE + WEEK) is None


# --- slots ------------------------------------------------------------------------------------------


def test_a_slot_is_entered_once_whatever_the_clock_does(store: DigestStore, lease: Lease) -> None:
    slot = opened(store, lease)
    assert not store.open(lease, wanted(), DUE, [], DUE + WEEK), "the subscription has moved on"
    store.end(slot, SlotState.FAILED)
    store.subscribe(wanted())  # as if the clock had been put back and the chat subscribed anew
    assert store.open(lease, wanted(), DUE, [], DUE + WEEK)
    assert state(store, slot) is SlotState.FAILED


def test_hours_passed_by_are_folded_and_the_last_is_due(store: DigestStore, lease: Lease) -> None:
    store.subscribe(wanted())
    third = DUE + 2 * WEEK
    assert store.open(lease, wanted(), third, [DUE, DUE + WEEK], DUE + 3 * WEEK)
    assert store.counts() == {SlotState.FOLDED: 2, SlotState.DUE: 1}
    due = store.slot(CHAT, third)
    assert due is not None
    assert [past.at for past in store.before(due)] == [DUE + WEEK, DUE]


def test_the_next_hour_folds_what_has_not_left_and_hurries_what_has(store: DigestStore, lease: Lease) -> None:
    untouched = opened(store, lease, OTHER)
    begun = composed(store, lease, parts=2)
    store.begin_part(lease, begun, 0)
    store.part_is(lease, begun, 0, PartState.SENT, message_id=1)
    store.postpone(CHAT, DUE, DUE + timedelta(days=3))
    for chat_id in (CHAT, OTHER):
        moved = wanted(chat_id, next_at=DUE + WEEK)
        assert store.open(lease, moved, DUE + WEEK, [], DUE + 2 * WEEK)
    assert state(store, untouched) is SlotState.FOLDED
    assert state(store, begun) is SlotState.SENDING
    assert (CHAT, DUE) in [(slot.chat_id, slot.at) for slot in store.work(9)]


def test_a_slot_ends_when_its_last_part_has_arrived(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease, parts=2)
    for n in range(2):
        assert state(store, slot) is SlotState.SENDING
        assert store.begin_part(lease, slot, n)
        assert not store.begin_part(lease, slot, n), "no part leaves twice"
        store.part_is(lease, slot, n, PartState.SENT, message_id=40 + n)
    ended = store.slot(CHAT, DUE)
    assert ended is not None
    assert (ended.state, [part.message_id for part in ended.parts]) == (SlotState.SENT, [40, 41])
    told = store.subscription(CHAT)
    assert told is not None
    assert told.covered_until == DUE
    assert store.claim(lease, slot) is None


@pytest.mark.parametrize(
    ("outcomes", "quiet", "expected", "covered"),
    [
        ([PartState.SENT], True, SlotState.QUIET_SENT, True),
        ([PartState.UNCERTAIN], False, SlotState.UNCERTAIN, True),
        ([PartState.SENT, PartState.UNCERTAIN], False, SlotState.UNCERTAIN, True),
        ([PartState.SENT, PartState.REFUSED], False, SlotState.SENT, True),
        ([PartState.REFUSED], False, SlotState.FAILED, False),
        ([PartState.REFUSED, PartState.REFUSED], False, SlotState.FAILED, False),
    ],
)
def test_how_a_slot_ends_follows_from_its_parts(
    store: DigestStore,
    lease: Lease,
    outcomes: list[PartState],
    quiet: bool,
    expected: SlotState,
    covered: bool,
) -> None:
    slot = composed(store, lease, parts=len(outcomes), quiet=quiet)
    for n, outcome in enumerate(outcomes):
        store.begin_part(lease, slot, n)
        store.part_is(lease, slot, n, outcome)
    told = store.subscription(CHAT)
    assert told is not None
    assert (state(store, slot), told.covered_until) == (expected, DUE if covered else None)


def test_a_part_found_leaving_is_uncertain_and_never_leaves_again(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease, parts=2)
    store.begin_part(lease, slot, 0)
    claimed = store.claim(lease, slot)
    assert claimed is not None
    assert [part.state for part in claimed.parts] == [PartState.UNCERTAIN, PartState.WAITING]
    assert not store.begin_part(lease, slot, 0)
    assert store.begin_part(lease, slot, 1)


def test_an_only_part_found_leaving_ends_the_slot(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease)
    store.begin_part(lease, slot, 0)
    assert store.claim(lease, slot) is None
    assert state(store, slot) is SlotState.UNCERTAIN


def test_who_was_slow_may_still_say_that_its_part_arrived(store: DigestStore, clock: Clock) -> None:
    one = store.acquire("one", LASTS)
    assert one is not None
    slot = composed(store, one)
    store.begin_part(one, slot, 0)
    clock.pass_(seconds=60)
    two = store.acquire("two", LASTS)
    assert two is not None
    assert store.claim(two, slot) is None
    assert state(store, slot) is SlotState.UNCERTAIN
    store.part_is(two, slot, 0, PartState.SENT, message_id=9)
    assert state(store, slot) is SlotState.UNCERTAIN, "it did not leave under that lease"
    store.part_is(one, slot, 0, PartState.SENT, message_id=9)
    assert state(store, slot) is SlotState.SENT


def test_a_part_that_surely_did_not_leave_waits_again(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease)
    store.begin_part(lease, slot, 0)
    store.part_is(lease, slot, 0, PartState.WAITING)
    assert state(store, slot) is SlotState.SENDING
    assert store.begin_part(lease, slot, 0)


def test_what_is_written_down_is_what_will_be_sent(store: DigestStore, lease: Lease, clock: Clock) -> None:
    slot = composed(store, lease, edition="e" * 32)
    again = store.claim(lease, slot)
    assert again is not None
    assert (again.parts[0].payload, again.since, again.until, again.edition) == (
        TEXT,
        DUE - WEEK,
        DUE,
        "e" * 32,
    )
    assert store.compose(lease, again, [{"html": "another"}]) is None
    assert store.recompose(lease, slot)
    assert part_states(store, slot) == []
    anew = store.compose(lease, again, [{"html": "another"}])
    assert anew is not None
    store.begin_part(lease, anew, 0)
    assert not store.recompose(lease, anew), "it may be there"


@pytest.mark.parametrize(
    ("sent", "asked", "expected"),
    [
        (0, SlotState.FOLDED, SlotState.FOLDED),
        (0, SlotState.BLOCKED, SlotState.BLOCKED),
        (1, SlotState.FOLDED, SlotState.SENT),
        (2, SlotState.FOLDED, SlotState.SENT),
    ],
)
def test_ending_a_slot_keeps_to_what_arrived(
    store: DigestStore, lease: Lease, sent: int, asked: SlotState, expected: SlotState
) -> None:
    slot = composed(store, lease, parts=2)
    for n in range(sent):
        store.begin_part(lease, slot, n)
        store.part_is(lease, slot, n, PartState.SENT, message_id=n)
    store.end(slot, asked)
    assert state(store, slot) is expected


def test_looking_back_ends_at_the_last_that_was_delivered(store: DigestStore, lease: Lease) -> None:
    slot = composed(store, lease)
    store.begin_part(lease, slot, 0)
    store.part_is(lease, slot, 0, PartState.UNCERTAIN)
    held = wanted(next_at=DUE + WEEK)
    store.open(lease, held, DUE + 3 * WEEK, [DUE + WEEK, DUE + 2 * WEEK], DUE + 4 * WEEK)
    last = store.slot(CHAT, DUE + 3 * WEEK)
    assert last is not None
    told = [(past.at, past.state) for past in store.before(last)]
    assert told == [
        (DUE + 2 * WEEK, SlotState.FOLDED),
        (DUE + WEEK, SlotState.FOLDED),
        (DUE, SlotState.UNCERTAIN),
    ]
    assert store.is_last(last)
    assert not store.is_last(slot)
    delivered = store.last_delivered(CHAT)
    assert delivered is not None
    assert delivered.at == last.at, "about to be sent counts"


# --- moving and forgetting --------------------------------------------------------------------------


@pytest.mark.parametrize("met_before", [False, True])
def test_a_group_that_moves_takes_subscription_and_ledger_along(
    store: DigestStore, lease: Lease, met_before: bool
) -> None:
    composed(store, lease)
    if met_before:
        store.subscribe(wanted(-100, minute=1))
    store.migrate(CHAT, -100)
    store.migrate(CHAT, -100)
    moved = store.subscription(-100)
    assert moved is not None
    assert moved.minute == (1 if met_before else 540)
    assert store.subscription(CHAT) is None
    assert store.slot(CHAT, DUE) is None
    slot = store.slot(-100, DUE)
    assert slot is not None
    assert (slot.state, len(slot.parts)) == (SlotState.SENDING, 1)


def test_a_deleted_report_takes_its_words_along(store: DigestStore, lease: Lease) -> None:
    store.keep_edition("a" * 32, '{"id":"abcdefabcdef"}')
    store.keep_edition("b" * 32, '{"id":"bbbbbbbbbbbb"}')
    slot = composed(store, lease, edition="a" * 32)
    store.forget_report("abcdefabcdef")
    assert store.edition("a" * 32) is None
    assert store.edition("b" * 32) is not None
    assert (state(store, slot), part_states(store, slot)) == (SlotState.COMPOSING, [])


def test_a_deleted_report_s_words_leave_what_was_sent(store: DigestStore, lease: Lease) -> None:
    store.keep_edition("a" * 32, '{"id":"abcdefabcdef"}')
    slot = composed(store, lease, edition="a" * 32)
    store.begin_part(lease, slot, 0)
    store.part_is(lease, slot, 0, PartState.SENT, message_id=3)
    store.forget_report("abcdefabcdef")
    found = store.slot(CHAT, DUE)
    assert found is not None
    assert (found.state, found.parts[0].payload, found.parts[0].message_id) == (SlotState.SENT, {}, 3)


def test_old_words_go_and_the_ledger_stays_longer(store: DigestStore, lease: Lease, clock: Clock) -> None:
    store.keep_edition("a" * 32, "{}")
    slot = composed(store, lease)
    store.begin_part(lease, slot, 0)
    store.part_is(lease, slot, 0, PartState.SENT, message_id=3)
    open_still = opened(store, lease, OTHER)
    clock.pass_(days=100)
    store.forget_old()
    assert store.edition("a" * 32) is None
    assert (state(store, slot), part_states(store, slot)) == (SlotState.SENT, [])
    clock.pass_(days=301)
    store.forget_old()
    assert store.slot(CHAT, DUE) is None
    assert state(store, open_still) is SlotState.DUE


def test_what_is_kept_outlives_the_process(
    store: DigestStore, lease: Lease, tmp_path: Path, clock: Clock
) -> None:
    slot = composed(store, lease)
    again = DigestStore(sqlite_url(tmp_path), now=clock)
    try:
        assert again.slot(CHAT, DUE) == store.slot(CHAT, DUE)
        assert again.subscription(CHAT) == store.subscription(CHAT)
        assert again.acquire("two", timedelta(days=400)) is None
        assert state(again, slot) is SlotState.SENDING
    finally:
        again.close()
