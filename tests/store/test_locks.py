"""Who may write to a shelf on a database server."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from store.db import open_engine
from store.errors import LibraryBusyError
from store.locks import ServerLock


def take(lock: ServerLock, workspace: str | None) -> bool:
    try:
        with lock.held(workspace, 0.05):
            return True
    except LibraryBusyError:
        return False


@pytest.mark.parametrize(
    ("held", "wanted", "had"),
    [
        ("shared", "shared", False),
        ("shared", "chat:1", True),
        ("shared", None, False),
        (None, "shared", False),
        (None, None, False),
    ],
)
def test_a_workspace_has_one_writer_and_all_of_them_exclude_each(
    server_url: str, held: str | None, wanted: str | None, had: bool
) -> None:
    first, second = ServerLock(server_url, "shelf"), ServerLock(server_url, "shelf")
    with first.held(held, 1):
        assert take(second, wanted) == had
    assert take(second, wanted)
    first.close()
    second.close()


def test_shelves_in_one_database_do_not_know_each_other(server_url: str) -> None:
    mine, theirs = ServerLock(server_url, "mine"), ServerLock(server_url, "theirs")
    with mine.held(None, 1):
        assert take(theirs, "shared")
    mine.close()
    theirs.close()


def test_the_lock_of_a_holder_whose_connection_is_gone_is_free(server_url: str) -> None:
    dead, next_ = ServerLock(server_url, "shelf"), ServerLock(server_url, "shelf")
    engine = open_engine(server_url)
    with dead.held("shared", 1):
        assert not take(next_, "shared")
        with engine.connect() as connection:
            others = sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert connection.execute(others).fetchall()
        assert take(next_, "shared")
    engine.dispose()
    dead.close()
    next_.close()
