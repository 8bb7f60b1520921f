"""Put chosen evidence into an answer with [n] marks, or word a refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.evidence import Evidence
from chains.models import Answer, Citation, Item
from chains.question import Question
from chains.scope import Mismatch, ReportScope
from prompts.wording import REFUSAL, WORDING
from store.models import Kind, Report

_TITLES_SHOWN = 3
_MASK = re.compile(r"[*＊×xX□]{1,6}(?:[.．][*＊×xX□]+)?|某")


class Composer:
    """Words answers to one question in its language; quotes stay as they are."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._words = WORDING["en" if question.english else "zh"]
        self._refusal = REFUSAL["en" if question.english else "zh"]

    def answer(self, chosen: Sequence[Evidence], citations: Sequence[Citation]) -> Answer:
        """Give the best sentence first and what goes with it below."""
        lines = [f"{_inline(citation.quote)}[{citation.n}]" for citation in citations]
        if len({e.candidate.report.id for e in chosen}) > 1:
            lines = [f"《{c.title}》：{line}" for c, line in zip(citations, lines, strict=True)]
        text = lines[0] if len(lines) == 1 else "\n".join([lines[0], self._words["more"], *lines[1:]])
        return self._made(text, citations)

    def across(self, chosen: Sequence[Evidence], citations: Sequence[Citation]) -> Answer:
        """Give one line a report."""
        lines = [f"《{c.title}》：{_inline(c.quote)}[{c.n}]" for c in citations]
        return self._made("\n".join(lines), citations)

    def part(
        self, kind: Kind, groups: Sequence[tuple[Report, Sequence[Item]]], limit: int, *, left_out: int = 0
    ) -> Answer:
        """Give a part's points, grouped by report, numbered marks running through.

        `left_out` reports in scope are not shown, which the answer says.
        """
        lines: list[str] = []
        citations: list[Citation] = []
        for report, items in groups:
            lines.append(self._words["part_of"].format(title=report.title, part=self._words[kind.value]))
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
        return self._made("\n".join(lines), citations)

    def empty_shelf(self) -> Answer:
        return self._refused(self._words["empty_shelf"], [])

    def mismatch(self, scope: ReportScope, nearest: Sequence[Citation]) -> Answer:
        """Refuse because no report of the place, agency or year asked for is held."""
        if scope.mismatch in (Mismatch.PLACE, Mismatch.AGENCY):
            reason = self._words[f"no_{scope.mismatch.value}"].format(unknown=scope.unknown)
        else:
            years = "、".join(map(str, scope.strict_years))
            held = self._titles(scope.reports)
            reason = self._words["no_year"].format(years=years, held=held)
        return self._refused(reason, nearest)

    def no_part(self, scope: ReportScope, report: Report, kind: Kind, nearest: Sequence[Citation]) -> Answer:
        reason = self._words["no_part"].format(title=report.title, part=self._words[kind.value])
        return self._refused(f"{reason}{self._looked(scope)}", nearest)

    def refuse(self, scope: ReportScope, nearest: Sequence[Citation]) -> Answer:
        """Refuse because nothing in scope carries the answer."""
        return self._refused(self._looked(scope), nearest)

    def masked(self, evidence: Evidence, citation: Citation) -> Answer:
        """Refuse because the source has hidden the value."""
        mask = _MASK.search(evidence.candidate.text)
        text = self._words["masked"].format(mask=mask[0] if mask else "*", quote=_inline(citation.quote))
        return self._made(text, [citation], refused=True)

    def _looked(self, scope: ReportScope) -> str:
        return self._words["looked"].format(where=self._titles(scope.reports))

    def _titles(self, reports: Sequence[Report]) -> str:
        shown = "、".join(f"《{report.title}》" for report in reports[:_TITLES_SHOWN])
        more = self._words["titles_more"] if len(reports) > _TITLES_SHOWN else ""
        return self._words["reports"].format(count=len(reports), titles=shown + more)

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


def _inline(quote: str) -> str:
    return re.sub(r"\s*\n\s*", " ", quote).rstrip("；;，,")
