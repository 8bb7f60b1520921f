"""What is new on a shelf."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot import texts
from bot.commandline import command, option
from bot.commands.options import workspace_option
from bot.progress import progress_bar
from bot.shell import Shell
from chains.digest.models import DigestInput
from store.changes import utc_now
from store.errors import UsageError

if TYPE_CHECKING:
    from chains.digest.models import Digest

_AGO = re.compile(r"(\d{1,6})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SEPARATORS = re.compile(r"[,，、;；]")


@command("digest", texts.HELP_DIGEST)
@option("--since", phrase=texts.OPT_SINCE, default="7d", metavar="WHEN")
@option("--until", phrase=texts.OPT_UNTIL, metavar="WHEN")
@option(
    "--format",
    "form",
    phrase=texts.OPT_FORMAT,
    type=click.Choice(["text", "md", "html", "json"]),
    default="text",
    metavar="FORMAT",
)
@option("--watch", phrase=texts.OPT_WATCH, multiple=True, metavar="WORD")
@workspace_option
@click.pass_obj
def digest(
    shell: Shell, since: str, until: str | None, form: str, watch: tuple[str, ...], workspace: str
) -> None:
    now = utc_now()
    ends = (_instant("--since", since, now, shell), _instant("--until", until, now, shell) if until else now)
    if ends[0] >= ends[1]:
        raise UsageError(shell.say(texts.NO_SPAN), hint=shell.say(texts.TIME_REMEDY))
    words = tuple(
        dict.fromkeys(word.strip() for given in watch for word in _SEPARATORS.split(given) if word.strip())
    )
    if watch and not words:
        raise UsageError(shell.say(texts.NOTHING_WATCHED), hint=shell.say(texts.WATCH_REMEDY))
    _show(shell, _made(shell, DigestInput(*ends, (workspace,), words), workspace), form)
    if not shell.library.reports([workspace]):
        shell.output.note(shell.say(texts.SHELF_EMPTY, workspace=workspace))


def _made(shell: Shell, asked: DigestInput, workspace: str) -> Digest:
    with progress_bar(shell.say(texts.READING), 100) as step:
        return shell.services.engine.digest(
            shell.library,
            asked,
            workspace,
            lambda done, of: step(100 * done // max(of, 1), f"{done}/{of}"),
        )


def _show(shell: Shell, made: Digest, form: str) -> None:
    from bot.digest import digest_html, digest_record, digest_view, is_quiet, quiet_line

    zone = shell.settings.timezone
    if form == "json":
        record = digest_record(made, shell.say, zone)
        shell.output.json(record, indent=2 if shell.output.to_terminal else None)
    elif form == "html":
        shell.output.write(digest_html(made, shell.say, zone))
    elif is_quiet(made):
        shell.output.write(quiet_line(made, shell.say, zone) + "\n")
    elif form == "text":
        from bot.render import summary_lines

        shell.output.lines(summary_lines(digest_view(made, shell.say, zone), shell.say))
    else:
        from bot.markdown import summary_markdown

        shell.output.write(summary_markdown(digest_view(made, shell.say, zone), shell.say))


def _instant(name: str, given: str, now: datetime, shell: Shell) -> datetime:
    """Read "7d" as so long ago, and a date or time without an offset as one in the user's zone."""
    text = given.strip()
    ago = _AGO.fullmatch(text.lower())
    try:
        if ago:
            return now - int(ago[1]) * _UNITS[ago[2]]
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(shell.settings.timezone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = shell.say(texts.BAD_TIME, name=name, value=given)
        raise UsageError(message, hint=shell.say(texts.TIME_REMEDY)) from error
