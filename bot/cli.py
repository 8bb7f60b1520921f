"""The command `reportbot`: which commands there are, and how one is run."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence

import click

from bot import environment, texts
from bot.commandline import Commands, Entry, Option, in_our_words
from bot.failures import run_guarded
from bot.output import prepare_streams
from bot.shell import Shell

ENTRIES = {
    "ingest": Entry("bot.commands.ingest", "ingest", texts.HELP_INGEST),
    "list": Entry("bot.commands.shelf", "list_reports", texts.HELP_LIST),
    "show": Entry("bot.commands.shelf", "show", texts.HELP_SHOW),
    "delete": Entry("bot.commands.shelf", "delete", texts.HELP_DELETE),
    "summarize": Entry("bot.commands.summarize", "summarize", texts.HELP_SUMMARIZE),
    "ask": Entry("bot.commands.ask", "ask", texts.HELP_ASK),
    "search": Entry("bot.commands.search", "search", texts.HELP_SEARCH),
    "digest": Entry("bot.commands.digest", "digest", texts.HELP_DIGEST),
    "serve": Entry("bot.commands.serve", "serve", texts.HELP_SERVE),
    "worker": Entry("bot.commands.worker", "worker", texts.HELP_WORKER),
    "jobs": Entry("bot.commands.jobs", "jobs", texts.HELP_JOBS),
    "doctor": Entry("bot.commands.doctor", "doctor", texts.HELP_DOCTOR),
    "reindex": Entry("bot.commands.reindex", "reindex", texts.HELP_REINDEX),
    "export": Entry("bot.commands.transfer", "export", texts.HELP_EXPORT),
    "import": Entry("bot.commands.transfer", "import_", texts.HELP_IMPORT),
}


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"reportbot {version('reportbot')}")
        ctx.exit()


reportbot = Commands(
    "reportbot",
    entries=ENTRIES,
    params=[
        Option(
            ["--version"],
            phrase=texts.HELP_VERSION,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
        )
    ],
)


def run(args: Sequence[str], shell: Shell) -> int:
    """Run one command line; every failure becomes one line and an exit code."""
    try:
        return run_guarded(lambda: _invoke(list(args), shell), shell.output, shell.say)
    finally:
        shell.close()


def _invoke(args: list[str], shell: Shell) -> int:
    try:
        with reportbot.make_context("reportbot", args, obj=shell) as ctx:
            code = reportbot.invoke(ctx)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.UsageError as error:
        raise in_our_words(error, shell.say) from error
    return code if isinstance(code, int) else 0


def main() -> None:
    prepare_streams()
    _quieten(wanted=not environment.debug())
    sys.exit(run(sys.argv[1:], Shell(environment.language())))


def _quieten(*, wanted: bool) -> None:
    """Let libraries' warnings through only to whoever looks for a defect."""
    if wanted:
        logging.getLogger().addHandler(logging.NullHandler())
        warnings.simplefilter("ignore")
    else:
        logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s %(message)s")
