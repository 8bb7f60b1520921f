"""Read the years, months and days of a plain text, and the year that a place in it speaks of."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_HAN_DIGITS = "〇一二三四五六七八九"
_HAN_DAY = r"(?:三十一?|二?十[一二三四五六七八九]?|二十|[一二三四五六七八九])"
_DATE = re.compile(
    r"(?<![\d.])(?P<iso>(?:19|20)\d\d)[-./](?P<iso_month>[01]?\d)(?:[-./](?P<iso_day>[0-3]?\d))?(?![\d.百千万亿元%‰亩吨])"
    r"|(?<![\d.])(?P<first>(?:19|20)\d\d)年?(?:-|—|–|~|至|到)(?P<last>(?:19|20)\d\d)(?=年)年度?"
    rf"|(?:(?<![\d.])(?P<year>(?:19|20)\d\d)|(?P<han_year>[一二][〇零九][〇零一二三四五六七八九]{{2}}))年度?(?:(?P<month>1[0-2]|0?[1-9]|{_HAN_DAY})月(?!\d*[天个])份?(?:(?P<day>[0-3]?\d|{_HAN_DAY})[日号])?)?"
    rf"|(?:(?<![\d.])(?P<lone_month>1[0-2]|0?[1-9])|(?<![一二三四五六七八九十百零个第两几数半])(?P<han_month>{_HAN_DAY}))月(?![季刊度报票嫂])份?(?:(?P<lone_day>[0-3]?\d|{_HAN_DAY})[日号](?!线))?"
)
_RELATIVE = {
    "前年": -2, "去年": -1, "上年": -1, "上一年": -1, "上年度": -1, "上一年度": -1,
    "今年": 0, "本年": 0, "本年度": 0, "当年": 0,
    "明年": 1, "来年": 1, "次年": 1, "下一年": 1, "下年度": 1, "下一年度": 1,
}  # fmt: skip
_RELATIVE_WORD = re.compile("|".join(sorted(_RELATIVE, key=len, reverse=True)))
_AHEAD = re.compile("今年|明年|来年|次年")
_PERIOD = re.compile(r"上半年|下半年|前三季度|[一二三四1-4]季度|年初|年底|年末|季末|月底|月初")
_SAME = {"年末": "年底"}
_TITLE = re.compile(r"《[^》]*》")
_NO_ANCHOR = re.compile(r"(?:以[来前后]|之[前后]|起|年度?的?(?:基础|水平)|较|比|同期)")
_COMPARED = re.compile(r"(?:较|比|同比|相比|与)$")


@dataclass(frozen=True, slots=True)
class Date:
    """A year, a month or a day of a month; `last` is the end of a range of years."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    last: int | None = None


def find_dates(text: str) -> list[Date]:
    """Find every written date of a plain text, in order."""
    return [_read(match) for match in _DATE.finditer(text)]


def years_of(text: str) -> set[int]:
    """Give every year that a plain text names, both ends of a range, in whatever numerals."""
    return {year for date in find_dates(text) for year in (date.year, date.last) if year is not None}


def periods_of(text: str) -> set[str]:
    """Give the parts of a year that a plain text names (上半年, 年底)."""
    found = {match[0] for match in _PERIOD.finditer(text)}
    return {_SAME.get(period, period) for period in found}


def relatives_of(text: str) -> set[int]:
    """Give the years a plain text names from where it stands: 上年 -1, 今年 0, 明年 1."""
    return {_RELATIVE[match[0]] for match in _RELATIVE_WORD.finditer(text)}


def spoken_years(text: str, base: Collection[int]) -> set[int]:
    """Give the years a plain text names, 上年 and 明年 counted from the only year in `base`."""
    year = only(base)
    told = {year + offset for offset in relatives_of(text)} if year is not None else set()
    return years_of(text) | told


def only(years: Collection[int]) -> int | None:
    return next(iter(years)) if len(years) == 1 else None


def year_at(text: str, position: int, dates: list[Date], base: int | None) -> int | None:
    """Tell which year the words at `position` speak of, None when the sentence does not say.

    A year, like 今年 and 明年, counts for all that follows it in its sentence until the next one does; 上年
    only for what follows it at once ("由上年的14.1%降到9.8%").
    """
    start = max(text.rfind(mark, 0, position) for mark in "。\n!?") + 1
    titles = [(match.start(), match.end()) for match in _TITLE.finditer(text, start, position)]
    near = _RELATIVE_WORD.search(text, max(start, position - 6), position)
    if (
        near
        and base is not None
        and near.end() >= position - 2
        and not _COMPARED.search(text[: near.start()])
    ):
        return base + _RELATIVE[near[0]]
    found: tuple[int, int | None] = (-1, None)
    for date in dates:
        if start <= date.start < position and date.year and not _is_aside(text, date, titles):
            found = (date.start, date.year if date.last is None else None)
    for ahead in _AHEAD.finditer(text, start, position):
        if base is not None and ahead.start() > found[0]:
            found = (ahead.start(), base + _RELATIVE[ahead[0]])
    return found[1]


def _is_aside(text: str, date: Date, titles: list[tuple[int, int]]) -> bool:
    if any(start <= date.start < end for start, end in titles):
        return True
    before = text[max(date.start - 2, 0) : date.start]
    return bool(_NO_ANCHOR.match(text, date.end) or _COMPARED.search(before))


def _read(match: re.Match[str]) -> Date:
    start, end = match.span()
    if match["iso"]:
        return Date(start, end, int(match["iso"]), int(match["iso_month"]), _number(match["iso_day"]))
    if match["first"]:
        return Date(start, end, int(match["first"]), last=int(match["last"]))
    year = _number(match["year"]) or _han_year(match["han_year"])
    month = _number(match["month"] or match["lone_month"] or match["han_month"])
    return Date(start, end, year, month, _number(match["day"] or match["lone_day"]))


def _han_year(digits: str | None) -> int | None:
    return (
        int("".join(str(_HAN_DIGITS.index(digit)) for digit in digits.replace("零", "〇")))
        if digits
        else None
    )


def _number(digits: str | None) -> int | None:
    """Read 15 or 十五, up to 99."""
    if not digits:
        return None
    if digits.isdigit() and digits.isascii():
        return int(digits)
    tens, ten, ones = digits.rpartition("十")
    if not ten:
        return _HAN_DIGITS.index(digits)
    return 10 * (_HAN_DIGITS.index(tens) if tens else 1) + (_HAN_DIGITS.index(ones) if ones else 0)
