"""The parts of the board, in the order they are run and shown."""

from __future__ import annotations

import os
import time
from importlib import import_module

from benchmarks.board.found import Found

PARTS = {
    "structure": "结构：成效、不足、计划的要点",
    "grounding": "作答与拒答",
    "honesty": "模型说假话时",
    "verification": "核对",
    "retrieval": "检索",
    "speed": "速度与大小",
    "growth": "书架变大时",
}
QUICK = ("structure", "grounding", "verification")
"""What `make bench-check` runs anew: parts that are the same every time and take minutes."""


def measure(part: str) -> tuple[Found, dict[str, object]]:
    """Measure a part; its wall and processor seconds besides, those of its own processes included."""
    started = time.perf_counter()
    found: Found = import_module(f"benchmarks.board.{part}").measure()
    spent = os.times()
    cpu = spent.user + spent.system + spent.children_user + spent.children_system
    return found, {"wall_s": round(time.perf_counter() - started), "cpu_s": round(cpu)}
