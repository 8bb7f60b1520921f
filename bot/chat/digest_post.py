"""One part of a digest brought to Telegram: a single request, and an honest word on what became of it.

Unlike an answer (courier.py) a digest is nobody's reply: a part that may have arrived is not sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from telegram import Bot, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TelegramError

from bot.chat.courier import is_gone, keyboard, may_have_arrived, seconds_of
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from store.chats import Place


@dataclass(frozen=True, slots=True)
class Arrived:
    message_id: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request left, and no answer came."""


@dataclass(frozen=True, slots=True)
class Again:
    """It did not arrive. `after_s`: how long Telegram asked to wait, None where it said nothing."""

    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """The group is a supergroup now, and did not get it."""

    new_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Blocked, removed, or there is no such chat."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take it as it is."""

    why: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """It was not to leave any more when its turn came."""


Outcome = Arrived | Unknown | Again | Moved | Gone | Refused | Withheld


@dataclass(frozen=True, slots=True)
class Piece:
    """What one part says: text with its buttons, or a picture with its caption."""

    html: str
    plain: str
    buttons: list[list[tuple[str, str]]]
    picture: bytes | None = None


class Post:
    def __init__(self, bot: Bot, pacer: Pacer, metrics: Metrics) -> None:
        self._bot = bot
        self._pacer = pacer
        self._metrics = metrics

    async def bring(self, place: Place, piece: Piece, begin: Callable[[], Awaitable[bool]]) -> Outcome:
        """Send a part in the chat's turn. `begin` notes that it leaves, or says that it must not."""
        async with self._pacer.turn(place.chat_id):
            if not await begin():
                return Withheld()
            try:
                return await self._in_html(place, piece)
            except RetryAfter as error:
                self._metrics.flood_waits.inc()
                await self._pacer.hold(place.chat_id, seconds_of(error))
                return Again(seconds_of(error))
            except TelegramError as error:
                return outcome_of(error)

    async def _in_html(self, place: Place, piece: Piece) -> Outcome:
        """Send with markup; plain where Telegram cannot parse it, outside the topic where that is gone."""
        mode: str | None = ParseMode.HTML
        for _ in range(2):
            try:
                return Arrived((await self._request(place, piece, mode)).message_id)
            except BadRequest as error:
                told = str(error).lower()
                if "parse entities" in told and mode:
                    mode = None
                    self._metrics.plain_fallbacks.inc()
                elif "thread not found" in told and place.thread_id:
                    place = Place(place.chat_id)
                else:
                    raise
        return Arrived((await self._request(place, piece, mode)).message_id)

    async def _request(self, place: Place, piece: Piece, mode: str | None) -> Message:
        text = piece.html if mode else piece.plain
        fixed: dict[str, Any] = {"parse_mode": mode, "message_thread_id": place.thread_id or None}
        if piece.picture is not None:
            return await self._bot.send_photo(place.chat_id, piece.picture, caption=text, **fixed)
        buttons = keyboard(piece.buttons)
        return await self._bot.send_message(place.chat_id, text, reply_markup=buttons, **fixed)


def outcome_of(error: TelegramError) -> Outcome:
    """Read from an error what became of the request."""
    if isinstance(error, ChatMigrated):
        return Moved(error.new_chat_id)
    if is_gone(error):
        return Gone()
    if isinstance(error, BadRequest):
        return Refused(str(error))
    if isinstance(error, NetworkError) and may_have_arrived(error):
        return Unknown()
    return Again()
