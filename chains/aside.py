"""Work that takes a processor for long, done beside the event loop.

A pool of its own, no larger than the machine: more threads would only hold up the loop, and asyncio's own pool
is where host names are looked up.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_NICENESS = 10


def step_back() -> None:
    """Let this thread yield to those that wait for a short turn: the loop and its statements.

    Linux gives each thread a priority of its own; elsewhere it would be the whole process's.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


_POOL = ThreadPoolExecutor(
    max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="reader", initializer=step_back
)


async def aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `call` in the pool. Cancelled, it runs on with nobody waiting for it."""
    context = contextvars.copy_context()
    work = partial(context.run, partial(call, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(_POOL, work)
