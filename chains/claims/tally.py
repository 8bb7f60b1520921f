"""Set the figures and dates of a claim against those of its quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chains.claims.amounts import Amount, Bound, Role, find_amounts, same_unit
from chains.claims.dates import (
    Date,
    find_dates,
    only,
    periods_of,
    relatives_of,
    spoken_years,
    year_at,
    years_of,
)
from chains.claims.plain import MASK
from chains.claims.reasons import Failure, Reason, differs
from chains.claims.subjects import Subject, find_subjects

_COUNTED = frozenset({"个", "项", "方面", "类", "条", "种", "点", "处", ""})
# What says that a figure is how things were before they changed.
_EARLIER = re.compile(r"由|从|自|原|此前|之前|以前|过去|上年|去年|年初|曾|改革前|为基础|\d年|基数|[压降升提]")
_THINGS = re.compile(
    r"方面|问题|举措|措施|任务|不足|短板|困难|重点|工作|环节|领域|原因|事项|内容|行动|做法|专项|部门|单位|行业|产业|场所|诉求|制度|渠道|要求|类型|打算|挑战|矛盾|镇|街道|区"
)
_NUMBER = re.compile(r"[a-z]*\d+(?:[.·:/-]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d(?:年|\b)")
_POINT = re.compile(r"[一二三四五六七八九十]是|第[一二三四五六七八九十]|首先|其次|再次|最后|此外|[;\n]")


@dataclass(frozen=True, slots=True)
class Tally:
    """A plain text with its dates and figures. `base` are the years its report is about."""

    text: str
    base: frozenset[int]
    dates: tuple[Date, ...]
    amounts: tuple[Amount, ...]
    subjects: tuple[Subject, ...]

    def year_of(self, amount: Amount) -> int | None:
        return year_at(self.text, amount.start, list(self.dates), only(self.base))


@lru_cache(maxsize=256)
def tally(text: str, base: frozenset[int] = frozenset()) -> Tally:
    """Read a plain text's dates and figures."""
    dates = find_dates(text)
    amounts = find_amounts(text, dates)
    return Tally(text, base, tuple(dates), tuple(amounts), find_subjects(text, amounts))


def check_dates(claim: Tally, held: Tally) -> Iterator[Failure]:
    """Every year, month, day and part of a year of the claim stands in the quotes; years also in the names."""
    told = spoken_years(held.text, held.base) | held.base
    for year in sorted(years_of(claim.text) - told):
        yield _missing_date(f"{year}年", held)
    months = {date.month for date in held.dates if date.month}
    days = {(date.month, date.day) for date in held.dates}
    for date in claim.dates:
        wrong_day = date.day is not None and (date.month, date.day) not in days
        if date.month is not None and (date.month not in months or wrong_day):
            yield _missing_date(claim.text[date.start : date.end], held)
    for period in sorted(periods_of(claim.text) - periods_of(held.text)):
        if periods_of(held.text) or period in {"上半年", "下半年"} or "季度" in period:
            yield differs(Reason.DATE, period, "、".join(sorted(periods_of(held.text))))
    yield from _check_relatives(claim, held)


def _check_relatives(claim: Tally, held: Tally) -> Iterator[Failure]:
    """上年 in the claim is the quote's 上年, or its 同比, or the year before the report's."""
    base = only(held.base)
    theirs = relatives_of(held.text)
    for offset in sorted(relatives_of(claim.text) - theirs - {0}):
        spoken = base is not None and base + offset in years_of(held.text)
        if (
            not spoken
            and not (offset == -1 and re.search(r"同比|同期", held.text))
            and not (offset == 1 and not theirs)
        ):
            yield differs(Reason.DATE, {-1: "上年", 1: "明年"}.get(offset, "前年"), "")
    if (
        0 in relatives_of(claim.text)
        and 1 in theirs
        and 0 not in theirs
        and not re.search(r"明年|来年|下一?年", claim.text)
    ):
        yield differs(Reason.DATE, "今年", "明年")


