"""The typed context of every handler: who speaks, where, in which language, and how to answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Message, Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.chat import texts
from bot.chat.access import Standing
from bot.chat.courier import Buttons, Letter
from bot.chat.desk import Desk
from bot.chat.dispatch import Delivery
from bot.chat.known import look_up
from bot.chat.live import Live
from bot.chat.markup import Row, row
from bot.chat.updates import place_of
from bot.texts import Language, Say
from store.chats import Place, Talk
from store.models import DEFAULT_WORKSPACE

DESK = "desk"
_FRESH_S = 1.0


@dataclass(frozen=True, slots=True)
class Who:
    """Who speaks and where. `workspaces` are the shelves seen here, the chat's own first."""

    place: Place
    user_id: int
    standing: Standing
    say: Say
    workspaces: tuple[str, ...]
    private: bool

    @property
    def talk(self) -> Talk:
        return Talk(self.place, self.user_id)

    @property
    def workspace(self) -> str:
        return self.workspaces[0]


class ChatContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[str, Any]]):
    """`who` is set by the gate, before any other handler."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        chat_id: int | None = None,
        user_id: int | None = None,
    ) -> None:
        super().__init__(application=application, chat_id=chat_id, user_id=user_id)
        self._who: Who | None = None
        self._delivery: Delivery | None = None
        self.live: Live | None = None

    @property
    def desk(self) -> Desk:
        desk: Desk = self.bot_data[DESK]
        return desk

    @property
    def who(self) -> Who:
        if self._who is None:
            raise AssertionError("the gate comes first")
        return self._who

    @property
    def introduced(self) -> bool:
        return self._who is not None

    @property
    def say(self) -> Say:
        return self.who.say

    @property
    def delivery(self) -> Delivery:
        if self._delivery is None:
            raise AssertionError("the gate comes first")
        return self._delivery

    @property
    def text(self) -> str:
        """The text of the message, with what was pasted after it."""
        return self.delivery.text.strip()

    @property
    def argument(self) -> str:
        """What stands behind the command."""
        return "".join(self.text.split(maxsplit=1)[1:]).strip()

    async def introduce(self, update: Update) -> Who | None:
        """Find out who speaks; None where nobody does."""
        place, user, chat = place_of(update), update.effective_user, update.effective_chat
        if place is None or chat is None:
            return None
        self._delivery = self.desk.dispatcher.delivery(update)
        known, self._delivery.known = self._delivery.known, None
        # Looked up anew where it has waited in its chat's lane: rights may have changed meanwhile.
        if known is None or time.monotonic() - self._delivery.arrived_at > _FRESH_S:
            found = await self.desk.off_loop(look_up, self.desk.store, self.desk.access, [update])
            known = found[update.update_id]
        record = known.record
        language = record.language or _spoken(
            user.language_code if user else None, self.desk.settings.language
        )
        self._who = Who(
            place=place,
            user_id=user.id if user else 0,
            standing=known.standing,
            say=Say("en" if language == "en" else "zh"),
            workspaces=(record.workspace, DEFAULT_WORKSPACE),
            private=chat.type == chat.PRIVATE,
        )
        return self._who

    async def reply(self, rows: Sequence[Row], buttons: Buttons = (), *, to: int | None = None) -> list[int]:
        """Answer in the place the update came from."""
        return await self.desk.courier.send(self.who.place, await self.letter(rows, buttons, to=to))

    async def say_line(self, text: str, buttons: Buttons = ()) -> list[int]:
        return await self.reply([row(text)], buttons, to=self.quoted())

    async def letter(self, rows: Sequence[Row], buttons: Buttons = (), *, to: int | None = None) -> Letter:
        """Make ready what leaves now; after a crash in between it says that it may be a repetition."""
        maybe = self.say(texts.MAYBE_TWICE)
        if self.delivery.sent_before and not self.delivery.sending:
            rows = [*rows, row(maybe, "i", group=-2)]
            self.desk.metrics.uncertain_sends.inc()
        await self.desk.dispatcher.sending(self.delivery)
        return Letter(rows, buttons, reply_to=to, uncertain=maybe)

    def quoted(self) -> int | None:
        """Give the message to quote: in a group always, else only where others wait behind it."""
        message = self.delivery.update.effective_message
        if not isinstance(message, Message):
            return None
        crowded = self.desk.dispatcher.pending(self.who.place.chat_id) > 0
        return message.message_id if crowded or not self.who.private else None


def _spoken(code: str | None, default: Language) -> Language:
    """Chinese of any kind is zh, no word of it the default, everything else en."""
    if not code:
        return default
    return "zh" if code.lower().startswith("zh") else "en"
