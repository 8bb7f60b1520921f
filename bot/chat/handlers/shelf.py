"""The shelf: its pages, a report's card, deleting, sharing, searching, and passages in their context."""

from __future__ import annotations

from telegram import Update

from bot import texts as words
from bot.chat import texts
from bot.chat.access import Standing, may_delete
from bot.chat.context import ChatContext
from bot.chat.courier import Letter
from bot.chat.handlers.library import take_document_in
from bot.chat.handlers.summaries import choose
from bot.chat.markup import row
from bot.chat.messages import (
    hit_buttons,
    hit_rows,
    page_count,
    passage_buttons,
    passage_rows,
    report_buttons,
    report_facts,
    report_rows,
    shelf_buttons,
    shelf_rows,
    shorten,
    title_buttons,
)
from bot.chat.shelves import Found, by_id, by_name
from chains.models import Citation
from store.chats import Card
from store.errors import NotFoundError
from store.models import DEFAULT_WORKSPACE, Report

OPEN, SUMMARISE, DELETE, SHARE = "r", "s", "d", "h"
"""What a press on a report's button does, as its callback data begins."""

_HITS = 5

# --- pages ------------------------------------------------------------------------------------------


async def on_reports(update: Update, context: ChatContext) -> None:
    """/reports: the shelf, page by page; with words after it, only the reports they fit."""
    name = context.argument
    if name:
        fitting = await by_name(context, name)
        found = await by_id(context, fitting[0].id) if len(fitting) == 1 else None
        if found is not None:
            await open_report(context, found)
        else:
            await choose(context, name, OPEN, texts.WHICH_SUMMARY)
        return
    reports = await context.desk.reports(context.who.workspace)
    if not reports:
        await context.say_line(context.say(texts.SHELF_EMPTY))
        return
    rows = shelf_rows(reports, 0, await _common(context), context.say)
    await context.reply(rows, shelf_buttons(reports, 0, OPEN), to=context.quoted())


async def turn_page(context: ChatContext, message_id: int, verb: str, page: int) -> None:
    """Show another page of the shelf in the same message."""
    reports = await _offered(context, verb)
    page = min(max(page, 0), page_count(len(reports)) - 1)
    if verb == OPEN:
        rows = shelf_rows(reports, page, await _common(context), context.say)
        letter = Letter(rows, shelf_buttons(reports, page, verb))
    else:
        question = {SUMMARISE: texts.WHICH_SUMMARY, DELETE: texts.DELETE_WHICH, SHARE: texts.SHARE_WHICH}
        line = context.say(question.get(verb, texts.WHICH_SUMMARY))
        letter = Letter([row(line)], title_buttons(reports, page, verb))
    await context.desk.courier.edit(context.who.place, [message_id], letter)


async def open_report(context: ChatContext, found: Found) -> None:
    """Show a report's card with what can be done with it."""
    common = found.workspace == DEFAULT_WORKSPACE
    deletable = may_delete(found.workspace, context.who.standing)
    buttons = report_buttons(found.report, context.say, deletable=deletable)
    await context.reply(report_rows(found.report, context.say, common=common), buttons)


async def _common(context: ChatContext) -> set[str]:
    held = await context.desk.off_loop(context.desk.library.reports, [DEFAULT_WORKSPACE])
    return {report.id for report in held}


async def _offered(context: ChatContext, verb: str) -> list[Report]:
    """Give the reports that `verb` can be done with here."""
    reports = await context.desk.reports(context.who.workspace)
    if verb == DELETE and context.who.standing is not Standing.ADMIN:
        return [report for report in reports if report.id not in await _common(context)]
    return reports


# --- deleting ---------------------------------------------------------------------------------------


async def on_delete(update: Update, context: ChatContext) -> None:
    """/delete, with a name or an id, or alone: nothing goes before it was confirmed."""
    name = context.argument
    fitting = await by_name(context, name) if name else []
    if len(fitting) == 1:
        found = await by_id(context, fitting[0].id)
        if found is not None:
            await confirm_delete(context, found)
        return
    reports = fitting or await _offered(context, DELETE)
    if not reports:
        await context.say_line(context.say(texts.SHELF_EMPTY))
        return
    line = context.say(texts.DELETE_WHICH)
    if name:
        line = context.say(texts.SEVERAL if fitting else texts.NO_SUCH_REPORT, name=shorten(name, 60))
    await context.say_line(line, title_buttons(reports, 0, DELETE))


async def confirm_delete(context: ChatContext, found: Found) -> None:
    say = context.say
    if not may_delete(found.workspace, context.who.standing):
        await context.say_line(say(texts.SHARED_BY_ADMINS))
        return
    line = say(texts.DELETE_SURE, title=found.report.title, facts=report_facts(found.report, say))
    asker = context.who.user_id
    yes, no = (
        (say(texts.DELETE_YES), f"D:{found.report.id}:{asker}"),
        (say(texts.DELETE_NO), f"K:{asker}"),
    )
    await context.say_line(line, [[yes, no]])


