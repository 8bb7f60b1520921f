"""The running bot: one Application, its handlers in order, polling or webhook, and an end without loss."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

# Read once, when telegram is imported: waiting times come as timedeltas.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import BotCommand, BotCommandScope, Update
from telegram import BotCommandScopeAllGroupChats as AllGroups
from telegram import BotCommandScopeAllPrivateChats as AllPrivate
from telegram import BotCommandScopeChat as OneChat
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, Updater
from telegram.request import HTTPXRequest

from bot import texts as words
from bot.chat import texts
from bot.chat.access import Access
from bot.chat.context import DESK, ChatContext
from bot.chat.courier import Courier
from bot.chat.desk import Allowance, Desk, OffLoop
from bot.chat.digest_desk import digest_desk
from bot.chat.dispatch import Dispatcher
from bot.chat.engine import ChatEngine, EngineHere
from bot.chat.engine_process import EngineProcess
from bot.chat.handlers.gate import give_up
from bot.chat.hands import Hands
from bot.chat.health import HealthServer
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from bot.chat.replicas import Holds, limits_hold_by
from bot.chat.routes import add_handlers
from bot.chat.updates import read_update
from bot.texts import Language, Say
from store.chats import ChatStore
from store.digests import DigestStore
from store.errors import UsageError

if TYPE_CHECKING:
    from bot.chat.shared_limits import SharedLimits
    from bot.services import Services

log = logging.getLogger(__name__)

UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
STOP_WITHIN_S = 7.0
_POLL_S = 20
_FIRST_TRY_S, _LONGEST_TRY_S = 1.0, 60.0
_TOLD_EVERY_S = 60.0
# httpcore looks at every connection for every request: more of them cost more than they bring.
_CONNECTIONS = 20
_SWITCH_S = 0.0002


class Polling(HTTPXRequest):
    """The connection that asks for updates; knows when it was last answered."""

    answered_at = 0.0

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status == 200:  # noqa: PLR2004 - HTTP's own
            self.answered_at = time.monotonic()
        return status, body


class KeepingBot(ExtBot[None]):
    """Keeps the updates of each poll on disk before the updater sees them."""

    __slots__ = ("_keep",)

    def __init__(self, token: str, keep: Callable[[Sequence[Update]], Awaitable[None]], **how: Any) -> None:
        super().__init__(token, **how)
        with self._unfrozen():
            self._keep = keep

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        try:
            updates = await super().get_updates(*args, **kwargs)
        except (AttributeError, KeyError, TypeError, ValueError):
            updates = await self._those_understood(kwargs.get("offset") or 0)
        await self._keep(updates)
        return updates

    async def _those_understood(self, offset: int) -> tuple[Update, ...]:
        """Read updates one by one where the library cannot read one of them, which must not block the others."""
        raw: list[dict[str, Any]] = await self.do_api_request("getUpdates", {"offset": offset, "timeout": 0})
        return tuple(read_update(payload, self) for payload in raw)


@dataclass
class Running:
    """The parts of a bot that is being served."""

    application: Application[Any, Any, Any, Any, Any, Any]
    updater: Updater
    desk: Desk
    polling: Polling


def build(services: Services, token: str, engine: ChatEngine) -> Running:
    """Put the bot together; nothing is asked of Telegram yet."""
    settings = services.settings
    polling = Polling(connection_pool_size=4, read_timeout=_POLL_S + 10)
    request = HTTPXRequest(connection_pool_size=_CONNECTIONS, pool_timeout=60, read_timeout=30)
    url = (settings.telegram_api_url or "https://api.telegram.org").rstrip("/")
    metrics, off_loop = Metrics(), OffLoop()
    store = ChatStore(services.database_url)
    digests = DigestStore(services.database_url)
    access = Access(store, settings.telegram_allowed_ids, settings.telegram_admin_ids, digests.migrate)
    dispatcher = Dispatcher(store, access, metrics, off_loop)
    bot = KeepingBot(
        token,
        dispatcher.keep,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=polling,
    )

    async def on_gone(chat_id: int) -> None:
        await off_loop(store.leave, chat_id)

    async def on_migrated(old_id: int, new_id: int) -> None:
        await off_loop(access.migrate, old_id, new_id)

    hands = Hands(services.jobs, services.bell, off_loop) if services.bell is not None else None
    limits = _shared_limits(services, token)
    pacer = Pacer(settings.telegram_message_interval_s, clock=time.monotonic, shared=limits)
    desk = Desk(
        settings=settings,
        library=services.library,
        engine=engine,
        store=store,
        usage=services.usage,
        access=access,
        courier=Courier(bot, pacer, metrics, on_gone=on_gone, on_migrated=on_migrated),
        dispatcher=dispatcher,
        metrics=metrics,
        off_loop=off_loop,
        allowance=Allowance(time.monotonic, shared=limits),
        digests=digest_desk(
            services,
            digests,
            bot,
            engine=engine,
            chats=store,
            access=access,
            pacer=pacer,
            metrics=metrics,
            off_loop=off_loop,
            on_moved=on_migrated,
            on_gone=on_gone,
            hands=hands,
        ),
        hands=hands,
        limits=limits,
    )
    application = (
        ApplicationBuilder().bot(bot).updater(None).context_types(ContextTypes(context=ChatContext)).build()
    )
    application.bot_data[DESK] = desk
    add_handlers(application)
    return Running(application, Updater(bot, dispatcher), desk, polling)


def _shared_limits(services: Services, token: str) -> SharedLimits | None:
    """Give the limits of all replicas together; None where there are none, or no Redis to reckon them."""
    broker = services.settings.celery_broker_url
    if broker is None or limits_hold_by(services.settings) is not Holds.TOGETHER:
        return None
    from bot.chat.shared_limits import SharedLimits  # Redis' client is slow to load

    return SharedLimits(broker.get_secret_value(), token.partition(":")[0])


async def serve(services: Services, say: Say, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises UsageError.

    Work in other threads may still go on when this returns: the process may end all the same, for whatever is
    cut off is taken up at the next start.
    """
    # The loop must not wait 5 ms for its turn each time while statements and files are worked on.
    sys.setswitchinterval(_SWITCH_S)
    stop = asyncio.Event()
    with _signals(stop):
        engine = EngineProcess(services.settings, services.engine.model_name)
        await serve_until(stop, services, say, tell, engine)


