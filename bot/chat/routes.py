"""Which handler gets which update, in order: the first that fits."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.chat.handlers import (
    asking,
    buttons,
    digests,
    gate,
    library,
    people,
    shelf,
    subscriptions,
    summaries,
)

_NEW = filters.UpdateType.MESSAGE
_COMMANDS = {
    "start": people.on_start,
    "help": people.on_help,
    "ask": asking.on_ask,
    "new": asking.on_new,
    "cancel": asking.on_cancel,
    "summary": summaries.on_summary,
    "reports": shelf.on_reports,
    "search": shelf.on_search,
    "delete": shelf.on_delete,
    "share": shelf.on_share,
    "digest": digests.on_digest,
    "subscribe": subscriptions.on_subscribe,
    "unsubscribe": subscriptions.on_unsubscribe,
    "settings": people.on_settings,
    "usage": people.on_usage,
    "allow": people.on_allow,
    "deny": people.on_deny,
}


def add_handlers(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    # Before all others: nothing is handled that did not pass it.
    application.add_handler(TypeHandler(Update, gate.let_in), group=-1)
    application.add_handler(ChatMemberHandler(gate.on_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, gate.on_migration))
    application.add_handler(CallbackQueryHandler(buttons.on_button))
    application.add_handler(
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.TEXT, asking.on_edited)
    )
    for name, handler in _COMMANDS.items():
        application.add_handler(CommandHandler(name, handler, filters=_NEW))
    # Before the text handlers: a caption may be a command.
    application.add_handler(MessageHandler(_NEW & filters.Document.ALL, library.on_document))
    application.add_handler(MessageHandler(_NEW & filters.COMMAND, people.on_unknown))
    application.add_handler(MessageHandler(_NEW & filters.TEXT, asking.on_text))
    # Joining, leaving, pinning and the like are no messages to anybody.
    application.add_handler(MessageHandler(_NEW & ~filters.StatusUpdate.ALL, people.on_unreadable))
    application.add_error_handler(gate.on_error)
