"""The steps from revision to revision, held against the tables the program speaks to."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from store import chats, digests, usage  # noqa: F401  # their tables are part of `metadata`
from store.db import metadata, open_engine, sqlite_url, writing
from store.errors import UsageError
from store.library import Library
from store.migrate import FOLDER, HEAD, prepare, revision_of
from store.models import Scope
from tests.fakes import document
from tests.store.databases import KINDS, server_database, url_of
from tests.store.test_changes import before_migrations


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    with server_database() as name:
        yield url_of(name)


def test_the_newest_step_is_the_one_the_program_asks_for() -> None:
    assert ScriptDirectory(str(FOLDER)).get_heads() == [HEAD]


def test_the_steps_lead_to_the_tables_the_program_speaks_to(empty_url: str) -> None:
    engine = open_engine(empty_url)
    prepare(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert revision_of(connection) == HEAD
    engine.dispose()


def test_of_several_that_start_at_once_one_makes_the_tables(empty_url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        engine = open_engine(empty_url)
        try:
            prepare(engine)
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_shelf_from_before_there_were_steps_keeps_all_it_has(tmp_path: Path) -> None:
    with Library(tmp_path, embedding=None, chunking_version=1) as library:
        _, report = library.add(document("全年完成低效用地再开发", "普法宣传"))
        before = library.search("低效用地", Scope())
        library.reports(["shared"])
    with sqlite3.connect(tmp_path / "reports.sqlite3") as connection:
        before_migrations(connection)
        connection.execute("DROP TABLE changes")
        connection.execute("UPDATE shelf SET schema_version = 1")
    connection.close()
    for file in (tmp_path / "words").rglob("applied"):
        file.unlink()  # nor did word indexes note how far they came
    with Library(tmp_path, embedding=None, chunking_version=1) as library:
        assert library.reports(["shared"]) == [report]
        assert library.search("低效用地", Scope()) == before
        assert [f.level for f in library.check()] == ["ok"] * len(library.check())
    engine = open_engine(sqlite_url(tmp_path))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_step_that_fails_leaves_nothing_behind(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction holds every step, on SQLite too."""
    engine = open_engine(empty_url)

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("alembic.operations.Operations.add_column", cut_off)
        with pytest.raises(KeyboardInterrupt):
            prepare(engine)
    assert sa.inspect(engine).get_table_names() == []
    prepare(engine)
    with engine.connect() as connection:
        assert revision_of(connection) == HEAD
    engine.dispose()


def test_a_database_newer_than_the_program_is_refused_in_one_line(empty_url: str) -> None:
    engine = open_engine(empty_url)
    prepare(engine)
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="9999") as refusal:
        prepare(engine)
    assert "\n" not in f"{refusal.value}{refusal.value.hint}"
    assert HEAD in str(refusal.value)
    engine.dispose()


def test_a_database_that_is_up_to_date_costs_no_alembic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    prepare(engine)
    upgrade: Callable[..., None] = pytest.fail
    monkeypatch.setattr("store.migrate._upgrade", upgrade)
    prepare(engine)
    engine.dispose()
