"""The scoreboard: figures are held against bars, a fall fails, the page is made of the results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.board import bars, page, pictures
from benchmarks.board.__main__ import PAGE, RESULTS, check
from benchmarks.board.bars import Bar
from benchmarks.board.found import Found, Headline, Table
from benchmarks.board.parts import PARTS

BARS = {
    "structure.plans recall": Bar(0.9, "higher", 0.02),
    "structure.false": Bar(0.0, "lower", 0.0),
    "speed.start": Bar(0.5, "lower", 0.2),
}


def found(**figures: float) -> dict[str, Found]:
    named = {"recall": "structure.plans recall", "false": "structure.false"}
    return {"structure": Found(figures={named[name]: value for name, value in figures.items()})}


@pytest.mark.parametrize(
    ("figures", "fallen"),
    [
        ({"recall": 0.9, "false": 0.0}, []),
        ({"recall": 0.88, "false": 0.0}, []),
        ({"recall": 0.87, "false": 0.0}, ["structure.plans recall"]),
        ({"recall": 1.0, "false": 0.01}, ["structure.false"]),
        ({"recall": 0.5, "false": 3.0}, ["structure.plans recall", "structure.false"]),
    ],
)
def test_a_figure_beyond_its_bar_and_slack_is_named(figures: dict[str, float], fallen: list[str]) -> None:
    assert [line.split(":")[0] for line in bars.fallen(BARS, found(**figures))] == fallen


def test_a_bar_whose_figure_is_gone_has_fallen_unless_it_cannot_be_had() -> None:
    gone = found(recall=0.9)
    assert bars.fallen(BARS, gone) == ["structure.false: was not measured"]
    gone["structure"].absent["structure.false"] = "没有数据"
    assert bars.fallen(BARS, gone) == []


def test_a_figure_without_a_bar_is_named() -> None:
    assert bars.fallen({}, found(false=0.0)) == ["structure.false: 0 has no bar in bars.json"]


def test_parts_that_were_not_run_are_not_held_against_their_bars() -> None:
    assert bars.fallen(BARS, found(recall=0.9, false=0.0)) == []


def test_the_check_fails_and_says_what_fell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bars.json"
    path.write_text('{"structure.false": {"bar": 0, "better": "lower", "slack": 0}}', "utf-8")
    assert check(found(false=0.0), path) == 0
    assert check(found(false=2.0), path) == 1
    assert capsys.readouterr().err == "bench-check: structure.false: 2, at most 0 (slack 0)\n"


@pytest.mark.parametrize(
    ("ours", "peer", "better", "winner"),
    [
        (0.9, 0.8, "higher", "ours"),
        (0.8, 0.9, "higher", "peer"),
        (3.0, 9.0, "lower", "ours"),
        (9.0, 3.0, "lower", "peer"),
        (1.0, 1.0, "lower", "none"),
    ],
)
def test_a_headline_says_who_is_better(ours: float, peer: float, better: bars.Better, winner: str) -> None:
    assert Headline("", ours, peer, "", "", "", better).winner == winner


def held(measured: Found) -> dict[str, object]:
    machine = {"cpu": "c", "cores": 2, "memory_gib": 4, "system": "s", "python": "3.11", "load_1min": 1.0}
    return {
        "commit": "abc",
        "measured": "2031-02-03T04:05:06+00:00",
        "machine": machine,
        "versions": {"tantivy": "9.9"},
        "settings": {"wall_s": 12, "cpu_s": 34},
        "results": json.loads(json.dumps(measured.as_json())),
    }


def test_the_page_is_made_of_the_results() -> None:
    measured = Found(
        tables=[Table("一表", [{"谁": "甲|乙", "几": 0.98765}])],
        headlines=[Headline("快慢", 2.0, 1.0, "2 秒", "1 秒", "某库", "lower")],
        absent={"speed.ingest": "没有模型"},
    )
    notes = {"intro": "开头", "losses": "输在哪里", "speed": "怎么测"}
    made = page.page({"speed": held(measured)}, notes)
    for said in (
        "| 快慢（越低越好） | 2 秒 | 1 秒，某库 | **对方** | `make bench PARTS=speed` |",
        "| 甲\\|乙 | 0.988 |",
        "提交 `abc` · 2031-02-03 04:05 UTC",
        "- 没有测：没有模型（`speed.ingest`）",
        "输在哪里",
        "怎么测",
        "tantivy 9.9",
    ):
        assert said in made


def test_every_part_has_its_note() -> None:
    notes = page.read_notes(page.NOTES.read_text("utf-8"))
    assert set(notes) == {"intro", "losses", *PARTS}


def test_the_page_in_docs_is_that_of_the_last_results() -> None:
    last = json.loads(RESULTS.read_text("utf-8"))
    assert PAGE.read_text("utf-8") == page.page(last, page.read_notes(page.NOTES.read_text("utf-8")))


def test_the_last_results_stand_every_bar() -> None:
    last = json.loads(RESULTS.read_text("utf-8"))
    assert set(last) <= set(PARTS)
    measured = {part: Found.of_json(entry["results"]) for part, entry in last.items()}
    assert bars.fallen(bars.read(), measured) == []


def test_the_same_curves_give_the_same_pictures(tmp_path: Path) -> None:
    curves = {"本产品": [[0.0, 0.0], [33.0, 0.0]], "另一种做法": [[0.0, 0.0], [33.0, 33.3]]}
    measured = {
        "growth": Found(curves={"本产品": [[10_000.0, 9.0], [100_000.0, 15.0]]}),
        "honesty": Found(curves=curves),
        "retrieval": Found(curves={"某集 本产品": [[300.0, 0.5], [4_000.0, 0.9]]}),
    }
    first = {path.name: path.read_bytes() for path in pictures.draw(measured, tmp_path / "one")}
    again = {path.name: path.read_bytes() for path in pictures.draw(measured, tmp_path / "two")}
    assert list(first) == ["bench-growth.svg", "bench-honesty.svg", "bench-recall.svg"]
    assert first == again


def test_a_picture_follows_its_curves(tmp_path: Path) -> None:
    drawn = [
        pictures.draw({"honesty": Found(curves={"本产品": [[0.0, 0.0], [33.0, high]]})}, tmp_path)[
            0
        ].read_bytes()
        for high in (1.0, 30.0)
    ]
    assert drawn[0] != drawn[1]
