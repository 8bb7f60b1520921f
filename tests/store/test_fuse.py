from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.fuse import WORDS_WEIGHT, fuse, words_weight

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 50), max_size=8)


def order(dense: dict[str, float], words: dict[str, float], **options: float | None) -> list[str]:
    return [key for key, _ in fuse(dense, words, **options)]  # type: ignore[arg-type]


def test_the_scores_are_weighted_sums_of_z_scores() -> None:
    # z of (0.9, 0.8, 0.8): (1.414, -0.707, -0.707); z of (0, 10, 5): (-1.225, 1.225, 0).
    assert order({"a": 0.9, "b": 0.8, "c": 0.8}, {"b": 10.0, "c": 5.0}, words_floor=0.0, weight=0.4) == [
        "a",
        "b",
        "c",
    ]
    assert order({"a": 0.9, "b": 0.8, "c": 0.8}, {"b": 10.0, "c": 5.0}, words_floor=0.0, weight=0.7) == [
        "b",
        "c",
        "a",
    ]


def test_what_a_list_lacks_counts_as_its_lowest_or_as_the_floor() -> None:
    dense = {"a": 0.9, "b": 0.9}
    assert [score for _, score in fuse(dense, {"a": 7.0})] == pytest.approx([0.5, 0.5])
    assert order(dense, {"b": 7.0}, words_floor=0.0) == ["b", "a"]


def test_one_list_alone_keeps_its_order() -> None:
    assert order({"a": 0.1, "b": 0.9}, {}) == ["b", "a"]
    assert order({}, {"a": 3.0, "b": 9.0}, weight=1.0) == ["b", "a"]
    assert order({}, {}) == []


def test_ties_go_by_id() -> None:
    assert order({"b": 0.5, "a": 0.5, "c": 0.5}, {}) == ["a", "b", "c"]


@given(SCORES, SCORES)
def test_fusing_ranks_the_union_within_zero_and_one(dense: dict[str, float], words: dict[str, float]) -> None:
    ranked = fuse(dense, words)
    assert {key for key, _ in ranked} == {*dense, *words}
    assert all(0 < score < 1 for _, score in ranked)
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


@given(SCORES.filter(bool), st.floats(0.1, 10), st.floats(-5, 5))
def test_the_scale_of_a_list_does_not_matter(dense: dict[str, float], factor: float, shift: float) -> None:
    scaled = {key: value * factor + shift for key, value in dense.items()}
    before, after = dict(fuse(dense, {})), dict(fuse(scaled, {}))
    if max(dense.values()) - min(dense.values()) > 1e-3:
        assert after == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize(
    ("coverage", "weight"), [(0.0, 0.0), (0.15, WORDS_WEIGHT / 2), (0.3, WORDS_WEIGHT), (1.0, WORDS_WEIGHT)]
)
def test_words_count_for_less_where_few_of_the_question_are_known(coverage: float, weight: float) -> None:
    assert words_weight(coverage) == pytest.approx(weight)
