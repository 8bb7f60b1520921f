"""Which hits of a search are worth showing."""

from __future__ import annotations

import pytest

from chains.retrieve import fold_headings, is_answered
from store.models import Hit, Kind, Passage


def hit(text: str, section: str, *, report: str = "r", dense: float | None = None) -> Hit:
    passage = Passage(
        f"{report}{text}", report, "shared", 0, 0, len(text), text, "", section, Kind.PLANS, None
    )
    return Hit(passage, 1.0, None, dense)


HEADING = hit("二、保障措施", "二、保障措施")
TOLD = hit("（一）加强领导。明确分管负责人。", "二、保障措施 > （一）加强领导")


def test_a_heading_gives_way_to_what_stands_under_it() -> None:
    assert fold_headings([HEADING, TOLD]) == [TOLD]
    own = hit("二、保障措施\n各地要明确负责人。", "二、保障措施")
    assert fold_headings([HEADING, own]) == [own]


@pytest.mark.parametrize(
    "other",
    [
        hit("六月前完成。", "三、时间安排"),
        hit("各地要明确负责人。", "二、保障措施和要求"),
        hit("（一）加强领导。", "二、保障措施 > （一）加强领导", report="other"),
    ],
)
def test_a_heading_alone_stays_where_only_other_sections_are_hits(other: Hit) -> None:
    assert fold_headings([HEADING, other]) == [HEADING, other]


@pytest.mark.parametrize(
    ("query", "text", "dense", "answered"),
    [
        ("火星基地", "办结案件96件。", 0.81, False),
        ("火星基地", "建成教育基地3处。", 0.81, True),
        ("人手紧张", "力量不足。", 0.87, True),
        ("人手紧张", "力量不足。", None, False),
        ("penguins", "办结案件96件。", 0.76, False),
        ("staff shortage", "力量不足。", 0.80, True),
        ("水", "河道治水。", 0.80, False),
    ],
)
def test_a_search_is_answered_by_a_shared_word_or_by_nearness(
    query: str, text: str, dense: float | None, answered: bool
) -> None:
    assert is_answered(query, [hit(text, "", dense=dense)], (0.80, 0.95)) is answered


def test_without_a_model_words_alone_tell() -> None:
    assert is_answered("采砂案件", [hit("查处非法采砂37件。", "")], None)
    assert not is_answered("火星", [hit("查处非法采砂37件。", "")], None)
