"""Bring messages to Telegram: at each chat's pace, in parts that fit, again where it failed, plain where HTML was refused."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.chat.markup import Row, clean, row, split, to_html, to_plain
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from store.chats import Place

T = TypeVar("T")
log = logging.getLogger(__name__)

Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of (label, data)."""

_TRIES = 40
"""Of them most wait half a minute: a network that is down for a quarter of an hour loses no answer."""

_LONGEST_BACKOFF_S = 30.0
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_CAPTION = 1024
_FLOODED_S = 5.0
_TYPING_AT_ONCE = 4


class GoneError(Exception):
    """Nothing can be sent to this chat any more: blocked, removed, or there is no such chat."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to send. The buttons stand under its last part; `reply_to` is quoted by its first."""

    rows: Sequence[Row]
    buttons: Buttons = ()
    reply_to: int | None = None
    uncertain: str = ""
    """Said where the message may have arrived before: it is sent again rather than lost."""


class Courier:
    def __init__(
        self,
        bot: Bot,
        pacer: Pacer,
        metrics: Metrics,
        *,
        on_gone: Callable[[int], Awaitable[None]],
        on_migrated: Callable[[int, int], Awaitable[None]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._pacer = pacer
        self._metrics = metrics
        self._on_gone = on_gone
        self._on_migrated = on_migrated
        self._sleep = sleep
        self._moved: dict[int, int] = {}
        self._drafts = True
        # A few at a time: with hundreds asking at once answers must find room between them.
        self._typing = asyncio.Semaphore(_TYPING_AT_ONCE)

    # --- messages ----------------------------------------------------------------------------------

    async def send(self, place: Place, letter: Letter) -> list[int]:
        """Send a message in as many parts as it needs and give their ids. Raises GoneError."""
        parts = split(letter.rows)
        sent: list[int] = []
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            piece = replace(
                letter,
                rows=part,
                buttons=letter.buttons if last else (),
                reply_to=letter.reply_to if number == 0 else None,
            )
            sent.append(await self._send_part(place, piece))
        return sent

    async def edit(self, place: Place, message_ids: Sequence[int], letter: Letter) -> list[int]:
        """Put a message in place of one that was sent; parts it has more are sent, those too many are taken away."""
        parts = split(letter.rows)
        shown: list[int] = []
        for number, part in enumerate(parts):
            buttons = letter.buttons if number == len(parts) - 1 else ()
            piece = replace(letter, rows=part, buttons=buttons)
            if number < len(message_ids):
                shown.append(await self._edit_part(place, message_ids[number], piece))
            else:
                shown.append(await self._send_part(place, replace(piece, reply_to=None)))
        for message_id in message_ids[len(parts) :]:
            await self.remove(place, message_id)
        return shown

    async def remove(self, place: Place, message_id: int) -> None:
        with suppress(BadRequest):  # gone already, or too old to be taken away
            await self._brought(place, lambda chat_id: self._bot.delete_message(chat_id, message_id))

    async def send_file(
        self, place: Place, name: str, content: bytes, caption: str, *, reply_to: int | None = None
    ) -> int:
        message = await self._brought(
            place,
            lambda chat_id: self._bot.send_document(
                chat_id,
                InputFile(content, filename=name),
                caption=clean(caption)[: _CAPTION // 2],
                message_thread_id=_thread(place),
                reply_parameters=_reply(reply_to),
            ),
        )
        return message.message_id

    async def send_photo(self, place: Place, picture: bytes, caption: str) -> int:
        message = await self._brought(
            place,
            lambda chat_id: self._bot.send_photo(
                chat_id,
                InputFile(picture, filename="chart.png"),
                caption=clean(caption)[: _CAPTION // 2],
                message_thread_id=_thread(place),
            ),
        )
        return message.message_id

    async def draft(self, place: Place, draft_id: int, rows: Sequence[Row]) -> bool:
        """Show an answer as it is written, in a private chat; False where the server or the pace forbids it."""
        if not self._drafts or place.chat_id < 0:
            return False
        if self._pacer.wait_s(place.chat_id) > 0:
            return True  # the next sentence comes soon enough
        text = to_html(split(rows)[0])
        try:
            async with self._pacer.turn(place.chat_id):
                await self._bot.send_message_draft(
                    place.chat_id, draft_id, text, message_thread_id=_thread(place), parse_mode=ParseMode.HTML
                )
        except RetryAfter as error:
            await self._pacer.hold(place.chat_id, seconds_of(error))
        except InvalidToken:  # what a server says to a method it does not know
            self._drafts = False
        except TelegramError:  # this chat's affair: its answer will meet it too
            return False
        return self._drafts

    async def typing(self, place: Place, action: str = ChatAction.TYPING) -> None:
        """Show that work goes on. Nothing depends on it."""
        with suppress(TelegramError):
            async with self._typing:
                await self._bot.send_chat_action(place.chat_id, action, message_thread_id=_thread(place))

    async def told(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a pressed button; one pressed long ago wants none any more."""
        with suppress(TelegramError):
            await self._bot.answer_callback_query(callback_id, text=text[:200], show_alert=alert)

    def wait_s(self, place: Place) -> float:
        """Give how long a message to this place would have to wait."""
        return self._pacer.wait_s(self._moved.get(place.chat_id, place.chat_id))

    def may_preview(self, place: Place) -> bool:
        """Tell whether there is room for a message that only says that an answer is coming."""
        return self.wait_s(place) < _FLOODED_S and self._pacer.spare()

    def take_waited_s(self, place: Place) -> float:
        """Give how long messages to this place had to wait for their turns since this was last asked."""
        return self._pacer.take_waited_s(self._moved.get(place.chat_id, place.chat_id))

    # --- one part ------------------------------------------------------------------------------------

    async def _send_part(self, place: Place, piece: Letter) -> int:
        async def send(chat_id: int, rows: Sequence[Row], mode: str | None) -> Message:
            return await self._bot.send_message(
                chat_id,
                to_html(rows) if mode else to_plain(rows),
                parse_mode=mode,
                message_thread_id=_thread(place),
                reply_parameters=_reply(piece.reply_to),
                reply_markup=keyboard(piece.buttons),
            )

        message = await self._in_html(place, piece, send)
        return message.message_id

    async def _edit_part(self, place: Place, message_id: int, piece: Letter) -> int:
        async def edit(chat_id: int, rows: Sequence[Row], mode: str | None) -> Message | bool:
            return await self._bot.edit_message_text(
                to_html(rows) if mode else to_plain(rows),
                chat_id,
                message_id,
                parse_mode=mode,
                reply_markup=keyboard(piece.buttons),
            )

        try:
            await self._in_html(place, replace(piece, uncertain=""), edit)
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return message_id
            if "not found" in str(error).lower() or "can't be edited" in str(error).lower():
                return await self._send_part(place, piece)
            raise
        return message_id

    async def _in_html(
        self,
        place: Place,
        piece: Letter,
        call: Callable[[int, Sequence[Row], str | None], Awaitable[T]],
    ) -> T:
        """Send with markup, once more without where Telegram cannot parse it."""
        rows = list(piece.rows)

        def again() -> None:
            if piece.uncertain and rows[-1].text != piece.uncertain:
                rows.append(row(piece.uncertain, "i", group=-2))

        try:
            return await self._brought(
                place, lambda chat_id: call(chat_id, rows, ParseMode.HTML), on_uncertain=again
            )
        except BadRequest as error:
            if "parse entities" not in str(error).lower():
                raise
            log.warning("telegram refused the markup of a message; sent as plain text")
            self._metrics.plain_fallbacks.inc()
            return await self._brought(place, lambda chat_id: call(chat_id, rows, None), on_uncertain=again)

    async def _brought(
        self,
        place: Place,
        call: Callable[[int], Awaitable[T]],
        *,
        on_uncertain: Callable[[], None] | None = None,
    ) -> T:
        """Make a call at the chat's pace until Telegram takes it.

        A connection that broke after the request had left leaves its outcome unknown: it is made again,
        for a lost answer is worse than one that stands there twice and says so.
        """
        for attempt in range(1, _TRIES + 1):
            chat_id = self._moved.get(place.chat_id, place.chat_id)
            try:
                async with self._pacer.turn(chat_id):
                    return await call(chat_id)
            except TelegramError as error:
                if attempt == _TRIES:
                    raise
                if await self._recovers(chat_id, error, attempt) and on_uncertain is not None:
                    on_uncertain()
        raise AssertionError("the last attempt returns or raises")

    async def _recovers(self, chat_id: int, error: TelegramError, attempt: int) -> bool:
        """Make ready for another try, or raise where none can help. True: this one may have arrived."""
        if isinstance(error, RetryAfter):
            self._metrics.flood_waits.inc()
            await self._pacer.hold(chat_id, seconds_of(error))
            return False
        if isinstance(error, ChatMigrated):
            self._moved[chat_id] = error.new_chat_id
            await self._on_migrated(chat_id, error.new_chat_id)
            return False
        if is_gone(error):
            await self._on_gone(chat_id)
            raise GoneError(str(error)) from error
        if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
            raise error
        arrived = may_have_arrived(error)
        if arrived:
            self._metrics.uncertain_sends.inc()
        await self._sleep(min(0.5 * 2**attempt, _LONGEST_BACKOFF_S))
        return arrived


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in line] for line in buttons]
    )


def is_gone(error: TelegramError) -> bool:
    return isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and "chat not found" in str(error).lower()
    )


def may_have_arrived(error: NetworkError) -> bool:
    """Tell a request that was cut off from one that never left, or that the server refused with 5xx."""
    cause = error.__cause__
    return isinstance(cause, httpx.TransportError) and not isinstance(cause, _UNSENT)


def seconds_of(error: RetryAfter) -> float:
    wait = error.retry_after
    return (wait if isinstance(wait, int) else wait.total_seconds()) + 0.5


def _thread(place: Place) -> int | None:
    return place.thread_id or None


def _reply(message_id: int | None) -> ReplyParameters | None:
    return ReplyParameters(message_id, allow_sending_without_reply=True) if message_id else None
