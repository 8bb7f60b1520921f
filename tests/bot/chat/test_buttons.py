"""Every button: what it opens, what it changes, and what it says when there is nothing behind it any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from store.chats import ChatStore
from tests.bot.chat.conftest import RIVERSIDE, USER, Bot
from tests.bot.samples import NIGHTFALL
from tests.telegram import Message, TelegramServer, User

Upload = Callable[..., Message]
Settle = Callable[[], None]
Chats = Callable[[], AbstractContextManager[ChatStore]]

ASKED = "全局持证执法人员有多少人？"
QUOTED = "全局持证执法人员仅有21人"


@pytest.fixture
def server(server: TelegramServer) -> Iterator[TelegramServer]:
    """No button is left with its spinner, whatever it does."""
    yield server
    assert server.unanswered == []


@pytest.fixture
def press(server: TelegramServer, user: User, settle: Settle) -> Callable[..., list[Message]]:
    """Presses a button and gives the messages that came of it."""

    def pressed(message: Message, button: str) -> list[Message]:
        before = len(server.messages(user))
        server.press(user, message, button)
        settle()
        return server.messages(user)[before:]

    return pressed


@pytest.fixture
def answer(server: TelegramServer, user: User, upload: Upload, settle: Settle) -> Message:
    """The answer to a question, with its buttons."""
    upload(user)
    server.say(user, ASKED)
    settle()
    return server.wait_message(user, containing="21人")


@pytest.fixture
def summary(server: TelegramServer, user: User, upload: Upload, settle: Settle) -> Message:
    upload(user)
    server.say(user, "/summary 河滨")
    settle()
    return server.wait_message(user, containing="【")


def data_of(message: Message, verb: str) -> str:
    return next(data for line in message.buttons for _, data in line if data.startswith(f"{verb}:"))


def alerts(server: TelegramServer) -> list[str]:
    return [answer.text for answer in server.callback_answers.values() if answer.show_alert]


# --- answers ----------------------------------------------------------------------------------------


def test_a_citation_opens_its_passage_with_the_quote_in_bold(
    answer: Message, press: Callable[..., list[Message]]
) -> None:
    (passage,) = press(answer, "[1]")
    assert f"<b>{QUOTED}" in passage.html
    assert "《河滨区水务局2024年法治政府建设工作报告》" in passage.text
    assert re.search(r"第 \d+ 段，共 \d+ 段", passage.text)
    assert "难以满足日常巡查需要" in passage.text


def test_previous_and_next_turn_the_pages_in_the_same_message(
    server: TelegramServer, user: User, upload: Upload, settle: Settle, press: Callable[..., list[Message]]
) -> None:
    long = RIVERSIDE.replace("\n\n", "\n", 1).replace("等。", "等。" * 40)
    chapters = "\n".join(f"（{n}）第{n}项工作进展。{'本项工作稳步推进。' * 30}" for n in "三四五六七八")
    upload(user, text=long.replace("二、存在的不足", f"{chapters}\n二、存在的不足"))
    server.say(user, ASKED)
    settle()
    (passage,) = press(server.wait_message(user, containing="21人"), "[1]")
    total = int(re.findall(r"共 (\d+) 段", passage.text)[0])
    assert total > 3
    seen = set()
    while any(label == "◀ 上一段" for line in passage.buttons for label, _ in line):
        assert press(passage, "◀ 上一段") == []
    for n in range(1, total + 1):
        assert f"第 {n} 段，共 {total} 段" in passage.text
        seen.add(passage.text)
        if n < total:
            assert press(passage, "下一段 ▶") == []
    assert len(seen) == total
    assert [label for line in passage.buttons for label, _ in line] == ["◀ 上一段"]


@pytest.mark.parametrize("presses", [["👍"], ["👎"], ["👍", "👎"], ["👎", "👍", "👍"]])
def test_a_vote_is_kept_with_question_and_evidence_and_the_last_counts(
    server: TelegramServer,
    answer: Message,
    press: Callable[..., list[Message]],
    chats: Chats,
    presses: list[str],
) -> None:
    for button in presses:
        assert press(answer, button) == []
    with chats() as store:
        assert store.votes() == {presses[-1] == "👍": 1}
        with store._engine.connect() as connection:
            row = connection.exec_driver_sql("select * from chat_votes").one()
    assert (row.user_id, row.chat_id, row.question) == (USER, USER, ASKED)
    assert "21人" in row.answer
    assert QUOTED in row.evidence or QUOTED.encode("unicode_escape").decode() in row.evidence
    assert {a.text for a in server.callback_answers.values()} == {"谢谢，已记下。"}


def test_only_this_report_keeps_questions_to_it_until_new(
    server: TelegramServer,
    user: User,
    answer: Message,
    upload: Upload,
    press: Callable[..., list[Message]],
    settle: Settle,
) -> None:
    upload(user, "夜坪.txt", NIGHTFALL)
    (told,) = press(answer, "🔍 只问这份报告")
    assert "接下来只问《河滨区水务局" in told.text
    server.say(user, "校车有多少辆？")
    settle()
    kept = server.messages(user)[-1]
    assert "46辆" not in kept.text
    assert "只查《河滨区水务局" in kept.text
    server.say(user, ASKED)
    settle()
    assert "🔍 只问这份报告" not in str(server.messages(user)[-1].buttons)
    server.say(user, "/new")
    server.say(user, "校车有多少辆？")
    settle()
    assert "46辆" in server.messages(user)[-1].text


def test_the_fixed_report_is_let_go_when_it_is_deleted(
    server: TelegramServer,
    user: User,
    answer: Message,
    upload: Upload,
    press: Callable[..., list[Message]],
    settle: Settle,
) -> None:
    press(answer, "🔍 只问这份报告")
    report_id = _report_id(server, user, settle)
    upload(user, "夜坪.txt", NIGHTFALL)
    server.press_raw(user, user, answer.message_id, f"D:{report_id}:{user.id}")
    settle()
    server.say(user, "还有哪些报告？")
    settle()
    assert "之前指定的报告已不在书架上" in server.messages(user)[-1].text
    server.say(user, "还有哪些报告？")
    settle()
    assert "之前指定的报告" not in server.messages(user)[-1].text


def _report_id(server: TelegramServer, user: User, settle: Settle) -> str:
    server.say(user, "/reports")
    settle()
    return server.messages(user)[-1].buttons[0][0][1].removeprefix("r:")


# --- the shelf --------------------------------------------------------------------------------------


@pytest.fixture
def shelf(server: TelegramServer, user: User, bot: Bot, settle: Settle) -> list[str]:
    """Twenty short reports; their agencies."""
    agencies = [f"{name}县{what}局" for name in ("东山", "西水", "南岭", "北川") for what in "农林水渔牧"]
    for agency in agencies:
        text = RIVERSIDE.replace("河滨区水务局", agency).replace("法治政府建设", "年度")
        server.send_document(user, f"{agency}.txt", text.encode())
    settle()
    told = "\n".join(message.text for message in server.messages(user))
    assert [agency for agency in agencies if f"✅ {agency}.txt" not in told] == []
    return agencies


def test_twenty_reports_stand_on_three_pages_of_one_message(
    server: TelegramServer,
    user: User,
    shelf: list[str],
    press: Callable[..., list[Message]],
    settle: Settle,
) -> None:
    server.say(user, "/reports")
    settle()
    message = server.messages(user)[-1]
    assert "书架：20 份报告" in message.text
    seen: list[str] = []
    for page, count in ((1, 8), (2, 8), (3, 4)):
        assert f"第 {page} 页，共 3 页" in message.text
        numbers = [label for label, data in message.buttons[0]]
        assert numbers == [str(n) for n in range(8 * page - 7, 8 * page - 7 + count)]
        seen += re.findall(r"《(.+?)》", message.text)
        if page < 3:
            assert press(message, "▶") == []
    assert sorted(seen) == sorted(f"{agency}2024年年度工作报告" for agency in shelf)
    press(message, "◀")
    assert "第 2 页" in message.text
    title = re.findall(r"10\. 《(.+?)》", message.text)[0]
    (card,) = press(message, "10")
    assert title in card.text
    assert [label for line in card.buttons for label, _ in line] == ["📋 摘要", "💬 就此提问", "🗑 删除"]


def test_choosing_what_to_summarise_or_delete_turns_pages_too(
    server: TelegramServer,
    user: User,
    shelf: list[str],
    press: Callable[..., list[Message]],
    settle: Settle,
) -> None:
    for command, question, verb in (("/summary", "要哪一份的摘要", "s"), ("/delete", "要删除哪一份", "d")):
        server.say(user, command)
        settle()
        message = server.messages(user)[-1]
        assert question in message.text
        press(message, "▶")
        assert question in message.text
        assert [label for label, _ in message.buttons[-1]] == ["◀", "▶"]
        titles = [line[0][0] for line in message.buttons[:-1]]
        assert len(titles) == 8
        assert all(line[0][1].startswith(f"{verb}:") for line in message.buttons[:-1])
        come = press(message, titles[3])
        assert titles[3] in come[0].text


def test_an_arrow_beyond_the_last_page_shows_the_last(
    server: TelegramServer, user: User, answer: Message, settle: Settle
) -> None:
    server.say(user, "/reports")
    settle()
    message = server.messages(user)[-1]
    for data in ("l:r:99", "l:r:0", "l:r:x", "l:", "l:r:-1"):
        server.press_raw(user, user, message.message_id, data)
        settle()
        assert "书架：1 份报告" in message.text


# --- summaries --------------------------------------------------------------------------------------


def test_the_parts_of_a_summary_come_whole_and_with_their_quotes(
    summary: Message, press: Callable[..., list[Message]]
) -> None:
    for button, words, foreign in (
        ("主要成效", ("1260次", "6件", "12场"), "21人"),
        ("存在的不足", ("21人", "19天"), "1260次"),
        ("下一步计划", ("8名", "7天"), "1260次"),
    ):
        labels = [label for label, _ in summary.buttons[0]]
        part = press(summary, next(label for label in labels if label[-2:] == button[-2:]))
        text = "\n".join(message.text for message in part)
        assert [word for word in words if word not in text] == []
        assert foreign not in text
        assert "<blockquote expandable>" in part[0].html


@pytest.mark.parametrize("form", ["html", "md"])
def test_a_summary_is_sent_as_a_file_that_holds_all_of_it(
    summary: Message, press: Callable[..., list[Message]], form: str
) -> None:
    (sent,) = press(summary, data_of(summary, "f").replace("html", form))
    assert sent.document is not None
    name, content = sent.document
    page = content.decode()
    assert name == f"河滨区水务局2024年法治政府建设工作报告.{form}"
    assert sent.text == "《河滨区水务局2024年法治政府建设工作报告》摘要"
    assert [word for word in ("1260次", "21人", "19天", "8名", "7天以内") if word not in page] == []
    assert "<script>" not in page
    assert page.startswith("<!doctype html>" if form == "html" else "# ") or "<html" in page.lower()


def test_ask_about_it_keeps_questions_to_the_summarised_report(
    server: TelegramServer, user: User, summary: Message, press: Callable[..., list[Message]], settle: Settle
) -> None:
    (told,) = press(summary, "💬 就此提问")
    assert "接下来只问《河滨区水务局" in told.text
    server.say(user, "/settings")
    settle()
    assert "提问范围：《河滨区水务局" in server.messages(user)[-1].text


def test_an_upload_offers_its_summary_and_to_be_asked(
    user: User, upload: Upload, press: Callable[..., list[Message]]
) -> None:
    taken = upload(user)
    assert "【主要成效】" in "".join(m.text for m in press(taken, "📋 摘要"))
    assert "接下来只问" in press(taken, "💬 就此提问")[0].text


# --- deleting ---------------------------------------------------------------------------------------


def test_a_report_is_deleted_only_after_it_was_confirmed(
    server: TelegramServer, user: User, answer: Message, press: Callable[..., list[Message]], settle: Settle
) -> None:
    server.say(user, "/delete")
    settle()
    choice = server.messages(user)[-1]
    for button, shown, left in (("保留", "好，没有删除", True), ("🗑 删除", "已删除《河滨区水务局", False)):
        (sure,) = press(choice, choice.buttons[0][0][0])
        assert sure.text.startswith("删除《河滨区水务局")
        press(sure, button)
        assert shown in sure.text
        assert sure.buttons == []
        server.say(user, "/reports")
        settle()
        assert ("河滨区水务局" in server.messages(user)[-1].text) is left
    server.say(user, ASKED)
    settle()
    assert "21人" not in server.messages(user)[-1].text


def test_every_button_of_a_deleted_report_says_that_it_is_gone(
    server: TelegramServer, user: User, answer: Message, press: Callable[..., list[Message]], settle: Settle
) -> None:
    for text in ("/summary 河滨", "/reports", "/search 持证执法人员", "/reports 河滨"):
        server.say(user, text)
        settle()
    press(answer, "[1]")
    messages = [message for message in server.messages(user) if message.buttons]
    report_id = data_of(answer_shelf(messages), "r").removeprefix("r:")
    server.press_raw(user, user, answer.message_id, f"D:{report_id}:{user.id}")
    settle()
    kept = set()
    for message in messages:
        for label, data in [button for line in message.buttons for button in line]:
            if data[0] in "vl":
                continue
            before, alerted = len(server.messages(user)), len(alerts(server))
            server.press(user, message, data)
            settle()
            told = [m.text for m in server.messages(user)[before:]] + alerts(server)[alerted:]
            # A card goes with its report, so that its text goes, too.
            gone = [
                "这份报告已不在书架上。",
                *(["这些按钮已失效，请重新提问。"] if data[0] in "tfqcko" else []),
            ]
            if len(told) != 1 or told[0] not in gone:
                kept.add((label, data[0], str(told)[:40]))
    assert kept == set()


def answer_shelf(messages: list[Message]) -> Message:
    return next(message for message in messages if "书架：" in message.text)


def test_a_replaced_report_does_not_open_another_text_in_the_place_of_the_quote(
    server: TelegramServer, user: User, answer: Message, upload: Upload, press: Callable[..., list[Message]]
) -> None:
    upload(user, text=RIVERSIDE.replace("持证执法人员仅有21人", "持证执法人员仅有22人"))
    (told,) = press(answer, "[1]")
    assert "22人" not in told.text
    assert told.text in {"这份报告已不在书架上。", "报告已更新，找不到原来的位置。"}


# --- pasted texts -----------------------------------------------------------------------------------


@pytest.fixture
def pasted(server: TelegramServer, bot: Bot, user: User, settle: Settle) -> tuple[str, Message]:
    """A report of 9,000 characters, which the sender's app cuts in three, and what the bot asks."""
    filler = "".join(f"第{n}项巡查整改任务已经按时完成并且通过了区里组织的检查验收。" for n in range(280))
    text = RIVERSIDE.replace("二、存在的不足", f"{filler}\n二、存在的不足").strip()
    pieces = [text[at : at + 4096] for at in range(0, len(text), 4096)]
    assert len(pieces) == 3
    for piece in pieces:
        server.say(user, piece)
    settle()
    (asked,) = server.messages(user)
    return text, asked


