"""The whole way of one file from decoded text to passages, before anything is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from store.addressed import find_addressed
from store.clean import clean
from store.errors import NotFoundError
from store.facts import base_year, find_facts
from store.models import DEFAULT_WORKSPACE, Document, Facts, Report, SourceText
from store.outline import outline
from store.read import read
from store.script import detect_script
from store.split import split

if TYPE_CHECKING:
    from store.library import Library
    from store.shelf import Body


def load(path: Path) -> Document:
    """Read a report file. Raises ReadError with the remedy when it cannot be taken in."""
    return parse(read(path), source=str(path))


def parse(source_text: SourceText, *, source: str) -> Document:
    """Clean, outline and split a decoded text. Raises ReadError when it has no body."""
    cleaned = clean(source_text)
    facts = find_facts(
        cleaned.text,
        title=cleaned.title,
        published=cleaned.published,
        script=detect_script(cleaned.text),
        name=PurePath(source).stem,
    )
    sections = outline(cleaned.text, facts.kind, base_year(cleaned.text))
    return Document(
        source=source,
        origin=source_text,
        text=cleaned.text,
        facts=facts,
        sections=sections,
        passages=split(cleaned.text, sections, facts, cleaned.page_starts),
        page_starts=cleaned.page_starts,
        warnings=(*cleaned.warnings, *_addressed_warning(cleaned.text)),
    )


def _addressed_warning(text: str) -> tuple[str, ...]:
    found = find_addressed(text)
    if not found:
        return ()
    first = found[0].of(text)[:40]
    return (f"有 {len(found)} 处文字是写给语言模型的指令（“{first}”），只当资料保存，不会照做也不会引用",)


def reopen(library: Library, report: Report, workspaces: Sequence[str]) -> Document:
    """Give a stored report with its sections. Raises NotFoundError where it is not on these shelves."""
    found = reopen_all(library, [report], workspaces)
    if report.id not in found:
        raise NotFoundError(f"没有编号为 {report.id} 的报告")
    return found[report.id]


def reopen_all(library: Library, reports: Sequence[Report], workspaces: Sequence[str]) -> dict[str, Document]:
    """Give those of the reports that are on these shelves, by their ids; texts are the stored ones, so offsets hold."""
    bodies = library.bodies([report.id for report in reports], workspaces)
    return {report.id: _document(report, bodies[report.id]) for report in reports if report.id in bodies}


def _document(report: Report, body: Body) -> Document:
    facts = Facts(
        title=report.title,
        agency=report.agency,
        region=report.region,
        period=tuple(report.period),
        kind=report.kind,
        published=report.published,
        script=report.script,
    )
    return Document(
        source=report.source,
        origin=SourceText(body.text, "text"),
        text=body.text,
        facts=facts,
        sections=outline(body.text, report.kind, base_year(body.text)),
        passages=(),
        page_starts=body.page_starts,
    )


def describe(document: Document, *, workspace: str = DEFAULT_WORKSPACE) -> Report:
    """Give the Report that taking `document` in would give, with the same id."""
    facts = document.facts
    return Report(
        id=report_id(workspace, content_hash(document.text)),
        title=facts.title,
        agency=facts.agency,
        region=facts.region,
        period=list(facts.period),
        kind=facts.kind,
        published=facts.published,
        script=facts.script,
        source=document.source,
        chars=len(document.text),
        passages=len(document.passages),
    )


def content_hash(text: str) -> str:
    """Give the hash by which the same content is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def report_id(workspace: str, digest: str, salt: int = 0) -> str:
    """Derive a report's id (12 hex digits) from its workspace and content."""
    seed = f"{workspace}\0{digest}" + (f"\0{salt}" if salt else "")
    return hashlib.sha256(seed.encode()).hexdigest()[:12]
