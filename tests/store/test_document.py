from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chains.extract import summarize
from store.document import content_hash, describe, load, parse, reopen, report_id
from store.errors import ReadError
from store.library import Library
from store.models import ReportKind, SourceText
from store.split import CHUNKING_VERSION
from tests.reports import SAMPLES, read_text, sample_id

TEXT = SAMPLES["Traditional script"].text


def test_a_document_keeps_its_origin_and_carries_what_was_found() -> None:
    source = SourceText(TEXT, "text", encoding="utf-8", warnings=("编码是推断的",))
    document = parse(source, source="/reports/水務.txt")
    assert document.origin is source
    assert document.source == "/reports/水務.txt"
    assert document.text == TEXT
    assert document.warnings == ("编码是推断的",)
    assert (document.facts.script, document.facts.kind) == ("hant", ReportKind.ANNUAL_REPORT)


def test_the_files_name_stands_in_for_a_title() -> None:
    text = "春天来了，花都开了，山坡上的树也绿了。孩子们在田野里奔跑，笑声传得很远很远，一直传到河的对岸，又从山谷里传回来。"
    assert parse(SourceText(text, "text"), source="/tmp/春天.txt").facts.title == "春天"  # noqa: S108


def test_a_report_describes_its_document() -> None:
    document = read_text(TEXT, source="/reports/水務.txt")
    report = describe(document)
    assert report.model_dump() == {
        "id": report_id("shared", content_hash(TEXT)),
        "title": "雲嶺市水務局2021年法治政府建設情況報告",
        "agency": "雲嶺市水務局",
        "region": "雲嶺市",
        "period": [2021],
        "kind": "annual_report",
        "published": "2022-01-20",
        "script": "hant",
        "source": "/reports/水務.txt",
        "chars": len(TEXT),
        "passages": len(document.passages),
    }


def test_a_reports_id_depends_on_its_text_and_workspace_only() -> None:
    document = read_text(TEXT)
    ids = {
        describe(document).id,
        describe(replace(document, source="/elsewhere.md")).id,
        describe(document, workspace="shared").id,
    }
    others = {describe(document, workspace="other").id, describe(replace(document, text=f"{TEXT}。")).id}
    assert len(ids) == 1
    assert len(others - ids) == 2
    assert report_id("shared", "x", salt=1) != report_id("shared", "x")


def test_a_file_is_read_as_its_text_is(tmp_path: Path) -> None:
    path = tmp_path / "水務.txt"
    path.write_text(TEXT, encoding="gb18030")
    document = load(path)
    assert document.text == TEXT
    assert document.passages == read_text(TEXT).passages
    assert document.source == str(path)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "shelf", embedding=None, chunking_version=CHUNKING_VERSION)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLES, ids=sample_id)
def test_a_stored_report_is_reopened_with_the_sections_it_had(name: str, library: Library) -> None:
    document = read_text(SAMPLES[name].text)
    _, report = library.add(document)
    reopened = reopen(library, report, ["shared"])
    assert reopened.text == document.text
    assert reopened.facts == document.facts
    assert reopened.sections == document.sections
    assert reopened.page_starts == document.page_starts


REAL_REPORTS = os.environ.get("REPORTBOT_REAL_REPORTS", "")


@pytest.mark.skipif(not REAL_REPORTS, reason="REPORTBOT_REAL_REPORTS names no folder of real reports")
def test_every_real_report_is_read_or_refused_and_quoted_to_the_letter() -> None:
    paths = [
        path for path in sorted(Path(REAL_REPORTS).rglob("*")) if path.is_file() and path.stem != "README"
    ]
    assert paths
    refused: dict[Path, str] = {}
    for path in paths:
        try:
            document = load(path)
        except ReadError as refusal:
            refused[path] = f"{refusal}{refusal.hint}"
            continue
        summary = summarize(document, describe(document))
        items = [*summary.achievements, *summary.shortcomings, *summary.plans]
        assert items, path
        for citation in (citation for item in items for citation in item.citations):
            assert document.text[citation.start : citation.end] == citation.quote, path
        for passage in document.passages:
            assert document.text[passage.start : passage.end] == passage.text, path
