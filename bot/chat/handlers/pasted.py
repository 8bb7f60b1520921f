"""A report that was pasted as text instead of sent as a file."""

from __future__ import annotations

from telegram import Message, Update

from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.markup import row
from bot.chat.messages import shorten

KIND = "paste"


async def offer_pasted(update: Update, context: ChatContext, text: str) -> None:
    """Ask what is to be done with a long text; it is kept until then."""
    desk, say = context.desk, context.say
    message = update.effective_message
    asked_in = message.message_id if isinstance(message, Message) else None
    card_id = await desk.off_loop(
        desk.store.add_card, context.who.place, KIND, {"text": text}, asked_in=asked_in
    )
    buttons = [
        [(say(texts.PASTE_SUMMARY), f"k:{card_id}:s"), (say(texts.PASTE_STORE), f"k:{card_id}:i")],
        [(say(texts.PASTE_ASK), f"k:{card_id}:q")],
    ]
    await context.reply([row(say(texts.PASTED, n=len(text)))], buttons, to=context.quoted())


def paste_name(text: str) -> str:
    """Name a pasted text by its first line, as a file would be."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"{shorten(first, 40)}.txt"
