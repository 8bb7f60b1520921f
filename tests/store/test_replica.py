"""Word indexes that follow the shelf: each process its own, all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from filelock import FileLock

from store.db import open_engine, shelf, word_changes, writing
from store.library import LAG_TOLD_S, Library
from store.models import Scope
from store.replica import BATCH
from store.shelf import WORD_CHANGES_KEPT
from store.words import WordIndex
from tests.fakes import document

LAND = "全年完成低效用地再开发2084.1亩"
LAW = "普法宣传形式较为单一"
OPEN_S = 30
"""How long anything here may take before it has failed."""


@pytest.fixture
def open_replica(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Library]]:
    """Open a library with a folder, and so a word index, of its own."""
    opened: list[Library] = []

    def open_one(name: str, **changes: object) -> Library:
        settings: dict[str, object] = {"embedding": None, "chunking_version": 1, "database_url": database_url}
        opened.append(Library(tmp_path / name, **{**settings, **changes}))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def found(library: Library, query: str = LAND) -> set[str]:
    return {hit.passage.text for hit in library.search(query, Scope())}


def indexed(library: Library) -> set[str]:
    """The passages in the word index as it is, whatever SQL says."""
    return WordIndex(library._indexes.words.index.folder.parent).ids()  # noqa: SLF001


def stored(library: Library) -> set[str]:
    return {p.id for r in library.reports(["shared"]) for p in library.passages(r.id, ["shared"])}


def test_every_replica_finds_what_any_of_them_took_in_and_loses_what_was_deleted(
    open_replica: Callable[..., Library],
) -> None:
    here, there = open_replica("here"), open_replica("there")
    _, report = here.add(document(LAND, source="甲"))
    here.add(document(LAW, source="乙"))
    assert found(there) == {LAND}
    assert found(here) == {LAND}
    there.add(document(LAND + "（新）", source="甲"))
    assert found(here) == found(there) == {LAND + "（新）"}
    here.delete(here.reports(["shared"])[-1].id, "shared")
    assert found(there) == found(here) == set()
    assert indexed(here) == indexed(there) == stored(here)
    assert not any(passage.startswith(report.id) for passage in indexed(there))


def test_a_new_replica_builds_itself(open_replica: Callable[..., Library]) -> None:
    here = open_replica("here")
    for n in range(3):
        here.add(document(f"{LAND}之{n}", LAW, source=str(n)))
    late = open_replica("late")
    assert late.words_lag().changes == 3
    assert found(late) == found(here)
    assert late.words_lag().changes == 0
    assert indexed(late) == stored(here)


def test_more_changes_than_a_batch_holds_are_applied_in_order(
    open_replica: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.replica.BATCH", 2)
    assert BATCH > 2
    here, there = open_replica("here"), open_replica("there")
    assert found(there) == set()
    for n in range(7):
        here.add(document(f"{LAND}之{n}", source="甲"))  # each takes the place of the one before
        here.add(document(f"{LAW}之{n}", source=str(n)))
    assert there.words_lag().changes == 7 + 6 + 7
    assert found(there) == {f"{LAND}之6"}
    assert indexed(there) == stored(here)


def test_a_replica_that_was_killed_before_it_noted_how_far_it_came_applies_again(
    open_replica: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = open_replica("here"), open_replica("there")
    here.add(document(LAND, source="甲"))
    found(there)
    here.add(document(LAW, source="乙"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("store.replica.WordReplica._note", killed)
        with pytest.raises(KeyboardInterrupt):
            found(there)
    again = open_replica("there")
    assert again.words_lag().changes == 1
    assert found(again, LAW) == {LAW}
    assert again._indexes.words.index.count() == 2  # noqa: SLF001  # none of them twice


@pytest.mark.parametrize("what", ["pruned", "another database", "put back"])
def test_a_replica_that_cannot_follow_is_built_anew(
    open_replica: Callable[..., Library], database_url: str, what: str
) -> None:
    here, there = open_replica("here"), open_replica("there")
    here.add(document(LAND, source="甲"))
    assert found(there) == {LAND}
    here.add(document(LAW, source="乙"))
    engine = open_engine(database_url)
    with writing(engine) as connection:
        connection.execute(word_changes.delete())
        changed = {
            "pruned": {"words_from": shelf.c.words_at},
            "another database": {"identity": "another"},
            "put back": {"generation": 1, "words_at": 1, "words_from": 0},
        }[what]
        connection.execute(shelf.update().values(changed))
    engine.dispose()
    assert found(there, LAW) == {LAW}
    assert indexed(there) == stored(here)


def test_changes_that_every_replica_should_have_by_now_are_dropped(
    open_replica: Callable[..., Library], database_url: str
) -> None:
    time = datetime(2026, 3, 2, tzinfo=UTC)
    here = open_replica("here", now=lambda: time)
    here.add(document(LAND, source="甲"))
    time += WORD_CHANGES_KEPT + timedelta(hours=1)
    there = open_replica("there")
    here.add(document(LAW, source="乙"))
    engine = open_engine(database_url)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(word_changes)).scalar() == 1
    engine.dispose()
    assert found(there) == {LAND}


def test_a_reindex_is_followed_by_all(open_replica: Callable[..., Library]) -> None:
    here, there = open_replica("here"), open_replica("there")
    here.add(document(LAND, LAW, source="甲"))
    assert found(there) == {LAND}
    here.reindex(parse=lambda origin, /, *, source: document(*origin.text.split("\n"), source=source))
    assert found(there, "原文") == {"原文"}
    assert indexed(there) == stored(here)


def test_where_another_is_applying_one_searches_what_is_there(
    open_replica: Callable[..., Library], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.replica.TURN_S", 0.01)
    here, there = open_replica("here"), open_replica("there")
    _, report = here.add(document(LAND, source="甲"))
    assert found(there) == {LAND}
    here.add(document(LAND + "（又一份）", source="乙"))
    here.delete(report.id, "shared")
    (folder,) = (tmp_path / "there" / "words").glob("v*")
    with FileLock(folder / "apply.lock"):
        assert found(there) == set(), "what SQL no longer holds is never shown"
        assert there.words_lag().changes == 2
    assert found(there) == {LAND + "（又一份）"}


def test_a_process_that_runs_on_follows_by_itself(
    open_replica: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = open_replica("here"), open_replica("there")
    _, report = here.add(document(LAND, source="甲"))
    assert indexed(there) == set()
    applied = threading.Event()
    note = type(there._indexes.words)._note  # noqa: SLF001

    def noted(replica: object, *args: object) -> None:
        note(replica, *args)  # type: ignore[arg-type]
        applied.set()

    monkeypatch.setattr("store.replica.WordReplica._note", noted)
    there.follow_words()
    assert applied.wait(OPEN_S)
    assert indexed(there) == {f"{report.id}-0000"}


def test_a_replica_far_behind_is_told_of(
    open_replica: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=LAG_TOLD_S + 60)
    here, there = open_replica("here", now=lambda: long_ago), open_replica("there")
    found(there)
    here.add(document(LAND, source="甲"))
    assert there.words_lag().changes == 1
    assert there.words_lag().seconds > LAG_TOLD_S
    assert there.notices() == ["词语索引还落后 1 处改动，新收的报告可能搜不全"]
    found(there)
    assert there.notices() == []
