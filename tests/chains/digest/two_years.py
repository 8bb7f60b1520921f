"""Invented reports of two years, put together from what each part says, as the matchers see them."""

from __future__ import annotations

from collections.abc import Sequence

from chains.digest.held import Held
from store.document import describe, parse
from store.models import SourceText

AGENCY = "澜桥市司法局"
RESULTS = (
    "全年受理行政复议案件96件，审结88件，调解结案31件。",
    "开展“法律进企业”活动，走访企业214家，解答咨询1306人次。",
    "推进证明事项告知承诺，减少群众跑动。",
)
SHORTCOMINGS = ("基层司法所办公用房陈旧，个别所没有调解室。",)
PLANS = ("持续学习贯彻习近平法治思想，提高政治站位。",)
_ORDER = "一二三四五六七八九十"


def annual(
    year: int,
    *,
    results: Sequence[str] = RESULTS,
    shortcomings: Sequence[str] = SHORTCOMINGS,
    plans: Sequence[str] = PLANS,
    agency: str = AGENCY,
) -> Held:
    """Open an annual report of `year` whose parts hold these points."""
    text = "\n".join(
        [
            f"{agency}{year}年法治政府建设年度报告",
            f"{year}年，{agency}认真履行职责，现将有关情况报告如下。",
            "一、主要工作和成效",
            *_points(results),
            "二、存在的不足",
            *_points(shortcomings),
            f"三、{year + 1}年工作计划",
            *_points(plans),
        ]
    )
    return opened(text)


def work_report(given: int, *, results: Sequence[str], plans: Sequence[str], place: str = "澜桥县") -> Held:
    """Open a government's work report of the year it was given in."""
    text = "\n".join(
        [
            f"{given}年{place}人民政府工作报告",
            "各位代表：",
            f"现在，我代表{place}人民政府向大会报告工作，请予审议。",
            f"一、{given - 1}年工作回顾",
            "过去一年，全县上下同心协力，经济社会保持平稳发展，群众生活持续改善，各项工作取得新的进展。",
            *results,
            f"二、{given}年重点工作",
            *plans,
        ]
    )
    return opened(text)


def opened(text: str) -> Held:
    document = parse(SourceText(text, "text"), source="report.txt")
    return Held(describe(document), document)


def _points(points: Sequence[str]) -> list[str]:
    return [f"（{_ORDER[number]}）{point}" for number, point in enumerate(points)]