def test_a_text_cut_by_the_sender_s_app_is_one_text(
    server: TelegramServer, user: User, pasted: tuple[str, Message], press: Callable[..., list[Message]]
) -> None:
    text, asked = pasted
    assert f"这段文字有 {len(text)} 字" in asked.text
    (stored,) = press(asked, "📥 收入书架")
    assert "✅ 河滨区水务局2024年法治政府建设工作报告.txt：已收入" in stored.text
    press(asked, "📥 收入书架")
    server.say(user, "/reports")
    server.wait_message(user, containing="书架：1 份报告")


def test_a_pasted_text_is_summarised_and_taken_in(
    server: TelegramServer, pasted: tuple[str, Message], press: Callable[..., list[Message]]
) -> None:
    told = "\n".join(message.text for message in press(pasted[1], "📋 出摘要"))
    assert "已收入《河滨区水务局" in told
    assert "21人" in told
    assert "8名" in told


def test_a_pasted_text_can_be_a_question_after_all(
    server: TelegramServer, user: User, upload: Upload, press: Callable[..., list[Message]], settle: Settle
) -> None:
    upload(user)
    server.say(user, f"{'我们在讨论基层的情况。' * 80}{ASKED}")
    settle()
    asked = server.messages(user)[-1]
    assert "像是一份报告" in asked.text
    (told,) = press(asked, "❓ 当作问题")
    assert "像是一份报告" not in told.text
    server.say(user, "/reports")
    settle()
    assert "书架：1 份报告" in server.messages(user)[-1].text


