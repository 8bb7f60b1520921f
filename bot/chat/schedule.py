"""When a digest is due: a day and a time in a zone, as instants in UTC. Pure.

A local time that a zone skips (clocks go forward) stands for the first valid moment after it; one that comes
twice (clocks go back) for its first time.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"

_CHINESE_DAYS = "一二三四五六日"
_DAY = re.compile(
    r"(?P<daily>daily|every ?day|每天|每日|天天)"
    r"|(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?"
    r"|每?(?:周|週|星期|礼拜|禮拜)(?P<zh>[一二三四五六日天1-7])",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*"
    r"(?P<hour>\d{1,2})\s*(?:(?:[:：.]|[点點时時])\s*(?P<minute>\d{1,2}|半)?\s*分?)?\s*(?P<half>am|pm)?",
    re.IGNORECASE,
)
_AFTER_NOON = ("下午", "傍晚", "晚上", "pm")
_NOON = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """`day` is one of DAYS or DAILY, `minute` counts from the local midnight, `zone` is an IANA name."""

    day: str
    minute: int
    zone: str

    @property
    def clock(self) -> str:
        return f"{self.minute // 60:02}:{self.minute % 60:02}"

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone))

    def day_of(self, instant: datetime) -> date:
        return self.local(instant).date()


def slots(plan: Plan, after: datetime) -> Iterator[datetime]:
    """Give the instants a plan falls on, from the first that is later than `after`, without end."""
    day = plan.day_of(after) - timedelta(days=1)
    last = after
    while True:
        if plan.day in (DAILY, DAYS[day.weekday()]):
            slot = instant(day, plan.minute, ZoneInfo(plan.zone))
            if slot > last:
                yield slot
                last = slot
        day += timedelta(days=1)


def next_slot(plan: Plan, after: datetime) -> datetime:
    return next(slots(plan, after))


def missed(plan: Plan, first: datetime, now: datetime) -> tuple[list[datetime], datetime]:
    """Give the slots from `first` up to now, and the next one after them.

    `first` was reckoned when the one before it was; it counts even where the zone's rules have changed since.
    """
    passed: list[datetime] = []
    slot = first
    while slot <= now:
        passed.append(slot)
        slot = next_slot(plan, slot)
    return passed, slot


def changed_slot(plan: Plan, now: datetime, before: Plan | None, last: datetime | None) -> datetime:
    """Give the first slot of a plan that is new from now on; one in this very minute is due now.

    None falls on the day of the last digest, as the new plan reckons days or as the plan before did.
    """
    minute = now.replace(second=0, microsecond=0)
    taken: set[tuple[str, date]] = set()
    if last is not None:
        taken = {(known.zone, known.day_of(last)) for known in (plan, before or plan)}
    for slot in slots(plan, minute - timedelta(microseconds=1)):
        if not _falls_on(slot, taken, (plan, before or plan)):
            return max(slot, now)
    raise AssertionError("slots do not end")


def _falls_on(slot: datetime, taken: Container[tuple[str, date]], plans: tuple[Plan, Plan]) -> bool:
    return any((plan.zone, plan.day_of(slot)) in taken for plan in plans)


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Give the moment of a local time in UTC."""
    wanted = datetime.combine(day, time(minute // 60, minute % 60), zone)
    found = wanted.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return found
    return _end_of_gap(wanted.replace(fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the second between two moments at which the clocks are put forward."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


# --- what people write ------------------------------------------------------------------------------


def read_day(text: str) -> tuple[str | None, str]:
    """Find a day in a text; gives it, and the text without it."""
    found = _DAY.search(text)
    if found is None:
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
    if found["daily"]:
        return DAILY, rest
    if found["en"]:
        return found["en"].lower(), rest
    number = found["zh"].replace("天", "日")
    place = int(number) - 1 if number.isdecimal() else _CHINESE_DAYS.index(number)
    return DAYS[place], rest


def read_time(text: str) -> int | None:
    """Read a text that is nothing but a time of day, as minutes from midnight: "9:30", "下午3点半", "9pm"."""
    found = _TIME.fullmatch(text.strip())
    if found is None or found["minute"] is None and not re.search(r"[点點时時a-z]", text, re.IGNORECASE):
        return None
    hour, minute = int(found["hour"]), _minute(found["minute"])
    part = (found["half"] or found["part"] or "").lower()
    if part in _AFTER_NOON and hour < _NOON:
        hour += _NOON
    if part == "am" and hour == _NOON:
        hour = 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _minute(text: str | None) -> int:
    return 30 if text == "半" else int(text or 0)
