"""Whether several bots may serve side by side with these settings, and what holds for all of them then."""

from __future__ import annotations

from enum import Enum, auto

from bot.settings import Settings
from store.db import is_shared_url


class Holds(Enum):
    """For whom Telegram's limits are kept to."""

    ALONE = auto()
    """One process: only one may ask Telegram for updates, and a database in a file is one machine's."""
    TOGETHER = auto()
    """All replicas, which ask Redis for their turns."""
    APART = auto()
    """Each replica for itself, for there is no Redis."""


def limits_hold_by(settings: Settings) -> Holds:
    """Tell for whom limits are kept with these settings."""
    database, broker = settings.database_url, settings.celery_broker_url
    if database is None or settings.telegram_webhook_url is None:
        return Holds.ALONE
    if not is_shared_url(database.get_secret_value()):
        return Holds.ALONE
    redis = broker is not None and broker.get_secret_value().startswith("redis")
    return Holds.TOGETHER if redis else Holds.APART
