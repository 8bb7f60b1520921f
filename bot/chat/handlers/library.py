"""Files taken in: sent, pasted, or shared with everybody."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from telegram import Document as SentFile
from telegram import Message, Update
from telegram.error import BadRequest, NetworkError, TelegramError

from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.shelves import Found
from bot.chat.tray import TrayLine
from bot.failures import attempt, attempt_async, explain
from bot.said import said
from bot.texts import COLON, Say
from bot.views import facts as told_facts
from store.errors import AppError
from store.job_tables import Job, JobKind, JobState, Offer
from store.models import IngestResult
from store.read import load

if TYPE_CHECKING:
    from bot.chat.hands import Hands

DOWNLOAD_MB = 20
"""What Telegram's own server lets a bot download."""

_TRIES = 3
_SAID = {"added": texts.TAKEN_IN, "replaced": texts.REPLACED, "unchanged": texts.UNCHANGED}


async def on_document(update: Update, context: ChatContext) -> None:
    """Take a file in; its caption may say what is to be done with it besides."""
    from bot.chat.handlers.asking import ask, asked_in_caption
    from bot.chat.handlers.shelf import share
    from bot.chat.handlers.summaries import summarise

    message = update.effective_message
    found = await take_document_in(context, message) if isinstance(message, Message) else None
    if found is None:
        return
    command = context.text.split(maxsplit=1)[0].partition("@")[0].lower() if context.text else ""
    if command == "/summary":
        await summarise(context, found)
    elif command == "/share":
        await share(context, found)
    elif (question := asked_in_caption(context)) and (command == "/ask" or not command.startswith("/")):
        await ask(update, context, question, only=found.report)


async def take_document_in(context: ChatContext, message: Message) -> Found | None:
    """Take the file of a message in and say how it goes. None: it was refused, as was said."""
    sent = message.document
    if sent is None:
        return None
    name = Path(sent.file_name or "").name or "file"
    line = TrayLine(context, context.desk.trays.tray(context, message.media_group_id))
    await line.say([context.say(texts.READING_FILE, name=name)])
    with tempfile.TemporaryDirectory(prefix="reportbot-") as folder:
        path = Path(folder, _on_disk(name))
        refused = await _download(context, sent, path)
        if refused:
            await _refuse(context, line, name, refused)
            return None
        if context.desk.hands is not None:
            offered = partial(_offer, context, sent, path)
            return await _have_taken_in(context, context.desk.hands, line, name, path, offered)
        return await _take_in(context, line, name, partial(context.desk.engine.add_file, path))


async def take_text_in(context: ChatContext, text: str, name: str) -> Found | None:
    """Take a pasted text in as if it had been sent as a file."""
    line = TrayLine(context, context.desk.trays.tray(context, None))
    return await _take_in(context, line, name, partial(context.desk.engine.add_text, text))


async def _take_in(
    context: ChatContext, line: TrayLine, name: str, add: Callable[[str, str], Awaitable[IngestResult]]
) -> Found | None:
    desk, who, say = context.desk, context.who, context.say
    await desk.dispatcher.let_pass(context.delivery)
    async with desk.reading:
        await desk.dispatcher.begin(context.delivery)
        outcome = await attempt_async(add(name, who.workspace), say)
    if isinstance(outcome, AppError):
        await _refuse(context, line, name, _why(outcome, _on_disk(name), say))
        return None
    return await _taken_in(context, line, outcome)


