"""Who may write: one process at a time to a folder, one writer at a time to a workspace of a database server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from store.db import database_error, open_engine
from store.errors import LibraryBusyError

_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL: a lock was not to be had in time


class WriteLock(Protocol):
    """The right to write to a workspace, or (None) to all of them. A process that dies lets go of it."""

    @property
    def is_exclusive(self) -> bool:
        """Tell whether nobody writes to any workspace while one is held."""

    def held(self, workspace: str | None, timeout_s: float) -> AbstractContextManager[None]:
        """Hold it. Raises LibraryBusyError where another does for longer than `timeout_s`."""

    def close(self) -> None: ...


class FolderLock:
    """A file that the system unlocks when a process dies."""

    is_exclusive = True

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    @contextmanager
    def held(self, workspace: str | None, timeout_s: float) -> Iterator[None]:
        del workspace  # the folder is one
        try:
            self._lock.acquire(timeout=timeout_s)
        except Timeout as error:
            raise LibraryBusyError("数据目录正被另一个进程写入") from error
        try:
            yield
        finally:
            self._lock.release()

    def close(self) -> None:
        """Nothing is held open between writes."""


class ServerLock:
    """PostgreSQL's advisory locks, gone with the connection that holds them.

    `shelf` tells shelves in one database apart. Its connections are its own and of any number: those who wait
    must not take away the ones that the holder needs to get done. Held by a transaction
    and not by the session, the lock also works through a pooler that hands sessions around.
    """

    is_exclusive = False

    def __init__(self, url: str, shelf: str) -> None:
        self._engine = open_engine(url, overflow=-1)
        self._shelf = shelf

    @contextmanager
    def held(self, workspace: str | None, timeout_s: float) -> Iterator[None]:
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise database_error(error) from error
        try:
            self._take(connection, workspace, timeout_s)
            yield
        finally:
            _let_go(connection)

    def _take(self, connection: sa.Connection, workspace: str | None, timeout_s: float) -> None:
        # 0 would mean to wait for ever.
        limits = {"lock_timeout": max(1, int(timeout_s * 1000)), "idle_in_transaction_session_timeout": 0}
        try:
            for name, value in limits.items():
                connection.exec_driver_sql(f"SET LOCAL {name} = {value}")
            if workspace is None:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(self._key())))
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(self._key())))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(self._key(workspace))))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise LibraryBusyError("这个书架正被另一个进程写入") from error
            raise database_error(error) from error

    def _key(self, *names: str) -> int:
        digest = hashlib.blake2b("\0".join((self._shelf, *names)).encode(), digest_size=8)
        return int.from_bytes(digest.digest(), signed=True)

    def close(self) -> None:
        self._engine.dispose()


def _let_go(connection: sa.Connection) -> None:
    try:
        connection.rollback()
    except SQLAlchemyError:  # a server that was restarted meanwhile has let go already
        connection.invalidate()
    connection.close()


class BothLocks:
    """A folder of this machine's and a workspace on a server: several machines, each with vectors of its own."""

    is_exclusive = False

    def __init__(self, *locks: WriteLock) -> None:
        self._locks = locks

    @contextmanager
    def held(self, workspace: str | None, timeout_s: float) -> Iterator[None]:
        with ExitStack() as stack:
            for lock in self._locks:
                stack.enter_context(lock.held(workspace, timeout_s))
            yield

    def close(self) -> None:
        for lock in self._locks:
            lock.close()
