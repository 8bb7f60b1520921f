"""Processes of this machine, as Linux tells of them."""

from __future__ import annotations

from pathlib import Path


def children(pid: int) -> list[int]:
    """Give the processes that a process has started, but for those that only clear up after Python."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    started = [int(child) for listed in lists for child in listed.read_text("utf-8").split()]
    return [child for child in started if b"resource_tracker" not in _command(child)]


def with_children(pid: int) -> list[int]:
    """Give a process and all it has started, and they in turn."""
    return [pid, *(found for child in children(pid) for found in with_children(child))]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
