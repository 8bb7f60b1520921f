"""/digest, /subscribe and /unsubscribe in chats: what is shown, who may change it, and whose buttons work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.schedule import DAYS, Plan, next_slot
from store.db import sqlite_url
from store.digest_tables import SlotState, Subscription
from store.digests import DigestStore
from tests.bot.chat.conftest import ADMIN, NIGHTFALL, OTHER, USER, Bot
from tests.telegram import Group, Message, TelegramServer, User

Upload = Callable[..., Message]
Settle = Callable[[], None]
Ledger = Callable[[], "contextmanager[DigestStore]"]


@pytest.fixture
def ledger(own_data_dir: Path) -> Callable[[], object]:
    """Opens what is kept of digests, to look at it or to prepare it."""

    @contextmanager
    def opened() -> Iterator[DigestStore]:
        own_data_dir.mkdir(parents=True, exist_ok=True)
        store = DigestStore(sqlite_url(own_data_dir))
        try:
            yield store
        finally:
            store.close()

    return opened


def kept(ledger: Ledger, chat_id: int) -> Subscription | None:
    with ledger() as store:
        return store.subscription(chat_id)


def last(server: TelegramServer, chat: User | Group) -> Message:
    return [m for m in server.messages(chat) if not m.deleted][-1]


def labels(message: Message) -> list[str]:
    return [label for line in message.buttons for label, _ in line]


def tell(server: TelegramServer, settle: Settle, user: User, text: str, chat: Group | None = None) -> str:
    """Say something to the bot and give what it answered."""
    place = chat or user
    before = len(server.messages(place))
    server.say(user, text, chat=chat)
    settle()
    new = server.messages(place)[before:]
    return "\n".join(message.text for message in new)


# --- /digest ----------------------------------------------------------------------------------------


def test_digest_tells_what_came_with_quotes_and_opens_each_report(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    told = tell(server, settle, user, "/digest")
    digest = next(m for m in server.messages(user) if "书架动态" in m.text)
    assert "新增 1 份" in told
    assert "河滨区水务局2024年法治政府建设工作报告" in digest.text
    assert "[1]" in digest.text
    assert any(entity["type"] == "expandable_blockquote" for entity in digest.entities)
    server.press(user, digest, "1")
    detail = server.wait_message(user, containing="【", after=digest.message_id)
    assert "21人" in detail.text
    server.press(user, digest, "📄 HTML")
    settle()
    page = next(m for m in server.messages(user) if m.document and m.document[0].endswith(".html"))
    assert page.document is not None
    assert "河滨区水务局" in page.document[1].decode()
    assert server.unanswered == []


def test_a_shelf_without_changes_is_one_line(
    server: TelegramServer, bot: Bot, user: User, settle: Settle
) -> None:
    told = tell(server, settle, user, "/digest 30")
    assert "书架没有变化" in told
    assert "\n" not in told


@pytest.mark.parametrize("argument", ["昨天", "0", "1000", "三天"])
def test_days_that_are_none_are_explained(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, argument: str
) -> None:
    assert "/digest 30" in tell(server, settle, user, f"/digest {argument}")


def test_buttons_of_a_digest_open_nothing_elsewhere(
    server: TelegramServer, user: User, other: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    tell(server, settle, user, "/digest")
    digest = next(m for m in server.messages(user) if "书架动态" in m.text)
    data = [data for line in digest.buttons for _, data in line]
    tell(server, settle, other, "/new")
    before = len(server.messages(other))
    for one in data:
        callback = server.press_raw(other, other, server.messages(other)[-1].message_id, one)
        settle()
        assert "失效" in server.callback_answers[callback].text
    assert len(server.messages(other)) == before


def test_a_deleted_report_takes_its_digest_along(
    server: TelegramServer, user: User, upload: Upload, settle: Settle
) -> None:
    upload(user)
    tell(server, settle, user, "/digest")
    digest = next(m for m in server.messages(user) if "书架动态" in m.text)
    tell(server, settle, user, "/delete 河滨")
    sure = last(server, user)
    server.press(user, sure, "🗑 删除")
    settle()
    server.press(user, digest, "1")
    settle()
    assert "已删除" in last(server, user).text
    assert "21人" not in last(server, user).text


# --- /subscribe -------------------------------------------------------------------------------------


def test_subscribe_alone_subscribes_as_the_settings_say_and_shows_it(
    server: TelegramServer,
    settings: pytest.MonkeyPatch,
    start: Callable[[], Bot],
    user: User,
    settle: Settle,
    ledger: Ledger,
) -> None:
    settings.setenv("DIGEST_SCHEDULE", "thu 17:45")
    settings.setenv("REPORTBOT_TIMEZONE", "Europe/Berlin")
    start()
    told = tell(server, settle, user, "/subscribe")
    assert "每周四 17:45" in told
    assert "柏林时间" in told
    sub = kept(ledger, USER)
    assert sub is not None
    assert (sub.day, sub.minute, sub.zone, sub.active) == ("thu", 1065, "Europe/Berlin", True)
    assert sub.next_at == next_slot(Plan("thu", 1065, "Europe/Berlin"), sub.next_at - timedelta(days=6))
    assert "下一期" in told
    assert "每周四 17:45" in tell(server, settle, user, "/settings")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("mon 09:30", ("mon", 570, "Asia/Shanghai")),
        ("周二 9：05", ("tue", 545, "Asia/Shanghai")),
        ("每天 下午3点半", ("daily", 930, "Asia/Shanghai")),
        ("周五", ("fri", 540, "Asia/Shanghai")),
        ("18:00", ("mon", 1080, "Asia/Shanghai")),
        ("sun 8:00 America/New_York", ("sun", 480, "America/New_York")),
        ("时区 伦敦", ("mon", 540, "Europe/London")),
        ("zone europe/berlin", ("mon", 540, "Europe/Berlin")),
    ],
)
def test_a_plan_can_be_written(
    server: TelegramServer,
    bot: Bot,
    user: User,
    settle: Settle,
    ledger: Ledger,
    said: str,
    expected: tuple[str, int, str],
) -> None:
    tell(server, settle, user, f"/subscribe {said}")
    sub = kept(ledger, USER)
    assert sub is not None
    assert (sub.day, sub.minute, sub.zone) == expected


@pytest.mark.parametrize(
    ("said", "example"),
    [
        ("尽快", "/subscribe 周一 9:30"),
        ("周一 25:00", "/subscribe 周一 9:30"),
        ("mon 09:30 Mars/Base", "/subscribe 周一 9:30"),
        ("时区 火星", "/subscribe 时区 Europe/Berlin"),
        ("关注", "/subscribe 关注"),
        ("关注 " + "，".join(f"话题{n}" for n in range(11)), "10 项"),
    ],
)
def test_what_is_not_understood_is_answered_with_an_example(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger, said: str, example: str
) -> None:
    assert example in tell(server, settle, user, f"/subscribe {said}")
    assert kept(ledger, USER) is None


def test_watched_words_are_added_and_taken_off_by_button(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger
) -> None:
    tell(server, settle, user, "/subscribe 关注 违建，映川区城管局")
    told = tell(server, settle, user, "/subscribe watch 停车、违建")
    assert "只关注：违建、映川区城管局、停车" in told
    before = kept(ledger, USER)
    server.press(user, last(server, user), "✕ 映川区城管局")
    settle()
    after = kept(ledger, USER)
    assert before is not None
    assert after is not None
    assert after.watch == ("违建", "停车")
    assert after.next_at == before.next_at
    assert "只关注：违建、停车" in last(server, user).text


def test_day_hour_and_zone_are_chosen_by_buttons_in_one_message(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger
) -> None:
    tell(server, settle, user, "/subscribe")
    panel = last(server, user)
    for button, choice in (("📅", "周三"), ("🕘", "18:00"), ("🌐", "东京时间")):
        server.press(user, panel, next(label for label in labels(panel) if label.startswith(button)))
        settle()
        server.press(user, panel, next(label for label in labels(panel) if label.endswith(choice)))
        settle()
    sub = kept(ledger, USER)
    assert sub is not None
    assert (sub.day, sub.minute, sub.zone) == ("wed", 1080, "Asia/Tokyo")
    assert "每周三 18:00（东京时间）" in panel.text
    assert len(server.messages(user)) == 1
    server.press(user, panel, "退订")
    settle()
    assert "已退订" in panel.text
    server.press(user, panel, "↩ 恢复订阅")
    settle()
    again = kept(ledger, USER)
    assert again is not None
    assert (again.active, again.day) == (True, "wed")


def test_unsubscribe_can_be_undone(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger
) -> None:
    assert "没有订阅" in tell(server, settle, user, "/unsubscribe")
    tell(server, settle, user, "/subscribe fri 10:10")
    assert "已退订" in tell(server, settle, user, "/unsubscribe")
    stopped = kept(ledger, USER)
    assert stopped is not None
    assert not stopped.active
    server.press(user, last(server, user), "↩ 恢复订阅")
    settle()
    again = kept(ledger, USER)
    assert again is not None
    assert (again.active, again.day, again.minute) == (True, "fri", 610)


def test_in_a_group_only_its_admins_change_the_subscription(
    server: TelegramServer, bot: Bot, user: User, other: User, group: Group, settle: Settle, ledger: Ledger
) -> None:
    told = tell(server, settle, other, "/subscribe", group)  # allowed to use the bot, and no admin here
    assert "群管理员" in told
    assert kept(ledger, group.id) is None
    assert "群管理员" in tell(server, settle, other, "/unsubscribe", group)
    assert "已订阅" in tell(server, settle, user, "/subscribe", group)  # its owner
    panel = last(server, group)
    server.press(other, panel, "退订")
    settle()
    sub = kept(ledger, group.id)
    assert sub is not None
    assert sub.active
    assert "群管理员" in last(server, group).text
    group.admin_ids.add(OTHER)
    server.press(other, panel, "退订")
    settle()
    sub = kept(ledger, group.id)
    assert sub is not None
    assert not sub.active


def test_buttons_of_a_subscription_do_nothing_elsewhere(
    server: TelegramServer, bot: Bot, user: User, other: User, settle: Settle, ledger: Ledger
) -> None:
    tell(server, settle, user, "/subscribe")
    data = [data for line in last(server, user).buttons for _, data in line]
    tell(server, settle, other, "/subscribe daily 08:00")
    for one in [*data, f"{data[0].rpartition(':')[0]}:d:sun", "j::off", "j:x"]:
        callback = server.press_raw(other, other, last(server, other).message_id, one)
        settle()
        assert "失效" in server.callback_answers[callback].text
    mine, theirs = kept(ledger, USER), kept(ledger, OTHER)
    assert mine is not None
    assert theirs is not None
    assert (mine.day, mine.active, theirs.day, theirs.active) == ("mon", True, "daily", True)


@pytest.mark.parametrize("end", ["d:someday", "h:24", "h:-1", "z:Mars/Base", "w:9", "w:x", "q", ""])
def test_a_forged_choice_changes_nothing(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger, end: str
) -> None:
    tell(server, settle, user, "/subscribe")
    before = kept(ledger, USER)
    panel = last(server, user)
    card = panel.buttons[0][0][1].split(":")[1]
    server.press_raw(user, user, panel.message_id, f"j:{card}:{end}")
    settle()
    assert kept(ledger, USER) == before
    assert "失效" in last(server, user).text


def test_an_english_chat_is_told_in_english(
    server: TelegramServer, bot: Bot, english: User, settle: Settle
) -> None:
    told = tell(server, settle, english, "/subscribe daily 9pm")
    assert "every day at 21:00" in told
    assert "Next: " in told
    assert "nothing has changed" in tell(server, settle, english, "/digest")


def test_commands_are_listed_in_both_languages(server: TelegramServer, bot: Bot, user: User) -> None:
    for language in ("zh", "en"):
        listed = {
            c["command"]
            for c in server.wait_for(lambda language=language: server.commands("all_private_chats", language))
        }
        assert {"digest", "subscribe", "unsubscribe"} <= listed


# --- at its hour ------------------------------------------------------------------------------------


def this_minute() -> str:
    """The default zone's time, as people write it."""
    now = datetime.now(UTC) + timedelta(hours=8)
    return f"{DAYS[now.weekday()]} {now:%H:%M}"


