"""What stands in the way of the bot: a wrong token, a blocked network, privacy mode, a second poller."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot import texts
from bot.chat.replicas import Holds, limits_hold_by
from bot.settings import Settings
from bot.texts import Say
from store.health import Finding

Level = Literal["ok", "warning", "error"]
_CONNECT_S = 10
_LISTEN_S = 4
"""Longer than another poller waits before it asks again, and so ends our request."""


def look_at(settings: Settings, token: str, say: Say) -> list[Finding]:
    """Try the bot's token and what it needs; nothing is received or changed. Blocking."""
    return asyncio.run(_look(settings, token, say))


async def _look(settings: Settings, token: str, say: Say) -> list[Finding]:
    url = (settings.telegram_api_url or "https://api.telegram.org").rstrip("/")
    request = HTTPXRequest(connect_timeout=_CONNECT_S, read_timeout=_CONNECT_S)
    polling = HTTPXRequest(connect_timeout=_CONNECT_S, read_timeout=_CONNECT_S + _LISTEN_S)
    bot = Bot(token, base_url=f"{url}/bot", request=request, get_updates_request=polling)
    try:
        async with bot:
            return [finding async for finding in _findings(bot, settings, say)]
    except InvalidToken:
        return [_finding("error", say, say(texts.BAD_TOKEN), say(texts.BAD_TOKEN_REMEDY))]
    except NetworkError as error:
        kind = type(error.__cause__ or error).__name__
        return [
            _finding("error", say, say(texts.BOT_UNREACHABLE, url=url, kind=kind), say(texts.NETWORK_REMEDY))
        ]
    except TelegramError as error:
        return [_finding("error", say, str(error), say(texts.BAD_TOKEN_REMEDY))]


async def _findings(bot: Bot, settings: Settings, say: Say) -> AsyncIterator[Finding]:
    yield _finding("ok", say, say(texts.BOT_WORKS, name=bot.username))
    if not bot.can_read_all_group_messages:
        yield _finding("warning", say, say(texts.PRIVACY_IS_ON), say(texts.PRIVACY_REMEDY))
    if not settings.telegram_admin_ids:
        yield _finding("warning", say, say(texts.NO_ADMINS), say(texts.NO_ADMINS_REMEDY))
    if limits_hold_by(settings) is Holds.APART:
        yield _finding("warning", say, say(texts.LIMITS_APART))
    hooked = (await bot.get_webhook_info()).url
    if settings.telegram_webhook_url is None and hooked:
        yield _finding("warning", say, say(texts.HOOK_ELSEWHERE, url=hooked), say(texts.HOOK_REMEDY))
    elif settings.telegram_webhook_url is None and await _is_polled_elsewhere(bot):
        yield _finding("warning", say, say(texts.POLLED_ELSEWHERE), say(texts.POLLED_REMEDY))


async def _is_polled_elsewhere(bot: Bot) -> bool:
    """Listen for a moment without taking anything: another poller's next request ends ours."""
    try:
        await bot.get_updates(timeout=_LISTEN_S, limit=1)
    except Conflict:
        return True
    return False


def _finding(level: Level, say: Say, detail: str, remedy: str = "") -> Finding:
    return Finding(level, say(texts.CHECK_BOT), detail, remedy)
