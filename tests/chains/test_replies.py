from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.llm_errors import UnusableReplyError
from chains.replies import ClaimReply, ItemReply, ObjectScanner, objects, read_all, refuses

ITEM = {"id": "p1", "topic": "队伍", "text": "执法人员不足", "quotes": ["执法人员只有3名"]}


@pytest.mark.parametrize(
    "reply",
    [
        json.dumps({"items": [ITEM]}, ensure_ascii=False),
        json.dumps([ITEM]),
        "好的，以下是结果：\n```json\n" + json.dumps({"items": [ITEM]}) + "\n```\n如有问题请告知。",
        json.dumps(ITEM) + "\n" + json.dumps({**ITEM, "id": "p2"}),
    ],
)
def test_items_are_found_however_a_model_wraps_them(reply: str) -> None:
    assert read_all(reply, ItemReply)[0] == ItemReply.model_validate(ITEM)


@pytest.mark.parametrize("reply", ["", "你好", "{", '{"items":[{"id":1}]}', '{"items":[]}', "[1,2]", "null"])
def test_a_reply_without_any_item_says_what_is_wrong(reply: str) -> None:
    with pytest.raises(UnusableReplyError, match="JSON"):
        read_all(reply, ItemReply)


def test_a_schema_violation_names_the_field() -> None:
    with pytest.raises(UnusableReplyError, match="text"):
        read_all('{"items":[{"id":"p1","topic":"队伍"}]}', ItemReply)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ('{"refused": true, "claims": []}', True),
        ('```json\n{"refused":true}\n```', True),
        ('{"refused": false, "claims": []}', False),
        ('{"refused": true, "claims": [{"text":"有"}]}', False),
        ("refused: true", False),
    ],
)
def test_a_refusal_claims_nothing(reply: str, told: bool) -> None:
    assert refuses(reply) is told


@given(
    st.lists(st.fixed_dictionaries({"text": st.text(max_size=20), "quotes": st.just([])}), max_size=4),
    st.integers(1, 9),
)
def test_objects_are_the_same_however_the_text_is_cut(claims: list[dict[str, object]], size: int) -> None:
    text = json.dumps({"claims": claims}, ensure_ascii=False)
    scanner = ObjectScanner()
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    found = [one for piece in pieces for one in scanner.feed(piece)]
    assert found == objects(text) == [*claims, {"claims": claims}]
    assert all(ClaimReply.model_validate(claim) for claim in found[:-1])