def test_a_subscription_whose_minute_is_now_is_served_at_once(
    server: TelegramServer, bot: Bot, user: User, settle: Settle, ledger: Ledger
) -> None:
    server.send_document(user, "夜坪.txt", NIGHTFALL.encode())
    settle()
    server.say(user, f"/subscribe {this_minute()}")
    settle()
    sub = kept(ledger, USER)
    assert sub is not None
    if sub.next_at > datetime.now(UTC) + timedelta(minutes=2) and sub.covered_until is None:
        server.say(user, f"/subscribe {this_minute()}")  # the minute was over before it was read
    digest = server.wait_message(user, containing="书架动态\n", timeout=20)
    assert "夜坪县教育局关于开展2025年校园安全检查的通知" in digest.text
    server.press(user, digest, "1")
    server.wait_message(user, containing="校车", after=digest.message_id)
    with ledger() as store:
        server.wait_for(lambda: store.counts().get(SlotState.SENT) == 1)
    sub = kept(ledger, USER)
    assert sub is not None
    assert sub.covered_until is not None
    assert sub.next_at > sub.covered_until


def test_a_restart_in_the_midst_sends_nothing_twice(
    server: TelegramServer, start: Callable[[], Bot], user: User, settle: Settle, ledger: Ledger
) -> None:
    bot = start()
    tell(server, settle, user, "/subscribe")
    with ledger() as store:
        store.subscribe(
            Subscription(
                USER, 0, USER, "zh", "daily", 0, "UTC", (), True, datetime.now(UTC) - timedelta(seconds=1)
            )
        )
    server.wait_message(user, containing="书架没有变化", timeout=20)
    bot.stop()
    start()
    tell(server, settle, user, "/new")
    quiet = [m for m in server.messages(user) if "书架没有变化" in m.text]
    assert len(quiet) == 1


def test_a_group_that_moves_keeps_its_subscription(
    server: TelegramServer, bot: Bot, user: User, group: Group, settle: Settle, ledger: Ledger
) -> None:
    tell(server, settle, user, "/subscribe tue 07:00", group)
    server.raw_update(
        {
            "message": {
                "message_id": 900,
                "date": 1,
                "chat": {"id": group.id, "type": "group", "title": group.title},
                "from": user.as_user(),
                "migrate_to_chat_id": -100500,
            }
        }
    )
    settle()
    assert kept(ledger, group.id) is None
    moved = kept(ledger, -100500)
    assert moved is not None
    assert (moved.day, moved.minute, ADMIN) == ("tue", 420, 1)
