"""Take files and folders in, one after the other."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import texts
from bot.commandline import argument, command
from bot.commands.options import json_option, workspace_option
from bot.failures import attempt, explain, why
from bot.progress import progress_bar
from bot.said import said
from bot.shell import Shell
from store.errors import AppError, EmbeddingError, LibraryBusyError, ReadError
from store.models import IngestResult

if TYPE_CHECKING:
    from store.library import Library

_OF_ONE_FILE = (ReadError, EmbeddingError, LibraryBusyError)
"""Failures after which the next file may well succeed."""


@dataclass
class Found:
    """What the paths named come to. `unreadable` are the folders that could not be opened."""

    files: list[Path] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: list[OSError] = field(default_factory=list)


@command("ingest", texts.HELP_INGEST)
@argument("paths", texts.ARG_PATHS, nargs=-1, required=True, metavar="PATH...")
@json_option
@workspace_option
@click.pass_obj
def ingest(shell: Shell, paths: tuple[str, ...], as_json: bool, workspace: str) -> int:
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


def _collect(shell: Shell, paths: tuple[str, ...]) -> tuple[list[Path], bool]:
    """Find the files; True when a folder had nothing to give or could not be opened."""
    files: list[Path] = []
    failed = False
    for path in map(Path, paths):
        if path.is_dir():
            found = walk(path)
            files += found.files
            failed |= not found.files or bool(found.unreadable)
            _tell_folder(shell, path, found)
        else:
            files.append(path)
    return files, failed


def walk(folder: Path) -> Found:
    """Find the files under `folder` that look like reports, in order; hidden ones are passed over.

    Formats that are refused with a remedy are among them, so that each gets its line.
    """
    from store.read import READABLE_SUFFIXES, REFUSED_SUFFIXES

    found = Found()

    def on_error(error: OSError) -> None:
        found.unreadable.append(error)

    for root, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # "~$" begins what an office program leaves beside a file that is open.
        for name in sorted(name for name in names if not name.startswith((".", "~$"))):
            suffix = Path(name).suffix.lower()
            if suffix in READABLE_SUFFIXES or suffix in REFUSED_SUFFIXES:
                found.files.append(Path(root, name))
            else:
                found.skipped[suffix] += 1
    return found


def _tell_folder(shell: Shell, folder: Path, found: Found) -> None:
    say = shell.say
    for error in found.unreadable:
        shell.output.error(say(texts.FOLDER_UNREADABLE, folder=error.filename, why=why(error, say)))
    if found.skipped:
        suffixes = (f"{suffix or say(texts.NO_SUFFIX)} {n}" for suffix, n in sorted(found.skipped.items()))
        joined = say(texts.COMMA).join(suffixes)
        shell.output.note(say(texts.SKIPPED, folder=folder, n=found.skipped.total(), suffixes=joined))
    if not found.files and not found.unreadable:
        shell.output.error(f"{say(texts.NOTHING_READABLE, folder=folder)}{say(texts.STOP)}{_kinds(shell)}")


def _kinds(shell: Shell) -> str:
    from store.read import READABLE_SUFFIXES

    return shell.say(texts.READABLE_KINDS, suffixes=" ".join(sorted(READABLE_SUFFIXES)))


def _take_in(shell: Shell, library: Library, path: Path, workspace: str) -> IngestResult:
    outcome = attempt(partial(_add, library, path, workspace), shell.say)
    named = _writable(str(path))
    if not isinstance(outcome, AppError):
        return outcome.model_copy(update={"path": named})
    if not isinstance(outcome, _OF_ONE_FILE) and type(outcome).__module__.startswith("store."):
        raise outcome  # the shelf itself is at fault: every other file would fail alike
    return IngestResult(path=named, status="failed", error=explain(outcome, shell.say))


def _add(library: Library, path: Path, workspace: str) -> IngestResult:
    from store.document import parse
    from store.read import read

    # The same file is known again from whatever folder, under whatever spelling it is named.
    document = parse(read(path), source=_writable(str(path.resolve())))
    status, report = library.add(document, workspace=workspace)
    return IngestResult(path=str(path), status=status, report=report, warnings=list(document.warnings))


def _writable(name: str) -> str:
    """Name a file in real characters; file systems allow bytes that are none."""
    return name.encode("utf-8", "backslashreplace").decode()


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
