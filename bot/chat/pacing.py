"""How fast messages may leave: each chat at its own pace, one that must wait holding up no other.

Telegram's limits: about a message a second in a chat, 20 a minute in a group, 30 a second in all; edits count.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

GROUP_PER_MINUTE = 20
PER_SECOND = 25
"""Below Telegram's 30: what leaves evenly may arrive in a heap."""

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
    ) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._sleep = sleep
        self._lanes: OrderedDict[int, _Lane] = OrderedDict()
        self._all: deque[float] = deque(maxlen=PER_SECOND)
        self._spared: deque[float] = deque(maxlen=SPARE_PER_SECOND)

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[None]:
        """Wait for the chat's turn; the next one's waiting time begins when this one is over."""
        lane = self._lane(chat_id)
        began = self._clock()
        async with lane.lock:
            await self._until(self._due(lane, chat_id))
            await self._among_all()
            lane.waited_s += self._clock() - began
            try:
                yield
            finally:
                now = self._clock()
                lane.free_at = max(lane.free_at, now + self._interval_s)
                lane.recent.append(now)

    def hold(self, chat_id: int, seconds: float) -> None:
        """Send nothing to a chat for a while: Telegram asked for that."""
        lane = self._lane(chat_id)
        lane.free_at = max(lane.free_at, self._clock() + seconds)

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

    def room(self) -> bool:
        """Tell whether so little leaves now that what nobody waits for may leave too."""
        ago = self._clock() - 1
        return sum(at > ago for at in self._all) < PER_SECOND // 2

    def take_waited_s(self, chat_id: int) -> float:
        """Give how long messages to this chat had to wait for their turns since this was last asked."""
        lane = self._lane(chat_id)
        waited_s, lane.waited_s = lane.waited_s, 0.0
        return waited_s

    def _due(self, lane: _Lane, chat_id: int) -> float:
        # Groups have negative ids. A pace set below Telegram's is for a server of one's own, without its limits.
        if chat_id < 0 and self._interval_s >= 1 and len(lane.recent) == GROUP_PER_MINUTE:
            return max(lane.free_at, lane.recent[0] + 60)
        return lane.free_at

    async def _among_all(self) -> None:
        while len(self._all) == PER_SECOND and self._all[0] + 1 > self._clock():
            await self._sleep(max(self._all[0] + 1 - self._clock(), 0.001))
        self._all.append(self._clock())

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
