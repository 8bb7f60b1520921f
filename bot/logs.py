"""What a process that runs on its own writes to stderr, without anybody's words or secrets in it."""

from __future__ import annotations

import logging
import sys

from bot import environment
from bot.settings import Settings


class _Secrets(logging.Filter):
    """Takes secrets out of whatever is logged: httpx logs addresses, and Telegram's hold the token."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        named = (
            settings.telegram_bot_token,
            settings.openai_api_key,
            settings.telegram_webhook_secret,
            settings.celery_broker_url,
            settings.database_url,
        )
        self._secrets = [secret.get_secret_value() for secret in named if secret is not None]

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if any(secret in message for secret in self._secrets):
            for secret in self._secrets:
                message = message.replace(secret, "***")
            record.msg, record.args = message, ()
        return True


def log_to_stderr(settings: Settings) -> None:
    """Log what we do; in debug mode every library's log too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    if environment.debug():
        for each in root.handlers:
            each.addFilter(_Secrets(settings))
        return
    handler.addFilter(_Secrets(settings))
    own = logging.getLogger("bot")
    own.setLevel(logging.INFO)
    own.addHandler(handler)
