"""Buttons: each checked against the chat it is pressed in before it does anything.

A card is given only to the chat it was made for, a report only to a chat that sees its shelf: data that
was forwarded, guessed or kept from elsewhere opens nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import CallbackQuery, Update

from bot.chat import digest_letters, texts
from bot.chat.access import Standing
from bot.chat.context import ChatContext
from bot.chat.handlers import digests, pasted, people, shelf, subscriptions, summaries
from bot.chat.handlers.asking import ask
from bot.chat.handlers.library import take_text_in
from bot.chat.shelves import Found, by_id
from bot.texts import Phrase
from store.chats import GONE, Card

Said = Phrase | None
"""What is shown as an alert when a button does nothing, None when it did what it says."""


async def on_button(update: Update, context: ChatContext) -> None:
    query = update.callback_query
    if query is None or not query.data:
        return
    verb, _, rest = query.data.partition(":")
    handler = _HANDLERS.get(verb)
    if handler is None:
        await context.desk.courier.told(query.id, context.say(texts.EXPIRED), alert=True)
        return
    await handler(update, context, query, rest)


async def _stop(update: Update, context: ChatContext, query: CallbackQuery, job_id: str) -> None:
    stopped = context.desk.jobs.stop(context.who.place, job_id)
    said = texts.STOPPED if stopped else texts.NOTHING_TO_STOP
    await context.desk.courier.told(query.id, context.say(said))


async def _language(update: Update, context: ChatContext, query: CallbackQuery, choice: str) -> None:
    await context.desk.courier.told(query.id)
    await people.change_setting(update, context, choice, _message_id(query))


async def _page(update: Update, context: ChatContext, query: CallbackQuery, rest: str) -> None:
    verb, _, page = rest.partition(":")
    await context.desk.courier.told(query.id)
    if page.isdecimal():
        await shelf.turn_page(context, _message_id(query), verb, int(page))


async def _keep(update: Update, context: ChatContext, query: CallbackQuery, asker: str) -> None:
    if not _may_decide(context, asker):
        await context.desk.courier.told(query.id, context.say(texts.NOT_YOURS), alert=True)
        return
    await context.desk.courier.told(query.id)
    await shelf.keep(context, _message_id(query))


def _may_decide(context: ChatContext, asker: str) -> bool:
    """Only whoever wanted to delete a report, or an admin, may confirm it."""
    return context.who.standing is Standing.ADMIN or asker == str(context.who.user_id)


# --- on reports -------------------------------------------------------------------------------------

OnReport = Callable[[ChatContext, Found, str, int], Awaitable[Said]]


def _on_report(act: OnReport) -> Callable[[Update, ChatContext, CallbackQuery, str], Awaitable[None]]:
    """Find the report a button names on the shelves of the chat it is pressed in."""

    async def handle(update: Update, context: ChatContext, query: CallbackQuery, rest: str) -> None:
        report_id, _, more = rest.partition(":")
        found = await by_id(context, report_id)
        if found is None:
            await context.desk.courier.told(query.id, context.say(texts.GONE), alert=True)
            return
        await context.desk.courier.told(query.id)
        said = await act(context, found, more, _message_id(query))
        if said is not None:
            await context.say_line(context.say(said))

    return handle


async def _open(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    await shelf.open_report(context, found)
    return None


async def _summarise(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    await summaries.summarise(context, found)
    return None


async def _ask_only(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    await summaries.ask_only(context, found.report.id)
    return None


async def _confirm(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    await shelf.confirm_delete(context, found)
    return None


async def _delete(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    if not _may_decide(context, more):
        return texts.NOT_YOURS
    await shelf.delete(context, found, message_id)
    return None


async def _share(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    await shelf.share(context, found)
    return None


async def _passage(context: ChatContext, found: Found, more: str, message_id: int) -> Said:
    """A hit opens in a message of its own ("3"), the arrows turn the page in theirs ("3:e")."""
    ordinal, _, edit = more.partition(":")
    instead_of = message_id if edit else None
    shown = ordinal.isdecimal() and await shelf.open_passage(
        context, found, int(ordinal), instead_of=instead_of
    )
    return None if shown else texts.REPLACED_TEXT


# --- on cards ---------------------------------------------------------------------------------------

OnCard = Callable[[Update, ChatContext, Card, str], Awaitable[Said]]


def _on_card(act: OnCard, kind: str, thanks: Phrase | None = None) -> Callable[..., Awaitable[None]]:
    """Find the card a button belongs to, if it is this chat's."""

    async def handle(update: Update, context: ChatContext, query: CallbackQuery, rest: str) -> None:
        card_id, _, more = rest.partition(":")
        desk = context.desk
        card = await desk.off_loop(desk.store.card, card_id, context.who.place.chat_id)
        if card is None or card.kind != kind:
            await desk.courier.told(query.id, context.say(texts.EXPIRED), alert=True)
            return
        if GONE in card.payload:
            await desk.courier.told(query.id, context.say(texts.GONE), alert=True)
            return
        await desk.courier.told(query.id, context.say(thanks) if thanks else "")
        said = await act(update, context, card, more)
        if said is not None:
            await context.say_line(context.say(said))

    return handle


