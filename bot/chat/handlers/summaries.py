"""Summaries: chosen, made, shown in parts, sent as files."""

from __future__ import annotations

import secrets

from telegram import Update

from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.handlers.asking import unless_stopped
from bot.chat.live import Live
from bot.chat.markup import row
from bot.chat.messages import (
    PART_KEYS,
    part_rows,
    shorten,
    summary_buttons,
    summary_rows,
    title_buttons,
)
from bot.chat.shelves import Found, by_id, by_name
from bot.html import summary_html
from bot.markdown import summary_markdown
from bot.subjects import summary_subject
from bot.texts import Phrase
from bot.views import summary_view
from chains.models import Summary
from store.chats import Card
from store.job_tables import JobKind, Offer

KIND = "summary"


async def on_summary(update: Update, context: ChatContext) -> None:
    """/summary, with a report's name or id, in reply to a document, or alone: then one is chosen."""
    replied = update.effective_message.reply_to_message if update.effective_message else None
    if not context.argument and replied is not None and replied.document is not None:
        from bot.chat.handlers.library import take_document_in

        found = await take_document_in(context, replied)
        if found is not None:
            await summarise(context, found)
        return
    await choose_summary(context, context.argument)


async def choose_summary(context: ChatContext, name: str) -> None:
    held = await by_name(context, name) if name else []
    if len(held) == 1:
        found = await by_id(context, held[0].id)
        if found is not None:
            await summarise(context, found)
        return
    await choose(context, name, "s", texts.WHICH_SUMMARY)


async def choose(context: ChatContext, name: str, verb: str, question: Phrase) -> None:
    """Show reports to choose from: those that a name fits, else all."""
    say = context.say
    fitting = await by_name(context, name) if name else []
    reports = fitting or await context.desk.reports(context.who.workspace)
    if not reports:
        await context.say_line(say(texts.SHELF_EMPTY))
        return
    line = say(question)
    if name:
        phrase = texts.SEVERAL if fitting else texts.NO_SUCH_REPORT
        line = say(phrase, name=shorten(name, 60))
    await context.say_line(line, title_buttons(reports, 0, verb))


async def summarise(context: ChatContext, found: Found) -> None:
    """Summarise a report and show it, with buttons for its parts and files."""
    desk, who = context.desk, context.who
    await desk.dispatcher.let_pass(context.delivery)
    await desk.dispatcher.begin(context.delivery)
    live = Live(context, [])
    summary = await unless_stopped(context, live, _made(context, found))
    if summary is None:
        return
    payload = {"summary": summary.model_dump(mode="json")}
    card_id = await desk.off_loop(desk.store.add_card, who.place, KIND, payload)
    rows = summary_rows(summary, context.say)
    shown = await live.finish(rows, summary_buttons(summary, card_id, context.say), to=context.quoted())
    await desk.off_loop(desk.store.show_card, card_id, shown)
    await desk.count(who.place.chat_id, "summaries")


async def _made(context: ChatContext, found: Found) -> Summary:
    desk = context.desk
    if desk.hands is not None:
        subject = summary_subject(found.report.id, found.workspace)
        offer = Offer(secrets.token_hex(16), JobKind.SUMMARY, context.who.workspace, subject)
        written = await desk.hands.fetch(offer)
        if written is not None:
            return Summary.model_validate_json(written)
    return await desk.engine.summarize(found.report, found.workspace, context.who.workspace)


async def is_held(context: ChatContext, card: Card) -> bool:
    """Tell whether the report of a summary is still on a shelf of this chat's."""
    return await by_id(context, _summary(card).report.id) is not None


async def on_part(context: ChatContext, card: Card, key: str) -> None:
    """Send one part of a summary, whole and with its quotes."""
    if key in PART_KEYS:
        rows = part_rows(_summary(card), PART_KEYS[key], context.say)
        await context.reply(rows)


async def on_file(context: ChatContext, card: Card, form: str) -> None:
    """Send the whole summary as a file."""
    summary = _summary(card)
    view = summary_view(summary, context.say)
    page = summary_html(view, context.say) if form == "html" else summary_markdown(view, context.say)
    name = f"{shorten(summary.report.title, 40)}.{'html' if form == 'html' else 'md'}"
    caption = context.say(texts.SUMMARY_FILE, title=summary.report.title)
    await context.desk.courier.send_file(context.who.place, _file_name(name), page.encode(), caption)


async def on_ask_about(context: ChatContext, card: Card) -> None:
    await ask_only(context, _summary(card).report.id)


async def ask_only(context: ChatContext, report_id: str) -> None:
    """Put the questions that follow here to one report."""
    found = await by_id(context, report_id)
    if found is None:
        await context.reply([row(context.say(texts.GONE))])
        return
    await context.desk.off_loop(context.desk.store.set_focus, context.who.talk, found.report.id)
    await context.reply([row(context.say(texts.ONLY_THIS_NOW, title=shorten(found.report.title, 60)))])


def _summary(card: Card) -> Summary:
    return Summary.model_validate(card.payload["summary"])


def _file_name(name: str) -> str:
    """Take out what a file's name cannot hold."""
    return "".join("_" if char in '\\/:*?"<>|\n\r\t' else char for char in name)
