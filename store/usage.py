"""What a model was asked to read and write, kept by workspace and day, beside the reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, Table

from store.db import fetch, fetch_value, metadata, open_engine, upsert, writing
from store.migrate import prepare

_usage = Table(
    "model_usage",
    metadata,
    Column("workspace", String(200), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
)


class UsageStore:
    """Tokens used, by workspace and calendar day in `zone`. Safe to share between threads and processes."""

    def __init__(
        self, url: str, *, zone: ZoneInfo, now: Callable[[ZoneInfo], datetime] | None = None
    ) -> None:
        self._engine = open_engine(url)
        self._zone = zone
        self._now = now or datetime.now
        self._made = False

    def today(self, workspace: str) -> int:
        """Give the tokens used today, prompts and replies together."""
        self._make()
        total = sa.select(_usage.c.prompt_tokens + _usage.c.completion_tokens).where(
            _usage.c.workspace == workspace, _usage.c.day == self._day()
        )
        return int(fetch_value(self._engine, total) or 0)

    def since(self, day: str) -> dict[str, int]:
        """Give the tokens used from `day` (2024-05-31) on, by workspace."""
        self._make()
        total = sa.func.sum(_usage.c.prompt_tokens + _usage.c.completion_tokens).label("tokens")
        query = sa.select(_usage.c.workspace, total).where(_usage.c.day >= day).group_by(_usage.c.workspace)
        return {row.workspace: int(row.tokens) for row in fetch(self._engine, query)}

    def record(self, workspace: str, prompt_tokens: int, completion_tokens: int) -> None:
        """Add a call."""
        self._make()
        counted = {"calls": 1, "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
        row = {"workspace": workspace, "day": self._day(), **counted}
        added = {name: _usage.c[name] + count for name, count in counted.items()}
        with writing(self._engine) as connection:
            connection.execute(upsert(_usage, row, self._engine, added))

    def close(self) -> None:
        self._engine.dispose()

    def _day(self) -> str:
        return self._now(self._zone).date().isoformat()

    def _make(self) -> None:
        if not self._made:
            prepare(self._engine)
            self._made = True
