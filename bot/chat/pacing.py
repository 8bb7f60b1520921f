"""How fast messages may leave: each chat at its own pace, one that must wait holding up no other.

Telegram's limits: about a message a second in a chat, 20 a minute in a group, 30 a second in all; edits count.
Where several replicas send for one bot they ask Redis for their turns besides (shared_limits.py).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.chat.shared_limits import SharedLimits

GROUP_PER_MINUTE = 20
PER_SECOND = 28
"""Below Telegram's 30. A message counts from its departure until a second after Telegram has answered: what leaves
evenly may arrive in a heap, but never before it has left or after it was answered."""

PER_SECOND_SHARED = 25
"""The same over all replicas, counted from the departure alone."""

_SURELY_THERE_S = 5.0
"""A message that was not answered for so long holds up no other any more."""

_LOOK_EVERY_S = 0.01

SPARE_PER_SECOND = 4
_CHATS_KEPT = 20_000


@dataclass
class _Lane:
    """One chat's turn: who sends holds the lock until its message has left."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    waited_s: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=GROUP_PER_MINUTE))


class Pacer:
    def __init__(
        self,
        interval_s: float,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        shared: SharedLimits | None = None,
    ) -> None:
        """`shared` are the limits that hold for all replicas together; None where there is one process."""
        self._shared = shared
        self._interval_s = interval_s
        self._clock = clock
        self._sleep = sleep
        self._lanes: OrderedDict[int, _Lane] = OrderedDict()
        self._door = asyncio.Lock()
        self._leaving: dict[object, float] = {}
        self._answered: deque[float] = deque()
        self._spared: deque[float] = deque(maxlen=SPARE_PER_SECOND)

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Wait for the chat's turn; the next one's waiting time begins when this one is over."""
        lane = self._lane(chat_id)
        began = self._clock()
        async with lane.lock:
            await self._until(self._due(lane, chat_id))
            leaving = await self._among_all()
            if self._shared is not None:
                await self._among_replicas(self._shared, chat_id)
            lane.waited_s += self._clock() - began
            try:
                yield
            finally:
                now = self._clock()
                if self._leaving.pop(leaving, None) is not None:
                    self._answered.append(now)
                lane.free_at = max(lane.free_at, now + self._interval_s)
                lane.recent.append(now)
                if self._shared is not None:
                    await self._shared.hold(chat_id, lane.free_at - now)

    async def hold(self, chat_id: int, seconds: float) -> None:
        """Send nothing to a chat for a while: Telegram asked for that."""
        lane = self._lane(chat_id)
        lane.free_at = max(lane.free_at, self._clock() + seconds)
        if self._shared is not None:
            await self._shared.hold(chat_id, seconds)

    def wait_s(self, chat_id: int) -> float:
        """Give how long a message to this chat would have to wait."""
        lane = self._lane(chat_id)
        due = self._due(lane, chat_id) - self._clock()
        return max(due, self._interval_s if lane.lock.locked() else 0.0)

    def spare(self) -> bool:
        """Ask for one of the few places a second that messages may take which only say that an answer is coming."""
        now = self._clock()
        if len(self._spared) == SPARE_PER_SECOND and self._spared[0] + 1 > now:
            return False
        self._spared.append(now)
        return True

    async def room(self) -> bool:
        """Tell whether so little leaves now that what nobody waits for may leave too."""
        recent = self._in_a_second()
        if self._shared is not None:
            recent = max(recent, await self._shared.recent() or 0)
        return recent < PER_SECOND_SHARED // 2

    def take_waited_s(self, chat_id: int) -> float:
        """Give how long messages to this chat had to wait for their turns since this was last asked."""
        lane = self._lane(chat_id)
        waited_s, lane.waited_s = lane.waited_s, 0.0
        return waited_s

    def _due(self, lane: _Lane, chat_id: int) -> float:
        if self._per_minute(chat_id) and len(lane.recent) == GROUP_PER_MINUTE:
            return max(lane.free_at, lane.recent[0] + 60)
        return lane.free_at

    def _per_minute(self, chat_id: int) -> int:
        """Give how many messages a chat may get in a minute, 0 for any number."""
        # Groups have negative ids. A pace set below Telegram's is for a server of one's own, without its limits.
        return GROUP_PER_MINUTE if chat_id < 0 and self._interval_s >= 1 else 0

    async def _among_replicas(self, shared: SharedLimits, chat_id: int) -> None:
        per_minute = self._per_minute(chat_id)
        while (
            turn := await shared.turn(chat_id, self._interval_s, per_minute, PER_SECOND_SHARED)
        ) is not None:
            if turn.wait_s > 0:
                await self._sleep(turn.wait_s)
            if turn.taken:
                return

    async def _among_all(self) -> object:
        """Wait for a place among all that leaves, first come, first served; gives what it is held under."""
        async with self._door:
            while self._in_a_second() >= PER_SECOND:
                first = self._answered[0] + 1 - self._clock() if self._answered else 0.0
                await self._sleep(max(first, _LOOK_EVERY_S))
            place = object()
            self._leaving[place] = self._clock()
            return place

    def _in_a_second(self) -> int:
        """Count what may arrive within the same second as a message that left now."""
        now = self._clock()
        while self._answered and self._answered[0] + 1 <= now:
            self._answered.popleft()
        for place in [place for place, began in self._leaving.items() if began + _SURELY_THERE_S <= now]:
            del self._leaving[place]
        return len(self._answered) + len(self._leaving)

    async def _until(self, due: float) -> None:
        wait = due - self._clock()
        if wait > 0:
            await self._sleep(wait)

    def _lane(self, chat_id: int) -> _Lane:
        lane = self._lanes.setdefault(chat_id, _Lane())
        self._lanes.move_to_end(chat_id)
        while len(self._lanes) > _CHATS_KEPT:
            oldest, idle = next(iter(self._lanes.items()))
            if idle.lock.locked():
                break
            del self._lanes[oldest]
        return lane
