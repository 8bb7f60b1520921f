"""Stopped in the midst and started again on the same data: nothing is lost, nothing is answered twice."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from bot.chat.dispatch import MAX_ATTEMPTS
from bot.engines import Extractive
from store.chats import ChatStore
from store.inbox import Arrival
from tests.bot.chat.conftest import RIVERSIDE, STRANGER, Bot
from tests.bot.samples import NIGHTFALL
from tests.telegram import Group, TelegramServer, User

Settle = Callable[[], None]
Start = Callable[[], Bot]
Chats = Callable[[], AbstractContextManager[ChatStore]]

ASKED = "全局持证执法人员有多少人？"
MAYBE_TWICE = "这条可能重复"


class Hold:
    """Holds every answer and summary back while it is closed; counts those begun."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = 0

    async def wait(self) -> None:
        import asyncio

        self.begun += 1
        while not self.open.is_set():  # noqa: ASYNC110 - the test that opens it is in another thread
            await asyncio.sleep(0.005)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    held = Hold()
    stream, summarise = Extractive.astream, Extractive.asummarize

    async def astream(self: Extractive, *args: object) -> AsyncIterator[object]:
        await held.wait()
        async for event in stream(self, *args):  # type: ignore[arg-type]
            yield event

    async def asummarize(self: Extractive, *args: object) -> object:
        await held.wait()
        return await summarise(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Extractive, "astream", astream)
    monkeypatch.setattr(Extractive, "asummarize", asummarize)
    monkeypatch.setattr("bot.chat.app.STOP_WITHIN_S", 0.05)
    yield held
    held.open.set()


def take_in(server: TelegramServer, user: User, settle: Settle) -> None:
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    settle()
    assert "✅ 河滨.txt" in server.messages(user)[-1].text


def answers(server: TelegramServer, user: User | Group) -> list[str]:
    return [m.text for m in server.messages(user) if "21人" in m.text and not m.deleted]


@pytest.mark.parametrize("restarts", [1, 2])
def test_a_question_cut_off_is_answered_once_by_the_next_start(
    server: TelegramServer, start: Start, user: User, settle: Settle, hold: Hold, restarts: int
) -> None:
    bot = start()
    take_in(server, user, settle)
    server.say(user, ASKED)
    for begun in range(1, restarts + 1):
        server.wait_for(lambda begun=begun: hold.begun == begun)
        bot.stop()
        assert answers(server, user) == []
        bot = start()
    hold.open.set()
    settle()
    (answer,) = answers(server, user)
    assert MAYBE_TWICE not in answer
    assert server.messages(user)[-1].text == answer


