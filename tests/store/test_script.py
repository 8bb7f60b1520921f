from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.script import detect_script, fold, fold_with_map

TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("上城區分局創建２０２４年㎡…％（）①⑳ＡｂＣ國寳ﬁ㈠İ著着")
    )
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("創建法治政府", "创建法治政府"),
        ("２０２４年，１２．５％", "2024年,12.5%"),
        ("ＡＢＣ Llm", "abc llm"),
        ("沿著 / 沿着", "沿著 / 沿著"),
        ("說説 衆眾 綫線 裏裡", "说说 众众 线线 里里"),
        ("完成100①项", "完成100①项"),
        ("5㎡", "5m2"),
    ],
)
def test_fold_brings_writings_of_the_same_thing_together(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXTS)
def test_every_folded_character_maps_back_to_the_one_it_came_from(text: str) -> None:
    folded, sources = fold_with_map(text)
    assert folded == fold(text)
    assert len(sources) == len(folded)
    assert sources == sorted(sources)
    assert all(char in fold(text[source]) for char, source in zip(folded, sources, strict=True))


@given(TEXTS)
def test_folding_twice_changes_nothing_more_for_han_and_digits(text: str) -> None:
    kept = "".join(char for char in text if char.isascii() or "\u4e00" <= char <= "\u9fff")
    assert fold(fold(kept)) == fold(kept)
    assert len(fold(kept)) == len(kept)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("区人民政府2024年工作报告：创建、发展、认识", "hans"),
        ("區人民政府2024年工作報告：創建、發展、認識", "hant"),
        ("2024 annual report", "hans"),
        ("", "hans"),
    ],
)
def test_script_is_told_by_the_characters_only_one_uses(text: str, script: str) -> None:
    assert detect_script(text) == script
