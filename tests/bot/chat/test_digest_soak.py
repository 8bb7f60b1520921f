"""A small soak: weeks of digests while processes die at every step and Telegram fails (benchmarks/soak.py)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from benchmarks.soak import Size, soak
from bot.chat.digests import Pace
from store.digest_tables import SlotState

SELDOM = Pace(poll=timedelta(hours=2), lease=timedelta(hours=6))


def test_every_slot_is_delivered_once_or_accounted_for(tmp_path: Path) -> None:
    ran, verdict = soak(Size(chats=20, weeks=3, seed=1, kill_chance=1 / 100, pace=SELDOM), tmp_path)
    assert verdict.wrong == []
    assert verdict.duplicates == 0
    assert ran.kills > 15
    assert verdict.states[SlotState.SENT] > 10
    assert verdict.states[SlotState.FOLDED] > 0
