"""Take files and folders in, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import texts
from bot.commandline import argument, command, option
from bot.commands.options import json_option, workspace_option
from bot.failures import attempt, explain, why
from bot.folders import Walk, in_order, writable
from bot.progress import progress_bar
from bot.said import said
from bot.shell import Shell
from store.errors import AppError, EmbeddingError, LibraryBusyError, ReadError
from store.models import IngestResult

if TYPE_CHECKING:
    from store.library import Library

_OF_ONE_FILE = (ReadError, EmbeddingError, LibraryBusyError)
"""Failures after which the next file may well succeed."""


@command("ingest", texts.HELP_INGEST)
@argument("paths", texts.ARG_PATHS, nargs=-1, required=True, metavar="PATH...")
@option("--local", phrase=texts.OPT_LOCAL, is_flag=True)
@json_option
@workspace_option
@click.pass_obj
def ingest(shell: Shell, paths: tuple[str, ...], local: bool, as_json: bool, workspace: str) -> int:
    if shell.settings.celery_broker_url is not None and not local:
        return _by_workers(shell, paths, workspace, as_json=as_json)
    return _here(shell, paths, workspace, as_json=as_json)


def _here(shell: Shell, paths: tuple[str, ...], workspace: str, *, as_json: bool) -> int:
    files, failed = _collect(shell, paths)
    if not files:
        return 1
    library = shell.searching_library()
    counts: Counter[str] = Counter()
    held = {report.source: report.id for report in library.reports([workspace])}
    with progress_bar(shell.say(texts.READING), len(files)) as step:
        for done, path in enumerate(files):
            step(done, path.name)
            result = _take_in(shell, library, path, workspace)
            counts[result.status] += 1
            source = result.report.source if result.report else ""
            _tell(shell, result, held.get(source, ""), as_json=as_json)
            if result.report is not None:
                held[source] = result.report.id
    _tell_total(shell, len(files), counts)
    return 1 if failed or counts["failed"] else 0


def _by_workers(shell: Shell, paths: tuple[str, ...], workspace: str, *, as_json: bool) -> int:
    """Have workers take the files in, however many there are."""
    from bot.enqueue import Enqueuer

    bell = shell.services.bell
    if bell is None:
        raise AssertionError("asked for without a broker")
    bell.answers()
    enqueuer = Enqueuer(
        shell.services.jobs,
        bell,
        workspace,
        shell.say,
        on_trouble=lambda error: shell.output.note(_broker_away(error, shell)),
        on_nobody=lambda n: shell.output.note(shell.say(texts.NO_WORKER_YET, n=n)),
    )
    walks = [Walk(path) for path in map(Path, paths) if path.is_dir()]
    files = chain((path for path in map(Path, paths) if not path.is_dir()), *(walk.files() for walk in walks))
    counts: Counter[str] = Counter()
    try:
        with progress_bar(shell.say(texts.READING), None) as step:
            for result in enqueuer.run(files):
                counts[result.status] += 1
                _tell(shell, result, "", as_json=as_json)
                step(counts.total(), Path(result.path).name)
    except KeyboardInterrupt:
        shell.output.note(shell.say(texts.STOPPED_QUEUEING, n=enqueuer.with_workers))
        raise
    for walk in walks:
        _tell_folder(shell, walk.folder, walk)
    if counts:
        _tell_total(shell, counts.total(), counts)
    walks_failed = any(not walk.found or walk.unreadable for walk in walks)
    return 1 if walks_failed or counts["failed"] else 0


def _broker_away(error: AppError, shell: Shell) -> str:
    return shell.say(texts.QUEUED_BY_ITSELF, why=error)


def _collect(shell: Shell, paths: tuple[str, ...]) -> tuple[list[Path], bool]:
    """Find the files; True when a folder had nothing to give or could not be opened."""
    files: list[Path] = []
    failed = False
    for path in map(Path, paths):
        if path.is_dir():
            walk = Walk(path)
            files += in_order(walk.files())
            failed |= not walk.found or bool(walk.unreadable)
            _tell_folder(shell, path, walk)
        else:
            files.append(path)
    return files, failed


def _tell_folder(shell: Shell, folder: Path, found: Walk) -> None:
    say = shell.say
    for error in found.unreadable:
        shell.output.error(say(texts.FOLDER_UNREADABLE, folder=error.filename, why=why(error, say)))
    if found.skipped:
        suffixes = (f"{suffix or say(texts.NO_SUFFIX)} {n}" for suffix, n in sorted(found.skipped.items()))
        joined = say(texts.COMMA).join(suffixes)
        shell.output.note(say(texts.SKIPPED, folder=folder, n=found.skipped.total(), suffixes=joined))
    if not found.found and not found.unreadable:
        shell.output.error(f"{say(texts.NOTHING_READABLE, folder=folder)}{say(texts.STOP)}{_kinds(shell)}")


def _kinds(shell: Shell) -> str:
    from store.read import READABLE_SUFFIXES

    return shell.say(texts.READABLE_KINDS, suffixes=" ".join(sorted(READABLE_SUFFIXES)))


def _take_in(shell: Shell, library: Library, path: Path, workspace: str) -> IngestResult:
    outcome = attempt(partial(_add, library, path, workspace), shell.say)
    named = writable(str(path))
    if not isinstance(outcome, AppError):
        return outcome.model_copy(update={"path": named})
    if not isinstance(outcome, _OF_ONE_FILE) and type(outcome).__module__.startswith("store."):
        raise outcome  # the shelf itself is at fault: every other file would fail alike
    return IngestResult(path=named, status="failed", error=explain(outcome, shell.say))


def _add(library: Library, path: Path, workspace: str) -> IngestResult:
    from store.document import parse
    from store.read import read

    # The same file is known again from whatever folder, under whatever spelling it is named.
    document = parse(read(path), source=writable(str(path.resolve())))
    status, report = library.add(document, workspace=workspace)
    return IngestResult(path=str(path), status=status, report=report, warnings=list(document.warnings))


def _tell(shell: Shell, result: IngestResult, before: str, *, as_json: bool) -> None:
    """Print what became of a file; `before` is the id it was held under."""
    if as_json:
        shell.output.json(result.model_dump(mode="json", exclude={"warnings"}))
    elif result.report is not None:
        for line in _taken_in(shell, result, before):
            shell.output.write(f"{line}\n")
    if result.error is not None:
        shell.output.error(_with_path(result, shell.say(texts.COLON)))
    for warning in result.warnings:
        shell.output.note(f"{result.path}{shell.say(texts.COLON)}{said(warning, shell.say)}")


def _taken_in(shell: Shell, result: IngestResult, before: str) -> Iterator[str]:
    report = result.report
    if report is not None:
        replaced = result.status == "replaced" and before not in ("", report.id)
        yield shell.say(
            texts.INGESTED,
            status=shell.say(texts.STATUSES[result.status]),
            id=shell.say(texts.REPLACED, old=before, id=report.id) if replaced else report.id,
            title=report.title,
            chars=report.chars,
            passages=report.passages,
        )


def _with_path(result: IngestResult, colon: str) -> str:
    """Name the file in full, where the error only gives its name or none."""
    error = result.error or ""
    name = Path(result.path).name
    rest = error.removeprefix(f"{name}{colon}") if name else error
    return f"{result.path}{colon}{rest}"


def _tell_total(shell: Shell, total: int, counts: Counter[str]) -> None:
    say = shell.say
    parts = [say(texts.COUNTS[status], n=counts[status]) for status in texts.COUNTS if counts[status]]
    shell.output.plain_note(say(texts.INGEST_TOTAL, total=total, counts=say(texts.COMMA).join(parts)))
