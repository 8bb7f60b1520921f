"""Years and dates written in Chinese numerals."""

from __future__ import annotations

import re

_YEAR = re.compile(r"(?:[一二][九〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{2})(?=年)")
_DIGITS = str.maketrans("〇○零Ｏ一二三四五六七八九", "0000123456789")
_MONTH_OR_DAY = re.compile(r"(?P<tens>[一二三]?十)?(?P<ones>[一二三四五六七八九])?(?=[月日])")


def arabic_years(text: str) -> str:
    """Write years like 二〇二四年 as 2024年. The text keeps its length, so that offsets hold."""
    return _YEAR.sub(lambda match: match[0].translate(_DIGITS), text)


def arabic_dates(text: str) -> str:
    """Write dates like 二〇二四年十二月三日 as 2024年12月3日."""
    return _MONTH_OR_DAY.sub(_number, arabic_years(text))


def _number(match: re.Match[str]) -> str:
    if not match[0]:
        return ""
    tens = (match["tens"] or "")[:-1].translate(_DIGITS) or "1" if match["tens"] else "0"
    ones = (match["ones"] or "").translate(_DIGITS) or "0"
    return str(10 * int(tens) + int(ones))
