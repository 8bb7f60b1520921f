"""The same tests on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.db import sqlite_url
from tests.store.databases import KINDS, prepared_template, server_database, url_of


@pytest.fixture(scope="session")
def template() -> Iterator[Callable[[], str]]:
    """Give the name of a database with every table, made when it is first asked for."""
    with ExitStack() as stack:
        made: list[str] = []

        def once() -> str:
            if not made:
                made.append(stack.enter_context(prepared_template()))
            return made[0]

        yield once


@pytest.fixture
def server_url(template: Callable[[], str]) -> Iterator[str]:
    """A PostgreSQL database with every table."""
    with server_database(template()) as name:
        yield url_of(name)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own: SQLite in `tmp_path`, and PostgreSQL."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    url: str = request.getfixturevalue("server_url")
    return url