async def serve_until(
    stop: asyncio.Event,
    services: Services,
    say: Say,
    tell: Callable[[str], None],
    engine: ChatEngine | None = None,
) -> None:
    """Serve until `stop` is set. Raises UsageError."""
    token = services.settings.telegram_bot_token
    if token is None:
        raise UsageError(say(words.NO_TOKEN), hint=say(words.NO_TOKEN_REMEDY))
    running = build(services, token.get_secret_value(), engine or EngineHere(services))
    try:
        await _connect(running, say, tell, stop)
        if not stop.is_set():
            await _run(running, say, tell, stop)
    finally:
        await _close(running)


async def _connect(running: Running, say: Say, tell: Callable[[str], None], stop: asyncio.Event) -> None:
    """Ask Telegram who we are until it answers; a network that is down is waited for."""
    wait_s = _FIRST_TRY_S
    while not stop.is_set():
        try:
            await running.application.initialize()
            await running.updater.initialize()
        except InvalidToken as error:
            raise UsageError(say(words.BAD_TOKEN), hint=say(words.BAD_TOKEN_REMEDY)) from error
        except NetworkError as error:
            tell(say(words.NO_NETWORK, kind=type(error.__cause__ or error).__name__, wait=int(wait_s)))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)
            wait_s = min(wait_s * 2, _LONGEST_TRY_S)
        else:
            return


async def _run(running: Running, say: Say, tell: Callable[[str], None], stop: asyncio.Event) -> None:
    application, desk, settings = running.application, running.desk, running.desk.settings

    async def handle(update: Update) -> None:
        await application.process_update(update)

    async def apologise(update: Update) -> None:
        await give_up(update, ChatContext.from_update(update, application))

    desk.metrics.watch_words(desk.library.words_lag)
    health = HealthServer(settings.health_listen, desk.metrics, lambda: _is_well(running))
    with health:
        await desk.engine.warm_up()
        await desk.dispatcher.start(application.bot, handle, apologise)
        await _listen(running, say, tell)
        desk.digests.sender.start()
        commands = asyncio.ensure_future(_name_commands(running))
        tell(say(words.SERVING, name=application.bot.username))
        if not application.bot.can_read_all_group_messages:
            tell(say(words.PRIVACY_MODE))
        if limits_hold_by(settings) is Holds.APART:
            tell(say(words.LIMITS_APART))
        await stop.wait()
        tell(say(words.STOPPING))
        commands.cancel()


