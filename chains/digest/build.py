"""The digest put together: what is new on the shelves, and what it shows beside the reports held before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chains.claims.locate import Source
from chains.digest.follow import follow_plans, which_pairs
from chains.digest.held import Held, open_report
from chains.digest.models import (
    Digest,
    DigestInput,
    FollowedPlan,
    Gone,
    RepeatedShortcoming,
    ReportNews,
    Series,
    SharedShortcoming,
)
from chains.digest.pledges import find_pledges
from chains.digest.points import Chosen, Line, choose_lines, speaks_of
from chains.digest.recurring import repeated, shared
from chains.digest.series import find_series
from chains.digest.window import Window, beside, in_order, look
from chains.models import Item
from chains.passages import names_of
from chains.verify import Draft, verify
from prompts.template import Language
from prompts.wording import DIGEST_NOTES
from store.errors import NotFoundError
from store.library import Library
from store.models import Kind, Report
from store.script import fold

DETAILED = 20
"""New reports that are told of in detail; of the others only how much they hold."""

Progress = Callable[[int, int], None]


@dataclass
class Composed:
    """A digest with what its points were made from: the reports, and the whole of each point."""

    digest: Digest
    opened: dict[str, Held]
    lines: dict[str, list[Line]]


@dataclass
class _LeftOut:
    reports: int = 0
    points: int = 0


def make_digest(library: Library, asked: DigestInput, language: Language = "zh") -> Digest:
    """Compose the digest in the reports' own words; the same shelves and input give the same digest."""
    return compose(library, asked, language).digest


def compose(
    library: Library, asked: DigestInput, language: Language = "zh", progress: Progress | None = None
) -> Composed:
    """Compose the digest and keep what it was made from; `progress` is told reports read and how many there are."""
    window = look(library, asked)
    opened = _open(library, asked, window, progress)
    return _Composer(asked, language, window, opened).compose()


def _open(library: Library, asked: DigestInput, window: Window, progress: Progress | None) -> dict[str, Held]:
    """Open what is new and what it is held against; a report that has just left counts as vanished."""
    new = [report for _, report in window.new]
    wanted = [*new, *beside(library, asked, new)]
    opened: dict[str, Held] = {}
    for done, report in enumerate(wanted):
        if progress is not None:
            progress(done, len(wanted))
        with suppress(NotFoundError):
            opened[report.id] = open_report(library, report, asked.workspaces)
    window.new = [(change, report) for change, report in window.new if report.id in opened]
    window.vanished += len(new) - len(window.new)
    return opened


