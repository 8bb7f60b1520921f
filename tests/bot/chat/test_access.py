"""Who may do what, and that no chat ever sees the shelf of another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from store.chats import ChatStore
from tests.bot.chat.conftest import ADMIN, OTHER, RIVERSIDE, STRANGER, USER, Bot
from tests.bot.samples import NIGHTFALL
from tests.telegram import Group, Message, TelegramServer, User

Upload = Callable[..., Message]
Settle = Callable[[], None]
Chats = Callable[[], AbstractContextManager[ChatStore]]

GROUP, NOT_INVITED = -1001, "把我加进群的人还没有获准使用"
SECRETS = ("河滨", "1260次", "21人", "持证执法人员仅有", "8名")
"""Words of RIVERSIDE that nobody but the chat it was sent to may read."""


def said_in(server: TelegramServer, chat: User | Group) -> str:
    """All a chat was ever shown by the bot: messages, what they were before, buttons, alerts, files."""
    told = []
    for message in server.messages(chat):
        told += [message.text, *message.edits, str(message.buttons)]
        told.append(message.document[1].decode("utf-8", "replace") if message.document else "")
    return "\n".join([*told, *(draft.text for draft in server.drafts(chat))])


# --- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "where", "granted", "answered"),
    [
        (USER, USER, {}, True),
        (ADMIN, ADMIN, {}, True),
        (STRANGER, STRANGER, {}, False),
        (USER, USER, {USER: False}, False),
        (ADMIN, ADMIN, {ADMIN: False}, True),
        (STRANGER, STRANGER, {STRANGER: True}, True),
        (USER, GROUP, {}, True),
        (ADMIN, GROUP, {}, True),
        (STRANGER, GROUP, {}, False),
        (STRANGER, GROUP, {GROUP: True}, True),
        (STRANGER, GROUP, {GROUP: True, STRANGER: False}, False),
        (USER, GROUP, {GROUP: False}, False),
        (USER, GROUP, {USER: False}, False),
        (ADMIN, GROUP, {GROUP: False}, True),
        (STRANGER, STRANGER, {GROUP: True}, False),
    ],
)
def test_whoever_was_given_access_is_answered_and_nobody_else(
    server: TelegramServer,
    chats: Chats,
    start: Callable[[], Bot],
    user: User,
    admin: User,
    stranger: User,
    group: Group,
    settle: Settle,
    who: int,
    where: int,
    granted: dict[int, bool],
    answered: bool,
) -> None:
    with chats() as store:
        for id_, allowed in granted.items():
            store.grant(id_, allowed=allowed, by=ADMIN)
    start()
    speaker = {USER: user, ADMIN: admin, STRANGER: stranger}[who]
    server.say(speaker, "/reports", chat=group if where == GROUP else None)
    settle()
    told = said_in(server, group if where == GROUP else speaker)
    assert ("书架" in told) is answered
    assert ("获准" in told) is not answered


def test_a_group_allowed_by_the_settings_answers_every_member(
    server: TelegramServer,
    settings: pytest.MonkeyPatch,
    start: Callable[[], Bot],
    stranger: User,
    group: Group,
    settle: Settle,
) -> None:
    settings.setenv("TELEGRAM_ALLOWED_IDS", str(group.id))
    start()
    server.say(stranger, "/reports", chat=group)
    server.say(stranger, "/reports")
    settle()
    assert "书架" in said_in(server, group)
    assert "书架" not in said_in(server, stranger)


def test_a_stranger_is_told_their_id_once_and_then_nothing(
    server: TelegramServer, bot: Bot, stranger: User, settle: Settle
) -> None:
    server.say(stranger, "/start")
    server.say(stranger, "存在哪些不足？")
    server.send_document(stranger, "河滨.txt", RIVERSIDE.encode())
    server.sticker(stranger)
    server.say(stranger, "/allow 5005")
    settle()
    (only,) = server.messages(stranger)
    assert str(STRANGER) in only.text
    assert "\n" not in only.text
    assert server.calls_of("getFile") == []
    assert server.actions(stranger) == []


def test_a_stranger_who_edits_presses_or_is_denied_gets_nothing_done(
    server: TelegramServer, bot: Bot, stranger: User, settle: Settle
) -> None:
    asked = server.say(stranger, "存在哪些不足？")
    server.edit(stranger, asked, "有哪些计划？")
    for data in ("g:en", "l:r:0", "r:abc", "x:1"):
        server.press_raw(stranger, stranger, asked, data)
    settle()
    assert len(server.messages(stranger)) == 1
    assert server.unanswered == []


def test_admins_let_people_in_and_out(
    server: TelegramServer, bot: Bot, admin: User, stranger: User, settle: Settle
) -> None:
    server.say(stranger, "/start")
    settle()
    server.say(admin, f"/allow {STRANGER}")
    server.wait_message(stranger, containing="管理员已允许您使用")
    server.say(stranger, "/reports")
    server.wait_message(stranger, containing="书架上还没有报告")
    server.say(admin, f"/deny {STRANGER}")
    server.wait_message(admin, containing=f"已不再允许 {STRANGER}")
    before = said_in(server, stranger)
    server.say(stranger, "/reports")
    settle()
    assert said_in(server, stranger).count("书架上还没有报告") == before.count("书架上还没有报告") == 1


def test_an_admin_allows_a_member_by_answering_what_they_wrote(
    server: TelegramServer, bot: Bot, admin: User, stranger: User, group: Group, settle: Settle
) -> None:
    written = server.say(stranger, "我想用", chat=group)
    server.say(admin, "/allow", chat=group, reply_to=written)
    server.wait_message(group, containing=f"已允许 {STRANGER}")
    server.say(stranger, "/reports", chat=group)
    server.wait_message(group, containing="书架上还没有报告")


# --- groups: added, removed, moved; people: blocking ------------------------------------------------


@pytest.mark.parametrize("may_write", [True, False])
def test_added_by_a_stranger_it_says_so_and_leaves(
    server: TelegramServer, bot: Bot, stranger: User, chats: Chats, settle: Settle, may_write: bool
) -> None:
    group = server.group(-1002, "陌生群", members=[stranger], bot_status="left")
    if not may_write:
        why = "Bad Request: not enough rights to send text messages to the chat"
        server.faults.fail_next("sendMessage", status=400, description=why)
    server.add_to_group(stranger, group)
    settle()
    assert group.bot_status == "left"
    assert len(server.calls_of("leaveChat")) == 1
    if may_write:
        (only,) = server.messages(group)
        assert NOT_INVITED in only.text
        assert "-1002" in only.text
    settle()
    with chats() as store:
        record = store.chat(-1002)
    assert record is not None
    assert not record.active


def test_added_by_one_who_may_it_greets_and_stays(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    group = server.group(-1002, "我们的群", members=[user], bot_status="left")
    server.add_to_group(user, group)
    assert "/ask" in server.wait_message(group, containing="大家好").text
    server.promote_bot(user, group)
    settle()
    assert len(server.messages(group)) == 1
    assert group.bot_status == "administrator"


def test_blocked_or_removed_the_chat_is_noted_as_inactive_until_it_comes_back(
    server: TelegramServer, bot: Bot, user: User, group: Group, settle: Settle, chats: Chats
) -> None:
    server.say(user, "/new")
    server.say(user, "/new", chat=group)
    settle()
    server.block(user)
    server.remove_from_group(user, group)
    settle()
    with chats() as store:
        assert [record.active for id_ in (USER, GROUP) if (record := store.chat(id_))] == [False, False]
    server.say(user, "/new")  # writing to it unblocks
    settle()
    with chats() as store:
        assert [record.active for id_ in (USER, GROUP) if (record := store.chat(id_))] == [True, False]


@pytest.mark.parametrize("allowed_by", ["settings", "admin", "member"])
def test_a_group_that_becomes_a_supergroup_keeps_shelf_report_and_rights(
    server: TelegramServer,
    settings: pytest.MonkeyPatch,
    start: Callable[[], Bot],
    chats: Chats,
    user: User,
    stranger: User,
    settle: Settle,
    allowed_by: str,
) -> None:
    settings.setenv("TELEGRAM_ALLOWED_IDS", f"{USER},-77" if allowed_by == "settings" else str(USER))
    if allowed_by == "admin":
        with chats() as store:
            store.grant(-77, allowed=True, by=ADMIN)
    start()
    speaker = user if allowed_by == "member" else stranger
    old = server.group(-77, "小群", members=[speaker])
    server.send_document(speaker, "河滨.txt", RIVERSIDE.encode(), caption="/summary", chat=old)
    settle()
    report_id = next(data[2:] for _, data in _buttons(server, old) if data.startswith(("s:", "a:")))
    message = server.messages(old)[0]
    server.press_raw(speaker, old, message.message_id, f"a:{report_id}")
    settle()
    new = server.group(-1_000_077, "小群", members=[speaker])
    for chat, field, id_ in ((old, "migrate_to_chat_id", new.id), (new, "migrate_from_chat_id", old.id)):
        moved = {"message_id": 90, "from": speaker.as_user(), "date": 1_760_000_000, field: id_}
        server.raw_update({"message": {**moved, "chat": chat.as_chat()}})
    server.say(speaker, "/reports", chat=new)
    settle()
    assert "河滨区水务局" in said_in(server, new)
    server.say(speaker, "/settings", chat=new)
    settle()
    assert "提问范围：《河滨区水务局" in said_in(server, new)


def _buttons(server: TelegramServer, chat: User | Group) -> list[tuple[str, str]]:
    return [button for m in server.messages(chat) for line in m.buttons for button in line]


# --- one chat's shelf is no other's ------------------------------------------------------------------


@pytest.fixture
def riverside(
    server: TelegramServer, user: User, upload: Upload, settle: Settle, chats: Chats
) -> dict[str, str]:
    """A report on `user`'s shelf, and a card of every kind there: what their buttons say."""
    upload(user)
    for text in ("全局持证执法人员有多少人？", "/summary 河滨", "/search 执法", "字" * 850):
        server.say(user, text)
        settle()
    found = {data.partition(":")[0]: data for _, data in _buttons(server, user)}
    found["report"] = found["s"].partition(":")[2]
    return found


