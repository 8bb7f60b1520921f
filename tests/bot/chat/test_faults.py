"""What goes wrong between the bot and Telegram, and with the files it is sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from bot.chat.desk import Allowance
from store.chats import ChatStore
from tests.bot.chat.conftest import RIVERSIDE, USER, Bot
from tests.bot.samples import NIGHTFALL
from tests.store.make_files import make_docx, para
from tests.telegram import Message, TelegramServer, User

Upload = Callable[..., Message]
Settle = Callable[[], None]
Chats = Callable[[], AbstractContextManager[ChatStore]]

ASKED = "全局持证执法人员有多少人？"
MAYBE_TWICE = "这条可能重复"


@pytest.fixture(autouse=True)
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.chat.courier._LONGEST_BACKOFF_S", 0.02)


def standing(server: TelegramServer, chat: User | int) -> list[str]:
    return [message.text for message in server.messages(chat) if not message.deleted]


# --- sending ----------------------------------------------------------------------------------------


def test_a_chat_that_must_wait_holds_up_no_other(
    server: TelegramServer, bot: Bot, user: User, other: User, settle: Settle
) -> None:
    server.faults.fail_next("sendMessage", retry_after=2)
    server.say(user, "/new")
    server.wait_for(lambda: [c for c in server.calls_of("sendMessage") if c.error])
    server.say(other, "/new")
    server.wait_message(other, containing="从头开始")
    assert standing(server, user) == []
    server.wait_message(user, containing="从头开始")
    settle()
    assert len(standing(server, user)) == 1  # and not before its time, or the server had noted a violation


@pytest.mark.parametrize(
    ("fault", "says_twice", "sent"),
    [
        ({"status": 500}, False, 1),
        ({"status": 502}, False, 1),
        ({"status": 502, "times": 4}, False, 1),
        ({"drop": "before"}, True, 1),
        ({"drop": "after"}, True, 2),
        ({"drop": "after", "times": 2}, True, 3),
    ],
)
def test_an_answer_is_sent_again_until_it_arrives_and_says_where_it_may_stand_twice(
    server: TelegramServer,
    user: User,
    upload: Upload,
    settle: Settle,
    fault: dict[str, object],
    says_twice: bool,
    sent: int,
) -> None:
    upload(user)
    server.faults.fail_next("sendMessage", **fault)  # type: ignore[arg-type]
    before = len(server.messages(user))
    server.say(user, ASKED)
    settle()
    answers = [m.text for m in server.messages(user)[before:]]
    assert len(answers) == sent
    assert all("21人" in text for text in answers)
    assert (MAYBE_TWICE in answers[-1]) is says_twice
    assert answers[-1].count(MAYBE_TWICE) <= 1
    assert MAYBE_TWICE not in "".join(answers[:-1][:1])


def test_markup_that_telegram_refuses_is_sent_plain_once(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    why = "Bad Request: can't parse entities: Unsupported start tag"
    server.faults.fail_next("sendMessage", status=400, description=why)
    before = len(server.calls_of("sendMessage"))
    server.say(user, ASKED)
    settle()
    answer = server.messages(user)[-1]
    assert "21人" in answer.text
    assert "<b>" not in answer.text
    assert "&lt;" not in answer.text
    assert answer.buttons
    calls = server.calls_of("sendMessage")[before:]
    assert [call.params.get("parse_mode") for call in calls] == ["HTML", None]


def test_a_message_refused_even_when_plain_is_told_once_and_not_tried_for_ever(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, forgiven: list[str]
) -> None:
    forgiven.append("BadRequest")
    server.faults.fail_next("sendMessage", status=400, description="Bad Request: something new", times=2)
    server.say(user, "/new")
    settle()
    assert len(server.calls_of("sendMessage")) <= 3
    server.say(user, "/help")
    server.wait_message(user, containing="怎么用")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
    ],
)
def test_a_chat_nothing_can_be_sent_to_is_noted_and_left_alone(
    server: TelegramServer,
    bot: Bot,
    user: User,
    other: User,
    settle: Settle,
    chats: Chats,
    status: int,
    why: str,
) -> None:
    server.say(other, "/new")
    settle()
    server.faults.fail_next("sendMessage", status=status, description=why)
    server.say(user, "/new")
    settle()
    calls = [c for c in server.calls_of("sendMessage") if c.params["chat_id"] == str(USER)]
    assert len(calls) == 1
    with chats() as store:
        record = store.chat(USER)
        assert record is not None
        assert not record.active
    server.say(other, "/help")
    server.wait_message(other, containing="怎么用")


def test_an_answer_follows_a_group_that_became_a_supergroup_while_it_was_written(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    old = server.group(-77, "小群", members=[user])
    server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption="/share", chat=old)
    settle()
    new = server.group(-1_000_077, "小群", members=[user])
    server.faults.fail_next("sendMessage", migrate_to=new.id)
    server.say(user, f"/ask {ASKED}", chat=old)
    answer = server.wait_message(new, containing="原文")
    settle()
    assert len(standing(server, new)) == 1
    server.press(user, answer, answer.buttons[0][0][0])
    settle()
    assert len(standing(server, new)) == 2  # the passage: what the button stands for came along
    server.say(user, "/reports", chat=new)
    server.wait_message(new, containing="河滨区水务局2024")


@pytest.mark.parametrize("why", ["message to edit not found", "message can't be edited"])
def test_a_message_that_can_no_longer_be_edited_is_sent_anew(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, why: str
) -> None:
    server.faults.fail_next("editMessageText", status=400, description=f"Bad Request: {why}")
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    settle()
    texts = standing(server, user)
    assert "⏳" in texts[0]
    assert "✅ 河滨.txt" in texts[1]
    assert len(texts) == 2


def test_an_edit_that_changes_nothing_is_no_failure(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    server.say(user, "/settings")
    settle()
    message = server.messages(user)[-1]
    for _ in range(2):
        server.press(user, message, "g:auto")
        settle()
    assert len(standing(server, user)) == 1
    assert server.unanswered == []


# --- receiving --------------------------------------------------------------------------------------


def test_an_update_delivered_again_is_answered_once(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    server.say(user, ASKED)
    settle()
    before = standing(server, user)
    for update_id in server.update_ids:
        server.redeliver(update_id)
    server.say(user, "/new")
    settle()
    assert standing(server, user) == [*before, server.messages(user)[-1].text]
    assert "从头开始" in server.messages(user)[-1].text


def test_another_poller_is_explained_once_and_outlasted(server: TelegramServer, bot: Bot, user: User) -> None:
    server.conflict = True
    server.wait_for(lambda: any("409" in line for line in bot.told))
    server.conflict = False
    server.say(user, "/new")
    server.wait_message(user, containing="从头开始", timeout=20)
    assert len([line for line in bot.told if "409" in line]) == 1


def test_updates_of_a_kind_nobody_asked_for_are_harmless(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    chat = {"id": -1009, "type": "channel", "title": "频道"}
    for update in (
        {"channel_post": {"message_id": 1, "date": 1, "chat": chat, "text": "/start"}},
        {
            "poll_answer": {
                "poll_id": "1",
                "option_ids": [0],
                "option_persistent_ids": ["a"],
                "user": user.as_user(),
            }
        },
        {"message": {"message_id": 5, "date": 1, "chat": user.as_chat(), "from": user.as_user()}},
        {"inline_query": {"id": "1", "from": user.as_user(), "query": "不足", "offset": ""}},
    ):
        server.raw_update(update)
    settle()
    server.say(user, "/new")
    server.wait_message(user, containing="从头开始")


def test_one_who_asks_too_fast_is_told_for_how_long_and_others_are_not(
    server: TelegramServer,
    start: Callable[[], Bot],
    user: User,
    other: User,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Allowance.__init__, "__defaults__", (3,))
    start()
    for sender in (user, user, user, user, other):
        server.say(sender, "存在哪些不足？")
        settle()
    told = [text for text in standing(server, user) if "问得太快了" in text]
    assert len(told) == 1
    assert "每分钟最多 3 个问题" in told[0]
    assert "问得太快了" not in "".join(standing(server, other))
    server.say(user, "/help")
    server.wait_message(user, containing="怎么用")


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("坏.pdf", b"%PDF-1.7 broken"),
        ("空.txt", b""),
        ("空白.txt", b"  \n \n"),
        ("坏.docx", b"PK\x03\x04 broken"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("程序.exe", b"MZ" + bytes(200)),
        ("没有后缀", b"\x00\x01\x02" * 40),
        ("..", b"\x00\x01\x02" * 40),
        ("a<b>&.pdf", b"nothing of a pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_a_reason(
    server: TelegramServer,
    bot: Bot,
    user: User,
    english: User,
    settle: Settle,
    name: str,
    data: bytes,
    language: str,
) -> None:
    sender = user if language == "zh" else english
    server.send_document(sender, name, data)
    settle()
    (told,) = standing(server, sender)
    mark, _, rest = told.partition(" ")
    assert mark == "❌"
    assert rest.startswith(f"{name}：" if language == "zh" else f"{name}: ")
    reason = rest[len(name) + 1 :].strip()
    assert len(reason) >= 4
    assert not reason.startswith("file"), "the reader's own name for it"
    assert "/tmp" not in reason  # noqa: S108
    assert "内部出错" not in reason


def test_a_file_over_telegram_s_limit_is_refused_with_a_way_out(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    server.send_document(user, "大.pdf", b"%PDF-1.7", claimed_size=21 * 1024 * 1024)
    settle()
    assert standing(server, user) == [
        "❌ 大.pdf：文件超过 20 MB，Telegram 不让机器人下载。请拆分，或由管理员用命令行收入。"
    ]


@pytest.mark.parametrize(
    ("times", "mark"), [(1, "✅"), (2, "✅"), (3, "❌")], ids=["once", "twice", "every time"]
)
def test_a_download_that_fails_is_tried_again_and_then_said_to_have_failed(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, times: int, mark: str
) -> None:
    server.faults.fail_next("getFile", status=500, times=times)
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    server.wait_for(lambda: f"{mark} 河滨.txt" in "".join(standing(server, user)), timeout=12)
    assert "⏳" not in "".join(standing(server, user))


def test_a_file_sent_again_is_known_and_one_with_new_text_replaces_it(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    changed = RIVERSIDE.replace("仅有21人", "仅有22人")
    for name, text, told in (
        ("河滨.txt", RIVERSIDE, "已收入《河滨区水务局"),
        ("河滨.txt", RIVERSIDE, "内容未变"),
        ("河滨.txt", changed, "已用新内容替换《河滨区水务局"),
        ("河滨.txt", changed, "内容未变"),
    ):
        assert told in "\n".join(upload(user, name, text).text.splitlines()[-2:])
    server.say(user, ASKED)
    settle()
    answer = standing(server, user)[-1]
    assert "22人" in answer
    assert "21人" not in answer
    server.say(user, "/reports")
    server.wait_message(user, containing="书架：1 份报告")


def test_two_reports_of_the_same_file_name_are_both_kept_and_replaced_each_by_its_own(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    for text, told in (
        (RIVERSIDE, "已收入《河滨区水务局"),
        (NIGHTFALL, "已收入《夜坪县教育局"),
        (NIGHTFALL.replace("46辆", "47辆"), "已用新内容替换《夜坪县教育局"),
        (RIVERSIDE.replace("仅有21人", "仅有22人"), "已用新内容替换《河滨区水务局"),
        (RIVERSIDE.replace("仅有21人", "仅有22人"), "内容未变"),
    ):
        assert told in "\n".join(upload(user, "报告.txt", text).text.splitlines()[-2:])
    server.say(user, "/reports")
    server.wait_message(user, containing="书架：2 份报告")
    for question, figure in ((ASKED, "22人"), ("逐车检查校车多少辆？", "47辆")):
        server.say(user, question)
        settle()
        assert figure in standing(server, user)[-1]


@pytest.mark.parametrize("album", ["13", None])
def test_files_sent_together_share_one_message_that_tells_of_each(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, album: str | None
) -> None:
    docx = make_docx("".join(para(line) for line in NIGHTFALL.splitlines() if line))
    for name, data in (("河滨.txt", RIVERSIDE.encode()), ("坏.pdf", b"%PDF-1.7"), ("夜坪.docx", docx)):
        server.send_document(user, name, data, media_group_id=album)
    settle()
    (told,) = standing(server, user)
    lines = [line for line in told.splitlines() if line[0] in "✅❌"]
    assert [line.split("：")[0] for line in lines] == ["✅ 河滨.txt", "❌ 坏.pdf", "✅ 夜坪.docx"]
    server.say(user, "/reports")
    server.wait_message(user, containing="书架：2 份报告")


def test_an_album_with_the_caption_summary_on_one_file_summarises_that_one(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption="/summary", media_group_id="7")
    server.send_document(user, "夜坪.txt", NIGHTFALL.encode(), media_group_id="7")
    settle()
    told = "\n".join(standing(server, user))
    assert told.count("【主要成效】") == 1
    assert "✅ 夜坪.txt" in told


def test_a_failing_engine_is_told_and_the_next_question_answered(
    server: TelegramServer,
    user: User,
    upload: Upload,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
    forgiven: list[str],
) -> None:
    forgiven.append("RuntimeError")
    upload(user)
    with monkeypatch.context() as patch:

        def broken(*args: object) -> None:
            raise RuntimeError("a secret of the inside")

        patch.setattr("bot.engines.Extractive.answer", broken)
        server.say(user, ASKED)
        settle()
    told = standing(server, user)[-1]
    assert "抱歉，这条没有办成" in told
    assert "secret" not in told
    server.say(user, ASKED)
    settle()
    assert "21人" in standing(server, user)[-1]
