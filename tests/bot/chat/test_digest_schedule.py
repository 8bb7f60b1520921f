"""When a digest is due: zones, days, clocks put forward and back, and what people write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest

from bot.chat.schedule import DAILY, DAYS, Plan, changed_slot, missed, next_slot, read_day, read_time, slots
from bot.chat.zones import read_zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first(plan: Plan, after: str, count: int) -> list[str]:
    return [slot.strftime("%m-%d %H:%M") for slot in islice(slots(plan, at(after)), count)]


@pytest.mark.parametrize(
    ("plan", "after", "expected"),
    [
        # clocks forward in Berlin on 29 March at 02:00, back on 25 October at 03:00
        (
            Plan(DAILY, 150, "Europe/Berlin"),
            "2026-03-27",
            ["03-27 01:30", "03-28 01:30", "03-29 01:00", "03-30 00:30"],
        ),
        (
            Plan(DAILY, 150, "Europe/Berlin"),
            "2026-10-23T12:00",
            ["10-24 00:30", "10-25 00:30", "10-26 01:30"],
        ),
        (Plan("sun", 150, "Europe/Berlin"), "2026-03-28", ["03-29 01:00", "04-05 00:30"]),
        # the same in New York, on 8 March and 1 November
        (Plan("sun", 150, "America/New_York"), "2026-03-07", ["03-08 07:00", "03-15 06:30"]),
        (Plan("sun", 90, "America/New_York"), "2026-10-31", ["11-01 05:30", "11-08 06:30"]),
        # half an hour forward on Lord Howe
        (Plan("sun", 130, "Australia/Lord_Howe"), "2026-10-03", ["10-03 15:30", "10-10 15:10"]),
        # clocks go forward at midnight: the day begins at one
        (Plan(DAILY, 0, "America/Santiago"), "2026-09-05T05:00", ["09-06 04:00", "09-07 03:00"]),
        # a day that Samoa never had
        (Plan("fri", 540, "Pacific/Apia"), "2011-12-29", ["12-30 10:00", "01-05 19:00"]),
        # month and year ends, leap day
        (Plan("mon", 540, "Asia/Shanghai"), "2026-12-28T01:00", ["01-04 01:00"]),
        (Plan(DAILY, 0, "Asia/Shanghai"), "2026-12-30T15:59", ["12-30 16:00", "12-31 16:00"]),
        (Plan(DAILY, 540, "UTC"), "2028-02-28T09:00", ["02-29 09:00", "03-01 09:00"]),
        (Plan("tue", 1439, "Pacific/Kiritimati"), "2026-06-01", ["06-02 09:59"]),
        (Plan("mon", 540, "Asia/Kathmandu"), "2026-06-01", ["06-01 03:15"]),
    ],
)
def test_slots_fall_on_the_local_hour(plan: Plan, after: str, expected: list[str]) -> None:
    assert first(plan, after, len(expected)) == expected


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@pytest.mark.parametrize("minute", [0, 30, 90, 120, 150, 179, 540])
def test_a_daily_plan_has_one_slot_a_day_all_year(zone: str, minute: int) -> None:
    plan = Plan(DAILY, minute, zone)
    year = list(islice(slots(plan, at("2026-01-01T12:00")), 365))
    assert len({plan.day_of(slot) for slot in year}) == 365
    assert all(timedelta(hours=22) < later - slot < timedelta(hours=26) for slot, later in pairwise(year))


def test_slots_missed_are_named_and_the_next_lies_ahead() -> None:
    plan = Plan("mon", 540, "Asia/Shanghai")
    due = next_slot(plan, at("2026-03-01"))
    assert missed(plan, due, due - timedelta(microseconds=1)) == ([], due)
    assert missed(plan, due, due) == ([due], due + timedelta(days=7))
    passed, following = missed(plan, due, due + timedelta(days=21, hours=2))
    assert passed == [due + timedelta(days=7 * n) for n in range(4)]
    assert following == due + timedelta(days=28)


NINE = Plan("mon", 540, "Asia/Shanghai")
SENT = at("2026-03-09T01:00")  # Monday, nine in Shanghai


@pytest.mark.parametrize(
    ("plan", "now", "last", "expected"),
    [
        (NINE, "2026-03-09T01:00:40", None, "2026-03-09T01:00:40"),  # this very minute
        (NINE, "2026-03-09T01:01:00", None, "2026-03-16T01:00"),
        (
            Plan("mon", 900, "Asia/Shanghai"),
            "2026-03-09T02:00",
            SENT,
            "2026-03-16T07:00",
        ),  # later the same day
        (Plan(DAILY, 900, "Asia/Shanghai"), "2026-03-09T02:00", SENT, "2026-03-10T07:00"),
        (Plan(DAILY, 540, "Asia/Shanghai"), "2026-03-09T01:00:30", SENT, "2026-03-10T01:00"),
        # Monday is not over yet in New York, nor is it there what it was in Shanghai
        (Plan(DAILY, 540, "America/New_York"), "2026-03-09T02:00", SENT, "2026-03-10T13:00"),
        (Plan("mon", 540, "America/New_York"), "2026-03-09T02:00", SENT, "2026-03-16T13:00"),
        (Plan("tue", 540, "Asia/Shanghai"), "2026-03-09T02:00", SENT, "2026-03-10T01:00"),
    ],
)
def test_a_changed_plan_counts_from_now_and_never_twice_a_day(
    plan: Plan, now: str, last: datetime | None, expected: str
) -> None:
    assert changed_slot(plan, at(now), NINE, last) == at(expected)


@pytest.mark.parametrize(
    ("text", "day", "minute"),
    [
        ("mon 09:30", "mon", 570),
        ("Monday 9:30", "mon", 570),
        ("周一 9:30", "mon", 570),
        ("星期天 8点", "sun", 480),
        ("礼拜三下午3点半", "wed", 930),
        ("每周五 18：05", "fri", 1085),
        ("每天 07:00", DAILY, 420),
        ("daily 9pm", DAILY, 1260),
        ("週二 晚上8點", "tue", 1200),
        ("sat 12am", "sat", 0),
        ("中午12点", None, 720),
        ("周四", "thu", None),
        ("周一 25:00", "mon", None),
        ("周一 9:75", "mon", None),
        ("9", None, None),
        ("尽快", None, None),
    ],
)
def test_what_people_write_is_read_or_refused(text: str, day: str | None, minute: int | None) -> None:
    found, rest = read_day(text)
    assert (found, read_time(rest)) == (day, minute)


def test_every_day_has_its_name_in_both_languages() -> None:
    for number, day in enumerate(DAYS):
        assert read_day(f"周{'一二三四五六日'[number]} 9:00")[0] == day
        assert read_day(f"{day} 09:00")[0] == day


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("伦敦", "Europe/London"),
        ("北京时间", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("UTC", "UTC"),
        ("映川", None),
        ("", None),
        ("../../etc/passwd", None),
    ],
)
def test_a_zone_is_known_by_its_names(text: str, zone: str | None) -> None:
    assert read_zone(text) == zone
