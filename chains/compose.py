"""Put chosen evidence into an answer with [n] marks, or word a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.evidence import Evidence
from chains.models import Answer, Citation, Item
from chains.question import Question
from chains.scope import Mismatch, ReportScope
from prompts.wording import REFUSAL, WORDING
from store.models import Kind, Report, ReportKind

_TITLES_SHOWN = 3
_KNOWN_TO_PLAN = (ReportKind.NOTICE, ReportKind.PLAN)
_HAN_NUMBER = "[一二三四五六七八九十]{1,3}"
_ENUMERATOR = re.compile(
    rf"^[\s\u3000]*(?:(?:[（(](?:{_HAN_NUMBER}|\d{{1,2}})[)）]|{_HAN_NUMBER}、|{_HAN_NUMBER}是(?=[\u4e00-\u9fff])|第?{_HAN_NUMBER}[，,](?=[\u4e00-\u9fff])"
    r"|\d{1,2}(?:[.．](?!\d)|、|[)）])|[\u2460-\u2473])[\s\u3000]*)+"
)
_MASK = re.compile(r"[*＊×xX□]{1,6}(?:[.．][*＊×xX□]+)?|某")


class Composer:
    """Words answers to one question in its language; quotes stay as they are."""

    def __init__(self, question: Question, scope: ReportScope | None = None) -> None:
        self._question = question
        self._scope = scope
        self._words = WORDING["en" if question.english else "zh"]
        self._refusal = REFUSAL["en" if question.english else "zh"]

    def answer(
        self, chosen: Sequence[Evidence], citations: Sequence[Citation], unanswered: Sequence[str] = ()
    ) -> Answer:
        """Give the best sentence first and what goes with it below; `unanswered` are the parts left open."""
        lines = [f"{_line(e, c)}{self._planned(e)}[{c.n}]" for e, c in zip(chosen, citations, strict=True)]
        reports = [e.candidate.report for e in chosen]
        if len({report.id for report in reports}) > 1:
            lines = [f"{self._title(report)}：{line}" for report, line in zip(reports, lines, strict=True)]
        lines = [lines[0], self._words["more"], *lines[1:]] if len(lines) > 1 else lines
        if unanswered:
            lines.append(self._words["unanswered"].format(parts="；".join(unanswered)))
        return self._made("\n".join([*self._before(), *lines, *self._after()]), citations)

    def across(self, chosen: Sequence[Evidence], citations: Sequence[Citation]) -> Answer:
        """Give one line a report."""
        lines = [
            f"{self._title(e.candidate.report)}：{_inline(c.quote)}{self._planned(e)}[{c.n}]"
            for e, c in zip(chosen, citations, strict=True)
        ]
        return self._made("\n".join(lines), citations)

    def part(
        self, kind: Kind, groups: Sequence[tuple[Report, Sequence[Item]]], limit: int, *, left_out: int = 0
    ) -> Answer:
        """Give a part's points, grouped by report, numbered marks running through.

        `left_out` reports in scope are not shown, which the answer says.
        """
        lines: list[str] = self._before()
        citations: list[Citation] = []
        for report, items in groups:
            lines.append(self._part_of(report, kind))
            for position, item in enumerate(items[:limit], 1):
                marks = ""
                for citation in item.citations:
                    citations.append(citation.model_copy(update={"n": len(citations) + 1}))
                    marks += f"[{len(citations)}]"
                lines.append(f"{position}. {item.text}{marks}")
            if len(items) > limit:
                lines.append(self._words["and_more"].format(count=len(items) - limit))
        if left_out:
            lines.append(self._words["left_out"].format(count=left_out))
        return self._made("\n".join([*lines, *self._after()]), citations)

    def empty_shelf(self) -> Answer:
        return self._refused(self._words["empty_shelf"], [])

    def mismatch(self, scope: ReportScope, nearest: Sequence[Citation]) -> Answer:
        """Refuse because no report of the place, agency or year asked for is held."""
        if scope.mismatch in (Mismatch.PLACE, Mismatch.AGENCY):
            reason = self._words[f"no_{scope.mismatch.value}"].format(unknown=scope.unknown)
        else:
            years = "、".join(map(str, scope.strict_years))
            held = self._titles(scope.reports)
            agencies = {report.agency for report in scope.reports}
            whose = self._words["by"].format(agency=agencies.pop()) if len(agencies) == 1 else ""
            reason = self._words["no_year"].format(years=years, held=held, whose=whose)
        return self._refused(reason, nearest)

    def no_part(self, scope: ReportScope, report: Report, kind: Kind, nearest: Sequence[Citation]) -> Answer:
        reason = self._words["no_part"].format(title=report.title, part=self._words[kind.value])
        return self._refused(f"{reason}{self._looked(scope)}", nearest)

    def not_comparable(
        self, missing: Sequence[str | int], nearest: Sequence[Citation], *, held: bool
    ) -> Answer:
        """Refuse to compare because of some sides nothing is said, or (`held` false) no report is on the shelf."""
        named = "、".join(
            self._words["year"].format(year=side) if isinstance(side, int) else side for side in missing
        )
        reason = (
            self._words["no_side"].format(missing=named)
            if held
            else self._words["not_beside"].format(absent=named)
        )
        return self._refused(reason, nearest)

    def refuse(self, scope: ReportScope, nearest: Sequence[Citation]) -> Answer:
        """Refuse because nothing in scope carries the answer."""
        return self._refused(self._looked(scope), nearest)

    def masked(self, evidence: Evidence, citation: Citation) -> Answer:
        """Refuse because the source has hidden the value."""
        mask = _MASK.search(evidence.candidate.text)
        text = self._words["masked"].format(mask=mask[0] if mask else "*", quote=_inline(citation.quote))
        return self._made(text, [citation], refused=True)

    def _planned(self, evidence: Evidence) -> str:
        """Say of what is only planned that it is, where the question does not ask for plans."""
        candidate = evidence.candidate
        known = self._question.ahead or candidate.report.kind in _KNOWN_TO_PLAN
        return self._words["planned"] if candidate.section.kind is Kind.PLANS and not known else ""

    def _looked(self, scope: ReportScope) -> str:
        return self._words["looked"].format(where=self._titles(scope.reports))

    def _titles(self, reports: Sequence[Report]) -> str:
        shown = "、".join(self._title(report) for report in reports[:_TITLES_SHOWN])
        more = self._words["titles_more"] if len(reports) > _TITLES_SHOWN else ""
        return self._words["reports"].format(count=len(reports), titles=shown + more)

    def _title(self, report: Report) -> str:
        return f"{self._whose(report)}《{report.title}》"

    def _part_of(self, report: Report, kind: Kind) -> str:
        part = self._words[kind.value]
        return self._words["part_of"].format(whose=self._whose(report), title=report.title, part=part)

    def _whose(self, report: Report) -> str:
        """Give whose report it is where another in scope bears the same title and the title does not say."""
        alike = [
            other
            for other in (self._scope.reports if self._scope else ())
            if other.title == report.title and other.id != report.id
        ]
        if not alike:
            return ""
        name = report.agency or report.region
        whose = name if name and name not in report.title else ""
        same = any((other.agency or other.region) == name for other in alike)
        year = max(report.period, default=None)
        return f"{whose}{year}年" if same and year and str(year) not in report.title else whose

    def _before(self) -> list[str]:
        """Say above an answer that the report chosen is not of whom the question begins with."""
        other = self._scope.other if self._scope else ""
        return [self._words["other"].format(other=other)] if other else []

    def _after(self) -> list[str]:
        """Say below an answer of which of several agencies asked about there is no report."""
        absent = self._scope.absent if self._scope else ""
        return [self._words["absent"].format(absent=absent)] if absent else []

    def _refused(self, reason: str, nearest: Sequence[Citation]) -> Answer:
        parts = [f"{self._refusal}{reason}" if not self._question.english else f"{self._refusal} {reason}"]
        parts += [self._words["nearest"].format(quote=_inline(citation.quote)) for citation in nearest[:1]]
        return self._made("\n".join(parts), list(nearest[:1]), refused=True)

    def _made(self, text: str, citations: Sequence[Citation], *, refused: bool = False) -> Answer:
        return Answer(
            question=self._question.text,
            answer=text,
            refused=refused,
            engine="extractive",
            citations=list(citations),
        )


def _line(evidence: Evidence, citation: Citation) -> str:
    """Give a citation's line; a table's row is told with the head that says what its figures are."""
    head = evidence.candidate.head
    return f"{_inline(citation.quote)}（{_inline(head)}）" if head else _inline(citation.quote)


def _inline(quote: str) -> str:
    """Give a quote as a line of an answer: without breaks, and without the number it bears in its list."""
    line = re.sub(r"\s*\n\s*", " ", quote).rstrip("；;，,")
    return _ENUMERATOR.sub("", line) or line
