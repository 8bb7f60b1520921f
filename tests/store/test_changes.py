"""What the shelf says has changed: noted with the change itself, and balanced over a window."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from store.changes import KEPT, Change
from store.health import DatabaseError
from store.library import Library
from store.models import Document, SourceText
from tests.fakes import document
from tests.store.test_crash import INSIDE, REMOVING, moments, open_library, run_until_killed

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FOREVER = datetime(2040, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

A = document("甲的第一稿", source="甲", title="甲稿")
A2 = document("甲的第二稿", source="甲", title="甲二稿")
A3 = document("甲的第三稿", source="甲", title="甲三稿")
B = document("乙的报告", source="乙", title="乙稿")
A_ELSEWHERE = document("甲的第一稿", source="甲的副本", title="甲稿")


class Clock:
    """Stands still until it is moved on."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, database_url: str, clock: Clock) -> Iterator[Library]:
    opened = Library(tmp_path, embedding=None, chunking_version=1, database_url=database_url, now=clock)
    with opened as library:
        yield library


def put(*documents: Document) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        for each in documents:
            library.add(each)

    return act


def remove(title: str) -> Callable[[Library], None]:
    def act(library: Library) -> None:
        (report,) = [found for found in library.reports(["shared"]) if found.title == title]
        library.delete(report.id, "shared")

    return act


def reindexed(library: Library) -> None:
    """Rebuild with a cleaning that takes a character off: the content's hash changes, the id stays."""

    def parse(source_text: SourceText, /, *, source: str) -> Document:
        lines = source_text.text.split("\n")[1:]
        return document(*(line[:-1] for line in lines), source=source, title=f"{source}稿")

    library.reindex(parse=parse)


def told(library: Library, since: datetime = START, until: datetime = FOREVER) -> list[tuple[str, str]]:
    return [(change.kind, change.title) for change in library.changes(["shared"], since, until)]


@pytest.mark.parametrize(
    ("before", "within", "expected"),
    [
        ([], [put(A)], [("added", "甲稿")]),
        ([], [put(A, B)], [("added", "甲稿"), ("added", "乙稿")]),
        ([], [put(A), remove("甲稿")], []),
        ([], [put(A), put(A2)], [("added", "甲二稿")]),
        ([], [put(A), put(A)], [("added", "甲稿")]),
        ([], [put(A), put(A_ELSEWHERE)], [("added", "甲稿")]),
        ([], [put(A), put(A2), remove("甲二稿")], []),
        ([], [put(A), reindexed], [("added", "甲稿")]),
        ([], [put(A), reindexed, remove("甲稿")], []),
        ([put(A)], [], []),
        ([put(A)], [put(A)], []),
        ([put(A)], [put(A_ELSEWHERE)], []),
        ([put(A)], [reindexed], []),
        ([put(A)], [remove("甲稿")], [("removed", "甲稿")]),
        ([put(A)], [remove("甲稿"), put(A)], []),
        ([put(A)], [remove("甲稿"), put(A), remove("甲稿")], [("removed", "甲稿")]),
        ([put(A)], [put(A2)], [("replaced", "甲二稿")]),
        ([put(A)], [put(A2), put(A3)], [("replaced", "甲三稿")]),
        ([put(A)], [put(A2), put(A)], []),
        ([put(A)], [put(A2), remove("甲二稿")], [("removed", "甲稿")]),
        ([put(A)], [remove("甲稿"), put(A2)], [("removed", "甲稿"), ("added", "甲二稿")]),
        # The source takes the words of another report that was there before: one report less.
        ([put(A, B)], [put(document("甲的第一稿", source="乙"))], [("removed", "乙稿")]),
        # The old words are still held under another source: nothing has left.
        ([put(A, A_ELSEWHERE)], [put(A2)], [("added", "甲二稿")]),
    ],
)
def test_changes_are_balanced_over_the_window(
    library: Library,
    clock: Clock,
    before: list[Callable[[Library], None]],
    within: list[Callable[[Library], None]],
    expected: list[tuple[str, str]],
) -> None:
    clock.time = START - HOUR
    for act in before:
        act(library)
    clock.time = START
    for act in within:
        act(library)
    assert told(library) == expected


def test_a_replacement_names_the_report_the_reader_knew(library: Library, clock: Clock) -> None:
    _, first = library.add(A)
    clock.time += HOUR
    library.add(A2)
    _, last = library.add(A3)
    (change,) = library.changes(["shared"], clock.time, FOREVER)
    assert change == Change(
        "shared", clock.time, "replaced", last.id, change.content_hash, "甲三稿", "某某局", first.id
    )


def test_a_window_begins_with_its_first_instant_and_ends_before_its_last(
    library: Library, clock: Clock
) -> None:
    library.add(A)
    assert told(library, START, START + HOUR) == [("added", "甲稿")]
    assert told(library, START - HOUR, START) == []
    assert told(library, START + timedelta(microseconds=1)) == []
    abroad = START.astimezone(timezone(timedelta(hours=8)))
    assert told(library, abroad, abroad + HOUR) == [("added", "甲稿")]


