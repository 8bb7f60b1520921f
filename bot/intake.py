"""How a file becomes a report on a shelf, wherever it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from store.document import parse
from store.models import DEFAULT_WORKSPACE, Document, IngestResult, Report, SourceText
from store.read import read_bytes

if TYPE_CHECKING:
    from store.library import Library


def add_upload(library: Library, source_text: SourceText, name: str, workspace: str) -> IngestResult:
    """Store a text that was sent. One of the same name replaces its report only where it bears the same title."""
    document = parse(source_text, source=name)
    holders = [report for report in library.reports([workspace]) if report.source == name]
    if any(report.title != document.facts.title for report in holders):
        document = replace(document, source=f"{name} · {document.facts.title}")
    return _add(library, document, name, workspace)


def add_file(library: Library, data: bytes, path: str, workspace: str) -> IngestResult:
    """Store a file of a folder. The same path stands for its newest content. Raises AppError."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return _add(library, parse(read_bytes(data, name), source=path), path, workspace)


def move_to_common(library: Library, report: Report, workspace: str) -> IngestResult:
    """Put a report of a shelf on everybody's; on its own it would be found twice."""
    document = parse(library.origin(report.id, [workspace]), source=report.source)
    status, moved = library.add(document, workspace=DEFAULT_WORKSPACE)
    library.delete(report.id, workspace)
    return IngestResult(path=report.source, status=status, report=moved)


def _add(library: Library, document: Document, path: str, workspace: str) -> IngestResult:
    status, report = library.add(document, workspace=workspace)
    return IngestResult(path=path, status=status, report=report, warnings=list(document.warnings))
