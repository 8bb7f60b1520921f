"""Whether a figure that was told meets the figure that was planned of the same thing."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chains.claims.amounts import Amount, Bound, Role, han_value

# Counting words that may stand for one another beside the same thing (12个快检室, 15处快检点).
_ALIKE = (
    frozenset("个家户处所座间栋站点厂"),
    frozenset("件起宗例"),
    frozenset("场次期批轮届班"),
    frozenset("个项条类种份"),
    frozenset("个支队只"),
    frozenset({"家次", "户次", "个次", "次", "批次", "件次"}),
    frozenset({"人", "人次"}),
)
_ABOUT = Decimal("0.03")
"""How far from 8%左右 a figure may be and still be about it, as a share of it."""
_WELL_LOW = re.compile(
    r"压减|压缩|缩短|缩减|精简|控制在|降[到至为]|减[到至少]|不超过|不高于|失业|能耗|排放|浓度|事故|死亡|败诉|纠错率|超限率|不良|投诉率|办理时[限间]|用时|耗时"
)
_LIST = re.compile(r"[\u4e00-\u9fff]{2,8}(?:、[\u4e00-\u9fff]{2,8})+")
# So much of what was planned is done (1.2万条已核过八成).
_SHARE = re.compile(r"[一二三四五六七八九]成[一二三四五六七八九]?(?:[,。;]|以上|多|$)|过半|半数|大半")
_EARLIER = re.compile(
    r"(?:上一?年|去年|前一?年|年初|原来?|此前|(?:19|20)\d\d年)(?:同期|同口径|度)?的?[^,。;]{0,6}$"
)


# How many take their turn, each with so many (上、下半年各组织一轮, 在物流园、服务区各建一处).
_EACH = re.compile(
    r"各[^\d,。;、]{0,14}?(?P<number>\d+|[一二两三四五六七八九十])(?P<unit>[\u4e00-\u9fff]次?)"
)
_SEVERAL = (
    (re.compile(r"上、?下半年|[春夏秋冬]、?[春夏秋冬]两?季|每半年"), 2),
    (re.compile(r"每个?季度?|四个?季度?"), 4),
    (re.compile(r"每个?月|逐月"), 12),
)
_COUNTED_TOGETHER = re.compile(r"([\d两二三四五六七八九十]+)[个家所座县市区镇乡村校街季][^,。;、]{0,6}$")
_JOINED = re.compile(r"、|和|与|及")
_MONTHS = re.compile(r"\d{1,2}月(?:、\d{1,2}月)+")
_TIMES = frozenset("场次期批轮届班")
# Said of all, without a figure (一校一名, 村村有, 应纳尽纳).
_EVERY = re.compile(
    r"全覆盖|全部|均已|全员|无一|一[\u4e00-\u9fff]{1,2}一[\u4e00-\u9fff]|([\u4e00-\u9fff])\1(?:都|均|皆|有|通|可|能)|没有一[^,]{1,3}[未不]|一[家个户件份]不[落漏少]|应[\u4e00-\u9fff]尽[\u4e00-\u9fff]|一律"
)
_ADDS = re.compile(r"新增|新设|新建|新装|新添|增加|再增|增设|扩增")
_SHARE_CHANGED = re.compile(r"(?:压缩|压减|增长|提升|下降|降低|减少|缩减)(?:比例|比率|幅度|率)|[增降]幅")
_WHOLE = Decimal(100)
_LIKE_SIZE = (0.25, 4.0)


class Outcome(StrEnum):
    MET = "met"
    SHORT = "short"
    OF_TOTAL = "of_total"
    """The planned figure is told again beside a smaller one (23座…改造完16座)."""
    HIDDEN = "hidden"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a planned figure. `size` is the figure told as a share of it, None where none is told."""

    outcome: Outcome
    size: float | None = None

    @property
    def is_alike(self) -> bool:
        """Tell whether a figure is told that is of the planned one's size."""
        return self.size is not None and _LIKE_SIZE[0] <= self.size <= _LIKE_SIZE[1]


def compare(promise: str, planned: Sequence[Amount], text: str, told: Sequence[Amount]) -> Told:
    """Hold what was planned against the figures of a folded text, which speaks of the same thing.

    One planned figure that is missed decides over others that are met; hidden ones decide nothing.
    """
    planned = [amount for amount in planned if amount.role is not Role.FROM]
    found = [_compare_one(promise, amount, text, told) for amount in planned]
    if planned and all(one.outcome is Outcome.UNTOLD for one in found):
        return _told_in_words(planned, text)
    for outcome in (Outcome.OF_TOTAL, Outcome.SHORT, Outcome.MET, Outcome.HIDDEN):
        fitting = [one for one in found if one.outcome is outcome]
        if fitting:
            return min(fitting, key=lambda one: abs(math.log(one.size)) if one.size else 0.0)
    return Told(Outcome.UNTOLD)


