"""A stored report opened for comparison with others: its parts, the years they speak of, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from chains.cite import Citer
from chains.digest.statements import Statement, cut
from chains.extract import items_of
from chains.figures import split_figures
from chains.items import after_lead, find_items
from chains.models import Item
from chains.sides import year_told
from store.addressed import find_addressed
from store.document import reopen
from store.library import Library
from store.models import Document, Kind, Report, ReportKind
from store.outline import regions
from store.sentences import Span, paragraphs
from store.simplify import simplify

_TELLS = (ReportKind.ANNUAL_REPORT, ReportKind.WORK_REPORT, ReportKind.OTHER)


class Held:
    """A report with its document. Parts are worked out when they are first asked for."""

    def __init__(self, report: Report, document: Document) -> None:
        self.report = report
        self.document = document
        self.text = document.text
        self.citer = Citer(document.text, document.sections, document.page_starts, report)

    @cached_property
    def plain(self) -> str:
        """The text in Simplified script, character for character."""
        return simplify(self.text)

    @cached_property
    def told(self) -> int | None:
        """The one year whose results the report tells, None where it tells several or does not say."""
        report = self.report
        if report.kind not in _TELLS:
            return None
        if not report.period:
            return self._told_by_date()
        if report.kind is not ReportKind.WORK_REPORT:
            return report.period[0] if len(report.period) == 1 else None
        first = year_told(report)
        # A work report is titled by the year it was given in: that alone does not say which it looks back on.
        looks_back = re.search(rf"{first}年[^。\n]{{0,12}}回顾|(?:回顾|过去的?){first}年", self.plain)
        return first if len(report.period) == 2 or looks_back else None

    def _told_by_date(self) -> int | None:
        """Give the year before a work report's date: congresses hear it in the first half of the year it plans."""
        date = re.match(r"(\d{4})-0[1-6]", self.report.published or "")
        is_heard = self.report.kind is ReportKind.WORK_REPORT and "各位代表" in self.plain
        return int(date[1]) - 1 if date and is_heard else None

    @property
    def year(self) -> int:
        """The year told, of a report that is known to tell one. Raises ValueError for others."""
        if self.told is None:
            raise ValueError(f"report {self.report.id} tells of no one year")
        return self.told

    @property
    def planned(self) -> int | None:
        """The year the report's plans are for."""
        return None if self.told is None else self.told + 1

    @cached_property
    def achievements(self) -> list[Item]:
        return items_of(self.document, Kind.ACHIEVEMENTS, self.citer)

    @cached_property
    def shortcomings(self) -> list[Item]:
        return items_of(self.document, Kind.SHORTCOMINGS, self.citer)

    @cached_property
    def plans(self) -> list[Item]:
        return items_of(self.document, Kind.PLANS, self.citer)

    @cached_property
    def results(self) -> list[Statement]:
        """What the report tells of its year, piece by piece: everything but plans."""
        return [statement for statement in self._statements if statement.section.kind is not Kind.PLANS]

    @cached_property
    def prospects(self) -> list[Statement]:
        """What the report plans, piece by piece."""
        return [statement for statement in self._statements if statement.section.kind is Kind.PLANS]

    @cached_property
    def _statements(self) -> list[Statement]:
        return [
            statement
            for region in regions(self.text, self.document.sections)
            if not region.section.signs_off
            for line in paragraphs(self.text, region.start, region.end)
            for statement in cut(self.plain, line, region.section)
            if not self._is_addressed(statement.span)
        ]

    @cached_property
    def admissions(self) -> list[Statement]:
        """What the report admits, point by point, each whole."""
        return self._points(Kind.SHORTCOMINGS)

    @cached_property
    def intentions(self) -> list[Statement]:
        """What the report plans, point by point, each whole."""
        return self._points(Kind.PLANS)

    def _points(self, kind: Kind) -> list[Statement]:
        found = []
        for draft in find_items(self.text, self.document.sections, kind):
            for part in draft.parts:
                # A heading that runs into its paragraph says the first thing of the point.
                start = draft.title.start if draft.title and part is draft.parts[0] else part.start
                span = Span(start, part.end)
                if not self._is_addressed(span):
                    found.append(Statement(span, span, span, draft.section, draft.topic))
        return found

    @cached_property
    def _addressed(self) -> list[Span]:
        return find_addressed(self.text)

    def _is_addressed(self, span: Span) -> bool:
        return any(span.start < other.end and other.start < span.end for other in self._addressed)

    def item(self, span: Span, topic: str) -> Item:
        """Make an item of a stretch of the report, quoted whole."""
        bare = self.text[min(after_lead(self.text, span.start), span.end) : span.end]
        said = re.sub(r"\s*\n\s*", "", bare).rstrip("；;，,、")
        return Item(
            text=said if re.search(r"[。！？!?.]$", said) else f"{said}。",
            topic=topic,
            figures=split_figures(span.of(self.text)),
            citations=[self.citer.cite(1, span.start, span.end)],
        )


def open_report(library: Library, report: Report, workspaces: Sequence[str]) -> Held:
    """Open a stored report for comparison."""
    return Held(report, reopen(library, report, workspaces))