class _Composer:
    """Composes one digest. What no longer stands at the last check is counted in `dropped`."""

    def __init__(
        self,
        asked: DigestInput,
        language: Language,
        window: Window,
        opened: dict[str, Held],
    ) -> None:
        self._asked = asked
        self._words = DIGEST_NOTES[language]
        self._window = window
        self._opened = opened
        self._watch = tuple(dict.fromkeys(filter(None, ("".join(fold(w).split()) for w in asked.watch))))
        self._left_out = _LeftOut()
        self._lines: dict[str, list[Line]] = {}
        self._undetailed = 0
        self._unjudged = 0
        self.dropped = 0

    def compose(self) -> Composed:
        news = list(self._news())
        digest = Digest(
            since=self._asked.since,
            until=self._asked.until,
            news=news,
            gone=list(self._gone()),
            followed=list(self._followed()),
            repeated=list(self._repeated()),
            shared=list(self._shared()),
            series=list(self._series()),
        )
        digest = digest.model_copy(update={"note": self._note(len(news)), "dropped": self.dropped})
        return Composed(digest, self._opened, self._lines)

    # --- report by report

    def _news(self) -> Iterator[ReportNews]:
        detailed = 0
        for change, report in self._window.new:
            held = self._opened[report.id]
            whole = self._watches_report(report)
            chosen = choose_lines(held, () if whole else self._watch)
            if not whole:
                self._note_left_out(held, chosen)
                if not chosen.shown:
                    continue
            detailed += 1
            news = ReportNews(
                report=report,
                change="replaced" if change.kind == "replaced" else "added",
                points=[],
                shortcomings=[],
                plans=[],
            )
            if detailed > DETAILED:
                self._undetailed += 1
                yield _counted(news, chosen.total)
            else:
                yield self._detailed(news, chosen)

    def _detailed(self, news: ReportNews, chosen: Chosen) -> ReportNews:
        points = self._holding(chosen.points)
        self._lines[news.report.id] = points
        return _counted(
            news.model_copy(
                update={
                    "points": [line.item for line in points],
                    "shortcomings": [line.item for line in self._holding(chosen.shortcomings)],
                    "plans": [line.item for line in self._holding(chosen.plans)],
                }
            ),
            chosen.more,
        )

    def _note_left_out(self, held: Held, chosen: Chosen) -> None:
        if chosen.shown:
            self._left_out.points += sum(choose_lines(held).total.values()) - sum(chosen.total.values())
        else:
            self._left_out.reports += 1

    def _gone(self) -> Iterator[Gone]:
        for change in self._window.gone:
            if self._watches(change.agency, change.title):
                yield Gone(title=change.title, agency=change.agency)
            else:
                self._left_out.reports += 1

    # --- across reports: only what a new report takes part in, for of the rest the reader was told

    def _followed(self) -> Iterator[FollowedPlan]:
        for earlier, later in which_pairs(self._helds()):
            if not self._is_new(earlier.report.id, later.report.id):
                continue
            plans = follow_plans(earlier, later)
            self._unjudged += len(find_pledges(earlier)) - len(plans)
            for plan in plans:
                told = [plan.result] if plan.result else []
                shown = [*told, plan.nearest] if plan.nearest else told
                if self._wants([plan.plan, *told]) and self._holds(shown, plans=[plan.plan]):
                    yield plan

    def _repeated(self) -> Iterator[RepeatedShortcoming]:
        for found in repeated(self._helds()):
            sides = [found.earlier, found.later]
            if self._is_new(*_reports_of(sides)) and self._wants(sides) and self._holds(sides):
                yield found

    def _shared(self) -> Iterator[SharedShortcoming]:
        for found in shared(self._helds()):
            if (
                self._is_new(*_reports_of(found.items))
                and self._wants(found.items)
                and self._holds(found.items)
            ):
                yield found

    def _series(self) -> Iterator[Series]:
        for series in find_series(self._helds()):
            reports = [point.citation.report_id for point in series.points]
            if self._is_new(*reports) and (self._watches(series.indicator) or self._watches_any(reports)):
                if all(point.shown in point.citation.quote for point in series.points):
                    yield series
                else:
                    self.dropped += 1

    def _helds(self) -> list[Held]:
        return sorted(self._opened.values(), key=lambda held: in_order(held.report))

    def _is_new(self, *report_ids: str) -> bool:
        return any(report.id in report_ids for _, report in self._window.new)

    # --- what is wanted, and what holds

    def _watches(self, *said: str) -> bool:
        """Tell whether this speaks of a word that is watched; without such words all is watched."""
        return not self._watch or any(speaks_of(text, self._watch) for text in said)

    def _watches_report(self, report: Report) -> bool:
        return self._watches(report.agency, report.region, report.title)

    def _watches_any(self, report_ids: Iterable[str]) -> bool:
        return any(self._watches_report(self._opened[id_].report) for id_ in report_ids)

    def _wants(self, items: Sequence[Item]) -> bool:
        return self._watches(*(item.text for item in items)) or self._watches_any(_reports_of(items))

    def _holding(self, lines: Sequence[Line]) -> list[Line]:
        return [
            line
            for line in lines
            if (self._holds([], plans=[line.item]) if line.kind is Kind.PLANS else self._holds([line.item]))
        ]

    def _holds(self, items: Iterable[Item], plans: Iterable[Item] = ()) -> bool:
        """Check that each item is carried by its quotes; what is not is counted and goes."""
        holds = all(self._is_carried(item.text, item) for item in items) and all(
            # Under a heading that says so, a plan is shown without its 要: 二要完成…
            self._is_carried(plan.text, plan) or self._is_carried(f"要{plan.text}", plan)
            for plan in plans
        )
        self.dropped += not holds
        return holds

    def _is_carried(self, text: str, item: Item) -> bool:
        sources = {
            f"c{c.n}": Source(f"c{c.n}", c.report_id, c.quote, c.start, self._names(c.report_id))
            for c in item.citations
        }
        quotes = tuple((f"c{c.n}", c.quote) for c in item.citations)
        return verify(Draft(text, quotes), sources).ok

    def _names(self, report_id: str) -> tuple[str, ...]:
        return names_of(self._opened[report_id].report)

    def _note(self, shown: int) -> str:
        said = []
        if self._undetailed:
            said.append(self._words["undetailed"].format(shown=shown - self._undetailed, n=self._undetailed))
        if self._left_out.reports or self._left_out.points:
            words = self._words["words_join"].join(self._asked.watch)
            said.append(
                self._words["unwatched"].format(
                    words=words, reports=self._left_out.reports, points=self._left_out.points
                )
            )
        if self._unjudged and not self._watch:
            said.append(self._words["unjudged"].format(n=self._unjudged))
        if self._window.vanished:
            said.append(self._words["since_gone"].format(n=self._window.vanished))
        return "".join(said).strip()


def _counted(news: ReportNews, more: dict[Kind, int]) -> ReportNews:
    return news.model_copy(
        update={
            "more_points": more[Kind.ACHIEVEMENTS],
            "more_shortcomings": more[Kind.SHORTCOMINGS],
            "more_plans": more[Kind.PLANS],
        }
    )


def _reports_of(items: Iterable[Item]) -> list[str]:
    return [citation.report_id for item in items for citation in item.citations]
