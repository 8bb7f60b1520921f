"""A Celery worker: its tasks, and the watch it keeps over jobs that got lost."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery import signals

from bot.broker import LAST_WORDS, TASKS, TIME_LIMITS, Bell, Queues, make_app
from bot.texts import Say
from store.errors import AppError
from store.jobs import JobStore

if TYPE_CHECKING:
    from celery import Celery

    from bot.work import Workbench

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=5)
OVERDUE = timedelta(seconds=60)
"""A queue that is never empty must not keep a job waiting whose message was lost."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def add_tasks(app: Celery, bench: Workbench) -> None:
    """Tell Celery what it can be asked for; what a job is of, and whose, stands in its row."""
    for kind, name in TASKS.items():
        limit = int(TIME_LIMITS[kind].total_seconds())

        def work(job_id: str) -> None:
            bench.do(job_id)

        if name not in app.tasks:
            soft = limit - int(LAST_WORDS.total_seconds())
            app.task(name=name, time_limit=limit, soft_time_limit=soft)(work)


class Watch:
    """Looks every few seconds for jobs whose worker died and for jobs whose message was lost."""

    def __init__(self, jobs: JobStore, bell: Bell) -> None:
        self._jobs = jobs
        self._bell = bell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:  # a worker may be told to stop before it was ready
            self._thread.join()

    def look(self) -> int:
        """Tell workers of what was forgotten; gives of how many."""
        self._jobs.see_worker(worker_name())
        self._jobs.take_back()
        nothing_waits = self._bell.waiting() == 0
        due = self._jobs.due(timedelta(0) if nothing_waits else OVERDUE)
        self._bell.ring(due)
        return len(due)

    def _run(self) -> None:
        trouble = ""
        while True:
            try:
                self.look()
            except AppError as error:
                if str(error) != trouble:  # once, not every few seconds
                    log.warning("cannot look after jobs: %s", error)
                trouble = str(error)
            else:
                trouble = ""
            if self._over.wait(LOOK_EVERY.total_seconds()):
                return


def run_worker(
    broker_url: str,
    database_url: str,
    bench: Workbench,
    *,
    processes: int,
    say: Say,
    on_ready: Callable[[], None],
    on_trouble: Callable[[AppError], None],
) -> int:
    """Work until told to stop; gives an exit code. Nothing that is held open here is used by the processes that work."""
    jobs = JobStore(database_url, pooled=False)
    jobs.forget_old()
    shelf = jobs.identity()
    queues = Queues(shelf)
    app = make_app(broker_url, queues)
    add_tasks(app, bench)
    bell = Bell(broker_url, shelf, say)
    watch = Watch(jobs, bell)
    try:
        bell.answers()
    except AppError as error:  # it is waited for
        on_trouble(error)
    _leave_logging_alone()

    def begin(**_: Any) -> None:
        # Only now that the processes are made: a thread must not be at work while they are.
        watch.start()
        on_ready()

    signals.worker_ready.connect(begin, weak=False)
    worker: Any = app.Worker(
        hostname=f"reportbot-{os.getpid()}@{socket.gethostname()}",
        pool="prefork",
        concurrency=processes,
        queues=queues.names,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
    )
    worker.start()
    watch.stop()
    jobs.lose_worker(worker_name())
    return int(worker.exitcode or 0)


def _leave_logging_alone() -> None:
    """Whoever listens to this signal has Celery set up no logging of its own."""
    signals.setup_logging.connect(lambda **_: None, weak=False)