async def _listen(running: Running, say: Say, tell: Callable[[str], None]) -> None:
    """Have updates come: Telegram calls us where a webhook is set, else we ask."""
    settings, updater = running.desk.settings, running.updater
    if settings.telegram_webhook_url is None:
        await updater.start_polling(
            timeout=_POLL_S,
            bootstrap_retries=-1,
            allowed_updates=UPDATES,
            error_callback=_polling_errors(running, say, tell),
        )
        return
    host, _, port = settings.telegram_listen.rpartition(":")
    secret = settings.telegram_webhook_secret
    await updater.start_webhook(
        listen=host.strip("[]"),
        port=int(port),
        url_path=urlsplit(settings.telegram_webhook_url).path.lstrip("/"),
        webhook_url=settings.telegram_webhook_url,
        secret_token=secret.get_secret_value() if secret else None,
        bootstrap_retries=-1,
        allowed_updates=UPDATES,
    )


def _polling_errors(
    running: Running, say: Say, tell: Callable[[str], None]
) -> Callable[[TelegramError], None]:
    """Explain why updates do not come, each reason once a minute."""
    told: dict[type[TelegramError], float] = {}

    def on_error(error: TelegramError) -> None:
        if isinstance(error, Conflict):
            running.desk.metrics.conflicts.inc()
        kind, now = type(error), time.monotonic()
        if now - told.get(kind, -_TOLD_EVERY_S) < _TOLD_EVERY_S:
            return
        told[kind] = now
        if isinstance(error, Conflict):
            tell(say(words.SECOND_POLLER))
        else:
            tell(say(words.POLLING_FAILS, kind=type(error.__cause__ or error).__name__))

    return on_error


def _is_well(running: Running) -> bool:
    """Tell whether updates come in: the webhook listens, or the last poll was answered not long ago."""
    if running.desk.settings.telegram_webhook_url is not None:
        return running.updater.running
    return time.monotonic() - running.polling.answered_at < 3 * _POLL_S


async def _name_commands(running: Running) -> None:
    """Have Telegram list the commands, by chat and language. The bot works without."""
    settings = running.desk.settings
    both = {**texts.COMMANDS, **texts.ADMIN_COMMANDS}
    scopes: list[tuple[BotCommandScope, dict[str, words.Phrase]]] = [
        (AllPrivate(), texts.COMMANDS),
        (AllGroups(), texts.COMMANDS),
        *((OneChat(admin), both) for admin in settings.telegram_admin_ids),
    ]
    languages: tuple[tuple[str, Language], ...] = (("", settings.language), ("zh", "zh"), ("en", "en"))
    for scope, commands in scopes:
        for code, language in languages:
            listed = [BotCommand(name, Say(language)(what)) for name, what in commands.items()]
            try:
                await running.application.bot.set_my_commands(listed, scope, code or None)
            except TelegramError as error:  # an admin who never wrote to the bot has no chat with it
                log.info("commands were not listed for one scope: %s", type(error).__name__)


async def _close(running: Running) -> None:
    """Stop listening, let what is at work finish or stay on disk, and let go of everything."""
    if running.updater.running:
        stopping = asyncio.ensure_future(running.updater.stop())
        await asyncio.wait([stopping], timeout=2)
        if stopping.done() and stopping.exception() is not None:
            log.info("the updater did not stop cleanly: %s", type(stopping.exception()).__name__)
        stopping.cancel()
    desk = running.desk
    await asyncio.gather(desk.dispatcher.stop(STOP_WITHIN_S), desk.digests.sender.stop(STOP_WITHIN_S))
    await running.desk.engine.aclose()
    for shut in (running.updater.shutdown, running.application.shutdown):
        with suppress(RuntimeError, TelegramError):
            await shut()
    if desk.limits is not None:
        await desk.limits.aclose()
    if desk.hands is not None:
        desk.hands.close()
    for store in (desk.store, desk.digests.store):
        with suppress(TimeoutError):  # a statement that hangs is not waited for
            await asyncio.wait_for(desk.off_loop(store.close), 1)
    desk.off_loop.close()


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    caught = (signal.SIGTERM, signal.SIGINT)
    for number in caught:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
