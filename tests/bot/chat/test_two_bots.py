"""Two real bots on one database, each handed what a balancer happens to hand it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot.chat.conftest import STRANGER, Bot
from tests.bot.chat.test_process import free_port
from tests.bot.chat.test_restart import ASKED, MAYBE_TWICE, Hold, hold
from tests.bot.samples import NIGHTFALL, RIVERSIDE
from tests.store.databases import prepared_template, server_database, url_of
from tests.telegram import TelegramServer, User, allow_loopback

__all__ = ["hold"]

SECRET = "s-e-c-r-e-t"  # noqa: S105 - it opens nothing


class Pair:
    """Two bots and what a balancer does: it posts each update to one of them."""

    def __init__(self, server: TelegramServer, ports: list[int]) -> None:
        self._server = server
        self._ports = ports
        self._given: set[int] = set()

    def hand_to(self, *bots: int) -> None:
        """Deliver what is new: the first update to the first named, and so on in turn."""
        with self._server.world.lock:
            pending = dict(self._server.world.updates.pending)
        new = [update for update_id, update in sorted(pending.items()) if update_id not in self._given]
        for n, update in enumerate(new):
            self._given.add(update["update_id"])
            url = f"http://127.0.0.1:{self._ports[bots[n % len(bots)]]}/hook"
            told = httpx.post(url, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
            assert told.status_code == 200


@pytest.fixture(scope="module")
def template() -> Iterator[str]:
    allow_loopback()
    with prepared_template() as name:
        yield name


@pytest.fixture
def pair(
    server: TelegramServer,
    settings: pytest.MonkeyPatch,
    template: str,
    tmp_path: Path,
) -> Iterator[Pair]:
    with server_database(template) as name:
        settings.setenv("DATABASE_URL", url_of(name))
        yield from _two_bots(server, settings, tmp_path)


def _two_bots(server: TelegramServer, settings: pytest.MonkeyPatch, folder: Path) -> Iterator[Pair]:
    settings.setenv("TELEGRAM_WEBHOOK_URL", "https://bot.example.org/hook")
    settings.setenv("TELEGRAM_WEBHOOK_SECRET", SECRET)
    bots, ports = [], [free_port(), free_port()]
    for n, port in enumerate(ports):
        settings.setenv("TELEGRAM_LISTEN", f"127.0.0.1:{port}")
        settings.setenv("REPORTBOT_DATA_DIR", str(folder / f"bot-{n}"))
        bot = Bot().start()
        bots.append(bot)
        server.wait_for(
            lambda n=n, bot=bot: len(server.calls_of("setWebhook")) > n or bot.failure, timeout=60
        )
    yield Pair(server, ports)
    for bot in bots:
        bot.stop()
    assert [bot.failure for bot in bots if bot.failure] == []
    assert server.violations == []


@pytest.mark.parametrize("how", ["button", "/cancel"])
def test_an_answer_is_stopped_on_the_replica_that_writes_it(
    server: TelegramServer,
    pair: Pair,
    user: User,
    hold: Hold,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    monkeypatch.setattr("bot.chat.live.PATIENCE_S", 0.01)
    server.say(user, ASKED)
    pair.hand_to(0)
    placeholder = server.wait_message(user, containing="正在查阅", timeout=30)
    if how == "button":
        server.press(user, placeholder, "⏹ 停止")
    else:
        server.say(user, how)
    pair.hand_to(1)
    server.wait_for(lambda: placeholder.text == "已停止。", timeout=30)
    assert len(server.messages(user)) == 1
    server.say(user, "/cancel")
    pair.hand_to(1)
    server.wait_message(user, containing="没有正在写的答案", timeout=30)


def test_what_an_admin_decides_holds_on_every_replica_at_once(
    server: TelegramServer, pair: Pair, admin: User, stranger: User
) -> None:
    def decide(command: str, told: str) -> None:
        before = len(server.messages(admin))
        server.say(admin, f"/{command} {STRANGER}")
        pair.hand_to(0)
        server.wait_for(lambda: told in "".join(m.text for m in server.messages(admin)[before:]), timeout=30)

    def ask(text: str) -> None:
        server.say(stranger, text)
        pair.hand_to(1)

    ask("/help")
    server.wait_message(stranger, containing=str(STRANGER), timeout=30)
    decide("allow", "已允许")
    ask("/help")
    server.wait_message(stranger, containing="怎么用", timeout=30)
    decide("deny", "已不再允许")
    ask("/help")
    decide("allow", "已允许")
    ask("/new")
    server.wait_message(stranger, containing="从头开始", timeout=30)
    assert len([m for m in server.messages(stranger) if "怎么用" in m.text]) == 1


def test_the_files_of_an_album_share_a_message_whoever_is_handed_them(
    server: TelegramServer, pair: Pair, user: User
) -> None:
    for name, text in (("河滨.txt", RIVERSIDE), ("夜坪.txt", NIGHTFALL), ("再一份.txt", f"{RIVERSIDE}附。")):
        server.send_document(user, name, text.encode(), media_group_id="7")
    pair.hand_to(0, 1)
    server.wait_for(lambda: [m.text.count("✅") for m in server.messages(user)] == [3], timeout=60)


def test_a_report_taken_in_by_one_replica_answers_on_the_other(
    server: TelegramServer, pair: Pair, user: User, other: User
) -> None:
    """And each of many questions is answered once, whoever is handed it."""
    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    pair.hand_to(0)
    server.wait_message(user, containing="✅", timeout=60)
    for _ in range(5):
        server.say(user, ASKED)
        server.say(other, ASKED)
    pair.hand_to(1, 0, 0)
    server.wait_for(lambda: len([m for m in server.messages(user) if "21人" in m.text]) >= 5, timeout=60)
    server.wait_for(lambda: len(server.messages(other)) >= 5, timeout=60)
    assert len([m for m in server.messages(user) if "21人" in m.text]) == 5
    assert not any(MAYBE_TWICE in m.text for m in (*server.messages(user), *server.messages(other)))
