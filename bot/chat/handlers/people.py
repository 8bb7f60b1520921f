"""Newcomers, settings, usage, and what admins decide."""

from __future__ import annotations

import re
from datetime import date, timedelta

from telegram import Update

from bot.chat import texts
from bot.chat.access import Standing
from bot.chat.context import ChatContext
from bot.chat.courier import GoneError, Letter
from bot.chat.handlers.subscriptions import digest_setting
from bot.chat.markup import Row, row
from bot.chat.messages import shorten
from bot.chat.shelves import by_id
from bot.texts import Say
from store.chats import Place
from store.models import Report

_EXAMPLE_CHARS = 24
_ALL = "all"
_USAGE_DAYS = 7
_USAGE_ROWS = 30

# --- first words ------------------------------------------------------------------------------------


async def on_start(update: Update, context: ChatContext) -> None:
    say = context.say
    reports = await context.desk.reports(context.who.workspace)
    rows = [row(say(texts.WELCOME)), Row()]
    if not reports:
        rows.append(row(say(texts.WELCOME_EMPTY, kinds=say(texts.FILE_KINDS))))
    else:
        rows.append(row(say(texts.WELCOME_SHELF, n=len(reports))))
        rows += [row(f"• {example}") for example in _examples(reports, say)]
    rows += [Row(), row(say(texts.HELP_PRIVACY), "i")]
    await context.reply(rows, to=context.quoted())


def _examples(reports: list[Report], say: Say) -> list[str]:
    """Suggest questions that these very reports can be asked."""
    titled = min(reports, key=lambda report: len(report.title))
    examples = [say(texts.EXAMPLE_SHORTCOMINGS, title=shorten(titled.title, _EXAMPLE_CHARS))]
    examples.append(say(texts.EXAMPLE_ACROSS) if len(reports) > 1 else say(texts.EXAMPLE_PLANS))
    return examples


async def on_help(update: Update, context: ChatContext) -> None:
    say = context.say
    rows = [row(say(texts.HELP), "b"), *(row(f"• {say(line)}") for line in texts.HELP_LINES), Row()]
    rows += [Row(((f"/{name}", ""), (f"  {say(what)}", ""))) for name, what in texts.COMMANDS.items()]
    if context.who.standing is Standing.ADMIN:
        rows += [Row(((f"/{name}  {say(what)}", ""),)) for name, what in texts.ADMIN_COMMANDS.items()]
    rows += [Row(), row(say(texts.HELP_PRIVACY), "i")]
    await context.reply(rows, to=context.quoted())


async def on_unreadable(update: Update, context: ChatContext) -> None:
    """Stickers, voice, pictures: say what can be read instead."""
    await context.say_line(context.say(texts.CANNOT_READ, kinds=context.say(texts.FILE_KINDS)))


async def on_unknown(update: Update, context: ChatContext) -> None:
    name = context.text.split(maxsplit=1)[0].partition("@")[0]
    await context.say_line(context.say(texts.NO_SUCH_COMMAND, name=shorten(name, 40)))


# --- settings ---------------------------------------------------------------------------------------


async def on_settings(update: Update, context: ChatContext) -> None:
    letter = await _settings(context)
    await context.reply(letter.rows, letter.buttons, to=context.quoted())


async def change_setting(update: Update, context: ChatContext, choice: str, message_id: int) -> None:
    """Set the language of this chat, or ask all reports again, and show the settings."""
    desk = context.desk
    if choice == _ALL:
        await desk.off_loop(desk.store.set_focus, context.who.talk, None)
    elif choice in texts.LANGUAGES:
        language = None if choice == "auto" else choice
        await desk.off_loop(desk.store.speak, context.who.place.chat_id, language)
        await context.introduce(update)
    else:
        return
    await desk.courier.edit(context.who.place, [message_id], await _settings(context))


async def _settings(context: ChatContext) -> Letter:
    desk, who, say = context.desk, context.who, context.say
    record = await desk.off_loop(desk.store.chat, who.place.chat_id)
    chosen = (record.language if record else None) or "auto"
    report_id = await desk.off_loop(desk.store.focus, who.talk)
    found = await by_id(context, report_id) if report_id else None
    reports = await desk.reports(who.workspace)
    scope = f"《{found.report.title}》" if found else say(texts.ALL_REPORTS, n=len(reports))
    rows = [
        row(say(texts.SETTINGS), "b"),
        row(say(texts.LANGUAGE_IS, language=say(texts.LANGUAGES[chosen]))),
        row(say(texts.FOCUS_IS, scope=scope)),
        row(say(texts.ENGINE_IS, engine=_engine(context))),
        row(await digest_setting(context)),
    ]
    languages = [
        (("● " if key == chosen else "") + say(name), f"g:{key}") for key, name in texts.LANGUAGES.items()
    ]
    everything = [(say(texts.ASK_ALL), f"g:{_ALL}")] if found else []
    return Letter(rows, [line for line in (languages, everything) if line])


