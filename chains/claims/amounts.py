"""Read the figures of a plain text exactly: value, unit, bound, what they change from and to, and of what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from chains.claims.dates import Date, find_dates

_UNITS = (
    "个百分点|百分点|微克/立方米|毫克/立方米|平方公里|平方千米|平方米|立方米|立方|平米|公里|千米|公顷|公斤|千克|毫米|厘米|吨标准煤|千瓦时|千瓦|兆瓦|美元|港元|欧元|日元|英镑|人次|人天|批次|班次|组次|车次|航次|轮次|床位|课时|学时"
    "|个多小时|个小时|小时|分钟|个多月|个工作日|工作日|个月|周岁|年|户次|家次|件次|例次|艘次|架次|辆次|车次|台次|班次|场次|元|亩|m2|米|吨|件|宗|起|例|个|项|次|场|户|套|人|名|位|份|条|处|家|所|座|辆|台|批|期|篇|张|本|册|部|间|栋|幢|只|头|株|棵|片"
    "|块|组|支|队|对|类|种|门|节|天|日|倍|成(?![立员功效果为都本熟])|度|分(?![之别局管类])|款|幅|艘|架|具(?!有|备|体)|口|眼|孔|盏|枚|粒|束|封|通|句|岁|轮|遍|笔|单|卷|级|镇|村|街道|社区|列|班|步|方面|%|‰"
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千(?![瓦米克])|百"
_HAN = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_MORE = r"余|多(?![次种])|几|来"
_AMOUNT = re.compile(
    rf"(?P<base>{_HAN}|\d+)分之(?P<part>{_HAN}|{_NUMBER})"
    rf"|(?<![\da-z·+])(?<!\d\.)(?P<number>{_NUMBER})(?P<more>{_MORE})?(?P<scale>{_SCALE})?(?P<more2>{_MORE})?(?P<unit>{_UNITS})?"
    rf"|(?<![第零〇一二两三四五六七八九十百千万亿几数])(?P<han>{_HAN})(?P<han_more>{_MORE})?(?:(?P<han_unit>{_UNITS})|(?=[至到~—-](?:{_HAN})(?:{_UNITS})))"
    rf"|(?<![0-9a-z*x×□○])(?P<mask>[*x×□○]{{1,10}}(?:\.[*x×□○]{{1,4}})?)(?P<mask_scale>{_SCALE})?(?:{_MORE})?(?P<mask_unit>{_UNITS})?"
)
_ORDINAL = re.compile(rf"第(\d+|{_HAN})(条|款|项|位|名|批|期|届|次|季度|号|轮|章|站)")
# 一 + classifier is rarely a count (一批, 一体), and 十分, 万一 are no numerals at all.
_NO_NUMERAL = re.compile(r"十分|万分|百分(?!之)|千百|万一|[百千万亿]+(?=[户家村人天年])|[零〇]+|[百千万亿]+")
_CODE = re.compile(r"热线|平台|号(?!召)|g(?![a-z])|[+·]\d|[a-z]")
# 八成六 is 86 %, and 八成五年前 is not 85 %.
_TENTH = re.compile(r"[一二三四五六七八九](?![一二三四五六七八九十百千万亿个家项年月日次类名位种成])")
_LIST_NUMBER = re.compile(r"(?:^|[\n。;:(])$")
_CANONICAL = {
    "个百分点": "百分点", "个小时": "小时", "个多小时": "小时", "个多月": "个月", "个工作日": "工作日", "名": "人", "位": "人", "千米": "公里", "平方千米": "平方公里",
    "千克": "公斤", "m2": "平方米", "平米": "平方米", "立方": "立方米", "日": "天", "幢": "栋",
}  # fmt: skip
CLASSIFIERS = frozenset(
    "个项件宗起例次场户套人份条处家所座辆台批期篇张本册部间栋只头株棵片块组支队对类种门节款幅艘架具封通句轮遍笔单卷列班"
)
"""Units that only count; a figure may be told without one."""
_GENERIC = {"个", "项"}
_POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}
_HAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_OVER_BEFORE = re.compile(
    r"(?:(?<!不)(?:超过|超出|超|逾|突破|高于|大于|多于)|不少于|不低于|至少|最少|最低|不下)了?$"
)
_UNDER_BEFORE = re.compile(
    r"(?:不足|不到|(?<!不)(?:低于|少于|小于)|未达到?|未超过|不超过|不高于|不多于|不大于|至多|最多|最高|控制在)了?$"
)
_ABOUT_BEFORE = re.compile(r"(?:约为?|大约|(?<![最附])近|接近|左右)$")
_AFTER = re.compile(r"^(?:\(含\))?(?P<over>以上|之上)|^(?P<under>以下|以内|之内)|^(?P<about>左右|上下)")
_FROM = re.compile(
    r"(?:由|从|自)(?:每[人户]每[月年]|原来?的?|上年的?|去年的?|年初的?|此前的?|过去的?|法定的?|平均)?$"
)
_TO = re.compile(r"(?:到|至|为|成)了?$")
_CHANGES = re.compile(
    r"(?P<up>增长|上升|提高|增加|提升|扩大|攀升|上涨|增至|升至|增幅|增到|升到|多增|加快)"
    r"|(?P<down>下降|降低|减少|压减|缩小|压缩|缩短|下滑|回落|缩减|降至|降到|降幅|减至|减到|下跌|削减|收窄|精简|减为|短收)"
)
_BOUNDARY = re.compile(r"[,。;:!?\n、]")


class Bound(StrEnum):
    """How exactly a figure is meant."""

    EXACT = "exact"
    OVER = "over"
    UNDER = "under"
    ABOUT = "about"


class Role(StrEnum):
    """What a figure is to the change it stands beside: where it began, ended, or by how much it went."""

    NONE = "none"
    FROM = "from"
    TO = "to"
    BY = "by"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure. `value` is in base units and None behind a mask; `digits` is it before 万 and 亿.

    `slight` marks 余 and 多, which say little more than the figure. `change` is 1 for a rise, -1 for a fall.
    `before` and `after` are the words of its clause on its two sides.
    """

    start: int
    end: int
    shown: str
    value: Decimal | None
    digits: Decimal | None
    unit: str
    bound: Bound = Bound.EXACT
    slight: bool = False
    role: Role = Role.NONE
    change: int = 0
    before: str = ""
    after: str = ""
    ordinal: bool = False
    idle: bool = False

    @property
    def hidden(self) -> bool:
        return self.value is None


