"""Ask the reports."""

from __future__ import annotations

import click

from bot import texts
from bot.commandline import argument, command, option
from bot.commands.batch import Result, run_batch
from bot.commands.options import json_option, one_of_them, workspace_option
from bot.render import answer_lines
from bot.shell import Shell
from bot.views import answer_view
from chains.models import Answer, AskInput
from store.library import Library


@command("ask", texts.HELP_ASK)
@argument("question", texts.ARG_QUESTION, required=False, metavar="QUESTION")
@option("--report", "report_id", phrase=texts.OPT_REPORT, metavar="ID")
@json_option
@option("--batch", phrase=texts.OPT_BATCH_ASK, metavar="FILE")
@workspace_option
@click.pass_obj
def ask(
    shell: Shell,
    question: str | None,
    report_id: str | None,
    as_json: bool,
    batch: str | None,
    workspace: str,
) -> int:
    one_of_them(shell.say, question, batch, report_id, what=texts.THE_QUESTION)
    library = shell.searching_library()
    if batch is not None:
        code = run_batch(
            shell, batch, "question", lambda words, of: _record(_answer(shell, library, words, of, workspace))
        )
        shell.tell_notices()
        return code
    answer = _answer(shell, library, question or "", report_id, workspace)
    if as_json:
        shell.output.json(_record(answer))
    else:
        shell.output.lines(answer_lines(answer_view(answer, shell.say), shell.say))
    shell.tell_notices()
    return 0


def _answer(shell: Shell, library: Library, question: str, report_id: str | None, workspace: str) -> Answer:
    full_id = library.report(report_id, [workspace]).id if report_id is not None else None
    ask = AskInput(question=question, workspaces=(workspace,), report_id=full_id)
    return shell.services.engine.answer(library, ask, workspace)


def _record(answer: Answer) -> Result:
    record: Result = answer.model_dump(mode="json")
    return record
