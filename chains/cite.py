"""Make citations: a quote, where it stands, and under which headings."""

from __future__ import annotations

from chains.models import Citation
from store.clean import page_at
from store.models import Report, Section
from store.split import section_label


class Citer:
    """Cites one report. Every quote is cut from its text, so it stands there by construction."""

    def __init__(
        self, text: str, sections: tuple[Section, ...], page_starts: tuple[int, ...], report: Report
    ) -> None:
        self._text = text
        self._sections = sections
        self._page_starts = page_starts
        self._report = report

    def cite(self, number: int, start: int, end: int) -> Citation:
        """Cite `text[start:end]` as [number]."""
        return Citation(
            n=number,
            report_id=self._report.id,
            title=self._report.title,
            section=self._section_at(start),
            page=page_at(self._page_starts, start),
            start=start,
            end=end,
            quote=self._text[start:end],
        )

    def _section_at(self, offset: int) -> str:
        around = [section for section in self._sections if section.start <= offset < section.end]
        return section_label(max(around, key=lambda s: (s.start, s.level))) if around else ""
