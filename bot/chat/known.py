"""What the database knows of those who speak: read for all updates that came together, in two queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Update

from bot.chat.access import Access, Standing
from store.chats import ChatRecord, ChatStore


@dataclass(frozen=True, slots=True)
class Known:
    """A chat, and what whoever speaks may do there."""

    record: ChatRecord
    standing: Standing


def look_up(store: ChatStore, access: Access, updates: Sequence[Update]) -> dict[int, Known]:
    """Give what is known of each update's chat and sender, by the update's id. Blocking."""
    for update in updates:  # before the first message under its new id makes a new chat of it
        follow_migration(access, update)
    chats = {update.update_id: chat for update in updates if (chat := update.effective_chat) is not None}
    records = store.meet({c.id: (c.type, c.title or c.full_name or "") for c in chats.values()})
    speaking = [update for update in updates if update.update_id in chats]
    standings = access.standings([(_sender(update), chats[update.update_id].id) for update in speaking])
    return {
        update.update_id: Known(records[chats[update.update_id].id], standing)
        for update, standing in zip(speaking, standings, strict=True)
    }


def follow_migration(access: Access, update: Update) -> None:
    """Where an update says that a group became a supergroup, take its shelf and rights along."""
    message = update.message
    if message is not None and (message.migrate_to_chat_id or message.migrate_from_chat_id):
        old = message.migrate_from_chat_id or message.chat_id
        access.migrate(old, message.migrate_to_chat_id or message.chat_id)


def _sender(update: Update) -> int | None:
    user = update.effective_user
    return user.id if user is not None else None
