"""Between the models and the tables' rows: columns out, reports and passages in, and how ids are made."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from sqlalchemy import Row

from store.models import Document, Kind, Passage, PassageDraft, Report, ReportKind, Script

ID_LENGTH = 12


def content_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def passage_id(report_id: str, ordinal: int) -> str:
    return f"{report_id}-{ordinal:04d}"


def report_of(passage_id: str) -> str:
    return passage_id[:ID_LENGTH]


def source_key(source: str) -> str:
    """Keep a source short enough for a key; the longest are known by their hash."""
    return source if len(source) <= 1_000 else f"sha256:{content_hash(source)}"


def indexed_text(passage: Passage) -> str:
    """What both indexes hold of a passage: its prefix and its text."""
    return f"{passage.prefix}\n{passage.text}" if passage.prefix else passage.text


def fact_columns(document: Document, shape: str) -> dict[str, object]:
    facts = document.facts
    return {
        "content_hash": content_hash(document.text),
        "indexed_as": shape,
        "title": facts.title,
        "agency": facts.agency,
        "region": facts.region,
        "period": list(facts.period),
        "kind": facts.kind.value,
        "published": facts.published,
        "script": facts.script,
        "chars": len(document.text),
        "passages": len(document.passages),
    }


def text_columns(document: Document) -> dict[str, object]:
    origin = document.origin
    return {
        "text": document.text,
        "page_starts": list(document.page_starts),
        "raw": origin.text,
        "media": origin.media,
        "encoding": origin.encoding,
        "raw_title": origin.title,
        "raw_published": origin.published,
        "raw_page_starts": list(origin.page_starts),
    }


def passage_columns(report_id: str, draft: PassageDraft) -> dict[str, object]:
    return {
        "id": passage_id(report_id, draft.ordinal),
        "report_id": report_id,
        "ordinal": draft.ordinal,
        "start": draft.start,
        "end": draft.end,
        "text": draft.text,
        "prefix": draft.prefix,
        "section": draft.section,
        "kind": draft.kind.value,
        "page": draft.page,
    }


def report_of_row(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        title=row.title,
        agency=row.agency,
        region=row.region,
        period=row.period,
        kind=ReportKind(row.kind),
        published=row.published,
        script=cast("Script", row.script),
        source=row.source,
        chars=row.chars,
        passages=row.passages,
    )


def passage_of_row(row: Row[Any], workspace: str) -> Passage:
    return Passage(
        id=row.id,
        report_id=row.report_id,
        workspace=workspace,
        ordinal=row.ordinal,
        start=row.start,
        end=row.end,
        text=row.text,
        prefix=row.prefix,
        section=row.section,
        kind=Kind(row.kind),
        page=row.page,
    )
