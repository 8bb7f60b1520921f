"""Grounding without a model: evidence among the citations, figures right, refusals right and wrong."""

from __future__ import annotations

import statistics

from benchmarks.answers import answer_all, outcomes
from benchmarks.board.found import Found, Table, sets, share, with_interval
from benchmarks.board.retrieval import cached_model

MEASURES = {
    "evidence in first five citations": "前五条出处里有依据",
    "answer strings in the answer": "作答时数字、名称与标准答案一致",
    "refused when unanswerable": "该拒答的拒答了",
    "wrongly refused": "不该拒答的拒答了（越低越好）",
}


def measure() -> Found:
    found = Found()
    model = cached_model()
    for name, folders in sets().items():
        answered = [answer_all(folder, model) for folder in folders]
        judged = outcomes([pair for pairs, _ in answered for pair in pairs])
        seconds = [second for _, each in answered for second in each]
        rows = [
            {"摘录引擎": said, "结果 [95% Wilson 区间]": with_interval(judged[measure_name])}
            for measure_name, said in MEASURES.items()
        ]
        p50_ms = statistics.median(seconds) * 1000
        found.tables.append(Table(f"{name}：{len(seconds)} 问（每问 p50 {p50_ms:.0f} ms）", rows))
        found.figures |= {
            f"grounding.{name}.{measure_name}": share(sum(each), len(each))
            for measure_name, each in judged.items()
        }
    return found
