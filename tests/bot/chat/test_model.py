"""With a model: answers shown as they are written, stopped when somebody stops them, never unverified."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import respx

from store.health import DatabaseError
from tests.bot.chat.conftest import RIVERSIDE, Bot
from tests.scripted import COMPLETIONS, URL, Script, completion, events, is_summary, passages, write
from tests.telegram import Group, Message, TelegramServer, User

Settle = Callable[[], None]

ASKED = "河滨区水务局有哪些不足？"
TRUE = ("全局持证执法人员仅有21人", "案件移送平均耗时19天")
LIE = "全局持证执法人员多达99人"


def told(payload: dict[str, Any], lies: dict[str, str] | None = None) -> str:
    """What the model writes: both shortcomings in turn, each with its quote; `lies` are said in their place."""
    held = {quote: id_ for quote in TRUE for id_, text in passages(payload) if quote in text}
    if is_summary(payload) or len(held) < len(TRUE):
        return write(payload)
    claims = [
        {"text": f"{(lies or {}).get(quote, quote)}。", "quotes": [{"id": held[quote], "quote": quote}]}
        for quote in TRUE
    ]
    return json.dumps({"refused": False, "claims": claims}, ensure_ascii=False)


class Stream(httpx.AsyncByteStream):
    """A reply that stops after `shown` of its events until `gate` opens; knows when it was let go."""

    def __init__(self, chunks: list[bytes], shown: int, gate: threading.Event) -> None:
        self.chunks, self.shown, self.gate = chunks, shown, gate
        self.given = 0
        self.ended = threading.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for number, chunk in enumerate(self.chunks):
            while number >= self.shown and not self.gate.is_set():  # noqa: ASYNC110 - opened by another thread
                await asyncio.sleep(0.005)
            self.given = number + 1
            yield chunk
        self.ended.set()

    async def aclose(self) -> None:
        self.ended.set()


class Model:
    """The endpoint: `reply` is how it answers a request, `held` the streams that wait."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.reply: Callable[[httpx.Request], httpx.Response] = Script(told)
        self.payloads: list[dict[str, object]] = []
        self.streams: list[Stream] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.payloads.append(json.loads(request.content))
        return self.reply(request)

    def hold_after(self, words: str) -> None:
        """Write honestly, and wait once the claim with these words is written; "": before any."""

        def held(request: httpx.Request) -> httpx.Response:
            payload = json.loads(request.content)
            text = told(payload)
            if not payload.get("stream"):
                return httpx.Response(200, json=completion(text))
            # The whole claim, for it is shown when it is whole: two events come before its first character.
            shown = text.index("}", text.index("}", text.index(words)) + 1) // 7 + 2 if words else 0
            stream = Stream(events(text), shown, self.gate)
            self.streams.append(stream)
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)

        self.reply = held


@pytest.fixture
def model(server: TelegramServer, settings: pytest.MonkeyPatch) -> Iterator[Model]:
    settings.setenv("OPENAI_API_KEY", "sk-test")
    settings.setenv("OPENAI_BASE_URL", URL)
    settings.setenv("OPENAI_MODEL", "scripted")
    scripted = Model()
    with respx.mock(assert_all_called=False) as router:
        router.route(host="127.0.0.1").pass_through()
        router.post(COMPLETIONS).mock(side_effect=scripted)
        yield scripted
        scripted.gate.set()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets after how long an unfinished answer is announced by a message with a stop button."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr("bot.chat.live.PATIENCE_S", seconds)
        monkeypatch.setattr("bot.chat.live.EDIT_EVERY_S", 0.0)

    return set_to


@pytest.fixture
def started(
    model: Model, start: Callable[[], Bot], server: TelegramServer, user: User, settle: Settle
) -> Bot:
    bot = start()
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    settle()
    return bot


def standing(server: TelegramServer, chat: User | Group) -> list[Message]:
    return [message for message in server.messages(chat) if not message.deleted]


def test_an_answer_is_the_model_s_and_verified(
    server: TelegramServer, started: Bot, model: Model, user: User, settle: Settle
) -> None:
    server.say(user, ASKED)
    settle()
    answer = standing(server, user)[-1]
    assert "原文出处" in answer.text
    assert any(words in answer.text for words in TRUE)
    assert len(model.payloads) == 1
    server.say(user, "/settings")
    server.wait_message(user, containing="答案来自：scripted，逐句与原文核对")
    server.say(user, "/usage")
    server.wait_message(user, containing="用 120 个词元")


