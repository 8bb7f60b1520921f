from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromadb.errors import InternalError

from store import vectors
from store.chroma import Embedded
from store.errors import IndexMismatchError
from store.vectors import VectorIndex, collection_name, exact_up_to

SHAPE = "word-overlap.c1"
EAST, NORTH, NORTH_EAST = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(Embedded(tmp_path), SHAPE)
    yield index
    index.close()


def test_search_gives_cosine_similarities_best_first(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000", "r1-0001"], [EAST, NORTH_EAST])
    found = index.search("shared", [2.0, 0.0], 5)
    assert list(found) == ["r1-0000", "r1-0001"]
    assert list(found.values()) == pytest.approx([1.0, 0.6], abs=1e-5)


def test_an_unknown_workspace_is_empty_and_is_not_created_by_looking(index: VectorIndex) -> None:
    assert index.search("nobody", EAST, 5) == {}
    assert index.compare("nobody", EAST, ["x"], 5) == {}
    assert (index.count("nobody"), index.ids("nobody"), index.collections()) == (0, set(), {})


def test_filtered_search_and_exact_comparison_agree(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    index.add("shared", "r2", ["r2-0000", "r2-0001"], [NORTH, NORTH_EAST])
    filtered = index.search("shared", EAST, 5, report_ids=["r2"])
    exact = index.compare("shared", EAST, ["r2-0000", "r2-0001", "gone-0000"], 5)
    assert list(filtered) == list(exact) == ["r2-0001", "r2-0000"]
    assert list(filtered.values()) == pytest.approx(list(exact.values()), abs=1e-5)


def test_vectors_that_another_process_is_just_writing_are_waited_for(
    index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    nearest, told = vectors._nearest, []

    def not_yet(*args: Any, **how: Any) -> dict[str, float]:
        told.append(args)
        if len(told) < 3:
            raise InternalError("Error creating hnsw segment reader: Nothing found on disk")
        return nearest(*args, **how)

    monkeypatch.setattr(vectors, "_nearest", not_yet)
    monkeypatch.setattr(vectors, "_ON_DISK_S", 0)
    assert list(index.search("shared", EAST, 5)) == ["r1-0000"]
    assert len(told) == 3


def test_naming_the_passages_finds_what_the_filter_finds(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    index.add("shared", "r2", ["r2-0000", "r2-0001"], [NORTH, NORTH_EAST])
    filtered = index.search("shared", EAST, 5, report_ids=["r2"])
    named = index.search("shared", EAST, 5, report_ids=["r2"], passage_ids=["r2-0000", "r2-0001"])
    assert list(named) == ["r2-0001", "r2-0000"]
    assert named == filtered


def test_a_named_passage_that_is_gone_is_passed_over(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000", "r1-0001"], [EAST, NORTH])
    index.add("shared", "r2", ["r2-0000"], [EAST])
    index.delete_passages("shared", ["r1-0001"])
    found = index.search("shared", EAST, 5, report_ids=["r1"], passage_ids=["r1-0000", "r1-0001"])
    assert list(found) == ["r1-0000"]


@pytest.mark.parametrize(("held", "compared"), [(0, 400), (10_000, 400), (100_000, 1_264)])
def test_the_larger_the_shelf_the_larger_a_scope_is_compared_exactly(held: int, compared: int) -> None:
    assert exact_up_to(held) == compared


def test_workspaces_have_collections_of_their_own(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    index.add("聊天 42", "r2", ["r2-0000"], [EAST])
    assert set(index.search("shared", EAST, 5)) == {"r1-0000"}
    assert index.ids("聊天 42") == {"r2-0000"}
    assert set(index.collections().values()) == {1}
    assert index.stale(["shared"]) == [f"reportbot.{collection_name('聊天 42', SHAPE)}"]


@pytest.mark.parametrize("workspace", ["shared", "a", "聊天", "-100123", "../../x", "w" * 300, ""])
def test_every_workspace_has_a_legal_name_and_none_shares_one(index: VectorIndex, workspace: str) -> None:
    index.add(workspace, "r1", ["r1-0000"], [EAST])
    assert index.has(workspace)
    assert collection_name(workspace, SHAPE) != collection_name(workspace + "_", SHAPE)
    assert collection_name(workspace, SHAPE) != collection_name(workspace, "word-overlap.c2")


def test_deleting_reaches_the_collections_of_other_models_too(tmp_path: Path, index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    other = VectorIndex(Embedded(tmp_path), "other-model.c1")
    other.add("shared", "r1", ["r1-0000"], [EAST])
    assert other.count_report("shared", "r1") == 2
    index.delete_report("shared", "r1")
    assert other.count_report("shared", "r1") == 0
    other.close()


def test_vectors_of_another_size_are_a_mismatch(index: VectorIndex) -> None:
    index.add("shared", "r1", ["r1-0000"], [EAST])
    with pytest.raises(IndexMismatchError):
        index.add("shared", "r2", ["r2-0000"], [[1.0, 0.0, 0.0]])
    with pytest.raises(IndexMismatchError):
        index.search("shared", [1.0, 0.0, 0.0], 5)


def test_more_vectors_than_one_batch_holds_are_all_stored(
    index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chromadb.api.client.Client.get_max_batch_size", lambda self: 3)
    index.add("shared", "r1", [f"r1-{i:04d}" for i in range(10)], [EAST] * 10)
    assert index.count("shared") == 10
    index.delete_passages("shared", [f"r1-{i:04d}" for i in range(7)])
    assert index.count("shared") == 3


def test_other_peoples_collections_are_left_alone(tmp_path: Path, index: VectorIndex) -> None:
    theirs = Embedded(tmp_path).connect()
    theirs.create_collection("somebody-else", embedding_function=None)
    index.add("shared", "r1", ["r1-0000"], [EAST])
    index.drop_all()
    assert [collection.name for collection in theirs.list_collections()] == ["somebody-else"]
    theirs.close()
