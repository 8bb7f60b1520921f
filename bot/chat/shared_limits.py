"""Limits that hold for all replicas of a bot together, reckoned by Redis and on its clock.

While Redis is away each replica keeps to the limits by itself; nobody waits for it.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

MINUTE_MS = 60_000
_CONNECTIONS = 4
_TIMEOUT_S = 1.0
_AWAY_S = 5.0
"""For how long an absent Redis is not asked again."""

_CLOCK = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

# KEYS: when the chat is free again, its last messages, all chats' last messages.
# ARGV: the chat's interval in ms, messages a minute (0: any number), messages of all chats in a second.
_TURN = (
    _CLOCK
    + """
local interval, a_minute, a_second = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local due = tonumber(redis.call('GET', KEYS[1]) or 0)
if a_minute > 0 and redis.call('LLEN', KEYS[2]) >= a_minute then
    due = math.max(due, redis.call('LINDEX', KEYS[2], -a_minute) + 60000)
end
if due > now then
    return {0, due - now}
end
local at = now
if redis.call('LLEN', KEYS[3]) >= a_second then
    at = math.max(now, redis.call('LINDEX', KEYS[3], -a_second) + 1000)
end
redis.call('SET', KEYS[1], at + interval, 'PX', at - now + interval + 1)
if a_minute > 0 then
    redis.call('RPUSH', KEYS[2], at)
    redis.call('LTRIM', KEYS[2], -a_minute, -1)
    redis.call('PEXPIRE', KEYS[2], at - now + 60000)
end
redis.call('RPUSH', KEYS[3], at)
redis.call('LTRIM', KEYS[3], -a_second, -1)
redis.call('PEXPIRE', KEYS[3], at - now + 2000)
return {1, at - now}
"""
)

# KEYS: when the chat is free again. ARGV: for how many ms it must not be sent to.
_HOLD = (
    _CLOCK
    + """
local free = now + ARGV[1]
if free > tonumber(redis.call('GET', KEYS[1]) or 0) then
    redis.call('SET', KEYS[1], free, 'PX', ARGV[1] + 1)
end
"""
)

# KEYS: all chats' last messages.
_RECENT = (
    _CLOCK
    + """
local recent = 0
for _, at in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
    if at + 1000 > now then
        recent = recent + 1
    end
end
return recent
"""
)

# KEYS: somebody's last questions. ARGV: how many are welcome in a minute.
_QUESTION = (
    _CLOCK
    + """
local limit = tonumber(ARGV[1])
if redis.call('LLEN', KEYS[1]) >= limit then
    local wait = redis.call('LINDEX', KEYS[1], -limit) + 60000 - now
    if wait > 0 then
        return wait
    end
end
redis.call('RPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], -limit, -1)
redis.call('PEXPIRE', KEYS[1], 60000)
return 0
"""
)


@dataclass(frozen=True, slots=True)
class Turn:
    """`taken`: the message may leave after `wait_s`. Else it must ask again then."""

    taken: bool
    wait_s: float


class SharedLimits:
    """Every method gives None, or does nothing, while Redis is away."""

    def __init__(self, url: str, bot_id: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`bot_id` tells bots apart that share a Redis: Telegram's limits are a bot's."""
        # Celery writes CERT_REQUIRED where the client wants `required`.
        url = re.sub(r"ssl_cert_reqs=CERT_(\w+)", lambda found: f"ssl_cert_reqs={found[1].lower()}", url)
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_S,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis(connection_pool=pool)
        self._turn, self._hold, self._recent, self._question = (
            self._redis.register_script(script) for script in (_TURN, _HOLD, _RECENT, _QUESTION)
        )
        # In braces: keys of one bot lie on one node of a Redis cluster.
        self._prefix = f"reportbot:{{{bot_id}}}"
        self._clock = clock
        self._away_until = float("-inf")
        self._is_away = False

    async def turn(self, chat_id: int, interval_s: float, per_minute: int, per_second: int) -> Turn | None:
        """Ask for a chat's next turn; `per_minute` 0 is any number, `per_second` is of all chats together."""
        keys = [self._key("free", chat_id), self._key("minute", chat_id), self._key("second")]
        found = await self._ask(self._turn, keys, [int(interval_s * 1000), per_minute, per_second])
        return Turn(bool(found[0]), found[1] / 1000) if found is not None else None

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Have nobody send to a chat for a while."""
        if seconds > 0:
            await self._ask(self._hold, [self._key("free", chat_id)], [int(seconds * 1000)])

    async def recent(self) -> int | None:
        """Count what left in the last second, or is about to."""
        found = await self._ask(self._recent, [self._key("second")], [])
        return int(found) if found is not None else None

    async def question(self, user_id: int, per_minute: int) -> float | None:
        """Count a user's question: 0, or in how many seconds the next is welcome."""
        found = await self._ask(self._question, [self._key("asked", user_id)], [per_minute])
        return found / 1000 if found is not None else None

    async def aclose(self) -> None:
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    def _key(self, *names: object) -> str:
        return ":".join((self._prefix, *map(str, names)))

    async def _ask(self, script: Any, keys: Sequence[str], arguments: Sequence[object]) -> Any:
        if self._clock() < self._away_until:
            return None
        try:
            found = await script(keys=keys, args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = self._clock() + _AWAY_S
            if not self._is_away:
                log.warning("Redis is away, limits hold for each process: %s", type(error).__name__)
            self._is_away = True
            return None
        if self._is_away:
            log.warning("Redis is back, limits hold for all replicas")
        self._is_away = False
        # A script that says nothing has been heard all the same.
        return found if found is not None else ()
