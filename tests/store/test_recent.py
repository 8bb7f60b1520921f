"""What is remembered of the shelf, and that nothing is after it has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from store.db import open_engine
from store.library import Library
from store.models import Report
from store.recent import Recent
from store.shelf import Body, Shelf
from tests.fakes import document

OWN, SHARED = "chat:1", "shared"


class Counting(Shelf):
    """Notes what is read. `meanwhile` is done by somebody else between a look at the state and the reading."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        super().__init__(self.engine)
        self.lists: list[str] = []
        self.texts: list[list[str]] = []
        self.after: list[Callable[[], None]] = []

    def placed(self, workspace: str) -> list[tuple[int, Report]]:
        self.lists.append(workspace)
        read = super().placed(workspace)
        while self.after:
            self.after.pop()()
        return read

    def bodies(self, report_ids: Sequence[str]) -> dict[str, Body]:
        if report_ids:
            self.texts.append(list(report_ids))
        return super().bodies(report_ids)


@pytest.fixture
def writer(tmp_path: Path, database_url: str) -> Iterator[Library]:
    with Library(
        tmp_path / "shelf", embedding=None, chunking_version=1, database_url=database_url
    ) as library:
        yield library


@pytest.fixture
def shelf(writer: Library, database_url: str) -> Iterator[Counting]:
    counting = Counting(database_url)
    yield counting
    counting.engine.dispose()


def add(writer: Library, text: str, workspace: str = SHARED) -> Report:
    return writer.add(document(text, source=f"{text}.txt"), workspace=workspace)[1]


def test_reports_are_read_once_while_nothing_changes(writer: Library, shelf: Counting) -> None:
    first, own, second = add(writer, "甲"), add(writer, "乙", OWN), add(writer, "丙")
    recent = Recent(shelf)
    assert recent.reports([SHARED]) == [first, second]
    assert recent.reports([OWN, SHARED]) == [first, own, second]
    assert recent.reports([OWN, SHARED, OWN]) == [first, own, second]
    assert shelf.lists == [SHARED, OWN]


def test_what_comes_and_goes_is_seen_at_once(writer: Library, shelf: Counting) -> None:
    first = add(writer, "甲")
    recent = Recent(shelf)
    assert recent.reports([SHARED]) == [first]
    assert recent.bodies([first.id], [SHARED])[first.id].text == "甲"
    second = add(writer, "乙")
    assert recent.reports([SHARED]) == [first, second]
    writer.delete(first.id, SHARED)
    assert recent.reports([SHARED]) == [second]
    assert recent.bodies([first.id, second.id], [SHARED]).keys() == {second.id}


def test_what_was_read_while_somebody_wrote_is_not_remembered(writer: Library, shelf: Counting) -> None:
    first = add(writer, "甲")
    recent = Recent(shelf)

    def delete_and_look() -> None:
        writer.delete(first.id, SHARED)
        recent.bodies([], [SHARED])

    shelf.after.append(delete_and_look)
    assert recent.reports([SHARED]) == [first]  # as of the moment of asking
    assert recent.reports([SHARED]) == []


def test_a_text_is_given_to_its_own_shelves_only(writer: Library, shelf: Counting) -> None:
    own = add(writer, "甲", OWN)
    recent = Recent(shelf)
    assert recent.bodies([own.id], [OWN, SHARED])[own.id] == Body(OWN, "甲", (0,))
    assert recent.bodies([own.id], [SHARED]) == {}
    assert recent.bodies([own.id, "000000000000"], [OWN]).keys() == {own.id}
    assert shelf.texts == [[own.id], ["000000000000"]]


def test_texts_not_used_for_longest_are_forgotten_first(writer: Library, shelf: Counting) -> None:
    ids = [add(writer, text * 10).id for text in "甲乙丙"]
    recent = Recent(shelf, chars_kept=20)
    recent.bodies(ids[:2], [SHARED])
    recent.bodies(ids[:1], [SHARED])
    recent.bodies(ids[2:], [SHARED])
    shelf.texts.clear()
    recent.bodies([ids[0], ids[2]], [SHARED])
    assert shelf.texts == []
    recent.bodies(ids[1:2], [SHARED])
    assert shelf.texts == [[ids[1]]]


def test_lists_not_used_for_longest_are_forgotten_first(writer: Library, shelf: Counting) -> None:
    add(writer, "甲")
    add(writer, "乙", OWN)
    recent = Recent(shelf, lists_kept=2)
    recent.reports([SHARED])
    recent.reports([OWN])
    recent.reports([SHARED])
    recent.reports(["chat:2"])
    recent.reports([SHARED])
    assert shelf.lists == [SHARED, OWN, "chat:2"]
    recent.reports([OWN])
    assert shelf.lists[3:] == [OWN]


def test_long_lists_make_way_for_others(writer: Library, shelf: Counting) -> None:
    add(writer, "甲")
    add(writer, "乙", OWN)
    recent = Recent(shelf, reports_kept=1)
    for workspace in (SHARED, OWN, OWN, SHARED):
        recent.reports([workspace])
    assert shelf.lists == [SHARED, OWN, SHARED]


def test_whether_reports_are_all_there_are(writer: Library, shelf: Counting) -> None:
    first, second, own = add(writer, "甲"), add(writer, "乙"), add(writer, "丙", OWN)
    recent = Recent(shelf)
    assert recent.are_all(frozenset([first.id, second.id, own.id]), [SHARED])
    assert not recent.are_all(frozenset([first.id, second.id]), [SHARED, OWN])
    third = add(writer, "丁")
    assert not recent.are_all(frozenset([first.id, second.id, own.id]), [SHARED])
    assert recent.are_all(frozenset([first.id, second.id, third.id]), [SHARED])
