"""An answer while it is written: drafts where the server takes them, else one message that is edited now and then."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.chat import texts
from bot.chat.courier import Buttons, Letter
from bot.chat.markup import Row, row
from bot.chat.messages import stop_button
from store.errors import AppError

if TYPE_CHECKING:
    from bot.chat.context import ChatContext

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""How long an answer may take before a message with a stop button says that it is being written."""

EDIT_EVERY_S = 3.0

LIVE = "live"
"""The kind of the card that holds the message of an unfinished answer."""


class Live:
    """What a chat sees of one answer until it is whole."""

    def __init__(self, context: ChatContext, instead_of: list[int]) -> None:
        self._context = context
        self._shown = instead_of
        self._placeholder = False
        self._lines: list[str] = []
        self._draft_id = secrets.randbelow(2**31 - 1) + 1
        self._edited_at = time.monotonic()
        self._settled = asyncio.Lock()
        self.over = False
        self._waiting = asyncio.ensure_future(self._announce())
        self.job_id = ""

    async def add(self, sentence: str) -> None:
        """Show a verified sentence as soon as the chat's pace allows."""
        self._lines.append(sentence)
        desk, place = self._context.desk, self._context.who.place
        if self._placeholder:
            if time.monotonic() - self._edited_at >= EDIT_EVERY_S and self._context.desk.courier.may_preview(
                self._context.who.place
            ):
                await self._edit()
        elif not self._shown:
            await desk.courier.draft(place, self._draft_id, self._rows())

    async def finish(self, rows: list[Row], buttons: Buttons, *, to: int | None) -> list[int]:
        """Put the whole answer where the preview stood, or send it. Gives the messages' ids."""
        async with self._settled:
            await self._end()
            letter = await self._context.letter(rows, buttons, to=to)
            courier, place = self._context.desk.courier, self._context.who.place
            if self._shown:
                return await courier.edit(place, self._shown, letter)
            return await courier.send(place, letter)

    async def stopped(self) -> None:
        """Say that the answer was stopped; nothing of it stays."""
        async with self._settled:
            await self._end()
            letter = await self._context.letter([row(self._context.say(texts.STOPPED))])
            courier, place = self._context.desk.courier, self._context.who.place
            if self._placeholder:
                await courier.edit(place, self._shown, letter)
            else:
                await courier.send(place, letter)

    async def _announce(self) -> None:
        """After a while, send the message that the answer will stand in, with the button that stops it."""
        context = self._context
        while True:
            await asyncio.sleep(PATIENCE_S)
            if context.desk.courier.may_preview(context.who.place):
                break
        async with self._settled:
            if self.over:
                return
            letter = Letter(self._rows(), stop_button(self.job_id, context.say), reply_to=context.quoted())
            courier, place = context.desk.courier, context.who.place
            # Sent under the lock: whoever ends the answer waits until it is known which message to edit.
            if self._shown:
                self._shown = await courier.edit(place, self._shown, letter)
            else:
                self._shown = await courier.send(place, letter)
            self._placeholder = True
            self._edited_at = time.monotonic()
            await self._note()

    async def _note(self) -> None:
        """Keep which message the answer will stand in, for the process that takes over should this one die."""
        store, message = self._context.desk.store, self._context.delivery.update.effective_message
        if message is not None:
            place, off_loop = self._context.who.place, self._context.desk.off_loop
            try:
                card_id = await off_loop(store.add_card, place, LIVE, {}, asked_in=message.message_id)
                await off_loop(store.show_card, card_id, self._shown)
            except AppError as error:  # this process knows the message; only another would not find it
                log.warning("the message of an answer could not be noted: %s", type(error).__name__)

    def abandon(self) -> None:
        """Show nothing more: the process ends, or another word is said instead."""
        self.over = True
        self._waiting.cancel()

    async def _edit(self) -> None:
        letter = Letter(self._rows(), stop_button(self.job_id, self._context.say))
        self._edited_at = time.monotonic()
        async with self._settled:
            if not self.over:
                self._shown = await self._context.desk.courier.edit(
                    self._context.who.place, self._shown, letter
                )

    async def _end(self) -> None:
        self.over = True
        self._waiting.cancel()
        with suppress(asyncio.CancelledError):
            await self._waiting

    def _rows(self) -> list[Row]:
        looking = row(self._context.say(texts.LOOKING), "i")
        return [*(row(line) for line in self._lines), looking]
