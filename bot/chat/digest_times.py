"""Instants and plans in words, in a chat's zone and language."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat import texts
from bot.chat.schedule import DAILY, DAYS, Plan
from bot.texts import Say


def zone_name(zone: str, say: Say) -> str:
    return say(texts.ZONES[zone]) if zone in texts.ZONES else zone


def moment(instant: datetime, zone: str, say: Say, *, with_year: bool = False) -> str:
    """Say a moment to the minute, as "3月9日 周一 09:00"."""
    local = instant.astimezone(ZoneInfo(zone))
    return say(
        texts.MOMENT_WITH_YEAR if with_year else texts.MOMENT,
        year=local.year,
        month=local.month,
        day=local.day,
        date=local.date().isoformat(),
        weekday=say(texts.DAYS[DAYS[local.weekday()]]),
        clock=f"{local:%H:%M}",
    )


def span(since: datetime, until: datetime, zone: str, say: Say) -> dict[str, str]:
    """Word both ends of a window, with their years where they differ."""
    apart = since.astimezone(ZoneInfo(zone)).year != until.astimezone(ZoneInfo(zone)).year
    ends = {"since": since, "until": until}
    worded = {name: moment(end, zone, say, with_year=apart) for name, end in ends.items()}
    return {**worded, "zone": zone_name(zone, say)}


def rhythm(plan: Plan, say: Say) -> str:
    if plan.day == DAILY:
        return say(texts.EVERY_DAY, clock=plan.clock)
    return say(texts.EVERY_WEEK, day=say(texts.DAYS[plan.day]), clock=plan.clock)