def test_the_answer_stands_in_the_message_the_dead_process_had_begun(
    server: TelegramServer,
    start: Start,
    user: User,
    settle: Settle,
    hold: Hold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.chat.live.PATIENCE_S", 0.01)
    bot = start()
    take_in(server, user, settle)
    server.say(user, ASKED)
    begun = server.wait_message(user, containing="正在查阅")
    server.wait_for(lambda: hold.begun)
    bot.stop()
    hold.open.set()
    start()
    settle()
    assert "21人" in begun.text
    assert "⏹" not in str(begun.buttons)
    assert len(answers(server, user)) == 1
    assert [m for m in server.messages(user) if not m.deleted][-1] is begun


def test_what_waits_behind_the_question_is_kept_in_order(
    server: TelegramServer, start: Start, user: User, settle: Settle, hold: Hold
) -> None:
    bot = start()
    take_in(server, user, settle)
    server.say(user, ASKED)
    server.wait_for(lambda: hold.begun)
    server.say(user, "/new")
    server.send_document(user, "夜坪.txt", NIGHTFALL.encode())
    server.say(user, "/delete 夜坪")
    server.wait_for(lambda: not server.pending_updates())
    bot.stop()
    hold.open.set()
    start()
    settle()
    told = [m.text for m in server.messages(user)][1:]
    order = [
        next(i for i, text in enumerate(told) if word in text)
        for word in ("21人", "从头开始", "✅ 夜坪", "删除《夜坪")
    ]
    assert order == sorted(order)
    assert len(told) == 4


def test_a_stop_waits_for_what_is_nearly_done(
    server: TelegramServer,
    start: Start,
    user: User,
    settle: Settle,
    hold: Hold,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.chat.app.STOP_WITHIN_S", 10)
    bot = start()
    take_in(server, user, settle)
    server.say(user, ASKED)
    server.wait_for(lambda: hold.begun)
    stopping = threading.Thread(target=bot.stop)
    stopping.start()
    hold.open.set()
    stopping.join(20)
    assert len(answers(server, user)) == 1
    start()
    server.say(user, "/new")
    settle()
    assert len(answers(server, user)) == 1


def test_a_summary_and_a_file_cut_off_are_finished_by_the_next_start(
    server: TelegramServer, start: Start, user: User, settle: Settle, hold: Hold
) -> None:
    bot = start()
    server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption="/summary")
    server.wait_for(lambda: hold.begun)
    bot.stop()
    hold.open.set()
    start()
    settle()
    assert len([m for m in server.messages(user) if "【主要成效】" in m.text]) == 1
    server.say(user, "/reports")
    server.wait_message(user, containing="书架：1 份报告")


def test_conversation_fixed_report_language_rights_and_buttons_outlive_the_process(
    server: TelegramServer, start: Start, user: User, admin: User, stranger: User, settle: Settle
) -> None:
    bot = start()
    take_in(server, user, settle)
    server.send_document(user, "夜坪.txt", NIGHTFALL.encode())
    settle()
    server.say(user, "河滨区水务局有哪些不足？")
    settle()
    answer = server.messages(user)[-1]
    server.say(admin, f"/allow {STRANGER}")
    settle()
    bot.stop()
    bot = start()
    server.say(user, "那下一步计划呢？")
    settle()
    assert "理解为：河滨区水务局" in server.messages(user)[-1].text
    server.press(user, answer, "🔍 只问这份报告")
    server.press(user, answer, "[1]")
    settle()
    bot.stop()
    start()
    server.say(user, "校车有多少辆？")
    settle()
    assert "46辆" not in server.messages(user)[-1].text
    assert "只查《河滨区水务局" in server.messages(user)[-1].text
    server.say(stranger, "/reports")
    server.wait_message(stranger, containing="书架上还没有报告")
    assert server.unanswered == []


def test_updates_seen_before_are_not_handled_again_after_a_restart(
    server: TelegramServer, start: Start, user: User, settle: Settle
) -> None:
    bot = start()
    take_in(server, user, settle)
    server.say(user, ASKED)
    settle()
    bot.stop()
    before = [m.text for m in server.messages(user)]
    for update_id in server.update_ids:
        server.redeliver(update_id)
    start()
    server.say(user, "/new")
    settle()
    assert [m.text for m in server.messages(user)][:-1] == before


def test_what_was_sent_while_no_process_ran_is_answered(
    server: TelegramServer, start: Start, user: User, settle: Settle
) -> None:
    server.say(user, "/new")
    server.say(user, "/help")
    start()
    settle()
    assert len(server.messages(user)) == 2


def begun_update(
    server: TelegramServer, chats: Chats, user: User, text: str, times: int, *, sent: bool
) -> None:
    """Leave an update as a process does that died `times` times over it."""
    server.say(user, text)
    (update,) = server.pending_updates()
    update_id = update["update_id"]
    with chats() as store:
        store.inbox.take_in([Arrival(update_id, user.id, update)])
        for _ in range(times):
            store.inbox.begin(update_id)
        if sent:
            store.inbox.about_to_send(update_id)


@pytest.mark.parametrize("times", [0, 1, MAX_ATTEMPTS - 1, MAX_ATTEMPTS, MAX_ATTEMPTS + 1])
def test_an_update_that_ended_the_process_too_often_is_apologised_for(
    server: TelegramServer,
    start: Start,
    chats: Chats,
    user: User,
    settle: Settle,
    forgiven: list[str],
    times: int,
) -> None:
    forgiven.append("never finished")
    begun_update(server, chats, user, "存在哪些不足？", times, sent=False)
    start()
    settle()
    (told,) = [m.text for m in server.messages(user)]
    assert told.startswith("抱歉，处理您的消息时几次中断") is (times >= MAX_ATTEMPTS)
    assert ("存在哪些不足？" in told) or times < MAX_ATTEMPTS
    server.say(user, "/new")
    server.wait_message(user, containing="从头开始")


def test_a_stranger_s_update_that_ended_the_process_is_dropped(
    server: TelegramServer, start: Start, chats: Chats, stranger: User, settle: Settle, forgiven: list[str]
) -> None:
    forgiven.append("never finished")
    begun_update(server, chats, stranger, "存在哪些不足？", MAX_ATTEMPTS, sent=False)
    start()
    settle()
    assert server.messages(stranger) == []


@pytest.mark.parametrize("sent", [False, True])
def test_an_answer_that_may_have_left_before_the_crash_says_so(
    server: TelegramServer, start: Start, chats: Chats, user: User, settle: Settle, sent: bool
) -> None:
    begun_update(server, chats, user, "/new", 1, sent=sent)
    start()
    settle()
    (told,) = [m.text for m in server.messages(user)]
    assert (MAYBE_TWICE in told) is sent


def test_two_chats_cut_off_are_both_answered(
    server: TelegramServer, start: Start, user: User, other: User, settle: Settle, hold: Hold
) -> None:
    bot = start()
    for sender in (user, other):
        take_in(server, sender, settle)
    for sender in (user, other):
        server.say(sender, ASKED)
    server.wait_for(lambda: hold.begun == 2)
    bot.stop()
    hold.open.set()
    start()
    settle()
    assert [len(answers(server, sender)) for sender in (user, other)] == [1, 1]
