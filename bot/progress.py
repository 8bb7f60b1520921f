"""A progress bar on stderr, for people only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.output import one_line

Step = Callable[[int, str], None]
"""Tell how many are done and what is at work now."""


@contextmanager
def progress_bar(heading: str, total: int | None) -> Iterator[Step]:
    """Give a function that moves the bar; it does nothing where stderr is not a terminal. None: who knows how many."""
    if not sys.stderr.isatty() or (total is not None and total < 2):
        yield lambda done, name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    # Results may be going into a file: only what shares the terminal is printed above the bar.
    shared = sys.stdout.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=shared) as progress:
        task = progress.add_task(heading, total=total, name="")
        yield lambda done, name: progress.update(task, completed=done, name=one_line(name)[-40:])
