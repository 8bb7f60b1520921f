"""Structure on the board: a row for each quirk, and whether noise changes what is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.board import structure
from tests.reports import SAMPLES

TEXT = SAMPLES["shortcomings and plans under one heading, as points"].text
FURTHER = "\n（九）规范档案管理。计划整理档案120卷，建立电子目录1套。"


def write_set(folder: Path, noisy: str, clean: str) -> None:
    (folder / "reports").mkdir()
    (folder / "plain").mkdir()
    (folder / "reports" / "a.txt").write_text(noisy, "utf-8")
    (folder / "plain" / "a.txt").write_text(clean, "utf-8")
    gold = {
        "file": "a.txt",
        "title": None,
        "agency": "青禾县民政局",
        "region": "青禾县",
        "period": [2023],
        "kind": "annual_report",
        "script": "hans",
        "missing": [],
        "achievements": [{"key": "规范行政审批"}, {"key": "强化执法监督"}],
        "shortcomings": [{"key": "执法力量薄弱"}, {"key": "普法方式单一"}],
        "plans": [{"key": "充实执法队伍"}, {"key": "这一条报告里没有"}],
        "quirk": ["page_furniture", "新的怪处"],
        "twin": "a.txt",
    }
    (folder / "reports.jsonl").write_text(json.dumps(gold, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize(
    ("noisy", "same"),
    [(TEXT.replace("\n", "\n\n"), 1.0), (TEXT + FURTHER, 0.0)],
    ids=["blank lines", "a point more"],
)
def test_a_twin_has_the_same_items_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noisy: str, same: float
) -> None:
    write_set(tmp_path, noisy, TEXT)
    monkeypatch.setattr(structure, "sets", lambda: {"own": [tmp_path]})
    assert structure.measure().figures["structure.twins with the same items"] == same


def test_each_quirk_has_a_row_and_what_is_missed_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path, TEXT, TEXT)
    monkeypatch.setattr(structure, "sets", lambda: {"own": [tmp_path]})
    measured = structure.measure()
    rows = {row["报告"]: row for row in measured.tables[0].rows}
    assert list(rows) == ["own（全部）", "own：页眉页脚", "own：新的怪处"]
    assert rows["own（全部）"]["不足召回"] == "2/2（1.000）"
    assert measured.figures["structure.own.plans recall"] < 1
