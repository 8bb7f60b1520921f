"""Which replicas of the bot live: each says so in the database once a second."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Column, String, Table

from store.db import Utc, metadata, upsert, writing
from store.errors import AppError

BEAT_S = 1.0
LEASE = timedelta(seconds=6)
"""Whoever has said nothing for so long, by the database's clock, is dead."""

_KEPT = timedelta(hours=1)

log = logging.getLogger(__name__)

replicas = Table(
    "chat_replicas",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("seen_at", Utc, nullable=False),
)


def is_alive() -> sa.ColumnElement[bool]:
    """Make the condition that a row of `replicas` is of one that lives."""
    return replicas.c.seen_at > sa.func.now() - LEASE


class Pulse:
    """One replica's sign of life, from a thread of its own: neither a busy loop nor a slow statement holds it up."""

    def __init__(self, engine: sa.Engine, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._name = name
        self._clock = clock
        self._beaten_at: float | None = None
        self._steady_from = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Live from now on. Raises DatabaseError."""
        with writing(self._engine) as connection:
            connection.execute(replicas.delete().where(replicas.c.seen_at < sa.func.now() - _KEPT))
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """Be dead at once, so that others need not wait."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        with writing(self._engine) as connection:
            connection.execute(replicas.delete().where(replicas.c.id == self._name))

    def beat(self) -> None:
        row = {"id": self._name, "seen_at": sa.func.now()}
        with writing(self._engine) as connection:
            connection.execute(upsert(replicas, row, self._engine, {"seen_at": sa.func.now()}))
        now = self._clock()
        if self._beaten_at is not None and now - self._beaten_at > LEASE.total_seconds() / 2:
            self._steady_from = now + LEASE.total_seconds()
        self._beaten_at = now

    @property
    def is_steady(self) -> bool:
        """Tell whether the others may be judged by their silence: after a time in which the database was
        away for us too, all get as long again to come back.
        """
        return self._clock() >= self._steady_from

    def _run(self) -> None:
        while not self._stopped.wait(BEAT_S):
            try:
                self.beat()
            except AppError as error:  # the next one tries again
                log.warning("no sign of life could be given: %s", type(error).__name__)
