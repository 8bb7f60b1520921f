"""What the chats leave behind, in either database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from store.chats import CARDS_KEPT, TURNS_KEPT, ChatRecord, ChatStore, Place, Talk

HOME, TOPIC, AWAY = Place(7), Place(-7, 3), Place(8)
MINE, THEIRS, ELSEWHERE = Talk(HOME, 7), Talk(HOME, 8), Talk(TOPIC, 7)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2025, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database_url: str, clock: Clock) -> Iterator[ChatStore]:
    opened = ChatStore(database_url, now=clock)
    yield opened
    opened.close()


def meet(store: ChatStore, chat_id: int, kind: str, title: str) -> ChatRecord:
    return store.meet({chat_id: (kind, title)})[chat_id]


def test_old_cards_are_forgotten(store: ChatStore, clock: Clock) -> None:
    old = store.add_card(HOME, "answer", {})
    clock.pass_(days=4)
    store.forget_old()
    assert store.card(old, 7) is not None
    clock.now += CARDS_KEPT
    new = store.add_card(HOME, "answer", {})
    store.forget_old()
    assert store.card(old, 7) is None
    assert store.card(new, 7) is not None


# --- chats ------------------------------------------------------------------------------------------


def test_every_chat_gets_a_shelf_of_its_own_and_keeps_it_under_another_title(store: ChatStore) -> None:
    first, other = meet(store, 7, "private", "李"), meet(store, -7, "supergroup", "群")
    assert first.workspace != other.workspace
    meet(store, 7, "private", "李主任")
    again = store.chat(7)
    assert again is not None
    assert (again.workspace, again.title, again.active) == (first.workspace, "李主任", True)
    assert store.chat(99) is None


def test_a_chat_left_is_inactive_until_it_is_met_again(store: ChatStore) -> None:
    meet(store, 7, "private", "李")
    store.leave(7)
    left = store.chat(7)
    assert left is not None
    assert not left.active
    meet(store, 7, "private", "李")
    back = store.chat(7)
    assert back is not None
    assert back.active


@pytest.mark.parametrize("language", ["en", "zh", None])
def test_a_chat_keeps_its_language(store: ChatStore, language: str | None) -> None:
    meet(store, 7, "private", "李")
    store.speak(7, "en")
    store.speak(7, language)
    assert meet(store, 7, "private", "李").language == language


@pytest.mark.parametrize("met_before", [False, True])
def test_a_group_that_moves_takes_everything_along(store: ChatStore, met_before: bool) -> None:
    old = meet(store, -7, "group", "群")
    store.speak(-7, "en")
    store.set_focus(Talk(Place(-7), 7), "a" * 12)
    store.add_turn(Talk(Place(-7), 7), "问", "答")
    card = store.add_card(Place(-7), "answer", {"n": 1}, asked_in=4)
    store.grant(-7, allowed=True, by=1)
    if met_before:
        meet(store, -1007, "supergroup", "群")
    store.migrate(-7, -1007)
    store.migrate(-7, -1007)  # Telegram tells it in both chats
    new, left = store.chat(-1007), store.chat(-7)
    assert new is not None
    assert left is not None
    assert (new.workspace, new.language, new.active, left.active) == (old.workspace, "en", True, False)
    assert store.turns(Talk(Place(-1007), 7), 5) == [("问", "答")]
    assert store.card(card, -1007) is not None
    assert store.card(card, -7) is None
    assert store.granted(-1007) == {-1007: True}
    assert store.focus(Talk(Place(-1007), 7)) == "a" * 12


def test_a_group_never_met_can_move(store: ChatStore) -> None:
    store.migrate(-7, -1007)
    assert store.chat(-1007) is None


# --- conversations ----------------------------------------------------------------------------------


def test_turns_are_kept_by_place_oldest_first_and_not_without_end(store: ChatStore) -> None:
    for n in range(TURNS_KEPT + 5):
        store.add_turn(MINE, f"问{n}", f"答{n}")
    store.add_turn(ELSEWHERE, "别处", "别处")
    assert store.turns(MINE, 2) == [(f"问{n}", f"答{n}") for n in (TURNS_KEPT + 3, TURNS_KEPT + 4)]
    assert len(store.turns(MINE, 1000)) == TURNS_KEPT
    assert store.turns(Talk(Place(-7), 7), 5) == []
    assert store.turns(ELSEWHERE, 5) == [("别处", "别处")]


def test_to_begin_anew_forgets_one_place_alone(store: ChatStore) -> None:
    for talk in (MINE, THEIRS, ELSEWHERE):
        store.add_turn(talk, "问", "答")
        store.set_focus(talk, "a" * 12)
    store.forget(MINE)
    assert (store.turns(THEIRS, 5), store.focus(THEIRS)) == ([("问", "答")], "a" * 12)
    assert (store.turns(MINE, 5), store.focus(MINE)) == ([], None)
    assert (store.turns(ELSEWHERE, 5), store.focus(ELSEWHERE)) == ([("问", "答")], "a" * 12)


def test_the_focus_can_be_moved_and_taken_off(store: ChatStore) -> None:
    for report_id in ("a" * 12, "b" * 12, None):
        store.set_focus(MINE, report_id)
        assert store.focus(MINE) == report_id


# --- cards ------------------------------------------------------------------------------------------


def test_a_card_is_given_to_its_own_chat_alone(store: ChatStore) -> None:
    card_id = store.add_card(HOME, "answer", {"text": "字😀", "n": [1]}, asked_in=4)
    store.show_card(card_id, [10, 11])
    card = store.card(card_id, HOME.chat_id)
    assert card is not None
    assert (card.place, card.kind, card.payload, card.asked_in, card.shown_in) == (
        HOME,
        "answer",
        {"text": "字😀", "n": [1]},
        4,
        (10, 11),
    )
    assert store.card(card_id, AWAY.chat_id) is None
    assert store.card(card_id.swapcase(), HOME.chat_id) is None
    assert store.card("", HOME.chat_id) is None


def test_a_card_s_id_fits_into_a_button_with_a_verb_and_an_end(store: ChatStore) -> None:
    ids = {store.add_card(HOME, "answer", {}) for _ in range(50)}
    assert len(ids) == 50
    assert all(len(f"f:{card_id}:html".encode()) <= 64 and ":" not in card_id for card_id in ids)


def test_the_card_of_a_question_is_its_latest_of_the_kind(store: ChatStore, clock: Clock) -> None:
    made = []
    for kind in ("answer", "live", "answer"):
        made.append(store.add_card(HOME, kind, {}, asked_in=4))
        clock.pass_(seconds=1)
    latest = store.card_of(7, 4, "answer")
    assert latest is not None
    assert latest.id == made[2]
    assert store.card_of(7, 4, "summary") is None
    assert store.card_of(8, 4, "answer") is None
    assert store.card_of(7, 5, "answer") is None


def test_the_last_vote_of_each_reader_counts(store: ChatStore) -> None:
    card_id = store.add_card(HOME, "answer", {"question": "问", "answer": "答", "citations": [{"n": 1}]})
    card = store.card(card_id, 7)
    assert card is not None
    for user_id, good in ((1, True), (1, False), (2, True), (3, True), (3, True)):
        store.vote(card, user_id, good=good)
    assert store.votes() == {True: 2, False: 1}


# --- who may ----------------------------------------------------------------------------------------


def test_what_an_admin_said_last_holds(store: ChatStore) -> None:
    assert store.granted(7) == {}
    for allowed in (True, False, True):
        store.grant(7, allowed=allowed, by=1)
        assert store.granted(7) == {7: allowed}
    store.grant(-1_000_000_000_007, allowed=False, by=1)
    assert store.granted(7, -1_000_000_000_007, 9) == {7: True, -1_000_000_000_007: False}


def test_a_stranger_is_due_a_word_once_a_day(store: ChatStore, clock: Clock) -> None:
    assert store.may_tell(5)
    assert not store.may_tell(5)
    assert store.may_tell(6)
    clock.pass_(hours=23, minutes=59)
    assert not store.may_tell(5)
    clock.pass_(minutes=2)
    assert store.may_tell(5)
    assert not store.may_tell(5)


# --- counting ---------------------------------------------------------------------------------------


def test_counts_are_summed_from_a_day_on(store: ChatStore) -> None:
    for chat_id, day, what in (
        (7, "2025-02-27", "answers"),
        (7, "2025-02-28", "answers"),
        (7, "2025-03-01", "answers"),
        (7, "2025-03-01", "answers"),
        (7, "2025-03-01", "uploads"),
        (8, "2025-03-01", "failures"),
    ):
        store.count(chat_id, day, what)
    assert store.counts("2025-02-28") == {7: {"answers": 3, "uploads": 1}, 8: {"failures": 1}}
    assert store.counts("2025-03-02") == {}


def test_what_is_kept_outlives_the_process(store: ChatStore, database_url: str, clock: Clock) -> None:
    meet(store, 7, "private", "李")
    card_id = store.add_card(HOME, "answer", {"a": 1})
    store.may_tell(5)
    again = ChatStore(database_url, now=clock)
    try:
        assert again.chat(7) == store.chat(7)
        assert again.card(card_id, 7) == store.card(card_id, 7)
        assert not again.may_tell(5)
    finally:
        again.close()


# --- several processes --------------------------------------------------------------------------------


def at_once(url: str, act: Callable[[ChatStore, int], object], clock: Clock, count: int = 6) -> list[object]:
    """Do the same in threads with stores of their own, which share nothing but the database."""
    stores = [ChatStore(url, now=clock) for _ in range(count)]
    ready = threading.Barrier(count)

    def run(number: int) -> object:
        ready.wait()
        return act(stores[number], number)

    try:
        with ThreadPoolExecutor(count) as threads:
            return list(threads.map(run, range(count)))
    finally:
        for each in stores:
            each.close()


def test_what_several_count_is_all_counted(store: ChatStore, database_url: str, clock: Clock) -> None:
    def count(each: ChatStore, _: int) -> None:
        for _ in range(5):
            each.count(7, "2025-03-01", "answers")

    at_once(database_url, count, clock)
    assert store.counts("2025-03-01") == {7: {"answers": 30}}


def test_a_stranger_is_told_once_by_whichever(store: ChatStore, database_url: str, clock: Clock) -> None:
    told = at_once(database_url, lambda each, _: each.may_tell(5), clock)
    assert sorted(map(bool, told)) == [False] * 5 + [True]
    assert not store.may_tell(5)


def test_several_may_meet_allow_and_vote_at_the_same_time(
    store: ChatStore, database_url: str, clock: Clock
) -> None:
    card = store.card(store.add_card(HOME, "answer", {"question": "问"}), 7)
    assert card is not None

    def act(each: ChatStore, number: int) -> None:
        each.meet({7: ("private", "李")})
        each.grant(7, allowed=True, by=number)
        each.vote(card, 7, good=True)
        each.set_focus(MINE, "0" * 12)

    at_once(database_url, act, clock)
    assert (store.granted(7), store.votes(), store.focus(MINE)) == ({7: True}, {True: 1}, "0" * 12)
