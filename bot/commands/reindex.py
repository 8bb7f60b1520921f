"""Build both indexes anew."""

from __future__ import annotations

import click

from bot import texts
from bot.commandline import command
from bot.commands.doctor import in_our_words
from bot.commands.options import workspace_option
from bot.progress import progress_bar
from bot.shell import Shell
from store.document import parse
from store.health import Finding


@command("reindex", texts.HELP_REINDEX)
@workspace_option
@click.pass_obj
def reindex(shell: Shell, workspace: str) -> int:
    del workspace  # both indexes hold every shelf
    library = shell.searching_library()
    total = 0
    findings: list[Finding] = []
    with progress_bar(shell.say(texts.REINDEXING), 100) as step:

        def moved(done: int, of: int) -> None:
            nonlocal total
            total = of
            step(100 * done // max(of, 1), f"{done}/{of}")

        findings = library.reindex(parse=parse, progress=moved)
    shell.output.write(shell.say(texts.REINDEXED, reports=total) + "\n")
    for finding in (in_our_words(found, shell.say) for found in findings):
        shell.output.error(
            shell.say(texts.COLON).join([finding.subject, f"{finding.detail} {finding.remedy}".strip()])
        )
    return 1 if any(finding.level == "error" for finding in findings) else 0
