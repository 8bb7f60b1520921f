"""What stands on the shelf: list it, look at one report, take one off."""

from __future__ import annotations

import click

from bot import texts
from bot.commandline import argument, command, option
from bot.commands.options import json_option, workspace_option
from bot.render import report_card, report_table
from bot.shell import Shell
from store.errors import UsageError


@command("list", texts.HELP_LIST)
@json_option
@workspace_option
@click.pass_obj
def list_reports(shell: Shell, as_json: bool, workspace: str) -> None:
    reports = shell.library.reports([workspace])
    if as_json:
        for report in reports:
            shell.output.json(report.model_dump(mode="json"))
    elif reports:
        shell.output.lines(report_table(reports, shell.say))
    if not reports:
        shell.output.note(shell.say(texts.SHELF_EMPTY, workspace=workspace))


@command("show", texts.HELP_SHOW)
@argument("report_id", texts.ARG_ID, metavar="ID")
@option("--text", "as_text", phrase=texts.OPT_TEXT, is_flag=True)
@option("--raw", "as_raw", phrase=texts.OPT_RAW, is_flag=True)
@json_option
@workspace_option
@click.pass_obj
def show(shell: Shell, report_id: str, as_text: bool, as_raw: bool, as_json: bool, workspace: str) -> None:
    if as_text + as_raw + as_json > 1:
        hint = shell.say(texts.SEE_HELP, command="reportbot show")
        raise UsageError(shell.say(texts.ONE_OF, names="--text --raw --json"), hint=hint)
    library = shell.library
    report = library.report(report_id, [workspace])
    if as_text:
        shell.output.write(library.text(report.id, [workspace]) + "\n")
    elif as_raw:
        shell.output.write(library.raw(report.id, [workspace]) + "\n")
    elif as_json:
        shell.output.json(report.model_dump(mode="json"))
    else:
        from store.document import reopen

        sections = reopen(library, report, [workspace]).sections
        shell.output.lines(report_card(report, sections, shell.say))


@command("delete", texts.HELP_DELETE)
@argument("report_id", texts.ARG_ID, metavar="ID")
@workspace_option
@click.pass_obj
def delete(shell: Shell, report_id: str, workspace: str) -> None:
    library = shell.library
    gone = library.delete(library.report(report_id, [workspace]).id, workspace)
    said = shell.say(texts.DELETED, id=gone.id, title=gone.title, passages=gone.passages)
    shell.output.write(f"{said}\n")
