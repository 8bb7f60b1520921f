"""An event loop whose clock jumps to the next timer instead of waiting for it: weeks pass in seconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.chat.digests import Clock

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Lets no time pass in waiting; adds it to `elapsed_s`."""

    elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits, and for nothing that time would bring")
        self.elapsed_s += max(timeout, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.elapsed_s


class VirtualClock(Clock):
    """The wall clock of a virtual loop. `ahead` is by how much it is wrong."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        elapsed_s = asyncio.get_running_loop().time() if _running() else 0.0
        return self._start + timedelta(seconds=elapsed_s) + self.ahead


def _running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
