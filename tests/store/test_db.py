from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from store.db import fetch_value, open_engine, shelf, shown_url, writing
from store.errors import UsageError
from store.health import DatabaseError
from tests.store.databases import execute


@pytest.mark.parametrize(
    ("url", "module", "package"),
    [
        ("postgresql+psycopg://me:hunter2@host/db", "psycopg", "psycopg[binary]"),
        ("postgresql+psycopg2://me:hunter2@host/db", "psycopg2", "psycopg2-binary"),
        ("postgresql+pg8000://me:hunter2@host/db", "pg8000", "pg8000"),
    ],
)
def test_a_missing_driver_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, url: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(UsageError, match=f"驱动 {module} 没有安装") as refusal:
        open_engine(url)
    assert f'-m pip install "{package}"' in refusal.value.hint
    assert "hunter2" not in f"{refusal.value}{refusal.value.hint}"


def test_an_unknown_kind_of_database_is_named() -> None:
    with pytest.raises(UsageError, match="数据库 nosuch 不认识") as refusal:
        open_engine("nosuch://me:hunter2@host/db")
    assert "postgresql+psycopg://" in refusal.value.hint
    assert "hunter2" not in f"{refusal.value}"


@pytest.fixture
def engine(server_url: str) -> Iterator[sa.Engine]:
    opened = open_engine(server_url)
    yield opened
    opened.dispose()


def end_every_connection(url: str) -> None:
    """As a server does that is restarted."""
    name = sa.make_url(url).database
    execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608


def test_connections_that_a_restart_ended_are_made_anew(engine: sa.Engine, server_url: str) -> None:
    assert fetch_value(engine, sa.select(shelf.c.generation)) == 0
    end_every_connection(server_url)
    assert fetch_value(engine, sa.select(shelf.c.generation)) == 0
    end_every_connection(server_url)
    with writing(engine) as connection:
        connection.execute(shelf.update().values(generation=7))
    assert fetch_value(engine, sa.select(shelf.c.generation)) == 7


def test_a_read_that_is_cut_off_is_made_once_more(
    engine: sa.Engine, server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute_query = sa.Connection.execute
    cut = []

    def cut_off(connection: sa.Connection, *args: object, **named: object) -> object:
        if not cut:
            cut.append(True)
            end_every_connection(server_url)
        return execute_query(connection, *args, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(sa.Connection, "execute", cut_off)
    assert fetch_value(engine, sa.select(shelf.c.generation)) == 0
    assert cut


def test_a_write_that_is_cut_off_is_told_in_one_line_and_not_made_twice(
    engine: sa.Engine, server_url: str
) -> None:
    def write() -> None:
        with writing(engine) as connection:
            connection.execute(shelf.update().values(generation=shelf.c.generation + 1))
            end_every_connection(server_url)

    with pytest.raises(DatabaseError, match="中断") as refusal:
        write()
    assert "\n" not in f"{refusal.value}{refusal.value.hint}"
    assert fetch_value(engine, sa.select(shelf.c.generation)) == 0


@pytest.mark.parametrize(
    "changed", [{"port": 9}, {"database": "no_such_database"}], ids=["nobody there", "no such database"]
)
def test_a_server_that_cannot_be_had_is_told_in_one_line_without_the_password(
    server_url: str, changed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.db.RECONNECT_PAUSES_S", (0.0,))
    url = sa.make_url(server_url).set(password="hunter2", **changed)  # type: ignore[arg-type]
    engine = open_engine(url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseError) as refusal:
        fetch_value(engine, sa.select(shelf.c.generation))
    told = f"{refusal.value}{refusal.value.hint}"
    assert "DATABASE_URL" in told
    assert "\n" not in told
    assert "hunter2" not in told
    engine.dispose()


def test_a_url_that_is_none_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError, match="DATABASE_URL") as refusal:
        open_engine("postgresql+psycopg://me:hunter2@host:port/db")
    assert "hunter2" not in f"{refusal.value}{refusal.value.hint}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////data/reports.sqlite3", "sqlite /data/reports.sqlite3"),
        ("postgresql+psycopg://user:secret@db.example/reports", "postgresql db.example:5432/reports"),
    ],
)
def test_a_database_is_named_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown
