"""Every encoding our readers meet is told by evidence, and mojibake never passes."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.encoding import MIN_QUALITY, decode, quality
from store.errors import ReadError

HANS = (
    "一年来，我局坚持以习近平新时代中国特色社会主义思想为指导，扎实推进法治政府建设，取得明显成效。",
    "全年共办理行政复议案件21件，其中维持15件，撤销2件，调解结案**件。",
    "（一）加强组织领导，压实工作责任。",
    "固定资产投资增长12.2%，一般公共预算收入382.8亿元；社会消费品零售总额突破1,800亿元。\n",
    "但是，对照上级要求和群众期盼，仍存在执法力量不足、普法形式单一等问题。",
    "下一步，我们将完善制度，强化监督，不断提升依法行政水平。\r\n",
)
HANT = (
    "一年來，本署持續推動法治政府建設，各項工作均有顯著進展，市民滿意程度有所提高。",
    "全年處理投訴個案1,203宗，較上年減少5.6%，其中xx宗已經結案。",
    "（二）完善依法行政制度體系，健全監督機制。",
    "然而，人手仍然不足，部分地區的宣傳工作有待加強。\n",
    "來年將會繼續檢討現行條例，並就市民關注的問題提出改善方案。\r\n",
)
SIMPLIFIED = ("utf-8", "gb18030", "gbk", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-16")
TRADITIONAL = ("utf-8", "gb18030", "big5", "cp950", "big5hkscs", "utf-16-le", "utf-16-be")


def lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def drawn_from(sentences: tuple[str, ...]) -> st.SearchStrategy[str]:
    drawn = st.lists(st.sampled_from(sentences), min_size=2, max_size=30).map("".join)
    return drawn.filter(lambda text: len(text) >= 60)


@settings(max_examples=60, deadline=None)
@given(text=drawn_from(HANS), codec=st.sampled_from(SIMPLIFIED))
def test_simplified_text_survives_every_encoding(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == lines(text)


@settings(max_examples=60, deadline=None)
@given(text=drawn_from(HANT), codec=st.sampled_from(TRADITIONAL))
def test_traditional_text_survives_every_encoding(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == lines(text)


@pytest.mark.parametrize("size", [20, 100, 1000, 10_000])
@pytest.mark.parametrize(
    ("sentences", "codec", "named"),
    [
        (HANS, "utf-8", "utf-8"),
        (HANS, "gbk", "gb18030"),
        (HANS, "gb18030", "gb18030"),
        (HANS, "utf-16-le", "utf-16-le"),
        (HANS, "utf-16-be", "utf-16-be"),
        (HANT, "big5", "big5"),
        (HANT, "gb18030", "gb18030"),
        (HANT, "utf-8", "utf-8"),
    ],
)
def test_names_the_encoding_at_every_length(
    sentences: tuple[str, ...], codec: str, named: str, size: int
) -> None:
    text = ("".join(sentences) * 60)[:size]
    decoded = decode(text.encode(codec))
    assert (decoded.encoding, decoded.text, decoded.warnings) == (named, lines(text), ())


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_a_character_cut_off_at_the_end_is_left_out(codec: str) -> None:
    text = "".join(HANS).strip()
    decoded = decode(text.encode(codec)[:-1])
    assert decoded.text == lines(text)[:-1]
    assert decoded.warnings == ("文件末尾的字符不完整，已略去",)


def test_a_few_bad_bytes_are_replaced_and_reported() -> None:
    data = ("".join(HANS) * 10).encode()
    decoded = decode(data[:300] + b"\xff" + data[300:])
    assert len(decoded.text) > 1000
    assert decoded.warnings == ("有 1 处字节无法解码，已用“\ufffd”代替",)


def test_many_bad_bytes_are_refused() -> None:
    data = "".join(HANS).encode()
    broken = b"\xff".join(data[at : at + 30] for at in range(0, len(data), 30))
    with pytest.raises(ReadError, match="乱码"):
        decode(broken)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("utf-8", "latin-1"),
        ("utf-8", "gb18030"),
        ("gb18030", "latin-1"),
        ("gb18030", "big5hkscs"),
        ("utf-16-le", "latin-1"),
    ],
)
def test_text_saved_after_a_wrong_decoding_is_refused(right: str, wrong: str) -> None:
    mojibake = "".join(HANS).encode(right).decode(wrong, "ignore")
    assert quality(mojibake) < MIN_QUALITY
    with pytest.raises(ReadError, match="乱码") as refusal:
        decode(mojibake.encode())
    assert "UTF-8" in refusal.value.hint


def test_a_byte_order_mark_is_believed_and_dropped() -> None:
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF32_BE, "utf-32-be")):
        assert decode(mark + "会议**次".encode(codec)).text == "会议**次"


@pytest.mark.parametrize(
    "text", ["Annual report 2024\nplain ASCII", "法治", "21件", "x區(qū)創(chuàng)建，取得成效"]
)
def test_short_ascii_and_annotated_texts_pass(text: str) -> None:
    assert decode(text.encode()).text == text


def test_the_round_zero_of_hong_kong_big5_is_not_read_as_kana() -> None:
    text = "".join(HANT) + "一九五〇年"
    assert decode(text.encode("big5hkscs")).text == lines(text)


def test_the_blank_that_gbk_keeps_in_private_use_becomes_a_blank() -> None:
    assert (
        decode("一、工作情况".encode("gb18030") + b"\xa3\xa0" + HANS[0].encode("gb18030")).text.count(
            "\u3000"
        )
        == 1
    )