def test_long_messages_of_two_people_are_not_joined(
    server: TelegramServer, bot: Bot, user: User, other: User, group: object, settle: Settle
) -> None:
    server.world.can_read_all_group_messages = True
    for sender, char in ((user, "甲"), (other, "乙")):
        server.say(sender, f"@report_test_bot {char * 3500}", chat=group)  # type: ignore[arg-type]
    settle()
    told = [message.text for message in server.messages(-1001)]
    assert [text for text in told if "3500 字" not in text] == []
    assert len(told) == 2


# --- what is no button of this chat's ---------------------------------------------------------------


@pytest.mark.parametrize(
    "data", ["zz", "zz:1", "c", "c:", "c:nosuch:1", "r:", "p:", "p:x:1", ":", "k:x:s", "D:"]
)
def test_unknown_data_opens_nothing_and_is_answered(
    server: TelegramServer, user: User, answer: Message, settle: Settle, data: str
) -> None:
    before = len(server.messages(user))
    server.press_raw(user, user, answer.message_id, data)
    settle()
    assert len(server.messages(user)) == before
    assert len(alerts(server)) == 1


@pytest.mark.parametrize("verb", ["t:{}:a", "f:{}:html", "q:{}", "k:{}:s", "c:{}:99", "c:{}:x", "o:{}"])
def test_a_card_of_another_kind_opens_nothing(
    server: TelegramServer, user: User, answer: Message, settle: Settle, verb: str
) -> None:
    """The id of an answer's card behind the verb of a summary's or a paste's button."""
    card = data_of(answer, "v").split(":")[1]
    server.press_raw(user, user, answer.message_id, verb.format(card))
    settle()
    said = [message.text for message in server.messages(user)]
    assert [text for text in said if "程序内部出错" in text] == []


def test_a_button_of_a_message_that_was_taken_away_still_works(
    server: TelegramServer, user: User, answer: Message, settle: Settle
) -> None:
    data = data_of(answer, "c")
    answer.deleted = True
    server.press_raw(user, user, answer.message_id, data)
    settle()
    assert QUOTED in server.messages(user)[-1].text
