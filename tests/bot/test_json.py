"""What the commands print as JSON is what the contract says, no key more and none less."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.bot.conftest import Cli

REPORT = {
    "id",
    "title",
    "agency",
    "region",
    "period",
    "kind",
    "published",
    "script",
    "source",
    "chars",
    "passages",
}
CITATION = {"n", "report_id", "title", "section", "page", "start", "end", "quote"}
ITEM = {"text", "topic", "figures", "citations"}
SUMMARY = {
    "report",
    "engine",
    "model",
    "overview",
    "achievements",
    "shortcomings",
    "plans",
    "missing",
    "dropped",
    "usage",
}
ANSWER = {"question", "answer", "refused", "engine", "citations", "dropped", "usage"}
HIT = {"report_id", "title", "passage_id", "section", "kind", "text", "start", "end", "score"}
USAGE = {"prompt_tokens": 0, "completion_tokens": 0}


def test_ingest_prints_one_line_a_file_in_order_of_names(cli: Cli, reports: Path) -> None:
    outcome = cli("ingest", "--json", reports)
    assert [Path(record["path"]).name for record in outcome.records] == ["夜坪.txt", "河滨.txt"]
    for record in outcome.records:
        assert set(record) == {"path", "status", "report", "error"}
        assert set(record["report"]) == REPORT
        assert (record["status"], record["error"]) == ("added", None)


def test_a_failed_file_is_a_line_of_its_own_and_the_rest_is_done(
    cli: Cli, reports: Path, riverside: Path
) -> None:
    outcome = cli("ingest", "--json", reports / "没有.txt", riverside)
    assert outcome.code == 1
    failed, added = outcome.records
    assert set(failed) == {"path", "status", "report", "error"}
    assert (failed["status"], failed["report"]) == ("failed", None)
    assert "没有.txt" in failed["error"]
    assert added["status"] == "added"


def test_list_prints_one_report_a_line(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("list", "--json")
    assert {record["id"] for record in outcome.records} == set(shelf.values())
    assert all(set(record) == REPORT for record in outcome.records)


def test_show_prints_the_same_report_as_list(cli: Cli, shelf: dict[str, str]) -> None:
    listed = {record["id"]: record for record in cli("list", "--json").records}
    assert cli("show", shelf["河滨"], "--json").record == listed[shelf["河滨"]]


@pytest.mark.parametrize("by", ["path", "id"])
def test_summary_quotes_stand_in_the_text_that_show_prints(
    cli: Cli, shelf: dict[str, str], riverside: Path, by: str
) -> None:
    text = cli("show", shelf["河滨"], "--text").out.removesuffix("\n")
    summary = cli("summarize", riverside if by == "path" else shelf["河滨"], "--format", "json").record
    assert set(summary) == SUMMARY
    assert set(summary["report"]) == REPORT
    assert summary["report"]["id"] == shelf["河滨"]
    assert (summary["engine"], summary["model"], summary["dropped"]) == ("extractive", None, 0)
    assert (summary["missing"], summary["usage"]) == ([], USAGE)
    items = [item for part in ("achievements", "shortcomings", "plans") for item in summary[part]]
    assert len(items) == 7
    for item in items:
        assert set(item) == ITEM
        assert all(set(figure) == {"text", "value", "unit"} for figure in item["figures"])
        _check_citations(item["citations"], text)


def test_answer_quotes_stand_in_the_text_and_its_marks_are_their_numbers(
    cli: Cli, shelf: dict[str, str]
) -> None:
    text = cli("show", shelf["河滨"], "--text").out.removesuffix("\n")
    outcome = cli("ask", "2024年河滨区水务局查处非法采砂案件多少件？", "--json")
    answer = outcome.record
    assert outcome.code == 0
    assert set(answer) == ANSWER
    assert (answer["refused"], answer["engine"], answer["usage"]) == (False, "extractive", USAGE)
    assert "37件" in answer["answer"]
    assert "[1]" in answer["answer"]
    _check_citations(answer["citations"], text)


def test_search_hits_stand_in_the_text(cli: Cli, shelf: dict[str, str]) -> None:
    text = cli("show", shelf["夜坪"], "--text").out.removesuffix("\n")
    found = cli("search", "校车逐车检查", "-k", "2", "--json").record
    assert set(found) == {"query", "results"}
    assert found["query"] == "校车逐车检查"
    assert 0 < len(found["results"]) <= 2
    assert all(set(hit) == HIT for hit in found["results"])
    best = found["results"][0]
    assert best["report_id"] == shelf["夜坪"]
    assert "46辆校车" in best["text"]
    assert text[best["start"] : best["end"]] == best["text"]


def test_search_within_a_report_finds_nothing_of_another(cli: Cli, shelf: dict[str, str]) -> None:
    found = cli("search", "校车逐车检查", "--report", shelf["河滨"][:8], "--json").record
    assert {hit["report_id"] for hit in found["results"]} <= {shelf["河滨"]}


def _check_citations(citations: list[dict[str, Any]], text: str) -> None:
    assert citations
    for number, citation in enumerate(citations, 1):
        assert set(citation) == CITATION
        assert citation["n"] == number
        assert text[citation["start"] : citation["end"]] == citation["quote"]