def forged(riverside: dict[str, str]) -> list[str]:
    """Every verb with the report's id or the cards of its chat, as another chat would send it."""
    report = riverside["report"]
    on_report = [f"{verb}:{report}" for verb in ("r", "s", "a", "d", "D", "h")]
    cards = [riverside[verb].split(":")[1] for verb in ("v", "t", "k")]
    ends = {
        "c": ("1", "2"),
        "v": ("1", "0"),
        "o": ("",),
        "t": ("a", "s", "p"),
        "f": ("html", "md"),
        "q": ("",),
    }
    ends["k"] = ("s", "i", "q")
    on_cards = [f"{verb}:{card}:{end}" for verb, all_ in ends.items() for card in cards for end in all_]
    return [*on_report, *(f"p:{report}:{n}{e}" for n in (0, 1, 2) for e in ("", ":e")), *on_cards]


@pytest.mark.parametrize("where", ["another private chat", "a group of theirs", "an admin's chat"])
def test_nothing_of_a_shelf_can_be_seen_or_done_from_another_chat(
    server: TelegramServer,
    bot: Bot,
    user: User,
    other: User,
    admin: User,
    group: Group,
    riverside: dict[str, str],
    settle: Settle,
    chats: Chats,
    where: str,
) -> None:
    speaker, chat = {
        "another private chat": (other, other),
        "a group of theirs": (user, group),
        "an admin's chat": (admin, admin),
    }[where]
    how: dict[str, Any] = {"chat": group} if chat is group else {}
    report = riverside["report"]
    for text in (
        "/ask 全局持证执法人员有多少人？",
        "/reports",
        "/reports 水务局",
        f"/reports {report}",
        "/search 持证执法人员",
        f"/search {report}",
        "/summary",
        "/summary 水务局",
        f"/summary {report}",
        "/delete",
        "/delete 水务局",
        f"/delete {report}",
        f"/share {report}",
        "/ask 《河滨区水务局2024年法治政府建设工作报告》有哪些不足？",
        "/settings",
        "/usage",
        "/start",
    ):
        server.say(speaker, text, **how)
        settle()
    message = server.messages(chat)[-1]
    for data in forged(riverside):
        server.press_raw(speaker, chat, message.message_id, data)
    settle()
    assert server.unanswered == []
    told = said_in(server, chat)
    if where == "an admin's chat":  # /usage there names chats, which hold nothing of their reports
        told = told.replace("李主任", "")
    questions = (
        "全局持证执法人员有多少人",
        "持证执法人员”",
        "《河滨区水务局2024年法治政府建设工作报告》有哪些不足",
    )
    for asked in (*questions, "“水务局”", f"“{report}”"):
        told = told.replace(asked, "")
    told = told.replace("《河滨区水务局2024年法治政府建设工作报告》", "")  # said by the one who asked for it
    assert [word for word in SECRETS if word in told] == []
    assert report not in told
    with chats() as store:
        assert store.votes() == {}
    server.say(user, "/reports")
    settle()
    assert "河滨区水务局" in server.messages(user)[-1].text, "it was deleted from another chat"
    opened = next(data for data in forged(riverside) if data == riverside["c"].rpartition(":")[0] + ":1")
    server.press_raw(user, user, server.messages(user)[-1].message_id, opened)
    server.wait_message(user, containing="段，共")  # at home the same data opens what it should


