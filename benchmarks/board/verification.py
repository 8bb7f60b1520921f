"""Verification: planted errors caught and true claims doubted, beside what PyPI has for it that runs offline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.board.found import Found, Headline, Table, counted, share
from benchmarks.planted import KINDS, make_cases
from benchmarks.results import Row
from benchmarks.verify import OURS, all_sentences, compare

LIMIT = 100
HAND = ", by hand"
NAMES = {
    "true": "真话被误拦（越低越好）",
    "figure": "数字改了",
    "unit": "单位改了",
    "scale": "量级改了",
    "year": "年份改了",
    "direction": "增减反了",
    "negation": "否定反了",
    "agency": "换了机构",
    "place": "换了地名",
    "law": "换了文件",
    "mask": "填上遮盖",
    "invented_quote": "引文是编的",
    "other_passage": "引自别段",
    "merged": "两事并一",
}


def measure() -> Found:
    found = Found()
    rows, times = compare(make_cases(all_sentences(None), LIMIT))
    judges = [name for name in dict.fromkeys(str(row["judge"]) for row in rows) if HAND not in name]
    for hand, title in (("", "生成的（留出的一半）"), (HAND, "人工写的（留出的一半）")):
        by_judge = {judge: _held(rows, judge + hand) for judge in judges}
        table = [
            {"查什么": NAMES[kind]} | {judge: counted(*by_judge[judge][kind]) for judge in judges}
            for kind in KINDS
            if by_judge[OURS][kind][1]
        ]
        found.tables.append(Table(f"拦下的改动：{title}", table))
        _note(found, f"verification{hand}", by_judge[OURS])
    spent = [
        {"谁": judge, "每条 p50 ms": _time(times, judge, "p50"), "p95 ms": _time(times, judge, "p95")}
        for judge in judges
    ]
    found.tables.append(Table("每条用时", spent))
    _headlines(found, {judge: _held(rows, judge) for judge in judges})
    return found


def _time(times: Mapping[str, object], judge: str, which: str) -> object:
    return times[f"{which}_ms" if judge == OURS else f"{judge} {which}_ms"]


def _held(rows: Sequence[Row], judge: str) -> dict[str, tuple[int, int]]:
    """Kind -> (doubted, cases) of the held half."""
    return {
        str(row["kind"]): (int(str(row["held doubted"])), int(str(row["held"])))
        for row in rows
        if row["judge"] == judge
    }


def _false(held: dict[str, tuple[int, int]]) -> float:
    of = [counts for kind, counts in held.items() if kind != "true"]
    return share(sum(doubted for doubted, _ in of), sum(total for _, total in of))


def _note(found: Found, name: str, ours: dict[str, tuple[int, int]]) -> None:
    found.figures[f"{name}.caught"] = _false(ours)
    found.figures[f"{name}.true claims doubted"] = share(*ours["true"])


def _headlines(found: Found, by_judge: dict[str, dict[str, tuple[int, int]]]) -> None:
    """A judge that doubts everything catches all: what counts is errors caught less true claims doubted."""
    net = {judge: _false(held) - share(*held["true"]) for judge, held in by_judge.items()}
    others = [judge for judge in by_judge if judge != OURS]
    if not others:
        found.absent["verification peers"] = "没有装同行的包"
        return
    best = max(others, key=lambda judge: net[judge])
    said = {judge: f"{_false(held):.3f} / {share(*held['true']):.3f}" for judge, held in by_judge.items()}
    found.headlines.append(
        Headline("核对：错句拦下 / 真话误拦", net[OURS], net[best], said[OURS], said[best], best)
    )
