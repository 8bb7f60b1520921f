"""A small but strict api.telegram.org on 127.0.0.1, with people to talk to the bot.

    with TelegramServer() as server:
        user = server.user(1001, "李主任")
        server.say(user, "/start")
        server.wait_message(user, containing="您好")

People and groups are moved from test code; the bot under test talks to `server.url` over HTTP,
from this process or another.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tests.telegram.faults import Faults, Flood
from tests.telegram.people import People
from tests.telegram.wire import Call, Gateway, application
from tests.telegram.world import CallbackAnswer, Chat, Draft, Message, User, World


class TelegramServer(People):
    def __init__(
        self,
        token: str = "123456:TEST",  # noqa: S107 - it opens nothing
        *,
        can_read_all_group_messages: bool = False,
        min_interval_s: float = 0.0,
        group_per_minute: int = 0,
        global_per_second: int = 0,
        callback_lifetime_s: float = 15.0,
        webhook_retry_s: float = 0.2,
        port: int = 0,
    ) -> None:
        self.token = token
        bot = User(int(token.partition(":")[0]), "报告助手", "report_test_bot", is_bot=True)
        super().__init__(World(bot, can_read_all_group_messages, self._stir))
        self.world.callback_lifetime_s = callback_lifetime_s
        self.url = ""
        self._port = port
        self._flood = Flood(min_interval_s, group_per_minute, global_per_second)
        self._webhook_retry_s = webhook_retry_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gateway: Gateway
        self._stop: asyncio.Event
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._runner = threading.Thread(target=self._run, name="telegram-server", daemon=True)

    # -- running -----------------------------------------------------------------------------

    def __enter__(self) -> TelegramServer:
        self._runner.start()
        self._ready.wait(10)
        if self._failure:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._runner.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except OSError as error:
            self._failure = error
            self._ready.set()

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        self._gateway = Gateway(
            self.token, self.world, flood=self._flood, webhook_retry_s=self._webhook_retry_s
        )
        sockets = bind_sockets(self._port, "127.0.0.1")
        http = HTTPServer(application(self._gateway))
        http.add_sockets(sockets)
        self._port = sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._loop = asyncio.get_running_loop()
        poster = asyncio.create_task(self._gateway.post_updates())
        self._ready.set()
        await self._stop.wait()
        self._loop = None
        poster.cancel()
        http.stop()
        await http.close_all_connections()

    def _stir(self) -> None:
        loop = self._loop
        if loop:
            with contextlib.suppress(RuntimeError):  # the loop may end in this very moment
                loop.call_soon_threadsafe(self._gateway.stir)

    # -- what happened -----------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        return self._gateway.faults

    @property
    def flood(self) -> Flood:
        return self._flood

    @property
    def calls(self) -> list[Call]:
        return self._gateway.calls

    @property
    def violations(self) -> list[str]:
        return self.world.violations

    @property
    def conflict(self) -> bool:
        return self._gateway.conflict

    @conflict.setter
    def conflict(self, value: bool) -> None:
        self._gateway.conflict = value
        self._stir()

    @property
    def callback_answers(self) -> dict[str, CallbackAnswer]:
        return {key: c.answer for key, c in self.world.callbacks.items() if c.answer}

    @property
    def unanswered(self) -> list[str]:
        """Callback queries whose button still shows a spinner."""
        return [key for key, callback in self.world.callbacks.items() if not callback.answer]

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    def pending_updates(self) -> list[dict[str, Any]]:
        with self.world.lock:
            return list(self.world.updates.pending.values())

    def messages(self, chat: Chat | int) -> list[Message]:
        """The bot's messages in a chat, oldest first, deleted ones too."""
        return [message for message in self.history(chat) if message.sender is self.bot]

    def history(self, chat: Chat | int) -> list[Message]:
        with self.world.lock:
            return list(self.world.history[_id(chat)].values())

    def drafts(self, chat: Chat | int) -> list[Draft]:
        return list(self.world.drafts[_id(chat)])

    def actions(self, chat: Chat | int) -> list[str]:
        return list(self.world.actions[_id(chat)])

    def commands(self, scope: str = "default", language_code: str = "") -> list[dict[str, str]]:
        """The kept command list; scopes of a chat are written "chat:1001"."""
        found: list[dict[str, str]] = self.world.profile["commands"].get((scope, language_code), [])
        return found

    def profile_text(self, name: str, language_code: str = "") -> str:
        """`name`: description, short_description or name."""
        return str(self.world.profile[name].get(("", language_code), ""))

    def wait_for(self, condition: Callable[[], Any], timeout: float = 10.0) -> Any:
        """Return the first true value of `condition`, or fail with what the server saw."""
        deadline = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise AssertionError(f"not within {timeout} s; {self._story()}")
            with self.world.condition:
                self.world.condition.wait(min(left_s, 0.05))

    def wait_message(
        self, chat: Chat | int, containing: str = "", timeout: float = 10.0, after: int = 0
    ) -> Message:
        """The newest standing message of the bot that holds a text, with an id above `after`."""

        def found() -> Message | None:
            fit = (m for m in self.messages(chat) if not m.deleted and m.message_id > after)
            return next((m for m in reversed(list(fit)) if containing in m.text), None)

        message = self.wait_for(found, timeout)
        assert isinstance(message, Message)
        return message

    def _story(self) -> str:
        calls = [f"{c.method} {c.error or 'ok'}" for c in self.calls if c.method != "getUpdates"][-8:]
        said = [m.text[:80] for chat in list(self.world.history) for m in self.messages(chat)][-5:]
        return f"last calls: {calls}; last messages: {said}; violations: {self.violations[-3:]}"


def _id(chat: Chat | int) -> int:
    return chat if isinstance(chat, int) else chat.id