async def _have_taken_in(
    context: ChatContext,
    hands: Hands,
    line: TrayLine,
    name: str,
    path: Path,
    make_offer: Callable[[str], Offer],
) -> Found | None:
    """Have a worker take a file in, or do it here where none works, and say how it goes."""
    say = context.say
    await context.desk.dispatcher.let_pass(context.delivery)
    offer = await context.desk.off_loop.file(attempt, partial(make_offer, name), say)
    if isinstance(offer, AppError):
        await _refuse(context, line, name, _why(offer, _on_disk(name), say))
        return None

    async def tell(job: Job) -> None:
        stage = texts.READING_FILE if job.state == JobState.WORKING else texts.QUEUED_FILE
        await line.say([say(stage, name=name)])

    outcome = await hands.do(offer, tell)
    if outcome is None:
        return await _take_in(context, line, name, partial(context.desk.engine.add_file, path))
    job, report = outcome.job, outcome.report
    if job.state == JobState.FAILED:
        await _refuse(context, line, name, _why(AppError(job.error, hint=job.hint), name, say))
        return None
    if report is None or job.status is None:  # taken in, and off again before we looked
        await _refuse(context, line, name, say(texts.GONE))
        return None
    result = IngestResult.model_validate(
        {"path": name, "status": job.status, "report": report, "warnings": json.loads(job.result or "[]")}
    )
    return await _taken_in(context, line, result)


def _offer(context: ChatContext, sent: SentFile, path: Path, name: str) -> Offer:
    """Make a job of an upload; it is the same one when a restarted bot comes to this update again."""
    content = load(path)
    key = f"{context.delivery.update.update_id}:{sent.file_unique_id}"
    return Offer(
        id=hashlib.sha256(key.encode()).hexdigest()[:32],
        kind=JobKind.UPLOAD,
        workspace=context.who.workspace,
        subject=name,
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
    )


def _why(error: AppError, named: str, say: Say) -> str:
    """Say what is wrong with a file. The reader calls it `named`; the line in the tray says its name already."""
    return explain(error, say).removeprefix(f"{named}{say(COLON)}")


async def _taken_in(context: ChatContext, line: TrayLine, outcome: IngestResult) -> Found:
    """Say what a file has become."""
    desk, who, say = context.desk, context.who, context.say
    report, name = outcome.report, outcome.path
    if report is None:
        raise AssertionError("what was taken in is a report")
    facts = " · ".join(fact for fact in told_facts(report, say) if fact not in report.title)
    told = [say(_SAID[outcome.status], name=name, title=report.title, facts=facts)]
    told += [say(texts.WARNED, text=said(warning, say)) for warning in outcome.warnings]
    await desk.dispatcher.sending(context.delivery)
    await line.say(told, last=True, buttons=_next_steps(report.id, context))
    desk.metrics.uploads.inc()
    await desk.count(who.place.chat_id, "uploads")
    return Found(report, who.workspace)


def _next_steps(report_id: str, context: ChatContext) -> list[list[tuple[str, str]]]:
    say = context.say
    return [[(say(texts.SUMMARISE), f"s:{report_id}"), (say(texts.ASK_ABOUT), f"a:{report_id}")]]


def _on_disk(name: str) -> str:
    """Name a file so that every file system takes it; what it is called says what it may be."""
    path = Path(name)
    stem = re.sub(r"[^\w.()（）《》-]", "_", path.stem)[:60]
    return f"{stem.strip('.') or 'file'}{path.suffix[:12]}"


async def _refuse(context: ChatContext, line: TrayLine, name: str, why: str) -> None:
    await line.say([context.say(texts.REFUSED, name=name, why=why)], last=True)
    await context.desk.count(context.who.place.chat_id, "refused")


async def _download(context: ChatContext, sent: SentFile, path: Path) -> str:
    """Fetch a file; gives what stands against it, empty if nothing does."""
    too_big = context.say(texts.TOO_BIG, mb=DOWNLOAD_MB)
    # A Bot API server of one's own may have no such limit: it is asked.
    limited = context.desk.settings.telegram_api_url is None
    if limited and (sent.file_size or 0) > DOWNLOAD_MB * 1024 * 1024:
        return too_big
    for attempts_left in reversed(range(_TRIES)):
        try:
            file = await sent.get_file()
            await file.download_to_drive(path)
        except BadRequest as error:
            return too_big if "too big" in str(error).lower() else context.say(texts.NOT_DOWNLOADED)
        except NetworkError:
            if attempts_left:
                await asyncio.sleep(_TRIES - attempts_left)
        except TelegramError:
            break
        else:
            return ""
    return context.say(texts.NOT_DOWNLOADED)
