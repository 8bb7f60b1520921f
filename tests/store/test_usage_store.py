from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from store.db import sqlite_url
from store.usage import UsageStore


def usage(folder: Path, *, at: datetime) -> UsageStore:
    return UsageStore(sqlite_url(folder), zone=ZoneInfo("Asia/Shanghai"), now=at.astimezone)


def test_tokens_add_up_by_workspace_and_outlive_the_process(tmp_path: Path) -> None:
    at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    first = usage(tmp_path, at=at)
    assert first.today("shared") == 0
    first.record("shared", 100, 20)
    first.record("shared", 10, 2)
    first.record("chat:5", 7, 0)
    first.close()
    second = usage(tmp_path, at=at)
    assert (second.today("shared"), second.today("chat:5")) == (132, 7)
    second.close()


def test_a_day_ends_at_midnight_of_the_zone(tmp_path: Path) -> None:
    before = usage(tmp_path, at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    before.record("shared", 100, 0)
    after = usage(tmp_path, at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert (before.today("shared"), after.today("shared")) == (100, 0)
    before.close()
    after.close()
