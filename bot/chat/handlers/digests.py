"""/digest, and what the buttons under a digest open."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from telegram import Update

from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.courier import Buttons, Letter
from bot.chat.digest_letters import KIND
from bot.chat.digest_making import Edition
from bot.chat.digest_messages import (
    SUMMARY,
    across_rows,
    digest_buttons,
    digest_rows,
    list_buttons,
    news_rows,
)
from bot.chat.digest_times import moment
from bot.chat.digests import FIRST_WINDOW
from bot.chat.handlers.asking import unless_stopped
from bot.chat.live import Live
from bot.chat.markup import Row, row
from bot.chat.messages import page_count, report_buttons
from bot.chat.shelves import by_id
from bot.digest import digest_html
from bot.texts import Phrase
from chains.aside import aside
from chains.digest.models import Digest, DigestInput
from store.chats import Card

_LONGEST = 366
_DAYS = re.compile(r"(\d{1,3})\s*(?:d|days?|天|日)?", re.IGNORECASE)


async def on_digest(update: Update, context: ChatContext) -> None:
    """/digest: what is new since the last one, or in as many days as are named; the schedule does not change."""
    desk, who = context.desk, context.who
    now = desk.digests.clock.now()
    since = _since(context.argument, now)
    if context.argument and since is None:
        await context.say_line(context.say(texts.DIGEST_OFTEN))
        return
    wanted = await desk.off_loop(desk.digests.store.subscription, who.place.chat_id)
    watch = wanted.watch if wanted and wanted.active else ()
    if since is None:
        since = wanted.covered_until if wanted and wanted.covered_until else now - FIRST_WINDOW
    zone = wanted.zone if wanted else desk.settings.timezone
    await _show(context, DigestInput(min(since, now), now, who.workspaces, watch), zone)


def _since(argument: str, now: datetime) -> datetime | None:
    found = _DAYS.fullmatch(argument.strip())
    days = int(found[1]) if found else 0
    return now - timedelta(days=days) if 0 < days <= _LONGEST else None


async def _show(context: ChatContext, asked: DigestInput, zone: str) -> None:
    desk = context.desk
    await desk.dispatcher.let_pass(context.delivery)
    await desk.dispatcher.begin(context.delivery)
    live = Live(context, [])
    edition = await unless_stopped(context, live, desk.digests.press.edition(asked, urgent=True))
    if edition is None:
        return
    rows, buttons = await _worded(context, edition, zone, asked.watch)
    await live.finish(rows, buttons, to=context.quoted())
    await _send_chart(context, edition.digest, zone)


async def _worded(
    context: ChatContext, edition: Edition, zone: str, watch: tuple[str, ...] = ()
) -> tuple[list[Row], Buttons]:
    """Word a digest, with a card for its buttons."""
    desk, say = context.desk, context.say
    card = {"edition": edition.id, "zone": zone}
    card_id = await desk.off_loop(desk.store.add_card, context.who.place, KIND, card)
    rows = digest_rows(edition.digest, say, zone, watch=watch)
    return rows, digest_buttons(edition.digest, card_id, say)


async def _send_chart(context: ChatContext, digest: Digest, zone: str) -> None:
    picture = await context.desk.digests.press.chart(digest, context.say)
    if picture is not None:
        caption = context.say(texts.DIGEST_CHART, until=moment(digest.until, zone, context.say))
        await context.desk.courier.send_photo(context.who.place, picture, caption)


# --- buttons ----------------------------------------------------------------------------------------


async def on_digest_button(update: Update, context: ChatContext, card: Card, more: str) -> Phrase | None:
    """Open what a button of a digest is about; its words are gone where one of its reports is."""
    verb, _, number = more.partition(":")
    if verb == "u":
        return await _again(context, card)
    digest = await context.desk.digests.press.kept(str(card.payload.get("edition")))
    if digest is None or not await _is_held(context, digest):
        return texts.DIGEST_OVER
    if verb == "x":
        await context.reply(across_rows(digest, context.say, str(card.payload["zone"])))
        return None
    if verb == "f":
        await _send_file(context, card, digest)
        return None
    if not number.isdecimal():
        return texts.EXPIRED
    if verb == "r":
        return await _open_news(context, card, digest, int(number))
    return await _list(update, context, card, digest, int(number), turned=verb == "t")


async def _is_held(context: ChatContext, digest: Digest) -> bool:
    """Tell whether all reports of a digest are still on the shelves of this chat."""
    held = {report.id for report in await context.desk.reports(context.who.workspace)}
    return all(news.report.id in held for news in digest.news)


async def _open_news(context: ChatContext, card: Card, digest: Digest, place: int) -> Phrase | None:
    if place >= len(digest.news):
        return texts.EXPIRED
    found = await by_id(context, digest.news[place].report.id)
    if found is None:
        return texts.GONE
    buttons = report_buttons(found.report, context.say, deletable=False)
    await context.reply(news_rows(digest, place, context.say, str(card.payload["zone"])), buttons)
    return None


async def _list(
    update: Update, context: ChatContext, card: Card, digest: Digest, page: int, *, turned: bool
) -> Phrase | None:
    """Show the reports of a digest to choose from; the arrows turn the page in its message."""
    page = min(page, page_count(len(digest.news)) - 1)
    letter = Letter([row(context.say(texts.DIGEST_WHICH))], list_buttons(digest, card.id, page))
    message = update.callback_query.message if update.callback_query else None
    if turned and message is not None:
        await context.desk.courier.edit(context.who.place, [message.message_id], letter)
    else:
        await context.reply(letter.rows, letter.buttons)
    return None


async def _send_file(context: ChatContext, card: Card, digest: Digest) -> None:
    zone = str(card.payload["zone"])
    until = moment(digest.until, zone, context.say)
    page = await aside(digest_html, digest, context.say, zone, summary=SUMMARY)
    name = f"digest-{digest.until:%Y-%m-%d}.html"
    caption = context.say(texts.DIGEST_FILE, until=until)
    await context.desk.courier.send_file(context.who.place, name, page.encode(), caption)


async def _again(context: ChatContext, card: Card) -> Phrase | None:
    """Show a digest that may not have arrived."""
    desk, edition_id = context.desk, card.payload.get("again")
    digest = await desk.digests.press.kept(str(edition_id)) if edition_id else None
    if digest is None or not await _is_held(context, digest):
        return texts.DIGEST_OVER
    rows, buttons = await _worded(context, Edition(str(edition_id), digest), str(card.payload["zone"]))
    await context.reply(rows, buttons)
    await _send_chart(context, digest, str(card.payload["zone"]))
    return None
