"""Many questions in one run: same order, ids echoed, a bad line in its own place."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bot.conftest import Cli

QUESTION = "2024年河滨区水务局查处非法采砂案件多少件？"


def test_answers_come_in_order_with_bad_lines_in_their_places(cli: Cli, shelf: dict[str, str]) -> None:
    lines = [
        json.dumps({"id": "a", "question": QUESTION}),
        "not json",
        "",
        json.dumps({"id": 7}),
        json.dumps({"id": None, "question": "校车有多少辆？", "report": shelf["夜坪"][:6]}),
        json.dumps({"id": "r", "question": QUESTION, "report": "ffffffffffff"}),
        json.dumps([1]),
        json.dumps({"id": "n", "question": QUESTION, "report": 5}),
        json.dumps({"question": QUESTION}),
    ]
    outcome = cli("ask", "--batch", "-", stdin="\n".join(lines))
    records = outcome.records
    assert outcome.code == 1
    assert [record.get("id", "absent") for record in records] == [
        "a",
        None,
        7,
        None,
        "r",
        None,
        "n",
        "absent",
    ]
    assert [sorted(record) == ["error", "id"] for record in records] == [
        False,
        True,
        True,
        False,
        True,
        True,
        True,
        False,
    ]
    assert "37件" in records[0]["answer"]
    assert "46辆" in records[3]["answer"]
    assert "第 2 行" in records[1]["error"]
    assert "8 行中有 5 行未完成" in outcome.err


def test_a_batch_of_good_lines_is_a_success(cli: Cli, shelf: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    queries = ["校车", "执法人员", "校车"]
    file.write_text(
        "\ufeff" + "".join(json.dumps({"id": i, "query": q}) + "\r\n" for i, q in enumerate(queries)),
        encoding="utf-8",
    )
    outcome = cli("search", "--batch", file, "-k", "1")
    assert (outcome.code, outcome.err) == (0, "")
    assert [(record["id"], record["query"]) for record in outcome.records] == list(enumerate(queries))
    assert all(len(record["results"]) == 1 for record in outcome.records)
    assert list(outcome.records[0]) == ["id", "query", "results"]


def test_a_line_that_is_not_utf8_spoils_no_other(cli: Cli, shelf: dict[str, str]) -> None:
    given = '{"id":1,"query":"校车"}\n'.encode("gbk") + '{"id":2,"query":"校车"}'.encode()
    outcome = cli("search", "--batch", "-", stdin=given)
    assert "UTF-8" in outcome.records[0]["error"]
    assert outcome.records[1]["results"]
    assert outcome.code == 1


def test_an_empty_batch_prints_nothing(cli: Cli, shelf: dict[str, str]) -> None:
    outcome = cli("ask", "--batch", "-", stdin="\n\n")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