def test_a_member_without_access_cannot_press_what_stands_in_the_group(
    server: TelegramServer, bot: Bot, user: User, stranger: User, group: Group, upload: Upload, settle: Settle
) -> None:
    upload(user, caption="/summary", chat=group)
    server.say(user, "/ask 全局持证执法人员有多少人？", chat=group)
    settle()
    before = said_in(server, group)
    for message in server.messages(group):
        for _, data in [button for line in message.buttons for button in line]:
            server.press_raw(stranger, group, message.message_id, data)
    settle()
    assert said_in(server, group) == before
    assert server.unanswered == []
    alerts = [answer.text for answer in server.callback_answers.values() if answer.text]
    assert len(alerts) == 1
    assert str(STRANGER) in alerts[0]


def test_a_private_shelf_does_not_follow_its_owner_into_a_group_nor_back(
    server: TelegramServer, bot: Bot, user: User, group: Group, upload: Upload, settle: Settle
) -> None:
    upload(user)
    upload(user, "夜坪.txt", NIGHTFALL, caption="/summary", chat=group)
    server.say(user, "/reports", chat=group)
    server.say(user, "/reports")
    settle()
    assert "河滨" not in said_in(server, group)
    assert "夜坪" not in said_in(server, user)


def test_asking_one_report_does_not_outlast_the_right_to_see_it(
    server: TelegramServer, bot: Bot, other: User, riverside: dict[str, str], settle: Settle, chats: Chats
) -> None:
    """A focus that names another chat's report, however it came there, is no key to it."""
    from store.chats import Place, Talk

    with chats() as store:
        store.set_focus(Talk(Place(OTHER), OTHER), riverside["report"])
    server.say(other, "有多少执法人员？")
    server.say(other, "/settings")
    settle()
    assert [word for word in SECRETS if word in said_in(server, other)] == []