async def _citation(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    shown = more.isdecimal() and await shelf.open_citation(context, card, int(more))
    return None if shown else texts.GONE


async def _vote(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    desk = context.desk
    await desk.off_loop(desk.store.vote, card, context.who.user_id, good=more == "1")
    return None


async def _only(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    citations = card.payload.get("citations", [])
    if not citations:
        return texts.EXPIRED
    await summaries.ask_only(context, citations[0]["report_id"])
    return None


async def _part(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    if not await summaries.is_held(context, card):
        return texts.GONE
    await summaries.on_part(context, card, more)
    return None


async def _file(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    if not await summaries.is_held(context, card):
        return texts.GONE
    await summaries.on_file(context, card, more)
    return None


async def _about(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    await summaries.on_ask_about(context, card)
    return None


async def _pasted(update: Update, context: ChatContext, card: Card, more: str) -> Said:
    """Do with a pasted text what was chosen; once it is on the shelf the card only names the report."""
    text = str(card.payload.get("text", ""))
    if more == "q":
        if not text:
            return texts.EXPIRED
        await ask(update, context, text)
        return None
    found = await by_id(context, str(card.payload.get("report_id", "")))
    if found is not None and more == "i":
        return texts.ON_SHELF
    if found is None:
        found = await take_text_in(context, text, pasted.paste_name(text))
    if found is None:
        return None
    await context.desk.off_loop(context.desk.store.fill_card, card.id, {"report_id": found.report.id})
    if more == "s":
        await summaries.summarise(context, found)
    return None


def _message_id(query: CallbackQuery) -> int:
    message = query.message
    return message.message_id if message is not None else 0


_HANDLERS: dict[str, Callable[[Update, ChatContext, CallbackQuery, str], Awaitable[None]]] = {
    "x": _stop,
    "g": _language,
    "l": _page,
    "K": _keep,
    shelf.OPEN: _on_report(_open),
    shelf.SUMMARISE: _on_report(_summarise),
    "a": _on_report(_ask_only),
    shelf.DELETE: _on_report(_confirm),
    "D": _on_report(_delete),
    shelf.SHARE: _on_report(_share),
    "p": _on_report(_passage),
    "c": _on_card(_citation, "answer"),
    "v": _on_card(_vote, "answer", texts.THANKS),
    "o": _on_card(_only, "answer"),
    "t": _on_card(_part, summaries.KIND),
    "f": _on_card(_file, summaries.KIND),
    "q": _on_card(_about, summaries.KIND),
    "k": _on_card(_pasted, pasted.KIND),
    "e": _on_card(digests.on_digest_button, digest_letters.KIND),
    "j": _on_card(subscriptions.on_subscription_button, subscriptions.KIND),
}
