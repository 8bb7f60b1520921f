"""What a model was asked to read and write, kept by workspace and day, beside the reports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

from store.db import open_engine, reading, writing
from store.health import DatabaseError

_metadata = MetaData()
_usage = Table(
    "model_usage",
    _metadata,
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
        with reading(self._engine) as connection:
            return int(connection.execute(total).scalar() or 0)

    def since(self, day: str) -> dict[str, int]:
        """Give the tokens used from `day` (2024-05-31) on, by workspace."""
        self._make()
        total = sa.func.sum(_usage.c.prompt_tokens + _usage.c.completion_tokens).label("tokens")
        query = sa.select(_usage.c.workspace, total).where(_usage.c.day >= day).group_by(_usage.c.workspace)
        with reading(self._engine) as connection:
            return {row.workspace: int(row.tokens) for row in connection.execute(query)}

    def record(self, workspace: str, prompt_tokens: int, completion_tokens: int) -> None:
        """Add a call."""
        self._make()
        if self._add(workspace, prompt_tokens, completion_tokens):
            return
        row = {
            "workspace": workspace,
            "day": self._day(),
            "calls": 0,
            "prompt_tokens": 0,
            "completion_tokens": 0,
        }
        # Another process may put the day's first row in at the same time.
        with suppress(DatabaseError), writing(self._engine) as connection:
            connection.execute(_usage.insert().values(row))
        self._add(workspace, prompt_tokens, completion_tokens)

    def _add(self, workspace: str, prompt_tokens: int, completion_tokens: int) -> bool:
        added = (
            _usage.update()
            .where(_usage.c.workspace == workspace, _usage.c.day == self._day())
            .values(
                calls=_usage.c.calls + 1,
                prompt_tokens=_usage.c.prompt_tokens + prompt_tokens,
                completion_tokens=_usage.c.completion_tokens + completion_tokens,
            )
        )
        with writing(self._engine) as connection:
            return connection.execute(added).rowcount > 0

    def close(self) -> None:
        self._engine.dispose()

    def _day(self) -> str:
        return self._now(self._zone).date().isoformat()

    def _make(self) -> None:
        if not self._made:
            with writing(self._engine) as connection:
                _metadata.create_all(connection)
            self._made = True
