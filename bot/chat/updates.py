"""What the dispatcher asks of an update: whose it is, what must wait for what, and which texts belong together."""

from __future__ import annotations

import logging
from typing import Any

from telegram import Bot, Message, Update

from bot.chat.markup import units
from store.chats import Place

log = logging.getLogger(__name__)

_URGENT = ("/cancel",)
_LIGHT = ("/start", "/help", "/reports", "/settings", "/usage")
"""Commands that only show what is there: they need not wait for the files and questions before them."""

STOP_PREFIX = "x:"
"""Callback data of a stop button begins so: it must not wait for the answer it is to stop."""

_LONG_PIECE = 3_000


def read_update(payload: dict[str, Any], bot: Bot | None) -> Update:
    """Read an update; one of a kind that the library does not understand is empty."""
    try:
        return Update.de_json(payload, bot)
    except (AttributeError, KeyError, TypeError, ValueError):
        log.warning("update %s is of a kind that is not understood", payload.get("update_id"))
        return Update(int(payload["update_id"]))


def place_of(update: Update) -> Place | None:
    """Where an update belongs: its chat, and in a forum its topic."""
    chat = update.effective_chat
    if chat is None:
        return None
    message = update.effective_message
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread = message.message_thread_id if isinstance(message, Message) and in_topic else None
    return Place(chat.id, thread or 0)


def lane_of(update: Update, text: str) -> object | None:
    """Give the lane of an update whose whole text is `text`: its chat's; buttons have one of their own; None: at once."""
    chat_id = chat_of(update)
    if update.callback_query is not None:
        urgent = (update.callback_query.data or "").startswith(STOP_PREFIX)
        return None if urgent else ("buttons", chat_id)
    words = text.split(maxsplit=1)
    command = words[0].partition("@")[0].lower() if words else ""
    if command in _URGENT:
        return None
    return ("light", chat_id) if command in _LIGHT else chat_id


def chat_of(update: Update) -> int:
    return update.effective_chat.id if update.effective_chat else 0


def text_of(update: Update) -> str:
    message = update.effective_message
    return (message.text or message.caption or "") if isinstance(message, Message) else ""


def may_go_on(update: Update) -> bool:
    text = update.message.text if update.message else None
    return bool(text) and units(str(text)) >= _LONG_PIECE


def follows(update: Update, following: Update) -> bool:
    """Tell whether nothing can have come between two messages."""
    first, second = update.message, following.message
    return first is not None and second is not None and second.message_id == first.message_id + 1


def goes_on(update: Update, following: Update) -> bool:
    """Tell whether a message is the sequel of a long one: the same sender's plain text, at once."""
    first, second = update.message, following.message
    if first is None or second is None or not second.text or second.text.startswith("/"):
        return False
    same = first.from_user == second.from_user and place_of(update) == place_of(following)
    return same and second.reply_to_message is None and (second.date - first.date).total_seconds() <= 2