# --- the common shelf --------------------------------------------------------------------------------


def test_a_shared_report_is_seen_by_all_and_deleted_by_admins_alone(
    server: TelegramServer,
    bot: Bot,
    user: User,
    admin: User,
    other: User,
    group: Group,
    upload: Upload,
    settle: Settle,
) -> None:
    upload(admin)
    server.say(admin, "/share 河滨")
    server.wait_message(admin, containing="已放到公共书架")
    for speaker, chat in ((user, user), (other, other), (user, group)):
        server.say(speaker, "/ask 全局持证执法人员有多少人？", chat=chat)
        server.wait_message(chat, containing="21人")
        server.say(speaker, "/reports", chat=chat)
        listed = server.wait_message(chat, containing="书架：1 份报告")
        assert "公共" in listed.text
        report_id = listed.buttons[0][0][1].removeprefix("r:")
        for data in (f"d:{report_id}", f"D:{report_id}"):
            server.press_raw(speaker, chat, listed.message_id, data)
        server.say(speaker, f"/delete {report_id}", chat=chat)
        settle()
        assert "只有管理员能删除" in said_in(server, chat)
        assert "已删除" not in said_in(server, chat)
        server.press_raw(speaker, chat, listed.message_id, f"r:{report_id}")
        settle()
        assert "🗑" not in str(_buttons(server, chat))
        server.say(speaker, f"/share {report_id}", chat=chat)
        settle()
        assert "只有管理员能用" in said_in(server, chat)


def test_what_an_admin_shares_is_listed_once_in_their_own_chat(
    server: TelegramServer, bot: Bot, admin: User, upload: Upload, settle: Settle
) -> None:
    upload(admin)
    server.say(admin, "/share 河滨")
    server.say(admin, "/share 河滨")
    server.say(admin, "/reports")
    settle()
    listed = server.wait_message(admin, containing="书架：")
    assert listed.text.count("河滨区水务局") == 1


def test_an_admin_takes_a_shared_report_back(
    server: TelegramServer, bot: Bot, user: User, admin: User, settle: Settle
) -> None:
    server.send_document(admin, "河滨.txt", RIVERSIDE.encode(), caption="/share")
    told = server.wait_message(admin, containing="已放到公共书架").text
    undo = told[told.index("/delete") :].split()
    for _ in range(2):  # from their own shelf and from everybody's
        server.say(admin, " ".join(undo[:2]))
        settle()
        sure = server.messages(admin)[-1]
        if sure.buttons and sure.buttons[0][0][1].startswith("D:"):
            server.press(admin, sure, "🗑 删除")
            settle()
    server.say(user, "/reports")
    assert "书架上还没有报告" in server.wait_message(user).text
