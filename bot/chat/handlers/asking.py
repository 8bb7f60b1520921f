"""Questions: asked, answered as they are written, stopped, and answered again when they are edited."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from telegram import Message, Update

from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.engine import Answered
from bot.chat.handlers.pasted import offer_pasted
from bot.chat.live import LIVE, Live
from bot.chat.markup import row
from bot.chat.messages import answer_buttons, answer_rows, shorten
from bot.chat.shelves import by_id
from bot.said import said
from chains.follow_up import complete
from chains.models import Answer, AskInput, Turn
from prompts.wording import WORDING
from store.chats import new_card_id
from store.models import Report

T = TypeVar("T")

PASTED_CHARS = 300
"""A text this long is taken for a report rather than for a question."""

_TURNS = 3
_ASKS = re.compile(r"[?？]\s*$|多少|什么|哪些|哪几|几[个件次]|谁|怎么|如何|是否|有没有")
_SMALL_TALK = re.compile(
    r"(?:谢谢|多谢|感谢|辛苦|好的?|收到|知道|明白|你好|您好|早上?好|下午好|晚上好|再见|你是谁|ok|thanks?|thank you|hi|hello|hey|bye|who are you)"
    r"(?:了|啦|您|你|大家)?[!！。.~～？?\s]*",
    re.IGNORECASE,
)
_TYPING_S = 4.5


async def on_ask(update: Update, context: ChatContext) -> None:
    """/ask QUESTION, or in reply to a message whose text is the question."""
    question = context.argument or _replied_text(update)
    if not question:
        await context.say_line(context.say(texts.ASK_WHAT))
        return
    await ask(update, context, question)


async def on_text(update: Update, context: ChatContext) -> None:
    """Plain text: a question, or a report somebody pasted."""
    # "/ask多少件" is no command to Telegram: there is no space behind it.
    text = _without_mention(context.text, context.bot.username).removeprefix("/ask").strip()
    if not text:
        await context.say_line(context.say(texts.ASK_WHAT))
    elif _SMALL_TALK.fullmatch(text):
        await context.say_line(context.say(texts.WELCOME_BACK))
    elif len(text) >= PASTED_CHARS:
        await offer_pasted(update, context, text)
    else:
        await ask(update, context, text)


def asked_in_caption(context: ChatContext) -> str:
    """Give what the caption of a file asks; a caption without a question mark only names the file."""
    text = context.argument if context.text.startswith("/ask") else context.text
    question = _without_mention(text, context.bot.username)
    return question if context.text.startswith("/ask") or _ASKS.search(question) else ""


async def on_edited(update: Update, context: ChatContext) -> None:
    """An edited question is answered anew in the place of its answer."""
    message = update.edited_message
    if message is None or not context.text:
        return
    command, _, rest = context.text.partition(" ")
    question = rest.strip() if command.startswith("/ask") else context.text
    question = _without_mention(question, context.bot.username)
    if question.startswith("/") or not question:
        return
    desk = context.desk
    card = await desk.off_loop(desk.store.card_of, message.chat.id, message.message_id, "answer")
    if card is None and not context.who.private:
        return
    if card is not None and card.payload.get("asked") == question:
        return
    await ask(update, context, question, instead_of=card.shown_in if card else ())


async def ask(
    update: Update,
    context: ChatContext,
    question: str,
    *,
    instead_of: tuple[int, ...] = (),
    only: Report | None = None,
) -> None:
    """Answer a question, put to one report where `only` names it, unless its asker is too fast."""
    desk, who = context.desk, context.who
    wait_s = await desk.allowance.wait_s(who.user_id)
    if wait_s:
        limit = desk.allowance.limit
        await context.say_line(context.say(texts.TOO_MANY, limit=limit, wait=int(wait_s) + 1))
        return
    desk.courier.take_waited_s(who.place)
    live = Live(context, list(instead_of or await _left_unfinished(context)))
    answered = await unless_stopped(context, live, _answered(context, question, live, only))
    if answered is not None:
        await _show(update, context, live, answered, asked=question)


async def unless_stopped(context: ChatContext, live: Live, work: Coroutine[Any, Any, T]) -> T | None:
    """Do what may take long, with the sign of it; None where the chat has stopped it, which it is told."""
    context.live = live
    task = asyncio.ensure_future(work)
    job = context.desk.jobs.add(context.who.place, task)
    live.job_id = job.id
    try:
        async with typing(context):
            return await task
    except asyncio.CancelledError:
        if not job.stopped:
            live.abandon()
            raise
        await live.stopped()
        return None


@dataclass(frozen=True, slots=True)
class _Answered:
    """An answer, a word on what was searched, how a follow-up was understood, how long it took, and what
    kept the search from being what it should be.
    """

    answer: Answer
    about: str
    understood: str
    engine_s: float = 0.0
    notices: tuple[str, ...] = ()


async def _left_unfinished(context: ChatContext) -> tuple[int, ...]:
    """Give the message that a process which died had begun the answer in."""
    message = context.delivery.update.effective_message
    if not context.delivery.attempts or message is None:
        return ()
    desk = context.desk
    card = await desk.off_loop(desk.store.card_of, message.chat.id, message.message_id, LIVE)
    return card.shown_in if card else ()


async def _answered(context: ChatContext, question: str, live: Live, only: Report | None = None) -> _Answered:
    desk = context.desk
    began = time.monotonic()
    await desk.dispatcher.let_pass(context.delivery)
    # Whoever asks at once waits here rather than slowing all the others down.
    async with desk.at_once:
        await desk.dispatcher.begin(context.delivery)
        found = await _found(context, question, live, only)
    engine_s = time.monotonic() - began
    desk.metrics.engine_s.observe(engine_s)
    return replace(found, engine_s=engine_s)


async def _found(context: ChatContext, question: str, live: Live, only: Report | None) -> _Answered:
    desk, who = context.desk, context.who
    (report, about), turns = (
        (only, "") if only else await _focus(context),
        await desk.off_loop(desk.store.turns, who.talk, _TURNS),
    )
    history = tuple(Turn(question=asked, answer=told) for asked, told in turns)
    meant = question
    if history:
        reports = [report] if report else await desk.reports(who.workspace)
        meant = complete(question, history, reports)
    ask_input = AskInput(
        question=meant,
        workspaces=who.workspaces,
        report_id=report.id if report else None,
        history=history if meant == question else (),
    )
    async for event in desk.engine.stream(ask_input, who.workspace):
        if isinstance(event, Answered):
            notices = tuple(said(notice, context.say) for notice in event.notices)
            return _Answered(event.answer, about, meant if meant != question else "", notices=notices)
        await live.add(event.text)
    raise AssertionError("a stream ends with an answer")


async def _focus(context: ChatContext) -> tuple[Report | None, str]:
    """Give the report that questions here are put to, with the words that say so."""
    desk, who = context.desk, context.who
    report_id = await desk.off_loop(desk.store.focus, who.talk)
    if report_id is None:
        return None, ""
    found = await by_id(context, report_id)
    if found is None:
        await desk.off_loop(desk.store.set_focus, who.talk, None)
        return None, context.say(texts.FOCUS_GONE)
    return found.report, context.say(texts.FOCUSED, title=shorten(found.report.title, 40))


async def _show(update: Update, context: ChatContext, live: Live, answered: _Answered, *, asked: str) -> None:
    desk, who, answer = context.desk, context.who, answered.answer
    message = update.effective_message
    asked_in = message.message_id if isinstance(message, Message) else None
    payload = {**answer.model_dump(mode="json"), "asked": asked}
    card_id = new_card_id()
    # Not waited for: statements run in order, and the one that notes the sending comes after it.
    kept = asyncio.ensure_future(
        desk.off_loop(desk.store.add_card, who.place, "answer", payload, asked_in=asked_in, card_id=card_id)
    )
    if answer.refused and any(words["empty_shelf"] in answer.answer for words in WORDING.values()):
        rows = [row(line) for line in (answered.about, context.say(texts.SHELF_EMPTY)) if line]
        await live.finish(rows, (), to=context.quoted())
        return
    rows = answer_rows(answer, context.say, about=answered.about, understood=answered.understood)
    rows += [row(notice, "i") for notice in answered.notices]
    buttons = answer_buttons(answer, card_id, context.say, focused=bool(answered.about))
    shown = await live.finish(rows, buttons, to=context.quoted())
    _measure(context, answered)
    await kept
    await desk.off_loop(desk.store.show_card, card_id, shown)
    about = [citation.report_id for citation in answer.citations]
    await desk.off_loop(desk.store.add_turn, who.talk, answered.understood or asked, answer.answer, about)
    await desk.count(who.place.chat_id, "refusals" if answer.refused else "answers")


def _measure(context: ChatContext, answered: _Answered) -> None:
    metrics, courier = context.desk.metrics, context.desk.courier
    metrics.questions.inc()
    if answered.answer.refused:
        metrics.refusals.inc()
    whole_s = time.monotonic() - context.delivery.arrived_at
    metrics.answer_s.observe(whole_s)
    metrics.own_s.observe(max(whole_s - answered.engine_s - courier.take_waited_s(context.who.place), 0))


async def on_new(update: Update, context: ChatContext) -> None:
    """Forget what was said before and which report was fixed."""
    await context.desk.off_loop(context.desk.store.forget, context.who.talk)
    await context.say_line(context.say(texts.NEW))


async def on_cancel(update: Update, context: ChatContext) -> None:
    stopped = context.desk.jobs.stop(context.who.place)
    if not stopped:
        await context.say_line(context.say(texts.NOTHING_TO_STOP))


@asynccontextmanager
async def typing(context: ChatContext) -> AsyncIterator[None]:
    """Show that work goes on, from the first moment to the last."""

    async def go_on() -> None:
        await context.desk.dispatcher.calm()
        await context.desk.courier.typing(context.who.place)
        while True:
            await asyncio.sleep(_TYPING_S)
            if not context.desk.at_once.locked():  # with so many waiting the calls would be most of the work
                await context.desk.courier.typing(context.who.place)

    task = asyncio.ensure_future(go_on())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _replied_text(update: Update) -> str:
    replied = update.effective_message.reply_to_message if update.effective_message else None
    return (replied.text or replied.caption or "").strip() if replied else ""


def _without_mention(text: str, username: str) -> str:
    """Take the bot's own name out of what it was asked."""
    words = [word for word in text.split(" ") if word.lower() != f"@{username.lower()}"]
    return " ".join(words).strip()