def _engine(context: ChatContext) -> str:
    model = context.desk.engine.model_name
    return context.say(texts.WRITTEN, model=model) if model else context.say(texts.EXTRACTIVE)


# --- usage ------------------------------------------------------------------------------------------


async def on_usage(update: Update, context: ChatContext) -> None:
    """/usage: what this chat used today; for admins in private, all chats' last week."""
    desk, who, say = context.desk, context.who, context.say
    today = desk.today()
    mine = (await desk.off_loop(desk.store.counts, today)).get(who.place.chat_id, {})
    tokens = await desk.off_loop(desk.usage.today, who.workspace)
    limit = desk.settings.daily_token_budget
    rows = [row(say(texts.USAGE_HERE, questions=_asked(mine), tokens=tokens, limit=limit))]
    if who.standing is Standing.ADMIN and who.private:
        rows += [Row(), *await _everybody(context)]
    await context.reply(rows, to=context.quoted())


async def _everybody(context: ChatContext) -> list[Row]:
    desk, say = context.desk, context.say
    since = (date.fromisoformat(desk.today()) - timedelta(days=_USAGE_DAYS - 1)).isoformat()
    counts = await desk.off_loop(desk.store.counts, since)
    spent = await desk.off_loop(desk.usage.since, since)
    busiest = sorted(counts, key=lambda chat_id: -sum(counts[chat_id].values()))[:_USAGE_ROWS]
    rows = [row(say(texts.USAGE_ALL), "b")]
    for chat_id in busiest:
        chat = await desk.off_loop(desk.store.chat, chat_id)
        name = shorten(chat.title, 20) if chat and chat.title else ""
        counted = counts[chat_id]
        line = say(
            texts.USAGE_ROW,
            who=f"{name} {chat_id}".strip(),
            questions=_asked(counted),
            refusals=counted.get("refusals", 0),
            failures=counted.get("failures", 0),
            uploads=counted.get("uploads", 0),
            tokens=spent.get(chat.workspace if chat else "", 0),
        )
        rows.append(row(f"• {line}"))
    return rows if busiest else [row(say(texts.USAGE_NONE))]


def _asked(counted: dict[str, int]) -> int:
    return counted.get("answers", 0) + counted.get("refusals", 0)


# --- admins -----------------------------------------------------------------------------------------


async def on_allow(update: Update, context: ChatContext) -> None:
    await _grant(update, context, allowed=True)


async def on_deny(update: Update, context: ChatContext) -> None:
    await _grant(update, context, allowed=False)


async def _grant(update: Update, context: ChatContext, *, allowed: bool) -> None:
    desk, say = context.desk, context.say
    if context.who.standing is not Standing.ADMIN:
        await context.say_line(say(texts.ADMINS_ONLY))
        return
    id_ = _whom(update, context.argument)
    if id_ is None:
        await context.say_line(say(texts.WHOM, command="allow" if allowed else "deny"))
        return
    if not allowed and desk.access.is_admin(id_):
        await context.say_line(say(texts.DENY_ADMIN, id=id_))
        return
    before = await desk.off_loop(desk.access.standing, id_, id_)
    await desk.off_loop(desk.store.grant, id_, allowed=allowed, by=context.who.user_id)
    await context.say_line(say(texts.ALLOWED if allowed else texts.DENIED, id=id_))
    known = await desk.off_loop(desk.store.chat, id_)
    if allowed and before is Standing.STRANGER and known is not None:
        await _tell_allowed(context, id_)


async def _tell_allowed(context: ChatContext, id_: int) -> None:
    """Tell those who had asked for access that they have it now."""
    try:
        await context.desk.courier.send(Place(id_), Letter([row(context.say(texts.NOW_ALLOWED))]))
    except GoneError:
        return


def _whom(update: Update, argument: str) -> int | None:
    """Take the id that was written, or that of whoever wrote the message replied to."""
    if argument:
        found = re.fullmatch(r"-?[0-9]{1,15}", argument.split()[0])
        return int(found[0]) if found else None
    replied = update.effective_message.reply_to_message if update.effective_message else None
    return replied.from_user.id if replied is not None and replied.from_user else None
