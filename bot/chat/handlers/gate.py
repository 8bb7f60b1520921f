"""What comes before every other handler: who is it, may they, and is it meant for us."""

from __future__ import annotations

import logging
from contextlib import suppress

from telegram import ChatMember, Message, MessageEntity, Update
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.ext import ApplicationHandlerStop

from bot import texts as words
from bot.chat import texts
from bot.chat.access import Standing
from bot.chat.context import ChatContext, Who
from bot.chat.courier import GoneError, Letter
from bot.chat.known import follow_migration
from bot.chat.markup import row
from bot.chat.messages import shorten
from bot.chat.updates import place_of
from bot.failures import explain
from bot.texts import Say
from store.errors import AppError, TakenOverError

log = logging.getLogger(__name__)

_INSIDE = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED)


async def let_in(update: Update, context: ChatContext) -> None:
    """Stop what is not for us or not from those who may; strangers are told once a day how to get in."""
    if update.my_chat_member is not None or _is_service(update.effective_message):
        return
    if not _meant_for_us(update, context.bot.id, context.bot.username):
        raise ApplicationHandlerStop
    who = await context.introduce(update)
    if who is None:
        raise ApplicationHandlerStop
    if who.standing is Standing.STRANGER:
        await _turn_away(update, context, who)
        raise ApplicationHandlerStop


async def _turn_away(update: Update, context: ChatContext, who: Who) -> None:
    due = await context.desk.off_loop(context.desk.store.may_tell, who.user_id or who.place.chat_id)
    phrase = texts.STRANGER if who.private else texts.STRANGER_GROUP
    line = context.say(phrase, user=who.user_id, chat=who.place.chat_id)
    if update.callback_query is not None:
        await context.desk.courier.told(update.callback_query.id, line if due else "", alert=due)
    elif due and update.message is not None:
        await context.say_line(line)


def _meant_for_us(update: Update, bot_id: int, username: str) -> bool:
    """In private everything is; in a group commands, mentions, and replies to the bot."""
    if update.callback_query is not None:
        return update.effective_chat is not None
    message = update.message or update.edited_message
    if message is None or (message.from_user is not None and message.from_user.id == bot_id):
        return False
    if message.chat.type == message.chat.PRIVATE:
        return True
    if message.chat.type == message.chat.CHANNEL:
        return False
    named = _named(message, username.lower())
    if named is not None:
        return named
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot_id


def _named(message: Message, username: str) -> bool | None:
    """Tell whether a message names us (True) or another bot's command (False); None: nobody."""
    entities = {**message.parse_entities(), **message.parse_caption_entities()}
    for entity, text in entities.items():
        if entity.type == MessageEntity.MENTION and text.lower() == f"@{username}":
            return True
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            addressee = text.partition("@")[2].lower()
            return not addressee or addressee == username
    return None


def _is_service(message: object) -> bool:
    return isinstance(message, Message) and bool(message.migrate_to_chat_id or message.migrate_from_chat_id)


# --- coming and going -------------------------------------------------------------------------------


async def on_membership(update: Update, context: ChatContext) -> None:
    """Added by someone allowed: greet. By someone else: say so and leave. Removed or blocked: be quiet there."""
    change = update.my_chat_member
    place = place_of(update)
    if change is None or place is None:
        return
    desk = context.desk
    inside = change.new_chat_member.status in _INSIDE
    if not inside:
        await desk.off_loop(desk.store.leave, place.chat_id)
        return
    who = await context.introduce(update)
    if who is None or who.private or change.old_chat_member.status in _INSIDE:
        return
    if who.standing is Standing.STRANGER:
        with suppress(GoneError, TelegramError):  # it may have no right to write there
            await context.reply([row(context.say(texts.NOT_INVITED, chat=place.chat_id))])
        with suppress(TelegramError):
            await context.bot.leave_chat(place.chat_id)
        await desk.off_loop(desk.store.leave, place.chat_id)
    else:
        await context.reply([row(context.say(texts.GROUP_HELLO, name=context.bot.username))])


async def on_migration(update: Update, context: ChatContext) -> None:
    """A group became a supergroup; followed already where the update has just come (known.py)."""
    await context.desk.off_loop(follow_migration, context.desk.access, update)


# --- failures ---------------------------------------------------------------------------------------


async def on_error(update: object, context: ChatContext) -> None:
    """Whatever a handler raised becomes one line to whoever asked. No text of theirs reaches the log."""
    error = context.error
    if not isinstance(update, Update) or isinstance(error, GoneError):
        return
    if isinstance(error, TakenOverError):
        log.warning("update %s was taken over by another process", update.update_id)
        context.desk.dispatcher.delivery(update).lost = True
        if context.live is not None:
            context.live.abandon()
        return
    log.error("update %s failed: %s", update.update_id, type(error).__name__)
    log.debug("failure", exc_info=error)
    desk = context.desk
    desk.metrics.failures.inc()
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        # Telegram cannot be reached: the next start answers.
        desk.dispatcher.delivery(update).parked = True
        return
    place = place_of(update)
    if place is None:
        return
    await desk.count(place.chat_id, "failures")
    say = context.who.say if context.introduced else Say(desk.settings.language)
    await _tell_failure(context, update, say, error)


async def _tell_failure(context: ChatContext, update: Update, say: Say, error: Exception | None) -> None:
    place = place_of(update)
    why = (
        explain(error, say)
        if isinstance(error, AppError)
        else say(words.UNEXPECTED, kind=type(error).__name__)
    )
    rows = [row(say(texts.FAILED, why=why))]
    try:
        if context.live is not None and not context.live.over:
            await context.live.finish(rows, (), to=None)
        elif place is not None:
            await context.desk.courier.send(place, Letter(rows))
    except (GoneError, TelegramError):
        log.debug("the failure could not be told", exc_info=True)


async def give_up(update: Update, context: ChatContext) -> None:
    """Apologise for an update that ended the process several times."""
    who = await context.introduce(update)
    if who is None or who.standing is Standing.STRANGER:
        return
    await context.say_line(context.say(texts.GAVE_UP, text=shorten(context.text, 200)))