def _told_in_words(planned: Sequence[Amount], text: str) -> Told:
    """Hold planned figures against what a text counts without giving the number: a list, so many each, all."""
    if any(a.value == _listed(text) for a in planned):
        return Told(Outcome.MET, 1.0)
    if _EVERY.search(text) and any(a.unit == "%" and a.value == _WHOLE for a in planned):
        return Told(Outcome.MET, 1.0)
    for amount in planned:
        number = _in_turns(text, amount.unit)
        if number and amount.value:
            size = float(number / amount.value)
            return Told(Outcome.MET if size >= 1 else Outcome.SHORT, size)
    return Told(Outcome.UNTOLD)


def _in_turns(text: str, unit: str) -> int:
    """Work out how many are told as so many each, or by the months in which they were; 0 where none is."""
    months = _MONTHS.search(text)
    if months and unit in _TIMES:
        return months[0].count("月")
    each = _EACH.search(text)
    if each is None or not alike(unit, each["unit"]):
        return 0
    number = han_value(each["number"]) if not each["number"].isdigit() else int(each["number"])
    return _turns(text[: each.start()]) * int(number or 0)


def _turns(said: str) -> int:
    """Count who takes turns in what stands before 各, 0 where it does not say."""
    known = next((number for sign, number in _SEVERAL if sign.search(said)), 0)
    if known:
        return known
    together = _COUNTED_TOGETHER.search(said)
    if together:
        number = int(together[1]) if together[1].isdigit() else han_value(together[1])
        return int(number or 0)
    joined = len(_JOINED.findall(said.rpartition(",")[2]))
    return joined + 1 if joined else 0


def _listed(text: str) -> int:
    """Count the members of the longest list of names in a text (桃溪、白石河…: 2), 0 where there is none."""
    return max((match[0].count("、") + 1 for match in _LIST.finditer(text)), default=0)


def alike(one: str, other: str) -> bool:
    """Tell whether figures of two units may count the same thing."""
    return one == other or any(one in group and other in group for group in _ALIKE)


def _compare_one(promise: str, planned: Amount, text: str, told: Sequence[Amount]) -> Told:
    if planned.value is None:
        return Told(Outcome.HIDDEN)
    fitting = [amount for amount in told if _is_comparable(promise, planned, amount, text)]
    same_unit = [amount for amount in fitting if amount.unit == planned.unit]
    fitting = same_unit or fitting
    # 6个县区、9个市直部门: of 8个县区 planned it is the first that tells.
    fitting = [a for a in fitting if _counts_same(planned, a)] or fitting
    values = [amount for amount in fitting if amount.value is not None]
    if not values:
        return Told(Outcome.HIDDEN if fitting else Outcome.UNTOLD)
    smaller = [amount for amount in values if amount.value and amount.value < planned.value]
    if any(amount.value == planned.value for amount in values) and (smaller or _SHARE.search(text)):
        return Told(Outcome.OF_TOTAL, 1.0)
    meeting = [amount for amount in values if _meets(promise, planned, amount)]
    if meeting:
        return Told(Outcome.MET, _size(planned, meeting[0]))
    return Told(Outcome.SHORT, _size(planned, values[0])) if len(values) == 1 else Told(Outcome.UNTOLD)


def _size(planned: Amount, told: Amount) -> float | None:
    return float(told.value / planned.value) if planned.value and told.value is not None else None


def _is_comparable(promise: str, planned: Amount, amount: Amount, text: str) -> bool:
    """Tell whether a figure could be of what was planned: no change for a level, no figure of another year."""
    if not alike(planned.unit, amount.unit):
        return False
    if (planned.role is Role.BY) != (amount.role is Role.BY) and not _adds(promise, planned, amount):
        return False
    return amount.role is not Role.FROM and not _EARLIER.search(text[: amount.start])


def _counts_same(planned: Amount, told: Amount) -> bool:
    """Tell whether two figures stand before the same noun."""
    noun = planned.after[:2]
    return len(noun) > 1 and told.after.startswith(noun)


def _adds(promise: str, planned: Amount, told: Amount) -> bool:
    """Tell whether a rise or fall was planned and is told in another form (新增1万个, 增加11200个; 压缩比例75%, 压缩76%)."""
    if planned.unit == "%":
        return bool(_SHARE_CHANGED.search(promise))
    return planned.role is Role.NONE and told.change > 0 and bool(_ADDS.search(promise))


def _meets(promise: str, planned: Amount, told: Amount) -> bool:
    if planned.value is None or told.value is None:
        return False
    if planned.role is Role.BY and planned.change != told.change:
        return False
    if planned.bound is Bound.ABOUT and abs(told.value - planned.value) <= planned.value * _ABOUT:
        return True
    low = planned.role is not Role.BY and bool(_WELL_LOW.search(_SHARE_CHANGED.sub("", promise)))
    if planned.bound is Bound.UNDER or (low and planned.bound is not Bound.OVER):
        return told.value <= planned.value
    return told.value >= planned.value
