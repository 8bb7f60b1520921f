"""Summarise a file as it lies there, or a report on the shelf."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import texts
from bot.commandline import argument, command, option
from bot.commands.options import workspace_option
from bot.said import said
from bot.shell import Shell
from bot.texts import Say
from bot.views import summary_view
from chains.extract import choose
from chains.models import Summary, SummaryInput
from chains.overview import overview
from store.document import describe, load, reopen
from store.errors import NotFoundError
from store.models import Kind

if TYPE_CHECKING:
    from bot.views import SummaryView

_ID = re.compile(r"[0-9a-fA-F]{1,12}")


@command("summarize", texts.HELP_SUMMARIZE)
@argument("target", texts.ARG_TARGET, metavar="PATH_OR_ID")
@option(
    "--format",
    "form",
    phrase=texts.OPT_FORMAT,
    type=click.Choice(["text", "md", "html", "json"]),
    default="text",
    metavar="FORMAT",
)
@workspace_option
@click.pass_obj
def summarize(shell: Shell, target: str, form: str, workspace: str) -> None:
    summary = _summary(shell, target, workspace)
    if form == "json":
        indent = 2 if shell.output.to_terminal else None
        shell.output.json(summary.model_dump(mode="json"), indent=indent)
        return
    view = summary_view(summary, shell.say)
    if form == "text":
        from bot.render import summary_lines

        shell.output.lines(summary_lines(view, shell.say))
    else:
        shell.output.write(_page(view, form, shell))


def _page(view: SummaryView, form: str, shell: Shell) -> str:
    if form == "md":
        from bot.markdown import summary_markdown

        return summary_markdown(view, shell.say)
    from bot.html import summary_html

    return summary_html(view, shell.say)


def _summary(shell: Shell, target: str, workspace: str) -> Summary:
    """A file goes before an id; without one nothing of the shelf is touched."""
    path = Path(target)
    if _exists(path) or not _ID.fullmatch(target):
        if not _exists(path) and path.name == target and not path.suffix:
            message = shell.say(texts.NOT_A_TARGET, target=target)
            raise NotFoundError(message, hint=shell.say(texts.TARGET_REMEDY))
        document = load(path)
        for warning in document.warnings:
            shell.output.note(f"{target}{shell.say(texts.COLON)}{said(warning, shell.say)}")
        asked = SummaryInput(document, describe(document, workspace=workspace))
    else:
        report = shell.library.report(target, [workspace])
        asked = SummaryInput(reopen(shell.library, report, [workspace]), report)
    return _in_language(shell.services.engine.summarize(asked, workspace), asked, shell.say)


def _in_language(summary: Summary, asked: SummaryInput, say: Say) -> Summary:
    """Word the overview in the user's language; the points stay in the report's."""
    if say.language == "zh":
        return summary
    counts = {
        Kind.ACHIEVEMENTS: len(summary.achievements),
        Kind.SHORTCOMINGS: len(summary.shortcomings),
        Kind.PLANS: len(summary.plans),
    }
    unlisted = choose(asked.document).unlisted
    said, wanted = (overview(summary.report, counts, unlisted, language) for language in ("zh", say.language))
    return summary.model_copy(update={"overview": summary.overview.replace(said, wanted, 1)})


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or one that holds a NUL
        return False
