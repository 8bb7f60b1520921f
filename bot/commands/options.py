"""Options that several commands share."""

from __future__ import annotations

import re

import click

from bot import texts
from bot.commandline import option, say_of
from bot.texts import Phrase, Say
from store.errors import UsageError

DEFAULT_WORKSPACE = "shared"


def _workspace(ctx: click.Context, _: click.Parameter, name: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,64}", name):
        say = say_of(ctx)
        raise UsageError(say(texts.BAD_WORKSPACE, name=repr(name)), hint=say(texts.WORKSPACE_REMEDY))
    return name


workspace_option = option(
    "--workspace",
    phrase=texts.OPT_WORKSPACE,
    default=DEFAULT_WORKSPACE,
    metavar="NAME",
    callback=_workspace,
)
json_option = option("--json", "as_json", phrase=texts.OPT_JSON, is_flag=True)


def one_of_them(
    say: Say, words: str | None, batch: str | None, report_id: str | None, *, what: Phrase
) -> None:
    """Insist on either words or a file of them."""
    if (words is None) == (batch is None) or (words is not None and not words.strip()):
        hint = say(texts.SEE_HELP, command=click.get_current_context().command_path)
        raise UsageError(say(texts.QUESTION_OR_BATCH, what=say(what)), hint=hint)
    if batch is not None and report_id is not None:
        raise UsageError(say(texts.REPORT_IN_BATCH), hint=say(texts.REPORT_IN_BATCH_REMEDY))
