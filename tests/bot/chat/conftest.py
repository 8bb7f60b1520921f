"""The real bot in this process, against a Bot API server over HTTP, with a fake embedding."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bot.chat.app import serve_until
from bot.services import Services
from bot.settings import load_settings
from bot.texts import Say
from store.chats import ChatStore
from store.db import sqlite_url
from tests.bot.samples import NIGHTFALL, RIVERSIDE
from tests.fakes import fake_model
from tests.telegram import Group, Message, TelegramServer, User, allow_loopback

USER, OTHER, ADMIN, STRANGER = 1001, 1002, 1, 5005


@pytest.fixture
def server(no_network: None) -> Iterator[TelegramServer]:
    allow_loopback()
    with TelegramServer() as server:
        yield server


class Bot:
    """A bot served in a thread of its own; the environment holds its settings."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.failure: BaseException | None = None
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Bot:
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive(), "the bot did not stop"

    def _run(self) -> None:
        say = Say("zh")
        try:
            services = Services(load_settings(say), fake_model)
            try:
                asyncio.run(self._serve(services, say))
            finally:
                services.close()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failure = error

    async def _serve(self, services: Services, say: Say) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await serve_until(self._stop, services, say, self.told.append)


@pytest.fixture
def settings(server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of the bot; a test may change it before it asks for `bot`."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", server.token)
    monkeypatch.setenv("TELEGRAM_API_URL", server.url)
    monkeypatch.setenv("TELEGRAM_ALLOWED_IDS", f"{USER},{OTHER}")
    monkeypatch.setenv("TELEGRAM_ADMIN_IDS", str(ADMIN))
    monkeypatch.setenv("TELEGRAM_MESSAGE_INTERVAL", "0")
    return monkeypatch


@pytest.fixture
def forgiven() -> list[str]:
    """Words of error messages that a test means to bring about; any other one in the log fails it."""
    return []


@pytest.fixture
def start(
    server: TelegramServer,
    settings: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    forgiven: list[str],
) -> Iterator[Callable[[], Bot]]:
    """Starts a bot, and another on the same data when it is called again after `stop`."""
    bots: list[Bot] = []

    def begin() -> Bot:
        polled = len(server.calls_of("getUpdates"))
        bot = Bot().start()
        bots.append(bot)
        server.wait_for(lambda: len(server.calls_of("getUpdates")) > polled or bot.failure, timeout=20)
        return bot

    yield begin
    for bot in bots:
        bot.stop()
    assert [bot.failure for bot in bots if bot.failure] == []
    assert server.violations == []
    logged = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    ours = [r for r in logged if r.levelno >= logging.ERROR and r.name.split(".")[0] in ("bot", "asyncio")]
    said = [record.getMessage() for record in ours]
    assert [line for line in said if not any(word in line for word in forgiven)] == []


@pytest.fixture
def bot(start: Callable[[], Bot]) -> Bot:
    return start()


@pytest.fixture
def user(server: TelegramServer) -> User:
    return server.user(USER, "李主任", language_code="zh-hans")


@pytest.fixture
def other(server: TelegramServer) -> User:
    return server.user(OTHER, "王科长", language_code="zh-hans")


@pytest.fixture
def admin(server: TelegramServer) -> User:
    return server.user(ADMIN, "管理员", language_code="zh-hans")


@pytest.fixture
def stranger(server: TelegramServer) -> User:
    return server.user(STRANGER, "路人", language_code="zh-hans")


@pytest.fixture
def group(server: TelegramServer, user: User, other: User, admin: User, stranger: User) -> Group:
    return server.group(-1001, "法治办", members=[user, other, admin, stranger])


@pytest.fixture
def english(server: TelegramServer) -> User:
    """One who may use the bot and whose Telegram is English."""
    return server.user(OTHER, "Ann", language_code="en")


@pytest.fixture
def chats(own_data_dir: Path) -> Callable[[], AbstractContextManager[ChatStore]]:
    """Opens what the bot keeps of its chats, to look at it or to prepare it."""

    @contextmanager
    def opened() -> Iterator[ChatStore]:
        own_data_dir.mkdir(parents=True, exist_ok=True)
        store = ChatStore(sqlite_url(own_data_dir))
        try:
            yield store
        finally:
            store.close()

    return opened


@pytest.fixture
def settle(
    server: TelegramServer, chats: Callable[[], AbstractContextManager[ChatStore]]
) -> Callable[[], None]:
    """Waits until the bot took in and finished all it was sent: what it did not say by then it does not say."""

    def wait() -> None:
        with chats() as store:
            server.wait_for(lambda: not server.pending_updates() and not store.inbox.look(), timeout=20)

    return wait


@pytest.fixture
def upload(server: TelegramServer, bot: Bot, settle: Callable[[], None]) -> Callable[..., Message]:
    """Sends a report file and gives the message that tells how it fared."""

    def send(sender: User, name: str = "河滨.txt", text: str = RIVERSIDE, **how: object) -> Message:
        chat = how.get("chat") or sender
        before = {(m.message_id, m.text) for m in server.messages(chat)}  # type: ignore[arg-type]
        server.send_document(sender, name, text.encode(), **how)  # type: ignore[arg-type]

        def told() -> Message | None:
            new = [m for m in server.messages(chat) if (m.message_id, m.text) not in before]  # type: ignore[arg-type]
            done = [f"{mark} {name}" for mark in ("✅", "♻️", "❌")]
            return next((m for m in new if any(d in m.text for d in done) and "⏳" not in m.text), None)

        found: Message = server.wait_for(told, timeout=20)
        settle()
        return found

    return send


__all__ = ["NIGHTFALL", "RIVERSIDE", "Bot", "Path"]