def find_amounts(text: str, dates: Sequence[Date] | None = None) -> list[Amount]:
    """Find every figure of a plain text, in order; dates, codes and the numbers of lists are none."""
    taken = [(date.start, date.end) for date in (find_dates(text) if dates is None else dates)]
    found = [
        amount
        for match in _AMOUNT.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
        and not _is_number_of_list(text, match)
        and (amount := _read(match, text)) is not None
    ]
    found += [_ordinal(match) for match in _ORDINAL.finditer(text)]
    found.sort(key=lambda amount: amount.start)
    return _with_surroundings(text, _with_ranges(text, found))


def same_unit(claimed: str, held: str) -> bool:
    """Tell whether a claim may give a figure of one unit with another: only where both merely count."""
    if claimed == held:
        return True
    if not claimed:
        return held in CLASSIFIERS
    if not held:
        return claimed in CLASSIFIERS
    return claimed in _GENERIC and held in CLASSIFIERS and held not in {"人", "户"}


def han_value(numeral: str) -> Decimal | None:
    """Read 三千二百, 二〇, 1万 written out, 十二点五; None for what is no numeral."""
    whole, _, fraction = numeral.partition("点")
    if not any(char in _POWERS for char in whole):
        if any(char not in _HAN_DIGITS for char in whole) or not whole:
            return None
        value = Decimal("".join(str(_HAN_DIGITS[char]) for char in whole))
    else:
        value = Decimal(_han_integer(whole))
    if fraction:
        value += Decimal("0." + "".join(str(_HAN_DIGITS[char]) for char in fraction))
    return value


