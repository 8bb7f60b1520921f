"""Set an English claim against Chinese quotes: figures, dates, direction and denial; words cannot be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chains.claims.amounts import Amount
from chains.claims.bearings import denials_of
from chains.claims.dates import years_of
from chains.claims.reasons import Failure, Reason, differs
from chains.claims.tally import Tally

_SCALES = {
    "hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "m": 6, "bn": 9, "k": 3,
}  # fmt: skip
_WORDS = {
    word: value
    for value, word in enumerate(
        [
            *(
                "zero",
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
            ),
            *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        ]
    )
} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "percentage point": "百分点", "percentage points": "百分点",
    "yuan": "元", "rmb": "元", "cny": "元", "mu": "亩", "hectare": "公顷", "hectares": "公顷", "km": "公里", "kilometer": "公里",
    "kilometers": "公里", "kilometre": "公里", "kilometres": "公里", "square meters": "平方米", "square metres": "平方米",
    "square kilometers": "平方公里", "square kilometres": "平方公里", "tonnes": "吨", "tons": "吨",
    "working days": "工作日", "working day": "工作日", "months": "个月", "hours": "小时", "minutes": "分钟", "fold": "倍", "times": "",
}  # fmt: skip
_STRICT = frozenset(
    {"%", "百分点", "元", "亩", "公顷", "公里", "平方米", "平方公里", "吨", "工作日", "个月", "小时", "分钟"}
)
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w.])(?:rmb|cny|¥|￥)?\s?(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d])\s?-?(?P<scale>hundred|thousand|million|billion|trillion|bn|m|k)?(?![a-z])[\s-]*(?P<unit>{_UNIT})?(?![a-z])"
    rf"|\b(?:(?P<tens>{_TENS})-?)?(?P<word>{'|'.join(_WORDS)})\b[\s-]*(?P<word_scale>hundred|thousand|million|billion)?[\s-]*(?P<word_unit>{_UNIT})?(?![a-z])"
)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DATE = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS)})(?: (?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?(?:,? (?P<year>(?:19|20)\d\d))?\b|(?<![\d.,])(?P<alone>(?:19|20)\d\d)(?![\d,]*\d)(?!\s*(?:cases|people|yuan|mu|%))"
)
_DOCUMENT = re.compile(r"[\[(〔](\d{4})[\])〕]\s*(?:no\.?\s*)?(\d+)")
_UP = re.compile(
    r"\b(?:increas\w*|r[oi]se\w*|rising|grew|grow\w*|up (?:by|from|to)|expand\w*|climb\w*|improv\w*|rais\w*|higher)\b"
)
_DOWN = re.compile(
    r"\b(?:decreas\w*|declin\w*|fell|fall\w*|drop\w*|reduc\w*|cut|down (?:by|from|to)|shr[iau]nk\w*|shorten\w*|compress\w*|lower\w*|narrow\w*)\b"
)
_NOT = re.compile(
    r"\b(?:not|no|never|without|none|unable|fail\w*|yet to|lack\w*|insufficient|uncompleted|unfinished|incomplete|zero|nobody|nor|neither)\b|n't\b"
)
_PLAN = re.compile(
    r"\b(?:plan\w*|will|aim\w*|target\w*|intend\w*|expect\w*|seek\w*|propos\w*|next year|to be|goal\w*|strive\w*|shall)\b"
)
_HELD_UP = re.compile(r"增长|上升|提高|增加|提升|扩大|上涨|增至|升至|增幅|新增|延长|增强|加")
_HELD_DOWN = re.compile(
    r"下降|降低|减少|压减|缩小|压缩|缩短|下滑|回落|降至|降幅|降到|减至|削减|收窄|由.*到|控制在|缩|减|降"
)
_HELD_PLAN = re.compile(r"计划|拟|力争|争取|将(?=[于在继进新建开推完实])|目标|预期|确保|明年|下一步|打算")
_HELD_DONE = re.compile(r"已|完成了|全年|全部完成|同比")
_HELD_LACK = re.compile(r"不|未|没|无|缺|难|零|薄弱|滞后|少|低|弱|短")


@dataclass(frozen=True, slots=True)
class _Said:
    shown: str
    value: Decimal
    unit: str


def is_english(claim: str) -> bool:
    """Tell whether a claim is written in Latin letters for the most part."""
    latin = sum("a" <= char <= "z" for char in claim)
    han = sum("\u4e00" <= char <= "\u9fff" for char in claim)
    return latin > 10 and latin > 4 * han


def check_english(claim: str, held: Tally) -> Iterator[Failure]:
    """Check what an English claim has in common with Chinese quotes."""
    yield from _check_dates(claim, held)
    rest = _DOCUMENT.sub(" ", _DATE.sub(" ", claim))
    for said in _numbers(rest):
        yield from _check_number(said, held)
    yield from _check_documents(claim, held.text)
    yield from _check_bearing(claim, held.text)


def _check_dates(claim: str, held: Tally) -> Iterator[Failure]:
    years = years_of(held.text) | held.base
    months = {date.month for date in held.dates}
    days = {(date.month, date.day) for date in held.dates}
    for match in _DATE.finditer(claim):
        year = match["year"] or match["alone"]
        month = _MONTHS.index(match["month"]) + 1 if match["month"] else None
        day = int(match["day"]) if match["day"] else None
        if match["month"] == "may" and not day and not year:
            continue
        if (
            (year and int(year) not in years)
            or (month and month not in months)
            or (day and (month, day) not in days)
        ):
            yield differs(Reason.DATE, match[0].strip(), "")


def _numbers(claim: str) -> Iterator[_Said]:
    for match in _NUMBER.finditer(claim):
        if match["word"]:
            value = Decimal(_WORDS.get(match["tens"] or "zero", 0) + _WORDS[match["word"]])
            if value <= 2 and not match["word_scale"] and not match["word_unit"]:
                continue  # "one of the", "the two"
            power = _SCALES.get(match["word_scale"] or "", 0)
            yield _Said(match[0].strip(), value.scaleb(power), _UNITS.get(match["word_unit"] or "", ""))
        else:
            value = Decimal(match["digits"].replace(",", ""))
            unit = _UNITS.get(match["unit"] or "", "")
            if match[0].lstrip().startswith(("rmb", "cny", "¥", "￥")):
                unit = "元"
            yield _Said(match[0].strip(), value.scaleb(_SCALES.get(match["scale"] or "", 0)), unit)


def _check_number(said: _Said, held: Tally) -> Iterator[Failure]:
    same = [amount for amount in held.amounts if amount.value == said.value]
    if any(_units_agree(said.unit, amount) for amount in same):
        return
    if same:
        yield differs(Reason.UNIT, said.shown, same[0].shown)
        return
    if said.value <= 12 and said.value == len(re.findall(r"[一二三四五六七八九十]是", held.text)):
        return
    digits = said.value.normalize().as_tuple().digits
    scaled = next(
        (a for a in held.amounts if a.value and a.value.normalize().as_tuple().digits == digits), None
    )
    if scaled and _units_agree(said.unit, scaled):
        yield differs(Reason.SCALE, said.shown, scaled.shown)
    elif any(amount.hidden for amount in held.amounts) and not scaled:
        yield differs(Reason.MASK, said.shown, "a mask")
    else:
        yield differs(Reason.FIGURE, said.shown, "、".join(amount.shown for amount in held.amounts))


def _units_agree(unit: str, amount: Amount) -> bool:
    if unit in _STRICT or amount.unit in {"%", "百分点", "元"}:
        return unit == amount.unit
    return True


def _check_documents(claim: str, held: str) -> Iterator[Failure]:
    theirs = {match.groups() for match in re.finditer(r"[\[(〔](\d{4})[\])〕]第?(\d+)号", held)}
    for match in _DOCUMENT.finditer(claim):
        if match.groups() not in theirs:
            yield differs(Reason.DOCUMENT_NUMBER, match[0], "")


def _check_bearing(claim: str, held: str) -> Iterator[Failure]:
    up, down = _UP.search(claim), _DOWN.search(claim)
    if up and not down and not _HELD_UP.search(held) and _HELD_DOWN.search(held):
        yield differs(Reason.DIRECTION, up[0], "a fall")
    if down and not up and not _HELD_DOWN.search(held) and _HELD_UP.search(held):
        yield differs(Reason.DIRECTION, down[0], "a rise")
    plan = _PLAN.search(claim)
    if not plan and _HELD_PLAN.search(held) and not _HELD_DONE.search(held):
        yield differs(Reason.DIRECTION, "a result", "a plan")
    if plan and not _HELD_PLAN.search(held) and _HELD_DONE.search(held):
        yield differs(Reason.DIRECTION, plan[0], "a result")
    denial = _NOT.search(claim)
    if denial and not _HELD_LACK.search(held):
        yield differs(Reason.NEGATION, denial[0], "")
    denied = [one for one in denials_of(held) if one.word in {"未", "尚未", "没有", "未能", "并未", "没能"}]
    if denied and not denial:
        yield differs(Reason.NEGATION, "said", denied[0].word + denied[0].denied)
