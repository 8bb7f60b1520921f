"""What goes wrong on purpose, and Telegram's flood limits."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from tests.telegram.rules import ApiError

COUNTED = {
    "sendmessage",
    "senddocument",
    "sendphoto",
    "editmessagetext",
    "editmessagecaption",
    "editmessagereplymarkup",
}


@dataclass
class Fault:
    method: str
    status: int | None = None
    retry_after: int | None = None
    description: str | None = None
    drop: Literal["before", "after"] | None = None
    delay_s: float = 0.0
    times: int = 1
    migrate_to: int | None = None

    def error(self) -> ApiError | None:
        if self.migrate_to is not None:
            told = "Bad Request: group chat was upgraded to a supergroup chat"
            return ApiError(400, told, migrate_to_chat_id=self.migrate_to)
        if self.status is None:
            return None
        if self.status == 429:
            wait_s = self.retry_after or 1
            return ApiError(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s)
        usual = {500: "Internal Server Error", 502: "Bad Gateway", 404: "Not Found"}
        return ApiError(self.status, self.description or usual.get(self.status, "Bad Request: fault"))


@dataclass
class Faults:
    refuse_drafts: bool = False
    """Answer sendMessageDraft as servers older than it do: 404."""
    queue: list[Fault] = field(default_factory=list)

    def fail_next(
        self,
        method: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        description: str | None = None,
        drop: Literal["before", "after"] | None = None,
        delay_s: float = 0.0,
        times: int = 1,
        migrate_to: int | None = None,
    ) -> None:
        """Spoil the next `times` calls of `method`; "*" is any method but getUpdates.

        drop="before" closes the connection instead of doing the call, "after" does it and
        keeps the answer back. `delay_s` alone only makes the call slow. `migrate_to` says that
        the group has become the supergroup of that id.
        """
        if retry_after is not None and status is None:
            status = 429
        self.queue.append(
            Fault(method.lower(), status, retry_after, description, drop, delay_s, times, migrate_to)
        )

    def take(self, method: str) -> Fault | None:
        for fault in self.queue:
            if fault.method == method or (fault.method == "*" and method != "getupdates"):
                fault.times -= 1
                if fault.times <= 0:
                    self.queue.remove(fault)
                return fault
        return None


@dataclass
class Flood:
    """Limits are off while 0. Every 429 and every call before its end is a violation."""

    min_interval_s: float = 0.0
    group_per_minute: int = 0
    global_per_second: int = 0
    _sent: dict[int | None, deque[float]] = field(default_factory=dict)
    _not_before: dict[int, float] = field(default_factory=dict)

    def pause(self, chat_id: int, seconds: float) -> None:
        self._not_before[chat_id] = time.monotonic() + seconds

    def check(self, method: str, chat_id: int, violations: list[str]) -> None:
        """Count a call, or raise 429."""
        if method not in COUNTED:
            return
        now = time.monotonic()
        early_s = self._not_before.pop(chat_id, now) - now
        if early_s > 0.05:
            violations.append(f"{method} to {chat_id} came {early_s:.2f} s before its retry_after was over")
        wait_s = self._wait_s(chat_id, now)
        if wait_s > 0:
            violations.append(f"flood: {method} to {chat_id} came {wait_s:.2f} s too early")
            seconds = max(1, math.ceil(wait_s))
            self.pause(chat_id, wait_s)
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for key in (chat_id, None):
            self._sent.setdefault(key, deque(maxlen=1000)).append(now)

    def _wait_s(self, chat_id: int, now: float) -> float:
        waits = [0.0]
        here = self._sent.get(chat_id, deque())
        if self.min_interval_s and here:
            waits.append(here[-1] + self.min_interval_s - now)
        if self.group_per_minute and chat_id < 0:
            waits.append(_window_wait_s(here, self.group_per_minute, 60.0, now))
        if self.global_per_second:
            everywhere = self._sent.get(None, deque())
            waits.append(_window_wait_s(everywhere, self.global_per_second, 1.0, now))
        return max(waits)


def _window_wait_s(sent: deque[float], limit: int, window_s: float, now: float) -> float:
    """Seconds until fewer than `limit` sends lie within the last `window_s`."""
    if len(sent) < limit:
        return 0.0
    return sent[-limit] + window_s - now
