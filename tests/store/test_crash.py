"""A process killed at every step of every write, and the shelf it leaves to the next one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from store import shelf as shelf_module
from store import words as words_module
from store.indexes import Indexes
from store.library import Library
from store.models import Document, Scope, SourceText
from store.shelf import Shelf
from store.vectors import VectorIndex
from store.words import WordIndex
from tests.fakes import document, fake_model

KILLED = 137

OLD = document("旧的低效用地2084.1亩", "旧的普法宣传", source="甲")
NEW = document("新的低效用地3000亩", "新的公共服务", "新的第三段", source="甲")
OTHER = document("另一份报告的低效用地", source="乙")

# A forked server that has the heavy imports done and no index open: a child costs 0.1 s, not 1 s.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["chromadb", "tantivy", "store.library", "tests.fakes"])

ADDING: list[tuple[type | object, str]] = [
    (Shelf, "insert"),
    (VectorIndex, "add"),
    (WordIndex, "add"),
    (Shelf, "publish"),
]
REMOVING: list[tuple[type | object, str]] = [
    (WordIndex, "delete_reports"),
    (VectorIndex, "delete_report"),
    (Indexes, "left"),
    (Shelf, "purge"),
]
INSIDE: list[tuple[type | object, str]] = [
    (shelf_module, "_insert_passages"),  # in the transaction that writes a report
    (shelf_module, "_point"),  # in the transaction that makes it visible
    (words_module, "_document"),  # in the commit of the words
    (VectorIndex, "_collection"),
]
REBUILDING: list[tuple[type | object, str]] = [
    (Shelf, "begin_rebuilding"),
    (VectorIndex, "drop_all"),
    (VectorIndex, "add"),
    (Shelf, "restructure"),
    (WordIndex, "clear"),
    (WordIndex, "add"),
    (Shelf, "end_rebuilding"),
]


def open_library(folder: Path, version: int = 1) -> Library:
    return Library(folder, embedding=fake_model(), chunking_version=version)


# --- in the child -------------------------------------------------------------------------------


def die(*_: object, **__: object) -> None:
    os._exit(KILLED)


def arm(owner: object, name: str, when: str, nth: int = 1) -> None:
    """Make the process end, as by SIGKILL, before or after the `nth` call of a function."""
    real = getattr(owner, name)
    calls = 0

    def armed(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            die()
        result = real(*args, **named)
        if calls == nth:
            die()
        return result

    setattr(owner, name, armed)


def child(
    folder: Path, act: Callable[[Library], object], owner: object, name: str, when: str, nth: int
) -> None:
    library = open_library(folder, 2 if act is do_reindex else 1)
    arm(owner, name, when, nth)
    act(library)


def do_add(library: Library) -> object:
    return library.add(NEW)


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


def run_until_killed(folder: Path, act: Callable[[Library], object], step: tuple[object, ...]) -> None:
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


def moments(steps: list[tuple[object, str]]) -> list[object]:
    def label(owner: object, name: str) -> str:
        return f"{getattr(owner, '__name__', owner)}.{name}"

    return [
        pytest.param((owner, name, when, 1), id=f"{when}-{label(owner, name)}")
        for owner, name in steps
        for when in ("before", "after")
    ]


@pytest.mark.parametrize("step", moments(ADDING + INSIDE))
def test_killed_while_adding(tmp_path: Path, step: tuple[object, ...]) -> None:
    with open_library(tmp_path) as library:
        library.add(OTHER)
    run_until_killed(tmp_path, do_add, step)
    with open_library(tmp_path) as library:
        assert texts(library) in ({OTHER.text}, {OTHER.text, NEW.text})
        assert_whole(library)
        library.add(NEW)
        assert texts(library) == {OTHER.text, NEW.text}
        assert_whole(library)


@pytest.mark.parametrize("step", moments(ADDING + INSIDE + REMOVING))
def test_killed_while_replacing_one_of_the_two_is_there(tmp_path: Path, step: tuple[object, ...]) -> None:
    with open_library(tmp_path) as library:
        library.add(OLD)
        library.add(OTHER)
    run_until_killed(tmp_path, do_add, step)
    with open_library(tmp_path) as library:
        assert texts(library) in ({OLD.text, OTHER.text}, {NEW.text, OTHER.text})
        assert_whole(library)
        library.add(NEW)
        assert texts(library) == {NEW.text, OTHER.text}
        assert_whole(library)


@pytest.mark.parametrize("step", moments([(Shelf, "mark_deleting"), *REMOVING]))
def test_killed_while_deleting(tmp_path: Path, step: tuple[object, ...]) -> None:
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
def test_killed_while_reindexing_goes_on_the_next_time(tmp_path: Path, step: tuple[object, ...]) -> None:
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
    run_until_killed(tmp_path, do_add, (Shelf, "publish", "before", 1))
    process = CHILDREN.Process(target=cleaning_child, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == KILLED
    with open_library(tmp_path) as library:
        assert texts(library) == {OLD.text, OTHER.text}
        assert_whole(library)


def cleaning_child(folder: Path) -> None:
    arm(VectorIndex, "delete_report", "before")
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


def test_a_shelf_that_another_process_is_writing_is_not_cleaned_up(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add(OTHER)
        library._shelf.insert("0" * 12, NEW, "shared", library.shape)  # noqa: SLF001  # a half-done add
        with library._held(), open_library(tmp_path) as reader:  # noqa: SLF001  # whose writer is alive
            assert texts(reader) == {OTHER.text}
            assert len(library._shelf.unfinished()) == 1  # noqa: SLF001
        with open_library(tmp_path) as reader:
            assert_whole(reader)