def _han_integer(numeral: str) -> int:
    total = section = digit = last = 0
    for char in numeral:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
            last = 1 if char in "零〇" else last
            continue
        power = 10 ** _POWERS[char]
        if power >= 10_000:
            total, section = (total + section + digit) * power, 0
        else:
            section += (digit or 1) * power
        digit, last = 0, power
    # 一百二 is 120, 三千五 is 3,500.
    return total + section + digit * (last // 10 if last >= 100 and digit else 1)


def _read(match: re.Match[str], text: str) -> Amount | None:
    shown = match[0]
    start, end = match.span()
    if match["mask"]:
        return Amount(start, end, shown, None, None, _unit(match["mask_unit"]))
    if match["part"]:
        return _share(match)
    if match["han"]:
        if _NO_NUMERAL.fullmatch(match["han"]) or _NO_NUMERAL.match(text, start):
            return None
        value = han_value(match["han"])
        unit, more = match["han_unit"] or "", match["han_more"]
        idle = match["han"] == "一" and not more and unit != "成"
        return value if value is None else _amount(match, value, value, unit, slight=bool(more), idle=idle)
    if match["unit"] is None and match["scale"] is None and _CODE.match(text, end):
        return None
    digits = Decimal(match["number"].replace(",", ""))
    power = sum(_POWERS[char] for char in match["scale"] or "")
    more = match["more"] or match["more2"] or "个多" in (match["unit"] or "")
    return _amount(match, digits.scaleb(power), digits, match["unit"], slight=bool(more))


def _amount(
    match: re.Match[str],
    value: Decimal,
    digits: Decimal,
    unit: str | None,
    *,
    slight: bool,
    idle: bool = False,
) -> Amount:
    start, end = match.span()
    canonical = _unit(unit)
    if canonical == "成":
        value, canonical = value * 10, "%"
        if tenth := _TENTH.match(match.string, end):
            value, end = value + _HAN_DIGITS[tenth[0]], tenth.end()
        digits = value
    bound = Bound.OVER if slight else Bound.EXACT
    shown = match.string[start:end]
    return Amount(start, end, shown, value, digits, canonical, bound, slight, idle=idle)


def _share(match: re.Match[str]) -> Amount | None:
    """Read 百分之五 as per cent, 千分之三 as ‰, 三分之二 as a share of one."""
    base, part = match["base"], match["part"]
    value = _numeral(part)
    if value is None:
        return None
    start, end = match.span()
    unit = {"百": "%", "一百": "%", "千": "‰", "一千": "‰"}.get(base)
    if unit:
        return Amount(start, end, match[0], value, value, unit)
    divisor = _numeral(base)
    if not divisor:
        return None
    return Amount(start, end, match[0], round(value / divisor, 6), value, "分之")


def _numeral(digits: str) -> Decimal | None:
    try:
        return (
            Decimal(digits.replace(",", ""))
            if digits[0].isdigit() and digits[0].isascii()
            else han_value(digits)
        )
    except InvalidOperation:
        return None


def _ordinal(match: re.Match[str]) -> Amount:
    value = _numeral(match[1])
    idle = value == 1
    return Amount(
        match.start(), match.end(), match[0], value, value, "第" + match[2], ordinal=True, idle=idle
    )


def _unit(unit: str | None) -> str:
    return _CANONICAL.get(unit, unit) if unit else ""


def _is_number_of_list(text: str, match: re.Match[str]) -> bool:
    if match["number"] is None or match["unit"] or match["scale"] or len(match["number"]) > 2:
        return match["number"] is not None and text[match.start() - 1 : match.start()] == "第"
    before, after = text[: match.start()][-1:], text[match.end() : match.end() + 1]
    return before == "第" or (after in {".", "、", ")"} and bool(_LIST_NUMBER.search(before)))


def _with_ranges(text: str, found: list[Amount]) -> list[Amount]:
    """Give the lower end of 3-5件 the unit, and of 3-5万元 also the scale, of the upper one."""
    for index in range(len(found) - 2, -1, -1):
        low, high = found[index], found[index + 1]
        between = text[low.end : high.start]
        if low.unit or low.value is None or between not in {"-", "—", "–", "~", "至", "到", "——"}:
            continue
        value = low.value
        if high.value is not None and high.digits and low.value == low.digits:
            value = low.value * (high.value / high.digits)
        found[index] = replace(low, value=value, unit=high.unit)
    return found


def _with_surroundings(text: str, found: list[Amount]) -> list[Amount]:
    complete: list[Amount] = []
    for index, amount in enumerate(found):
        left = found[index - 1].end if index else 0
        right = found[index + 1].start if index + 1 < len(found) else len(text)
        before = _own_words(text[left : amount.start], bool(index))
        after = re.split(r"[,。;:!?\n、]|(?<!共)和(?!谐|解)|以及", text[amount.end : right], maxsplit=1)[0]
        previous = complete[-1] if complete else None
        complete.append(_placed(text, amount, before, after, previous))
    return complete


def _own_words(between: str, follows: bool) -> str:
    """Give what stands before a figure, without what belongs to the one before it (7个公园和20个花园)."""
    words = _BOUNDARY.split(between)[-1]
    shared = follows and words == between
    return re.split(r"(?<!共)和(?!谐|解)|以及|(?<![其集])[中里](?!心)", words)[-1] if shared else words


def _placed(text: str, amount: Amount, before: str, after: str, previous: Amount | None) -> Amount:
    stretch = re.split(r"[,。;!?\n]", text[max(amount.start - 24, 0) : amount.start])[-1]
    changes = list(_CHANGES.finditer(before)) or list(_CHANGES.finditer(after[:8]))
    change = (1 if changes[-1]["up"] else -1) if changes else 0
    joined = previous and re.fullmatch(r"[和与及、]|以及", text[previous.end : amount.start])
    if (
        not change
        and previous
        and (joined or (before and re.fullmatch(r"(?:提高|压缩|缩短)?[到至为]了?", before)))
    ):
        change = previous.change
    bound, slight = _bound(stretch, text[amount.end : amount.end + 6], amount)
    role = _role(stretch, change, previous)
    if role is Role.TO and not change and previous and amount.value and previous.value:
        change = 1 if amount.value > previous.value else -1
    return replace(amount, before=before, after=after, change=change, bound=bound, slight=slight, role=role)


def _bound(before: str, after: str, amount: Amount) -> tuple[Bound, bool]:
    if amount.ordinal:
        return Bound.EXACT, False
    behind = _AFTER.match(after)
    if _UNDER_BEFORE.search(before) or (behind and behind["under"]):
        return Bound.UNDER, False
    if _OVER_BEFORE.search(before) or (behind and behind["over"]):
        return Bound.OVER, False
    if _ABOUT_BEFORE.search(before) or (behind and behind["about"]):
        return Bound.ABOUT, False
    return amount.bound, amount.slight


def _role(before: str, change: int, previous: Amount | None) -> Role:
    if _FROM.search(before):
        return Role.FROM
    begun = previous is not None and previous.role is Role.FROM
    if _TO.search(before) and (change or begun):
        return Role.TO
    return Role.BY if change and _CHANGES.search(before[-4:]) else Role.NONE