def test_a_private_chat_sees_the_answer_grow_as_a_draft(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    patience: Callable[[float], None],
) -> None:
    patience(60)
    model.hold_after("21人")
    server.say(user, ASKED)
    server.wait_for(lambda: any("21人" in draft.text for draft in server.drafts(user)))
    assert len(standing(server, user)) == 1, "nothing but the upload's line is sent before the answer"
    assert "正在查阅" in server.drafts(user)[-1].text
    model.gate.set()
    settle()
    assert "21人" in standing(server, user)[-1].text
    assert len({draft.draft_id for draft in server.drafts(user)}) == 1


def test_what_the_text_does_not_carry_is_never_shown_not_even_in_a_draft(
    server: TelegramServer, started: Bot, model: Model, user: User, settle: Settle
) -> None:
    model.reply = Script(lambda payload: told(payload, {TRUE[0]: LIE}))
    server.say(user, ASKED)
    settle()
    shown = [draft.text for draft in server.drafts(user)]
    for message in server.messages(user):
        shown += [message.text, *message.edits]
    assert [text for text in shown if "99人" in text] == []
    answer = standing(server, user)[-1].text
    assert TRUE[1] in answer
    assert "另有 1 条" in answer


@pytest.mark.parametrize("where", ["group", "drafts refused", "drafts answered late"])
def test_a_slow_answer_is_announced_with_a_stop_button_and_written_into_that_message(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    group: Group,
    settle: Settle,
    patience: Callable[[float], None],
    where: str,
) -> None:
    server.faults.refuse_drafts = where == "drafts refused"
    chat = group if where == "group" else user
    if chat is group:
        server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption="@report_test_bot", chat=group)
        server.say(user, "/reports", chat=group)
        server.send_document(
            user, "河滨.txt", RIVERSIDE.encode(), caption="/share@report_test_bot", chat=group
        )
        settle()
    before = len(standing(server, chat))
    patience(0.05)
    model.hold_after("21人")
    server.say(user, f"/ask {ASKED}", chat=chat)
    placeholder = server.wait_message(chat, containing="正在查阅")
    assert [label for label, _ in placeholder.buttons[0]] == ["⏹ 停止"]
    model.gate.set()
    settle()
    assert len(standing(server, chat)) == before + 1
    assert "19天" in placeholder.text
    assert "正在查阅" not in placeholder.text
    assert "⏹" not in str(placeholder.buttons)
    if chat is group:
        assert server.drafts(group) == []
        assert placeholder.reply_to is not None


def test_an_answer_whose_preview_could_not_be_noted_stands_in_it_all_the_same(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    patience: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: object, **__: object) -> str:
        noted.set()
        raise DatabaseError("the server is restarted")

    noted = threading.Event()
    patience(0.05)
    model.hold_after("21人")
    with monkeypatch.context() as patched:
        patched.setattr("store.chats.ChatStore.add_card", away)
        server.say(user, ASKED)
        placeholder = server.wait_message(user, containing="正在查阅")
        assert noted.wait(10)
    model.gate.set()
    settle()
    assert "19天" in placeholder.text
    assert standing(server, user)[-1] is placeholder


@pytest.mark.parametrize(
    ("how", "announced"),
    [("button", True), ("/cancel", True), ("/cancel", False), ("/cancel@report_test_bot", False)],
)
def test_stopping_ends_the_call_of_the_model_and_leaves_nothing_of_the_answer(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    patience: Callable[[float], None],
    how: str,
    announced: bool,
) -> None:
    patience(0.02 if announced else 60)
    model.hold_after("21人")
    server.say(user, ASKED)
    server.wait_for(lambda: model.streams and model.streams[0].given == model.streams[0].shown)
    if announced:
        placeholder = server.wait_message(user, containing="正在查阅")
    if how == "button":
        server.press(user, placeholder, "⏹ 停止")
    else:
        server.say(user, how)
    settle()
    assert model.streams[0].ended.is_set()
    assert model.streams[0].given < len(model.streams[0].chunks)
    last = standing(server, user)[-1]
    assert last.text == "已停止。"
    assert last.buttons == []
    assert len(standing(server, user)) == 2
    assert server.unanswered == []
    model.gate.set()
    model.reply = Script(told)
    server.say(user, ASKED)
    settle()
    assert "21人" in standing(server, user)[-1].text


