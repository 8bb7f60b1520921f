"""Work beside the event loop."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from chains.aside import aside


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
async def test_long_work_yields_to_the_loop() -> None:
    assert await aside(_priority) > _priority()
