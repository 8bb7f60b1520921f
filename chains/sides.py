"""The sides of a comparison: which of them the evidence does not speak of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.evidence import Candidate, Evidence
from chains.question import Question
from chains.scope import ReportScope
from store.models import Kind, Report, ReportKind

# A sentence that compares with the year before itself speaks of both ("同比增长5%").
_COMPARED_ALREADY = re.compile(r"同比|[比较](?:上一?年|去年|前一年)|(?:比|较|由)(?:19|20)\d\d年")


def year_told(report: Report) -> int | None:
    """Give the year whose results a report tells: of a work report's two the earlier."""
    if not report.period:
        return None
    return min(report.period) if report.kind is ReportKind.WORK_REPORT else max(report.period)


def missing_agencies(scope: ReportScope, fitting: Sequence[Evidence]) -> list[str]:
    """Give the agencies a question sets side by side of which no fitting sentence speaks."""
    heard = {evidence.candidate.report.agency for evidence in fitting}
    return [agency for agency in scope.sides if agency not in heard]


def missing_years(question: Question, fitting: Sequence[Evidence]) -> list[int]:
    """Give the years a question compares of which no fitting sentence speaks."""
    if not question.compares or len(question.years) < 2:
        return []
    return [
        year
        for year in question.years
        if not any(_speaks_of(evidence.candidate, year, question.years) for evidence in fitting)
    ]


def _speaks_of(candidate: Candidate, year: int, years: Sequence[int]) -> bool:
    if str(year) in candidate.text:
        return True
    own = year_told(candidate.report)
    if candidate.section.kind is Kind.PLANS and candidate.report.period:
        own = max(candidate.report.period) + (candidate.report.kind is not ReportKind.WORK_REPORT)
    before = own is not None and year == own - 1 and bool(_COMPARED_ALREADY.search(candidate.text))
    others = any(str(other) in candidate.text for other in years if other != year)
    return before or (year == own and not others)