def test_one_chat_s_stop_leaves_the_answer_of_another_alone(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    other: User,
    settle: Settle,
    patience: Callable[[float], None],
) -> None:
    server.send_document(other, "河滨.txt", RIVERSIDE.encode())
    settle()
    patience(0.02)
    model.hold_after("21人")
    for sender in (user, other):
        server.say(sender, ASKED)
    placeholders = [server.wait_message(sender, containing="正在查阅") for sender in (user, other)]
    theirs = placeholders[1].buttons[0][0][1]
    server.press_raw(user, user, placeholders[0].message_id, theirs)
    server.say(user, "/cancel")
    server.wait_for(lambda: placeholders[0].text == "已停止。")
    model.gate.set()
    settle()
    assert "21人" in placeholders[1].text
    assert server.unanswered == []


def test_a_stop_pressed_too_late_says_that_nothing_is_written(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    patience: Callable[[float], None],
) -> None:
    patience(0.02)
    model.hold_after("21人")
    server.say(user, ASKED)
    placeholder = server.wait_message(user, containing="正在查阅")
    data = placeholder.buttons[0][0][1]
    model.gate.set()
    settle()
    server.press_raw(user, user, placeholder.message_id, data)
    settle()
    assert [a.text for a in server.callback_answers.values()] == ["现在没有正在写的答案。"]
    assert "21人" in placeholder.text


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("down"),
        httpx.Response(401, json={"error": {"message": "bad key"}}),
        httpx.Response(400, json={"error": {"message": "no such model"}}),
        "this is no JSON",
    ],
    ids=["down", "key refused", "model refused", "not readable"],
)
def test_without_the_model_the_text_itself_answers_and_says_so(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception | httpx.Response | str,
) -> None:
    if isinstance(failure, Exception):
        real = asyncio.sleep

        async def at_once(seconds: float, *args: object) -> None:
            await real(min(seconds, 0.01))

        monkeypatch.setattr("asyncio.sleep", at_once)  # the client's waits between its tries
    model.reply = Script(failure)
    server.say(user, ASKED)
    settle()
    answer = standing(server, user)[-1]
    assert "21人" in answer.text
    assert "原文出处" in answer.text
    assert "原文" in answer.text.partition("原文出处")[0], "not a word on why it is in the report's own words"
    assert "sk-test" not in answer.text


def test_a_follow_up_goes_to_the_model_as_a_question_of_its_own(
    server: TelegramServer, started: Bot, model: Model, user: User, settle: Settle
) -> None:
    server.say(user, ASKED)
    settle()
    server.say(user, "那下一步计划呢？")
    settle()
    answer = standing(server, user)[-1]
    assert "理解为：河滨区水务局" in answer.text
    assert "河滨区水务局下一步计划" in str(model.payloads[-1])


def test_a_summary_can_be_stopped_too(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    settle: Settle,
    patience: Callable[[float], None],
) -> None:
    patience(0.02)
    arrived = threading.Event()
    ended = threading.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        arrived.set()
        try:
            while not model.gate.is_set():  # noqa: ASYNC110 - opened by another thread
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            ended.set()
            raise
        return httpx.Response(200, json=completion(write(json.loads(request.content))))

    model.reply = slow  # type: ignore[assignment]
    server.say(user, "/summary 河滨")
    placeholder = server.wait_message(user, containing="正在查阅")
    server.wait_for(arrived.is_set)
    server.press(user, placeholder, "⏹ 停止")
    settle()
    assert placeholder.text == "已停止。"
    assert ended.is_set()


def test_one_who_blocks_the_bot_takes_no_drafts_from_the_others(
    server: TelegramServer,
    started: Bot,
    model: Model,
    user: User,
    other: User,
    settle: Settle,
    patience: Callable[[float], None],
) -> None:
    server.send_document(other, "河滨.txt", RIVERSIDE.encode())
    settle()
    patience(60)
    model.hold_after("")
    server.say(user, ASKED)
    server.wait_for(lambda: model.streams)
    server.block(user)
    model.gate.set()
    settle()
    model.gate.clear()
    model.hold_after("21人")
    server.say(other, ASKED)
    try:
        server.wait_for(lambda: any("21人" in draft.text for draft in server.drafts(other)), timeout=3)
    finally:
        model.gate.set()


def test_a_day_s_budget_spent_is_said_and_the_text_itself_answers(
    server: TelegramServer,
    model: Model,
    settings: pytest.MonkeyPatch,
    start: Callable[[], Bot],
    user: User,
    settle: Settle,
) -> None:
    settings.setenv("DAILY_TOKEN_BUDGET", "1")
    start()
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    for _ in range(2):
        server.say(user, ASKED)
    settle()
    answer = standing(server, user)[-1]
    assert "21人" in answer.text
    assert len(model.payloads) <= 1
    assert "额度" in answer.text or "上限" in answer.text