def _missing_date(claimed: str, held: Tally) -> Failure:
    if re.search(rf"(?:{MASK})[年月日]", held.text):
        return differs(Reason.MASK, claimed, "a masked date")
    return differs(Reason.DATE, claimed, "、".join(held.text[date.start : date.end] for date in held.dates))


def check_numbers(claim: Tally, held: Tally, carriers: str) -> Iterator[Failure]:
    """Every number that is no figure and no date ("12345热线", "“3·15”", a clause of a law) stands as it is."""
    read = [(date.start, date.end) for date in claim.dates]
    read += [(amount.start, amount.end) for amount in claim.amounts]
    known = set(_NUMBER.findall(f"{held.text}\n{carriers}"))
    for match in _NUMBER.finditer(claim.text):
        inside = any(start <= match.start() and match.end() <= end for start, end in read)
        if not inside and match[0] not in known and not _YEAR.match(claim.text, match.start()):
            yield differs(Reason.FIGURE, match[0], "")


def check_figures(claim: Tally, held: Tally) -> Iterator[Failure]:
    """Every figure of the claim stands in the quotes: value, unit, bound, direction, year and subject."""
    for index, amount in enumerate(claim.amounts):
        if amount.hidden or amount.idle:
            continue
        own = [at for at, other in enumerate(held.amounts) if is_equal(amount, other)]
        if not own:
            if not _counts_members(amount, claim, held):
                yield _missing(claim, index, held)
            continue
        equal = [held.amounts[at] for at in own]
        failure = (
            _wrong_bound(amount, equal)
            or _wrong_change(claim, amount, held, equal)
            or _wrong_year(claim, amount, held, equal)
            or _wrong_subject(claim, index, held, own)
        )
        if failure:
            yield failure


def is_equal(amount: Amount, other: Amount) -> bool:
    return (
        amount.value == other.value and amount.ordinal == other.ordinal and same_unit(amount.unit, other.unit)
    )


def _missing(claim: Tally, index: int, held: Tally) -> Failure:
    """Say what kind of error a figure that no quote has is."""
    amount = claim.amounts[index]
    others = [other for other in held.amounts if not other.hidden and other.ordinal == amount.ordinal]
    # A figure without Han context of its own may stand where the quote is masked.
    if any(_fits_mask(claim, index, held, at) for at, other in enumerate(held.amounts) if other.hidden):
        return differs(Reason.MASK, amount.shown, "a mask")
    for other in others:
        if other.value == amount.value:
            return differs(Reason.UNIT, amount.shown, other.shown)
    for other in others:
        if _same_digits(amount, other) and same_unit(amount.unit, other.unit):
            return differs(Reason.SCALE, amount.shown, other.shown)
    for other in others:
        if _same_digits(amount, other):
            return differs(Reason.UNIT, amount.shown, other.shown)
    near = [other.shown for other in others if same_unit(amount.unit, other.unit)]
    return differs(Reason.FIGURE, amount.shown, "、".join(near or [other.shown for other in others]))


def _fits_mask(claim: Tally, index: int, held: Tally, at: int) -> bool:
    amount, mask = claim.amounts[index], held.amounts[at]
    if not same_unit(amount.unit, mask.unit) and mask.unit:
        return False
    said = claim.subjects[index].words
    return bool(said & held.subjects[at].words) or not said


def _same_digits(amount: Amount, other: Amount) -> bool:
    if amount.value is None or other.value is None:
        return False
    if amount.digits == other.digits:
        return True
    return amount.value.normalize().as_tuple().digits == other.value.normalize().as_tuple().digits


def _counts_members(amount: Amount, claim: Tally, held: Tally) -> bool:
    """Tell whether a small figure only counts what the quotes list (三方面问题: 一是…二是…三是…)."""
    if amount.unit not in _COUNTED or amount.value is None or not 2 <= amount.value <= 12:
        return False
    words = re.match(r"大?(.{0,6})", amount.after)
    members_follow = re.match(r"[^,。;]{0,14}[:(]", claim.text[amount.end :])
    if amount.bound is not Bound.EXACT or not (
        members_follow or amount.unit in {"方面", "类", "种"} or (words and _THINGS.search(words[1]))
    ):
        return False
    count = int(amount.value)
    for text in (held.text, claim.text[amount.end :]):
        points = len(re.findall(r"[一二三四五六七八九十]是", text))
        if points == count or len(_POINT.findall(text.strip())) == count - (
            1 if ";" in text or "\n" in text else 0
        ):
            return True
        for stretch in re.split(r"[,。;:!?\n]", text):
            members = stretch.count("、") + len(re.findall(r"[^、]{2,}(?:和|与|及)[^、]{2,}$", stretch)) + 1
            if members == count and members > 1:
                return True
    return False


