"""Messages cut to fit: whatever stands in them, nothing is lost and Telegram takes every part."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.chat.markup import ENTITIES, LIMIT, Row, clean, row, split, to_html, to_plain, units
from tests.telegram.markup import Formatted, read_text, utf16_length

COUNTER = re.compile(r"（(\d+)/(\d+)）\Z")

scraps = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["<b>", "</b>", "&amp;", "&", "<script>alert(1)</script>", "\n", "\t", "", " ", "　", "\u202e"]
    ),
    st.sampled_from(
        [
            "全年办结案件37件。",
            "😀👨‍👩‍👧",
            "\ud800",
            "\x00\x1b[31m",
            "/start@x_bot",
            "https://a.cn/?a=1&b=<2>",
        ]
    ),
    st.integers(1, 5000).map(lambda n: "字" * n),
    st.integers(1, 2500).map(lambda n: "😀" * n),
    st.integers(1, 300).map(lambda n: "本项工作稳步推进，成效明显。" * n),
)
runs = st.lists(st.tuples(scraps, st.sampled_from(["", "b", "i", "u", "code"])), max_size=5).map(tuple)
kinds = st.sampled_from(["text", "quote", "pre"])
lines = st.builds(Row, runs, kinds, st.integers(0, 2))
messages = st.lists(lines, max_size=12)


def read(part: list[Row]) -> Formatted:
    """Read a part as Telegram does; raises where it would refuse it."""
    return read_text(to_html(part), "HTML")


def solid(text: str) -> str:
    return re.sub(r"\s+", "", text)


def body(parts: list[list[Row]]) -> str:
    """All that is said in parts, their counters off, without white space."""
    texts = [read(part).text for part in parts]
    if len(parts) > 1:
        texts = [COUNTER.sub("", text) for text in texts]
    return solid("".join(texts))


@settings(max_examples=80, deadline=None)
@given(messages)
@example([row("字" * 4096)])
@example([row("字" * 4097)])
@example([row("😀" * 2048), row("尾")])
@example([Row((("字" * 3000, "b"), ("字" * 3000, "i")), "quote")])
@example([row("一", "b", kind="quote", group=n % 2) for n in range(250)])
@example([Row(tuple((str(n), "b") for n in range(250)))])
@example([row("\n" * 5000)])
@example([row(" " * 4095 + "字"), row("字")])
@example([row("\x00" * 6000 + "完")])
@example([row("甲"), row("\x00" * 5000), row("乙")])
def test_every_part_is_taken_by_telegram_whole_and_in_order(rows: list[Row]) -> None:
    parts = split(rows)
    for number, part in enumerate(parts, 1):
        formatted = read(part)
        assert formatted.complaints == []
        assert formatted.text, "an empty part"
        assert utf16_length(formatted.text) <= LIMIT
        assert len(formatted.spans) <= ENTITIES
        counter = COUNTER.search(formatted.text)
        if len(parts) > 1:
            assert counter is not None
            assert (int(counter[1]), int(counter[2])) == (number, len(parts))
            assert COUNTER.sub("", formatted.text).strip(), "nothing but its number"
    assert body(parts) == solid(clean("\n".join(item.text for item in rows)))


@settings(max_examples=40, deadline=None)
@given(messages)
def test_plain_text_says_the_same_as_the_markup(rows: list[Row]) -> None:
    for part in split(rows):
        assert solid(to_plain(part)) == solid(read(part).text)
        assert 0 < utf16_length(to_plain(part).strip()) <= LIMIT


@given(st.text(max_size=60))
def test_units_are_counted_as_telegram_counts_them(text: str) -> None:
    assert units(text) == utf16_length(text)


@given(st.text(max_size=60), st.sampled_from(["", "b", "i", "u", "code"]), kinds)
def test_no_text_becomes_markup_of_its_own(text: str, style: str, kind: str) -> None:
    formatted = read([Row(((f"x{text}x", style),), kind)])  # type: ignore[arg-type]
    # Telegram has no entity inside <pre>, and <code> inside none.
    styled = style and kind != "pre" and (style, kind) != ("code", "quote")
    expected = {span for span in (kind,) if span != "text"} | ({style} if styled else set())
    names = {"quote": "expandable_blockquote", "b": "bold", "i": "italic", "u": "underline"}
    assert {span.kind for span in formatted.spans} == {names.get(name, name) for name in expected}
    assert formatted.text == f"x{clean(text)}x"


def test_a_message_that_fits_stays_one_without_a_number() -> None:
    assert split([row("字" * LIMIT)]) == [[row("字" * LIMIT)]]


@pytest.mark.parametrize(
    "rows", [[], [Row()], [row(" \n\t")], [row("\x00")], [row("", "b", kind="quote")] * 3]
)
def test_nothing_but_white_space_gives_no_part(rows: list[Row]) -> None:
    assert split(rows) == []


def test_parts_end_between_rows_where_they_can_and_else_between_sentences() -> None:
    rows = [row("甲" * 2000 + "。"), row("乙" * 2000 + "。"), row("丙" * 2000 + "。")]
    assert [[r.text[0] for r in part[:-1]] for part in split(rows)] == [["甲", "乙"], ["丙"]]
    long = split([row("这一句有十个字左右。" * 900)])
    assert len(long) > 1
    assert all(part[0].text.endswith("。") for part in long)


def test_no_part_ends_in_the_midst_of_a_character_of_two_units() -> None:
    for part in split([row("😀" * 5000)]):
        assert "\ufffd" not in to_html(part)


def test_a_box_that_is_cut_goes_on_in_the_next_part() -> None:
    rows = [row("引文第一行" * 60, kind="quote", group=1) for _ in range(30)]
    assert {tuple(span.kind for span in read(part[:-1]).spans) for part in split(rows)} == {
        ("expandable_blockquote",)
    }