def test_other_shelves_are_not_told_of(library: Library) -> None:
    library.add(A, workspace="另一个")
    assert library.changes(["shared"], START, FOREVER) == []
    (change,) = library.changes(["shared", "另一个"], START, FOREVER)
    assert (change.workspace, change.at) == ("另一个", START)


def test_changes_that_are_too_old_to_be_asked_for_are_dropped(library: Library, clock: Clock) -> None:
    library.add(A)
    clock.time = START + KEPT + HOUR
    library.add(B)
    assert told(library) == [("added", "乙稿")]
    assert {report.title for report in library.reports(["shared"])} == {"甲稿", "乙稿"}


def test_a_window_waits_for_a_writer_whose_change_may_lie_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.db.BUSY_TIMEOUT_MS", 0)  # who would have to wait is refused instead
    with Library(tmp_path, embedding=None, chunking_version=1) as library:
        writer = sqlite3.connect(tmp_path / "reports.sqlite3", isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match="locked"):
            told(library)
        writer.execute("COMMIT")
        writer.close()
        assert told(library) == []


TABLES_BEFORE = {"shelf", "reports", "texts", "sources", "passages", "changes", "model_usage"}


def before_migrations(connection: sqlite3.Connection) -> None:
    """Make the database what it was before Alembic looked after it."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        older = table.startswith(("chat", "digest_", "sqlite_")) and table != "chat_replicas"
        if not older and table not in TABLES_BEFORE:
            connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP INDEX inbox_by_chat")
    for column in ("chat_id", "owner"):
        connection.execute(f"ALTER TABLE chat_inbox DROP COLUMN {column}")
    for column in ("identity", "words_at", "words_from"):
        connection.execute(f"ALTER TABLE shelf DROP COLUMN {column}")


def without_changes(folder: Path) -> None:
    """Make the database what it was before changes were kept."""
    with sqlite3.connect(folder / "reports.sqlite3") as connection:
        before_migrations(connection)
        connection.execute("DROP TABLE changes")
        connection.execute("UPDATE shelf SET schema_version = 1")
    connection.close()


def test_the_reports_of_an_older_shelf_count_as_added_when_they_were_taken_in(
    tmp_path: Path, clock: Clock
) -> None:
    with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
        library.add(A)
        clock.time += HOUR
        library.add(B)
        library.delete(library.reports(["shared"])[0].id, "shared")
    without_changes(tmp_path)
    for _ in range(2):  # once, not at every start
        with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
            (change,) = library.changes(["shared"], START, FOREVER)
            assert (change.kind, change.title, change.at) == ("added", "乙稿", START + HOUR)


def test_an_upgrade_that_was_cut_off_is_finished_at_the_next_start(tmp_path: Path, clock: Clock) -> None:
    with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
        library.add(A)
    with sqlite3.connect(tmp_path / "reports.sqlite3") as connection:
        before_migrations(connection)
        connection.execute("DELETE FROM changes")  # the table was made, nothing put into it
        connection.execute("UPDATE shelf SET schema_version = 1")
    connection.close()
    with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
        assert told(library) == [("added", "甲稿")]


def test_a_table_that_an_older_shelf_lacks_is_made_at_the_next_start(tmp_path: Path, clock: Clock) -> None:
    with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
        library.add(A)
    with sqlite3.connect(tmp_path / "reports.sqlite3") as connection:
        before_migrations(connection)
        connection.execute("DROP TABLE changes")
    connection.close()
    with Library(tmp_path, embedding=None, chunking_version=1, now=clock) as library:
        library.add(B)
        assert told(library) == [("added", "乙稿")]


def replace_first(library: Library) -> object:
    return library.add(A2)


def delete_first(library: Library) -> object:
    return library.delete(library.reports(["shared"])[0].id, "shared")


NOTING = [("store.shelf", "note_coming"), ("store.shelf", "note_leaving"), ("store.shelf", "prune")]


@pytest.mark.parametrize(
    "step", moments([("store.shelf:Shelf", "publish"), *INSIDE[1:2], *NOTING, *REMOVING])
)
def test_killed_while_replacing_the_changes_say_what_the_shelf_holds(
    tmp_path: Path, step: tuple[str, str, str]
) -> None:
    with open_library(tmp_path) as library:
        library.add(A)
    begun = datetime.now(UTC)
    run_until_killed(tmp_path, replace_first, step)
    with open_library(tmp_path) as library:
        held = [report.title for report in library.reports(["shared"])]
        expected = [("replaced", "甲二稿")] if held == ["甲二稿"] else []
        assert told(library, begun) == expected
        library.add(A2)
        assert told(library, begun) == [("replaced", "甲二稿")]


@pytest.mark.parametrize(
    "step", moments([("store.shelf:Shelf", "mark_deleting"), ("store.shelf", "note_leaving"), *REMOVING])
)
def test_killed_while_deleting_the_changes_say_what_the_shelf_holds(
    tmp_path: Path, step: tuple[str, str, str]
) -> None:
    with open_library(tmp_path) as library:
        library.add(A)
    begun = datetime.now(UTC)
    run_until_killed(tmp_path, delete_first, step)
    with open_library(tmp_path) as library:
        expected = [] if library.reports(["shared"]) else [("removed", "甲稿")]
        assert told(library, begun) == expected
