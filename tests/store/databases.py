"""Databases for tests: a SQLite file, or one on a PostgreSQL server where there is one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from store.db import open_engine, sqlite_url
from store.migrate import prepare

SERVER = os.environ.get("REPORTBOT_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

KINDS = ("sqlite", "postgresql")


@cache
def admin() -> sa.Engine:
    return sa.create_engine(SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})


@cache
def is_server_there() -> bool:
    try:
        with admin().connect():
            return True
    except OperationalError:
        return False


def url_of(name: str) -> str:
    return sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def execute(statement: str) -> None:
    with admin().connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def server_database(template: str = "template1") -> Iterator[str]:
    """Make a database of the test's own and drop it; skips where there is no server."""
    if not is_server_there():
        pytest.skip("no PostgreSQL at REPORTBOT_TEST_POSTGRES")
    name = f"reportbot_test_{uuid4().hex}"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def prepared_template() -> Iterator[str]:
    """A database with every table, to copy: quicker than to make them for each test."""
    with server_database() as name:
        engine = open_engine(url_of(name))
        prepare(engine)
        engine.dispose()
        yield name


def note_url(folder: Path, url: str) -> None:
    """Leave word in a data directory of the database that goes with it, for a process to come."""
    folder.mkdir(exist_ok=True)
    (folder / "database-url").write_text(url, "utf-8")


def noted_url(folder: Path) -> str:
    note = folder / "database-url"
    return note.read_text("utf-8") if note.exists() else sqlite_url(folder)
