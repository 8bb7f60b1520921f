"""The numbers the genre puts before headings and points, and how they rank."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

_UNITS = "一二三四五六七八九"
_NUMERALS = {
    **{digit: value for value, digit in enumerate(_UNITS, 1)},
    "十": 10,
    **{f"十{digit}": 10 + value for value, digit in enumerate(_UNITS, 1)},
    **{f"{tens}十": 10 * value for value, tens in enumerate(_UNITS, 1)},
    **{f"{a}十{b}": 10 * m + n for m, a in enumerate(_UNITS, 1) for n, b in enumerate(_UNITS, 1)},
}
_CN = r"[一二三四五六七八九十]{1,3}"


class Style(IntEnum):
    """Numbering styles, the most important first."""

    UNNUMBERED = 0
    CHAPTER = 1
    ARTICLE = 2
    CHINESE = 3
    CHINESE_PAREN = 4
    ARABIC = 5
    DECIMAL = 6
    ARABIC_PAREN = 7
    CIRCLED = 8


@dataclass(frozen=True, slots=True)
class Marker:
    """A number found at `start`; the text it numbers begins at `end`."""

    style: Style
    number: int
    start: int
    end: int


# What comes only in whole numbers makes "1.15个重点取水口" a first point of 15, and "2.2023年" a second one.
_WHOLE = r"(?:19|20)\d\d年|12\d{3}(?=[热工平投政])|\d{1,4}(?:个(?!百分点|多?月|小时|工作日|点)|名|家|件|所|处|座|条|项|辆|户|场)"
_PATTERNS: tuple[tuple[Style, re.Pattern[str]], ...] = (
    (Style.CHAPTER, re.compile(rf"第\s*({_CN}|\d{{1,2}})\s*(?:章|篇|编|編|部分)[、：:，,\s]*")),
    (Style.ARTICLE, re.compile(rf"第\s*({_CN}|\d{{1,2}})\s*[节節][、：:，,\s]*")),
    (Style.CHINESE, re.compile(rf"({_CN})\s*[、．.](?!{_CN}[、．.])\s*")),
    (Style.CHINESE_PAREN, re.compile(rf"[（(]\s*({_CN})\s*[）)][、.．]?\s*")),
    (Style.DECIMAL, re.compile(r"(\d{1,2})(?:[.．]\d{1,2}){1,3}[、.．]?[ \t\u3000]+(?=[\u3400-\u9fff“《])")),
    (Style.ARABIC, re.compile(rf"(\d{{1,2}})\s*[、．.](?:(?![\d˙·])|(?={_WHOLE}))\s*")),
    (Style.ARABIC_PAREN, re.compile(r"[（(]?\s*(\d{1,2})\s*[）)][、.．]?\s*")),
)
_CIRCLED_FIRST = {
    "①": Style.CIRCLED,
    "⑴": Style.ARABIC_PAREN,
    "⒈": Style.ARABIC,
    "㈠": Style.CHINESE_PAREN,
    "❶": Style.CIRCLED,
}
_ENUMERATED = re.compile(
    rf"(?:({_CN})(?:是(?!否)|要(?=[^求点素])|则)|其({_CN})(?=[，,、是])|第({_CN})(?=[，,、：:是])|首先|其次|再次|再者|此外|最后|最後)"
)


def numeral(text: str) -> int:
    """Read a heading's number, "十二" or "12". Raises KeyError for what is neither."""
    return int(text) if text.isdigit() else _NUMERALS[text]


def marker_at(text: str, position: int) -> Marker | None:
    """Find the heading number that begins exactly at `position`."""
    for first, style in _CIRCLED_FIRST.items():
        number = ord(text[position]) - ord(first) + 1 if position < len(text) else 0
        if 1 <= number <= (10 if style in (Style.CHINESE_PAREN, Style.CIRCLED) and first != "①" else 20):
            end = position + 1
            while end < len(text) and text[end] in " 、.．\u3000":
                end += 1
            return Marker(style, number, position, end)
    for style, pattern in _PATTERNS:
        match = pattern.match(text, position)
        if match and (match[1].isdigit() or match[1] in _NUMERALS):
            return Marker(style, numeral(match[1]), position, match.end())
    return None


def enumerated_at(text: str, position: int) -> re.Match[str] | None:
    """Find the lead of an enumerated point (一是, 首先, 第二，) that begins at `position`."""
    return _ENUMERATED.match(text, position)


def starts_item(line: str) -> bool:
    """Tell whether a line opens a heading or a point, and so cannot continue the line before."""
    return (
        marker_at(line, 0) is not None
        or bool(_ENUMERATED.match(line))
        or line[:2] in {"——", "● ", "• "}
        or line[:1] in "●•■◆▪"
    )