def _wrong_bound(amount: Amount, equal: Sequence[Amount]) -> Failure | None:
    """更多 may not become less, nor exactly: only 约 may be added to or dropped from a figure."""
    if any(_bounds_agree(amount, other) for other in equal):
        return None
    return differs(Reason.DIRECTION, _with_bound(amount), _with_bound(equal[0]))


def _bounds_agree(amount: Amount, other: Amount) -> bool:
    if amount.bound is other.bound:
        return True
    loose = {Bound.EXACT, Bound.ABOUT}
    if amount.bound in loose and other.bound in loose:
        return True
    return amount.bound is Bound.ABOUT and other.slight


def _with_bound(amount: Amount) -> str:
    sign = {Bound.OVER: "≥", Bound.UNDER: "≤", Bound.ABOUT: "≈"}.get(amount.bound, "=")
    return f"{sign} {amount.shown}"


def _wrong_change(claim: Tally, amount: Amount, held: Tally, equal: Sequence[Amount]) -> Failure | None:
    around = claim.text[max(amount.start - 16, 0) : amount.end + 8]
    if amount.change and all(other.change == -amount.change for other in equal):
        return differs(Reason.DIRECTION, amount.before + amount.shown, equal[0].before + equal[0].shown)
    roles = {other.role for other in equal}
    swapped = {Role.FROM: Role.TO, Role.TO: Role.FROM}.get(amount.role)
    if swapped and roles == {swapped}:
        return differs(Reason.DIRECTION, f"{amount.role} {amount.shown}", f"{swapped} {equal[0].shown}")
    if roles == {Role.FROM} and not _EARLIER.search(around):
        return differs(Reason.DIRECTION, amount.before + amount.shown, f"from {equal[0].shown}")
    if {amount.role, *roles} == {Role.BY, Role.TO}:
        return differs(Reason.DIRECTION, f"{amount.role} {amount.shown}", f"{equal[0].role} {equal[0].shown}")
    if amount.role is Role.BY and amount.unit in {"%", "百分点", "倍"} and amount.change:
        moves = [other.change for other in held.amounts if other.change]
        if all(not other.change for other in equal) and amount.change not in moves:
            return differs(Reason.DIRECTION, amount.before + amount.shown, equal[0].before + equal[0].shown)
    return None


def _wrong_year(claim: Tally, amount: Amount, held: Tally, equal: Sequence[Amount]) -> Failure | None:
    """Catch a figure moved to another year that the quote or the report's names have as well."""
    year = claim.year_of(amount)
    if year is None:
        return None
    theirs = {held.year_of(other) or only(held.base) for other in equal}
    if None in theirs or year in theirs:
        return None
    return differs(Reason.DATE, f"{year}年 {amount.shown}", f"{min(y for y in theirs if y)}年 {amount.shown}")


def _wrong_subject(claim: Tally, index: int, held: Tally, own: Sequence[int]) -> Failure | None:
    """Catch a figure whose words in the claim are those of another figure of the quotes."""
    amount, subject = claim.amounts[index], claim.subjects[index]
    for at, other in enumerate(held.amounts):
        if at in own or other.idle or not same_unit(amount.unit, other.unit) or is_equal(amount, other):
            continue
        if subject.fits_better(held.subjects[at], [held.subjects[mine] for mine in own]):
            reason = Reason.MASK if other.hidden else Reason.FIGURE
            return differs(
                reason, f"{amount.before}{amount.shown}{amount.after}", f"{other.before}{other.shown}"
            )
    return None
