"""Serve the Telegram bot."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import click

from bot import environment, texts
from bot.commandline import command
from bot.settings import Settings
from bot.shell import Shell


@command("serve", texts.HELP_SERVE)
@click.pass_obj
def serve(shell: Shell) -> None:
    # Imported here: telegram takes half a second, and no other command needs it.
    from bot.chat.app import serve as serve_bot

    _log_to_stderr(shell.settings)
    shell.searching_library()
    asyncio.run(serve_bot(shell.services, shell.say, shell.output.plain_note))
    # A file being read in another thread would hold up the end for a minute; the next start takes it up again.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class _Secrets(logging.Filter):
    """Takes secrets out of whatever is logged: httpx logs addresses, and Telegram's hold the token."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        named = (settings.telegram_bot_token, settings.openai_api_key, settings.telegram_webhook_secret)
        self._secrets = [secret.get_secret_value() for secret in named if secret is not None]

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if any(secret in message for secret in self._secrets):
            for secret in self._secrets:
                message = message.replace(secret, "***")
            record.msg, record.args = message, ()
        return True


def _log_to_stderr(settings: Settings) -> None:
    """Log what the bot does, without anybody's words in it; in debug mode every library's log too."""
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
