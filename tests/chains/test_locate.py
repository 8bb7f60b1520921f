from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from chains.claims.locate import Source, locate
from tests.reports import assembled_texts


@given(assembled_texts(), st.data())
def test_any_stretch_of_a_passage_is_found_as_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    quote = text[start : data.draw(st.integers(start, min(start + 80, len(text))))].strip()
    assume(quote)
    (span,) = locate(quote, Source("p", "r", text, 1000))
    assert text[span.start - 1000 : span.end - 1000] == quote


@given(assembled_texts(), st.data())
def test_white_space_and_width_do_not_hide_a_quote(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    quote = text[start : start + 40].strip()
    assume(sum(char.isalnum() for char in quote) > 3)
    wide = "".join(chr(ord(char) + 0xFEE0) if char in "0123456789,;:()" else char for char in quote)
    spans = locate(" ".join(wide), Source("p", "r", text, 0))
    assert spans
    assert text[spans[0].start : spans[0].end].strip()


def test_words_that_are_not_there_are_not_found() -> None:
    source = Source("p", "r", "全年办理案件120件。", 0)
    assert locate("全年办理案件121件", source) == ()
    assert locate("", source) == ()
    assert locate("……", source) == ()
