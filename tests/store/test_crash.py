"""A process killed at every step of every write, and the shelf it leaves to the next one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name

import pytest
from _pytest.mark import ParameterSet

from store.library import Library
from store.models import Document, Scope, SourceText
from tests.fakes import document, fake_model
from tests.store.databases import KINDS, note_url, noted_url

KILLED = 137

Step = tuple[str, str, str]
"""A module or class, its function, and whether death comes before or after it."""

OLD = document("旧的低效用地2084.1亩", "旧的普法宣传", source="甲")
NEW = document("新的低效用地3000亩", "新的公共服务", "新的第三段", source="甲")
OTHER = document("另一份报告的低效用地", source="乙")

# A forked server that has the heavy imports done and no index open: a child costs 0.1 s, not 1 s.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["chromadb", "tantivy", "store.library", "tests.fakes"])

ADDING: list[tuple[str, str]] = [
    ("store.shelf:Shelf", "insert"),
    ("store.vectors:VectorIndex", "add"),
    ("store.shelf:Shelf", "publish"),
]
FOLLOWING: list[tuple[str, str]] = [
    ("store.words:WordIndex", "add"),
    ("store.words", "_document"),  # in the commit of the words
    ("store.replica:WordReplica", "_note"),
]
REMOVING: list[tuple[str, str]] = [
    ("store.vectors:VectorIndex", "delete_report"),
    ("store.indexes:Indexes", "left"),
    ("store.shelf:Shelf", "purge"),
]
INSIDE: list[tuple[str, str]] = [
    ("store.shelf", "_insert_passages"),  # in the transaction that writes a report
    ("store.shelf", "_point"),  # in the transaction that makes it visible
    ("store.vectors:VectorIndex", "_collection"),
]
REBUILDING: list[tuple[str, str]] = [
    ("store.shelf:Shelf", "begin_rebuilding"),
    ("store.vectors:VectorIndex", "drop_all"),
    ("store.vectors:VectorIndex", "add"),
    ("store.shelf:Shelf", "restructure"),
    ("store.words:WordIndex", "replace_all"),
    ("store.replica:WordReplica", "_note"),
    ("store.shelf:Shelf", "end_rebuilding"),
]


def open_library(folder: Path, version: int = 1) -> Library:
    return Library(folder, embedding=fake_model(), chunking_version=version, database_url=noted_url(folder))


# --- in the child -------------------------------------------------------------------------------


def arm(place: str, name: str, when: str) -> None:
    """Make the process end, as by SIGKILL, before or after the first call of a function."""
    owner = resolve_name(place)
    real = getattr(owner, name)

    def armed(*args: object, **named: object) -> None:
        if when == "after":
            real(*args, **named)
        os._exit(KILLED)

    setattr(owner, name, armed)


def child(folder: Path, act: Callable[[Library], object], place: str, name: str, when: str) -> None:
    library = open_library(folder, 2 if act is do_reindex else 1)
    arm(place, name, when)
    act(library)


def do_add(library: Library) -> object:
    library.add(NEW)
    return library.search("低效用地", Scope())


def do_delete(library: Library) -> object:
    return library.delete(library.reports(["shared"])[0].id, "shared")


def parse_again(source_text: SourceText, /, *, source: str) -> Document:
    return document(*source_text.text.split("\n")[1:], source=source)


def do_reindex(library: Library) -> object:
    return library.reindex(parse=parse_again)


def keep_writing(folder: Path) -> None:
    with open_library(folder) as library:
        while True:
            library.add(NEW)
            library.add(OLD)
            library.delete(library.reports(["shared"])[-1].id, "shared")


# --- in the test --------------------------------------------------------------------------------


def run_until_killed(folder: Path, act: Callable[[Library], object], step: Step) -> None:
    process = CHILDREN.Process(target=child, args=(folder, act, *step))
    process.start()
    process.join()
    assert process.exitcode == KILLED, "the step was never reached"


def assert_whole(library: Library) -> None:
    """SQL, vectors and words hold the same passages, and a search shows those and no others."""
    assert [f"{f.subject}: {f.detail}" for f in library.check() if f.level != "ok"] == []
    stored = {p.id for r in library.reports(["shared"]) for p in library.passages(r.id, ["shared"])}
    found = {hit.passage.id for hit in library.search("低效用地", Scope(), k=50)}
    assert found == stored
    for hit in library.search("低效用地", Scope(), k=50):
        text = library.text(hit.passage.report_id, ["shared"])
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def texts(library: Library) -> set[str]:
    return {library.text(report.id, ["shared"]) for report in library.reports(["shared"])}


def moments(steps: list[tuple[str, str]]) -> list[ParameterSet]:
    return [
        pytest.param((place, name, when), id=f"{when}-{place.split(':')[-1]}.{name}")
        for place, name in steps
        for when in ("before", "after")
    ]


@pytest.mark.parametrize("step", moments(ADDING + INSIDE + FOLLOWING))
def test_killed_while_adding(tmp_path: Path, step: Step) -> None:
    with open_library(tmp_path) as library:
        library.add(OTHER)
    run_until_killed(tmp_path, do_add, step)
    with open_library(tmp_path) as library:
        assert texts(library) in ({OTHER.text}, {OTHER.text, NEW.text})
        assert_whole(library)
        library.add(NEW)
        assert texts(library) == {OTHER.text, NEW.text}
        assert_whole(library)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", moments(ADDING + INSIDE + REMOVING + FOLLOWING))
def test_killed_while_replacing_one_of_the_two_is_there(
    tmp_path: Path, kind: str, step: Step, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        note_url(tmp_path, request.getfixturevalue("server_url"))
    with open_library(tmp_path) as library:
        library.add(OLD)
        library.add(OTHER)
        library.search("低效用地", Scope())  # the word index is there, and follows from here on
    run_until_killed(tmp_path, do_add, step)
    with open_library(tmp_path) as library:
        assert texts(library) in ({OLD.text, OTHER.text}, {NEW.text, OTHER.text})
        assert_whole(library)
        library.add(NEW)
        assert texts(library) == {NEW.text, OTHER.text}
        assert_whole(library)


@pytest.mark.parametrize("step", moments([("store.shelf:Shelf", "mark_deleting"), *REMOVING]))
def test_killed_while_deleting(tmp_path: Path, step: Step) -> None:
    with open_library(tmp_path) as library:
        library.add(OLD)
        library.add(OTHER)
    run_until_killed(tmp_path, do_delete, step)
    begun = step[1:3] != ("mark_deleting", "before")
    with open_library(tmp_path) as library:
        assert texts(library) == ({OTHER.text} if begun else {OLD.text, OTHER.text})
        assert_whole(library)
        library.add(OLD)
        assert texts(library) == {OLD.text, OTHER.text}
        assert_whole(library)


@pytest.mark.parametrize("step", moments(REBUILDING))
def test_killed_while_reindexing_goes_on_the_next_time(tmp_path: Path, step: Step) -> None:
    with open_library(tmp_path) as library:
        library.add(OLD)
        library.add(OTHER)
    run_until_killed(tmp_path, do_reindex, step)
    with open_library(tmp_path, 2) as library:
        assert texts(library) == {OLD.text, OTHER.text}
        library.reindex(parse=parse_again)
        assert texts(library) == {OLD.text, OTHER.text}
        assert_whole(library)


def test_killed_again_while_cleaning_up(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add(OLD)
        library.add(OTHER)
    run_until_killed(tmp_path, do_add, ("store.shelf:Shelf", "publish", "before"))
    process = CHILDREN.Process(target=cleaning_child, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == KILLED
    with open_library(tmp_path) as library:
        assert texts(library) == {OLD.text, OTHER.text}
        assert_whole(library)


def cleaning_child(folder: Path) -> None:
    arm("store.vectors:VectorIndex", "delete_report", "before")
    open_library(folder)


@pytest.mark.parametrize("delay_s", [0.01, 0.03, 0.05, 0.08, 0.12, 0.2])
def test_killed_at_any_moment(tmp_path: Path, delay_s: float) -> None:
    with open_library(tmp_path) as library:
        library.add(OTHER)
    process = CHILDREN.Process(target=keep_writing, args=(tmp_path,))
    process.start()
    process.join(0.3 + delay_s)
    process.kill()
    process.join()
    with open_library(tmp_path) as library:
        assert texts(library) - {OLD.text, NEW.text, OTHER.text} == set()
        assert_whole(library)
        library.add(NEW)
        assert NEW.text in texts(library)
        assert_whole(library)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shelf_that_another_process_is_writing_is_not_cleaned_up(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    if kind == "postgresql":
        note_url(tmp_path, request.getfixturevalue("server_url"))
    with open_library(tmp_path) as library:
        library.add(OTHER)
        library._shelf.insert("0" * 12, NEW, "shared", library.shape)  # noqa: SLF001  # a half-done add
        with library._writer.lock.held("shared", 1), open_library(tmp_path) as reader:  # noqa: SLF001  # whose writer is alive
            assert texts(reader) == {OTHER.text}
            assert len(library._shelf.unfinished()) == 1  # noqa: SLF001
        with open_library(tmp_path) as reader:
            assert_whole(reader)
