"""Time zones by the names people write: IANA's, a city's, or one in Chinese."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from bot.chat.texts import ZONES

_SAID_ALSO = ("北京", "上海", "中国")


def read_zone(text: str) -> str | None:
    """Give the IANA name of a zone: "europe/berlin", "New York", "伦敦", "北京时间"."""
    wanted = _plain(text)
    return _names().get(wanted) if wanted else None


@cache
def _names() -> dict[str, str]:
    """Every way to write a zone; a city's name only where there is one such city."""
    cities: dict[str, set[str]] = {}
    for zone in available_timezones():
        cities.setdefault(_plain(zone.rpartition("/")[2]), set()).add(zone)
    named = {city: next(iter(zones)) for city, zones in cities.items() if len(zones) == 1}
    named |= {_plain(zone): zone for zone in available_timezones()}
    for zone, phrase in ZONES.items():
        named |= {_plain(name): zone for name in phrase}
        named[_plain(zone.rpartition("/")[2])] = zone
        named[phrase.zh.removesuffix("时间")] = zone
    return named | dict.fromkeys(_SAID_ALSO, "Asia/Shanghai")


def _plain(text: str) -> str:
    return "".join(text.split()).replace("_", "").lower()
