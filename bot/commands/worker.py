"""Run a worker."""

from __future__ import annotations

import click

from bot import texts
from bot.commandline import command, option
from bot.failures import explain
from bot.shell import Shell
from store.errors import UsageError


@command("worker", texts.HELP_WORKER)
@option(
    "--processes",
    phrase=texts.OPT_PROCESSES,
    type=click.IntRange(1, 64),
    default=1,
    metavar="N",
)
@click.pass_obj
def worker(shell: Shell, processes: int) -> int:
    broker = shell.settings.celery_broker_url
    if broker is None:
        raise UsageError(shell.say(texts.NO_BROKER), hint=shell.say(texts.NO_BROKER_REMEDY))
    # Imported here: Celery takes half a second, and no other command needs it without a broker.
    from bot.logs import log_to_stderr
    from bot.services import build_services
    from bot.tasks import run_worker, worker_name
    from bot.work import Workbench

    log_to_stderr(shell.settings)
    # The processes that work make services of their own: connections must not be shared with them.
    bench = Workbench(lambda: build_services(shell.settings, shell.say), shell.say)
    ready = shell.say(texts.WORKER_READY, name=worker_name(), n=processes)
    code = run_worker(
        broker.get_secret_value(),
        shell.services.database_url,
        bench,
        processes=processes,
        say=shell.say,
        on_ready=lambda: shell.output.plain_note(ready),
        on_trouble=lambda error: shell.output.note(explain(error, shell.say)),
    )
    shell.output.plain_note(shell.say(texts.WORKER_STOPPED))
    return code
