"""Serve the Telegram bot."""

from __future__ import annotations

import asyncio
import os
import sys

import click

from bot import texts
from bot.commandline import command
from bot.logs import log_to_stderr
from bot.shell import Shell


@command("serve", texts.HELP_SERVE)
@click.pass_obj
def serve(shell: Shell) -> None:
    # Imported here: telegram takes half a second, and no other command needs it.
    from bot.chat.app import serve as serve_bot

    log_to_stderr(shell.settings)
    shell.searching_library()
    asyncio.run(serve_bot(shell.services, shell.say, shell.output.plain_note))
    # A file being read in another thread would hold up the end for a minute; the next start takes it up again.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