async def delete(context: ChatContext, found: Found, message_id: int) -> None:
    """Delete a report for good, and say what went."""
    say = context.say
    if not may_delete(found.workspace, context.who.standing):
        line = say(texts.SHARED_BY_ADMINS)
    else:
        desk = context.desk
        await desk.engine.delete(found.report.id, found.workspace)
        await desk.off_loop(desk.store.forget_report, found.report.id)
        await desk.off_loop(desk.digests.store.forget_report, found.report.id)
        desk.digests.press.forget()
        line = say(texts.DELETED, title=found.report.title, passages=found.report.passages)
    await context.desk.courier.edit(context.who.place, [message_id], Letter([row(line)]))


async def keep(context: ChatContext, message_id: int) -> None:
    await context.desk.courier.edit(context.who.place, [message_id], Letter([row(context.say(texts.KEPT))]))


# --- sharing ----------------------------------------------------------------------------------------


async def on_share(update: Update, context: ChatContext) -> None:
    """/share, for admins: with a name or an id, in reply to a document, or alone."""
    if context.who.standing is not Standing.ADMIN:
        await context.say_line(context.say(texts.ADMINS_ONLY))
        return
    replied = update.effective_message.reply_to_message if update.effective_message else None
    if not context.argument and replied is not None and replied.document is not None:
        found = await take_document_in(context, replied)
        if found is not None:
            await share(context, found)
        return
    fitting = await by_name(context, context.argument) if context.argument else []
    if len(fitting) == 1:
        found = await by_id(context, fitting[0].id)
        if found is not None:
            await share(context, found)
        return
    await choose(context, context.argument, SHARE, texts.SHARE_WHICH)


async def share(context: ChatContext, found: Found) -> None:
    say = context.say
    if context.who.standing is not Standing.ADMIN:
        await context.say_line(say(texts.ADMINS_ONLY))
        return
    if found.workspace == DEFAULT_WORKSPACE:
        await context.say_line(say(texts.SHARED_ALREADY, title=found.report.title))
        return
    result = await context.desk.engine.share(found.report, found.workspace)
    phrase = texts.SHARED_ALREADY if result.status == "unchanged" else texts.SHARED
    shared = result.report or found.report
    await context.say_line(say(phrase, title=shared.title, id=shared.id))


# --- searching --------------------------------------------------------------------------------------


async def on_search(update: Update, context: ChatContext) -> None:
    """/search WORDS: the passages nearest to them."""
    query = context.argument
    if not query:
        await context.say_line(context.say(texts.SEARCH_WHAT))
        return
    desk, who = context.desk, context.who
    await desk.courier.typing(who.place)
    hits = await desk.engine.search(query, who.workspaces, _HITS)
    if not hits:
        await context.say_line(context.say(words.NOTHING_FOUND))
        return
    titles = {report.id: report.title for report in await desk.reports(who.workspace)}
    await context.reply(hit_rows(query, hits, titles, context.say), hit_buttons(hits), to=context.quoted())


# --- passages ---------------------------------------------------------------------------------------


async def open_citation(context: ChatContext, card: Card, n: int) -> bool:
    """Show a cited passage in its place, the quote standing out. False: it is not there any more."""
    cited = [Citation.model_validate(c) for c in card.payload.get("citations", [])]
    citation = next((c for c in cited if c.n == n), None)
    found = await by_id(context, citation.report_id) if citation else None
    if citation is None or found is None:
        return False
    passages = await context.desk.off_loop(context.desk.library.passages, found.report.id, [found.workspace])
    held = [p for p in passages if p.start <= citation.start < p.end]
    if not held:
        return False
    passage = held[0]
    quote = citation.quote[: max(passage.end - citation.start, 0)]
    rows = passage_rows(found.report, passage, len(passages), context.say, quote=quote)
    await context.reply(rows, passage_buttons(passage, len(passages), context.say))
    return True


async def open_passage(
    context: ChatContext, found: Found, ordinal: int, *, instead_of: int | None = None
) -> bool:
    """Show a passage, in a message of its own or in place of the one before or after it."""
    try:
        passages = await context.desk.off_loop(
            context.desk.library.passages, found.report.id, [found.workspace]
        )
    except NotFoundError:
        return False
    if not 0 <= ordinal < len(passages):
        return False
    rows = passage_rows(found.report, passages[ordinal], len(passages), context.say)
    buttons = passage_buttons(passages[ordinal], len(passages), context.say)
    if instead_of is None:
        await context.reply(rows, buttons)
    else:
        await context.desk.courier.edit(context.who.place, [instead_of], Letter(rows, buttons))
    return True
