"""Every command: with an argument and without, in private and in groups, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.chat import texts
from tests.bot.chat.conftest import RIVERSIDE, Bot
from tests.bot.samples import NIGHTFALL
from tests.telegram import Group, Message, TelegramServer, User

Upload = Callable[..., Message]
Settle = Callable[[], None]

EMPTY_SHELF = {
    # command: (what is said in Chinese, in English), by one who may use the bot and has sent no report yet
    "/start": ("先发一份报告文件给我吧", "Begin by sending me a report file"),
    "/help": ("怎么用", "How to use this"),
    "/ask": ("请把问题写在后面", "Write the question after it"),
    "/summary": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/summary 河滨": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/reports": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/reports 河滨": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/search": ("请把要找的内容写在后面", "Write what to look for after it"),
    "/search 执法": ("没有", "No passage was found"),
    "/delete": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/delete 河滨": ("书架上还没有报告", "There is no report on the shelf yet"),
    "/new": ("从头开始", "A new conversation"),
    "/cancel": ("现在没有正在写的答案", "Nothing is being written now"),
    "/settings": ("随 Telegram", "as in Telegram"),
    "/usage": ("本聊天今天：0 个问题", "This chat today: 0 questions"),
    "/allow 5005": ("只有管理员能用", "Only administrators"),
    "/deny 1002": ("只有管理员能用", "Only administrators"),
    "/share": ("这个命令只有管理员能用", "Only administrators can use this"),
    "/nosuch": ("没有 /nosuch 这个命令", "There is no /nosuch"),
    "/nosuch@report_test_bot now": ("没有 /nosuch 这个命令", "There is no /nosuch"),
}


@pytest.fixture
def heard(server: TelegramServer, settle: Settle) -> Callable[..., list[Message]]:
    """Says something and gives all that the bot said to it."""

    def exchange(sender: User, text: str, **how: object) -> list[Message]:
        chat = how.get("chat") or sender
        before = len(server.messages(chat))  # type: ignore[arg-type]
        server.say(sender, text, **how)  # type: ignore[arg-type]
        settle()
        return server.messages(chat)[before:]  # type: ignore[arg-type]

    return exchange


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_command_is_answered_once_and_in_the_language_of_whoever_sends_it(
    bot: Bot, user: User, english: User, heard: Callable[..., list[Message]], language: str
) -> None:
    for command, said in EMPTY_SHELF.items():
        messages = heard(user if language == "zh" else english, command)
        assert len(messages) == 1, command
        assert said[language == "en"] in messages[0].text, command


@pytest.mark.parametrize(
    "question", ["存在哪些不足？", "/ask 存在哪些不足？", "What are the shortcomings?", "/中文"]
)
def test_a_question_to_an_empty_shelf_is_answered_in_words_of_a_chat(
    bot: Bot, user: User, heard: Callable[..., list[Message]], question: str
) -> None:
    (message,) = heard(user, question)
    assert "ingest" not in message.text
    assert "报告" in message.text or "report" in message.text


@pytest.mark.parametrize("code", ["zh", "zh-hans", "zh-hant", "zh-TW", None, "en", "en-GB", "ja"])
def test_chinese_of_any_kind_and_no_language_are_chinese_and_every_other_is_english(
    server: TelegramServer, bot: Bot, code: str | None
) -> None:
    speaker = server.user(1002, "某人", language_code=code)
    server.say(speaker, "/new")
    chinese = code is None or code.startswith("zh")
    assert server.wait_message(speaker).text.startswith("好，从头开始" if chinese else "A new conversation")


def test_the_settings_buttons_change_the_language_of_this_chat_alone(
    server: TelegramServer,
    bot: Bot,
    user: User,
    other: User,
    settle: Settle,
    heard: Callable[..., list[Message]],
) -> None:
    (settings,) = heard(user, "/settings")
    for data, shown, answered in (
        ("g:en", "Language: English", "A new conversation"),
        ("g:zh", "语言：中文", "好，从头开始"),
        ("g:en", "Language: English", "A new conversation"),
        ("g:auto", "语言：随 Telegram", "好，从头开始"),
    ):
        server.press(user, settings, data)
        settle()
        assert shown in settings.text
        assert [label for label, key in settings.buttons[0] if label.startswith("●")] == [
            next(label for label, key in settings.buttons[0] if key == data)
        ]
        assert heard(user, "/new")[0].text.startswith(answered)
        assert heard(other, "/new")[0].text.startswith("好，从头开始")
    assert server.unanswered == []


def test_help_names_every_command_and_those_of_admins_to_admins_alone(
    bot: Bot, user: User, admin: User, heard: Callable[..., list[Message]]
) -> None:
    (to_user,), (to_admin,) = heard(user, "/help"), heard(admin, "/help")
    assert [name for name in texts.COMMANDS if f"/{name}" not in to_user.text] == []
    assert [name for name in texts.ADMIN_COMMANDS if f"/{name}" in to_user.text] == []
    assert [
        name for name in {**texts.COMMANDS, **texts.ADMIN_COMMANDS} if f"/{name}" not in to_admin.text
    ] == []


def test_telegram_lists_the_commands_by_chat_and_language(
    server: TelegramServer, bot: Bot, admin: User
) -> None:
    server.wait_for(lambda: server.commands("all_group_chats", "en"))
    listed = [command["command"] for command in server.commands("all_private_chats", "zh")]
    assert listed == list(texts.COMMANDS)
    english = {c["command"]: c["description"] for c in server.commands("all_private_chats", "en")}
    assert english == {name: phrase.en for name, phrase in texts.COMMANDS.items()}


def test_start_suggests_a_question_that_the_shelf_answers(
    bot: Bot, user: User, upload: Upload, heard: Callable[..., list[Message]]
) -> None:
    upload(user)
    (welcome,) = heard(user, "/start")
    example = next(line for line in welcome.text.splitlines() if line.startswith("• "))
    (answer,) = heard(user, example.removeprefix("• "))
    assert "21人" in answer.text


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/ask 全局持证执法人员有多少人？", "21人"),
        ("/ask@report_test_bot 全局持证执法人员有多少人？", "21人"),
        ("/ask   全局持证执法人员有多少人？", "21人"),
        ("/ask\n全局持证执法人员有多少人？", "21人"),
        ("/ask\n全局持证执法人员有多少人？ 谢谢", "21人"),
        ("全局持证执法人员有多少人？", "21人"),
        ("@report_test_bot 全局持证执法人员有多少人？", "21人"),
        ("/search 先安置 执法力量", "相关段落"),
        ("/search\n持证执法人员 21人", "“持证执法人员 21人”"),
        ("/reports", "书架：1 份报告"),
        ("/summary", "要哪一份的摘要"),
        ("/summary 水务局 2024", "【主要成效】"),
        ("/summary 没有这份", "没有找到“没有这份”"),
        ("/reports 没有这份", "没有找到“没有这份”"),
        ("/delete 没有这份", "没有找到“没有这份”"),
        ("/delete", "要删除哪一份"),
        ("/delete 河滨", "删除《河滨区水务局"),
    ],
)
def test_a_command_takes_what_stands_behind_it(
    bot: Bot,
    user: User,
    upload: Upload,
    heard: Callable[..., list[Message]],
    command: str,
    told: str,
) -> None:
    upload(user)
    messages = heard(user, command)
    assert told in "\n".join(message.text for message in messages)


def test_a_name_that_one_report_bears_opens_it_and_does_not_speak_of_several(
    bot: Bot, user: User, upload: Upload, heard: Callable[..., list[Message]]
) -> None:
    upload(user)
    upload(user, "夜坪.txt", NIGHTFALL)
    (message,) = heard(user, "/reports 水务局")
    assert "好几份" not in message.text
    assert "河滨区水务局" in message.text + str(message.buttons)
    assert "夜坪" not in message.text + str(message.buttons)


def test_a_name_that_several_reports_bear_is_asked_back(
    bot: Bot, user: User, upload: Upload, heard: Callable[..., list[Message]]
) -> None:
    upload(user)
    upload(user, "河滨23.txt", RIVERSIDE.replace("2024年", "2023年").replace("1260次", "980次"))
    for command in ("/summary 水务局", "/delete 水务局", "/reports 水务局"):
        (message,) = heard(user, command)
        assert "对应好几份" in message.text
        assert len(message.buttons) == 2


def test_every_report_of_the_shelf_can_be_named_by_its_id(
    server: TelegramServer, bot: Bot, user: User, upload: Upload, heard: Callable[..., list[Message]]
) -> None:
    upload(user)
    report_id = heard(user, "/reports")[0].buttons[0][0][1].removeprefix("r:")
    assert "删除《河滨区水务局" in heard(user, f"/delete {report_id}")[0].text
    assert "【主要成效】" in "".join(m.text for m in heard(user, f"/summary {report_id}"))


# --- groups -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ["/ask 有多少持证执法人员？", "/ask@report_test_bot 有多少持证执法人员？"]
)
def test_a_group_is_answered_in_reply_to_the_question(
    server: TelegramServer,
    bot: Bot,
    user: User,
    group: Group,
    upload: Upload,
    heard: Callable[..., list[Message]],
    command: str,
) -> None:
    upload(user, caption="/summary@report_test_bot", chat=group)
    (answer,) = heard(user, command, chat=group)
    assert "21人" in answer.text
    assert answer.reply_to == server.history(group)[-2].message_id


@pytest.mark.parametrize("in_reply", [False, True])
@pytest.mark.parametrize("command", ["/ask@other_bot 有多少人？", "/start@other_bot", "/nosuch@other_bot"])
def test_what_is_meant_for_another_bot_is_left_to_it(
    server: TelegramServer,
    bot: Bot,
    user: User,
    group: Group,
    heard: Callable[..., list[Message]],
    command: str,
    in_reply: bool,
) -> None:
    server.world.can_read_all_group_messages = True
    (hello,) = heard(user, "/new", chat=group)
    assert heard(user, command, chat=group, reply_to=hello if in_reply else None) == []


def test_in_a_group_only_commands_mentions_and_replies_are_meant_for_the_bot(
    server: TelegramServer, bot: Bot, user: User, group: Group, heard: Callable[..., list[Message]]
) -> None:
    server.world.can_read_all_group_messages = True
    (hello,) = heard(user, "/new", chat=group)
    for text, how, count in (
        ("大家下午好", {}, 0),
        ("问一下 @someone_else 存在哪些不足？", {}, 0),
        ("@report_test_bot 存在哪些不足？", {}, 1),
        ("存在哪些不足？", {"reply_to": hello}, 1),
        ("说说 /ask 怎么用", {}, 0),
    ):
        assert len(heard(user, text, chat=group, **how)) == count, text


def test_files_in_a_group_are_taken_in_when_their_caption_is_for_the_bot(
    server: TelegramServer, bot: Bot, user: User, group: Group, settle: Settle
) -> None:
    server.world.can_read_all_group_messages = True
    for number, (caption, taken) in enumerate(
        ((None, False), ("请大家看看", False), ("@report_test_bot", True), ("/summary", True))
    ):
        text = RIVERSIDE.replace("2024", f"200{number}")
        server.send_document(user, f"{number}.txt", text.encode(), caption=caption, chat=group)
        settle()
        told = "\n".join(message.text for message in server.messages(group))
        assert (f"✅ {number}.txt" in told) is taken, caption


# --- files and what is no text ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["caption", "reply", "caption with mention"])
def test_a_document_is_summarised_at_once_where_its_caption_or_a_reply_says_so(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, how: str
) -> None:
    caption = {"caption": "/summary", "caption with mention": "/summary@report_test_bot"}.get(how)
    sent = server.send_document(user, "河滨.txt", RIVERSIDE.encode(), caption=caption)
    settle()
    if how == "reply":
        assert "【主要成效】" not in server.wait_message(user).text
        server.say(user, "/summary", reply_to=sent)
    summary = server.wait_message(user, containing="【主要成效】")
    assert "1260次" in summary.text
    assert "21人" in summary.text
    assert "8名" in summary.text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("what", ["sticker", "voice", "photo"])
def test_what_cannot_be_read_is_answered_with_what_can(
    server: TelegramServer, bot: Bot, user: User, english: User, what: str, language: str
) -> None:
    sender = user if language == "zh" else english
    getattr(server, what)(sender)
    told = server.wait_message(sender).text
    assert ("我只读文字和报告文件" if language == "zh" else "I read text and report files") in told
    assert "docx" in told


def test_a_replied_question_is_asked_with_ask_alone(
    server: TelegramServer,
    bot: Bot,
    user: User,
    group: Group,
    upload: Upload,
    heard: Callable[..., list[Message]],
) -> None:
    upload(user, caption="/summary", chat=group)
    question = server.say(user, "全局持证执法人员有多少人？", chat=group)
    (answer,) = heard(user, "/ask", chat=group, reply_to=question)
    assert "21人" in answer.text


# --- editing, following up --------------------------------------------------------------------------


def test_an_edited_question_is_answered_in_the_place_of_its_answer(
    server: TelegramServer, bot: Bot, user: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    asked = server.say(user, "开展河道巡查多少次？")
    answer = server.wait_message(user, containing="1260次")
    server.edit(user, asked, "全局持证执法人员有多少人？")
    server.wait_for(lambda: "21人" in answer.text)
    settle()
    assert server.messages(user)[-1] is answer


def test_an_edit_that_leaves_the_question_as_it_was_is_not_answered(
    server: TelegramServer, bot: Bot, user: User, group: Group, upload: Upload, settle: Settle
) -> None:
    server.world.can_read_all_group_messages = True
    upload(user, caption="/summary", chat=group)
    for question in ("/ask 有多少持证执法人员？", "@report_test_bot 有多少持证执法人员？"):
        asked = server.say(user, question, chat=group)
        settle()
        calls = len(server.calls_of("editMessageText")) + len(server.calls_of("sendMessage"))
        server.edit(user, asked, question, chat=group)
        settle()
        assert len(server.calls_of("editMessageText")) + len(server.calls_of("sendMessage")) == calls, (
            question
        )


def test_a_follow_up_is_read_in_the_light_of_what_was_asked_until_new(
    server: TelegramServer, bot: Bot, user: User, upload: Upload, heard: Callable[..., list[Message]]
) -> None:
    upload(user)
    upload(user, "夜坪.txt", NIGHTFALL)
    heard(user, "河滨区水务局有哪些不足？")
    (answer,) = heard(user, "那下一步计划呢？")
    assert "理解为：河滨区水务局" in answer.text
    assert "8名" in answer.text
    heard(user, "/new")
    (afresh,) = heard(user, "那下一步计划呢？")
    assert "理解为" not in afresh.text


def test_topics_of_a_forum_are_conversations_of_their_own(
    server: TelegramServer, bot: Bot, user: User, group: Group, upload: Upload, settle: Settle
) -> None:
    topic = server.topic(user, group, "水务")
    upload(user, caption="/summary", chat=group, thread_id=topic)
    server.say(user, "/ask 河滨区水务局有哪些不足？", chat=group, thread_id=topic)
    settle()
    assert server.messages(group)[-1].thread_id == topic
    server.say(user, "/ask 那下一步计划呢？", chat=group)
    settle()
    assert "理解为" not in server.messages(group)[-1].text
    assert server.messages(group)[-1].thread_id is None


# --- admins -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/allow", "请写编号"),
        ("/deny", "请写编号"),
        ("/allow abc", "请写编号"),
        ("/allow --5", "请写编号"),
        ("/allow -", "请写编号"),
        ("/allow 9999999999999999999", "请写编号"),
        ("/allow 99999999999999999999", "请写编号"),
        ("/allow 12345 李主任", "已允许 12345"),
        ("/allow -100777", "已允许 -100777"),
        ("/deny 12345", "已不再允许 12345"),
        ("/deny 1", "TELEGRAM_ADMIN_IDS"),
        ("/usage", "本聊天今天"),
        ("/share", "书架上还没有报告"),
        ("/share 没有", "书架上还没有报告"),
    ],
)
def test_an_admin_s_command_says_what_it_did(
    bot: Bot, admin: User, heard: Callable[..., list[Message]], command: str, told: str
) -> None:
    (message,) = heard(admin, command)
    assert told in message.text


def test_usage_counts_questions_refusals_and_files_of_every_chat_for_admins_in_private(
    server: TelegramServer,
    bot: Bot,
    user: User,
    admin: User,
    upload: Upload,
    heard: Callable[..., list[Message]],
) -> None:
    upload(user)
    heard(user, "全局持证执法人员有多少人？")
    heard(user, "火星基地有多少名宇航员？")
    assert "本聊天今天：2 个问题" in heard(user, "/usage")[0].text
    assert "李主任" not in heard(user, "/usage")[0].text
    (of_all,) = heard(admin, "/usage")
    assert "李主任 1001：问题 2，未找到 1，失败 0，文件 1" in of_all.text
