"""Write shelves to a file, and take them in from one."""

from __future__ import annotations

from pathlib import Path

import click

from bot import texts
from bot.commandline import argument, command, option
from bot.commands.options import workspace_option
from bot.progress import progress_bar
from bot.shell import Shell


@command("export", texts.HELP_EXPORT)
@argument("file", texts.ARG_EXPORT, metavar="FILE")
@option("--all", "everything", phrase=texts.OPT_ALL, is_flag=True)
@workspace_option
@click.pass_obj
def export(shell: Shell, file: str, everything: bool, workspace: str) -> int:
    from store import transfer

    workspaces = None if everything else [workspace]
    path = Path(file).expanduser()
    moved = transfer.export(shell.library, shell.services.database_url, path, workspaces)
    shell.output.write(shell.say(texts.EXPORTED, n=moved.reports, file=path) + "\n")
    return 0


@command("import", texts.HELP_IMPORT)
@argument("file", texts.ARG_IMPORT, metavar="FILE")
@click.pass_obj
def import_(shell: Shell, file: str) -> int:
    from store import transfer

    path = Path(file).expanduser()
    library = shell.searching_library()
    with progress_bar(shell.say(texts.IMPORTING), transfer.count_reports(path)) as step:
        moved = transfer.import_(library, shell.services.database_url, path, lambda done: step(done, ""))
    shell.output.write(shell.say(texts.IMPORTED, n=moved.reports, m=moved.unchanged) + "\n")
    return 0
