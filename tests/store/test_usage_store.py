from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from store.usage import UsageStore


def usage(url: str, *, at: datetime) -> UsageStore:
    return UsageStore(url, zone=ZoneInfo("Asia/Shanghai"), now=at.astimezone)


def test_tokens_add_up_by_workspace_and_outlive_the_process(database_url: str) -> None:
    at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    first = usage(database_url, at=at)
    assert first.today("shared") == 0
    first.record("shared", 100, 20)
    first.record("shared", 10, 2)
    first.record("chat:5", 7, 0)
    first.close()
    second = usage(database_url, at=at)
    assert (second.today("shared"), second.today("chat:5")) == (132, 7)
    second.close()


def test_a_day_ends_at_midnight_of_the_zone(database_url: str) -> None:
    before = usage(database_url, at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    before.record("shared", 100, 0)
    after = usage(database_url, at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert (before.today("shared"), after.today("shared")) == (100, 0)
    before.close()
    after.close()
