"""/subscribe and /unsubscribe: when this chat is told what is new, about what, and who may change that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from telegram import ChatMember, Message, Update
from telegram.error import BadRequest

from bot import texts as words
from bot.chat import texts
from bot.chat.context import ChatContext
from bot.chat.courier import Buttons, Letter
from bot.chat.digest_times import moment, rhythm, zone_name
from bot.chat.digests import plan_of
from bot.chat.markup import Row, row
from bot.chat.messages import shorten
from bot.chat.schedule import DAILY, DAYS, Plan, changed_slot, read_day, read_time
from bot.chat.zones import read_zone
from bot.texts import Phrase, Say
from store.chats import Card, new_card_id
from store.digest_tables import Subscription

KIND = "subscription"
WATCHED_AT_MOST, WATCHED_CHARS = 10, 30
_IN_LINE = 6

_WATCH = re.compile(
    r"(?:watch|关注|關注|只看)(?:\s+|[:：]|(?=[^\sa-z])|$)(?P<words>.*)", re.IGNORECASE | re.DOTALL
)
_ZONE = re.compile(r"(?:zone|timezone|时区|時區)\s*[:：]?\s*(?P<zone>.*)", re.IGNORECASE)
_OFF = re.compile(r"(?:off|stop|none|cancel|取消|退订|退訂|停止|关闭)", re.IGNORECASE)
_BETWEEN = re.compile(r"[,，、;；\n]+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


async def on_subscribe(update: Update, context: ChatContext) -> None:
    """/subscribe: shows what is subscribed, after subscribing where nothing was; with words, changes it."""
    if not await may_change(update, context):
        await context.say_line(context.say(texts.GROUP_ADMINS_ONLY))
        return
    said = context.argument
    if _OFF.fullmatch(said):
        await on_unsubscribe(update, context)
        return
    before = await _known(context)
    if not said:
        if before is None or not before.active:
            await _keep(context, before, _start(context, before))
        await show_panel(context)
        return
    watching = _WATCH.fullmatch(said)
    complaint = await (_watch(context, watching["words"]) if watching else _plan(context, said))
    if complaint:
        await context.say_line(complaint)
    else:
        await show_panel(context)


async def on_unsubscribe(update: Update, context: ChatContext) -> None:
    if not await may_change(update, context):
        await context.say_line(context.say(texts.GROUP_ADMINS_ONLY))
        return
    desk, place = context.desk, context.who.place
    if not await desk.off_loop(desk.digests.store.unsubscribe, place.chat_id):
        await context.say_line(context.say(texts.NOT_SUBSCRIBED))
        return
    card_id = await desk.off_loop(desk.store.add_card, place, KIND, {})
    undo = [[(context.say(texts.RESUBSCRIBE), f"j:{card_id}:on")]]
    await context.say_line(context.say(texts.UNSUBSCRIBED), undo)


async def may_change(update: Update, context: ChatContext) -> bool:
    """In a private chat its user, in a group its admins; an anonymous admin speaks as the group itself."""
    if context.who.private:
        return True
    message = update.message
    if isinstance(message, Message) and message.sender_chat is not None:
        return message.sender_chat.id == context.who.place.chat_id
    try:
        member = await context.bot.get_chat_member(context.who.place.chat_id, context.who.user_id)
    except BadRequest:  # not a member
        return False
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


# --- what is written --------------------------------------------------------------------------------


async def _plan(context: ChatContext, said: str) -> str:
    """Take a day, a time and a zone, any of them; gives what was not understood."""
    before = await _known(context)
    plan = _start(context, before)
    zoned = _ZONE.fullmatch(said)
    if zoned is not None:
        zone = read_zone(zoned["zone"])
        if zone is None:
            return context.say(texts.BAD_ZONE, text=shorten(zoned["zone"], 40))
        await _keep(context, before, replace(plan, zone=zone))
        return ""
    read = _read_plan(said, plan)
    if read is None:
        return context.say(texts.BAD_SCHEDULE, text=shorten(said, 40))
    await _keep(context, before, read)
    return ""


def _read_plan(said: str, plan: Plan) -> Plan | None:
    """Read "mon 09:30", "周一 9:30", "每天 18:00 Europe/Berlin"; None where anything is left over."""
    day, rest = read_day(said)
    minute, zone = read_time(rest), None
    if minute is None and " " in rest:
        time, _, name = rest.partition(" ")
        minute, zone = read_time(time), read_zone(name)
        if minute is None or zone is None:
            return None
    elif minute is None and rest:
        return None
    kept = plan.minute if minute is None else minute
    return Plan(day or plan.day, kept, zone or plan.zone)


async def _watch(context: ChatContext, said: str) -> str:
    """Add topics or agencies to watch; gives what is wrong with them."""
    before = await _known(context)
    named = read_watched(said)
    if not named:
        return context.say(texts.WATCH_WHAT)
    watched = tuple(dict.fromkeys([*(before.watch if before else ()), *named]))
    if len(watched) > WATCHED_AT_MOST or any(len(word) > WATCHED_CHARS for word in named):
        return context.say(texts.WATCH_TOO_MANY, n=WATCHED_AT_MOST, chars=WATCHED_CHARS)
    await _keep(context, before, _start(context, before), watched)
    return ""


def read_watched(said: str) -> list[str]:
    """Read words with commas between; in Chinese spaces do as well."""
    pieces = [piece for part in _BETWEEN.split(said) for piece in _parted(part)]
    return [" ".join(piece.split()) for piece in pieces if piece.strip()]


def _parted(part: str) -> list[str]:
    return part.split() if _CHINESE.search(part) else [part]


# --- what is kept -----------------------------------------------------------------------------------


async def _known(context: ChatContext) -> Subscription | None:
    return await context.desk.off_loop(context.desk.digests.store.subscription, context.who.place.chat_id)


def _start(context: ChatContext, before: Subscription | None) -> Plan:
    """Begin from what the chat has, or had, or from the settings."""
    if before is not None:
        return plan_of(before)
    settings = context.desk.settings
    day, _, clock = settings.digest_schedule.partition(" ")
    hour, _, minute = clock.partition(":")
    return Plan(day, int(hour) * 60 + int(minute), settings.timezone)


async def _keep(
    context: ChatContext, before: Subscription | None, plan: Plan, watch: Sequence[str] | None = None
) -> None:
    """Keep what the chat wants; where only the watch list changes the next slot stays."""
    desk, who = context.desk, context.who
    now = desk.digests.clock.now()
    last = await desk.off_loop(desk.digests.store.last_delivered, who.place.chat_id)
    same = before is not None and before.active and plan == plan_of(before)
    former = plan_of(before) if before else None
    wanted = Subscription(
        chat_id=who.place.chat_id,
        thread_id=who.place.thread_id,
        user_id=who.user_id,
        language=who.say.language,
        day=plan.day,
        minute=plan.minute,
        zone=plan.zone,
        watch=tuple(watch) if watch is not None else before.watch if before else (),
        active=True,
        next_at=before.next_at
        if before and same
        else changed_slot(plan, now, former, last.at if last else None),
    )
    await desk.off_loop(desk.digests.store.subscribe, wanted)
    desk.digests.sender.wake()


async def digest_setting(context: ChatContext) -> str:
    """Say in a line what is subscribed, for /settings."""
    wanted, say = await _known(context), context.say
    if wanted is None or not wanted.active:
        return say(texts.NO_DIGEST_SETTING)
    plan = plan_of(wanted)
    at = moment(wanted.next_at, plan.zone, say)
    return say(texts.DIGEST_SETTING, when=rhythm(plan, say), zone=zone_name(plan.zone, say), at=at)


# --- the panel --------------------------------------------------------------------------------------


async def show_panel(context: ChatContext) -> None:
    """Show what is subscribed, with buttons to change it."""
    card_id = new_card_id()
    wanted = await _known(context)
    letter = _panel(wanted, card_id, context.say)
    desk, watch = context.desk, list(wanted.watch) if wanted else []
    await desk.off_loop(desk.store.add_card, context.who.place, KIND, {"watch": watch}, card_id=card_id)
    await context.reply(letter.rows, letter.buttons, to=context.quoted())


def _panel(wanted: Subscription | None, card_id: str, say: Say) -> Letter:
    if wanted is None or not wanted.active:
        return Letter([row(say(texts.UNSUBSCRIBED))], [[(say(texts.RESUBSCRIBE), f"j:{card_id}:on")]])
    plan = plan_of(wanted)
    first = [
        (f"📅 {say(texts.DAYS[plan.day])}", f"j:{card_id}:D"),
        (f"🕘 {plan.clock}", f"j:{card_id}:H"),
        (f"🌐 {zone_name(plan.zone, say)}", f"j:{card_id}:Z"),
    ]
    unwatch = [
        (say(texts.UNWATCH, word=shorten(word, 14)), f"j:{card_id}:w:{n}")
        for n, word in enumerate(wanted.watch)
    ]
    rest = [unwatch[at : at + 3] for at in range(0, len(unwatch), 3)]
    return Letter(_panel_rows(wanted, say), [first, *rest, [(say(texts.UNSUBSCRIBE), f"j:{card_id}:off")]])


def _panel_rows(wanted: Subscription, say: Say) -> list[Row]:
    plan = plan_of(wanted)
    watched = say(words.COMMA).join(wanted.watch)
    told = [
        row(say(texts.SUBSCRIBED, when=rhythm(plan, say), zone=zone_name(plan.zone, say)), "b"),
        row(say(texts.NEXT_RUN, at=moment(wanted.next_at, plan.zone, say))),
        row(say(texts.WATCHING, watch=watched) if watched else say(texts.WATCHING_ALL)),
    ]
    if wanted.covered_until is not None:
        told.append(row(say(texts.COVERS_SINCE, at=moment(wanted.covered_until, plan.zone, say))))
    return [*told, Row(), row(say(texts.SUBSCRIBE_HOW), "i")]


def _choices(choice: str, wanted: Subscription, card_id: str, say: Say) -> Letter:
    """What can be chosen for a day, an hour or a zone; the one that holds is marked."""
    if choice == "D":
        title, held = texts.PICK_DAY, wanted.day
        options = [(day, say(texts.DAYS[day])) for day in (*DAYS, DAILY)]
    elif choice == "H":
        title, held = texts.PICK_HOUR, str(wanted.minute // 60) if wanted.minute % 60 == 0 else ""
        options = [(str(hour), f"{hour:02}:00") for hour in range(24)]
    else:
        title, held = texts.PICK_ZONE, wanted.zone
        options = [(zone, say(name)) for zone, name in texts.ZONES.items()]
    buttons = [
        (("● " if value == held else "") + label, f"j:{card_id}:{choice.lower()}:{value}")
        for value, label in options
    ]
    width = _IN_LINE if choice == "H" else 4 if choice == "D" else 3
    lines: Buttons = [buttons[at : at + width] for at in range(0, len(buttons), width)]
    return Letter([row(say(title))], [*lines, [(say(texts.BACK_TO), f"j:{card_id}:B")]])


# --- its buttons ------------------------------------------------------------------------------------


async def on_subscription_button(
    update: Update, context: ChatContext, card: Card, more: str
) -> Phrase | None:
    """Change what a button of the panel says, and show it in the same message."""
    if not await may_change(update, context):
        return texts.GROUP_ADMINS_ONLY
    verb, _, value = more.partition(":")
    wanted = await _known(context)
    if wanted is None:
        return texts.NOT_SUBSCRIBED
    if verb in ("D", "H", "Z"):
        await _put(update, context, _choices(verb, wanted, card.id, context.say))
        return None
    if verb == "off":
        await context.desk.off_loop(context.desk.digests.store.unsubscribe, wanted.chat_id)
    elif not await _change(context, wanted, card, verb, value):
        return texts.EXPIRED
    wanted = await _known(context)
    watch = {"watch": list(wanted.watch) if wanted else []}
    await context.desk.off_loop(context.desk.store.fill_card, card.id, watch)
    await _put(update, context, _panel(wanted, card.id, context.say))
    return None


async def _change(context: ChatContext, wanted: Subscription, card: Card, verb: str, value: str) -> bool:
    """Do what a button says; False where there is no such thing."""
    plan, shown = plan_of(wanted), card.payload.get("watch", [])
    if verb == "w" and value.isdecimal() and int(value) < len(shown):
        left = [word for word in wanted.watch if word != shown[int(value)]]
        await _keep(context, wanted, plan, left)
        return True
    if verb == "d" and value in (*DAYS, DAILY):
        plan = replace(plan, day=value)
    elif verb == "h" and value.isdecimal() and int(value) < 24:
        plan = replace(plan, minute=int(value) * 60)
    elif verb == "z" and value in texts.ZONES:
        plan = replace(plan, zone=value)
    elif verb not in ("on", "B"):
        return False
    if verb != "B":
        await _keep(context, wanted, plan)
    return True


async def _put(update: Update, context: ChatContext, letter: Letter) -> None:
    message = update.callback_query.message if update.callback_query else None
    if message is not None:
        await context.desk.courier.edit(context.who.place, [message.message_id], letter)
