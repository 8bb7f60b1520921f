"""A digest as a reader meets it: its items worded, its quotes numbered through; as a page, and as the contract's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from bot import texts
from bot.html import summary_html
from bot.texts import Say
from bot.views import Group, Part, Point, Quotes, SummaryView, dropped, facts
from chains.digest.models import (
    Digest,
    FollowedPlan,
    RepeatedShortcoming,
    ReportNews,
    Series,
    SharedShortcoming,
)
from chains.digest.steps import Step, steps
from chains.figures import split_figures
from chains.models import Citation, Item
from store.models import ReportKind
from store.script import fold

SUMMARY_COMMAND = "reportbot summarize"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the digest under the heading of its group: what leads it, what it says, whose quotes it has."""

    lead: str
    text: str
    cited: tuple[tuple[Citation, str], ...]


def is_quiet(digest: Digest) -> bool:
    return not (digest.news or digest.gone)


def quiet_line(digest: Digest, say: Say, zone: str) -> str:
    """Say in one line that nothing has happened, or nothing that is watched."""
    phrase = texts.DIGEST_QUIET_WATCHED if digest.note else texts.DIGEST_QUIET
    return _joined([say(phrase, **_span(digest, zone)), digest.note], say)


# --- JSON -------------------------------------------------------------------------------------------------


def digest_record(digest: Digest, say: Say, zone: str) -> dict[str, Any]:
    """Give the contract's Digest; sections without items are left out."""
    sections = [
        {"name": say(texts.DIGEST_PARTS[part]), "items": [item.model_dump(mode="json") for item in items]}
        for part, items in _sections(digest, say).items()
        if items
    ]
    return {
        "from": _local(digest.since, zone).isoformat(),
        "to": _local(digest.until, zone).isoformat(),
        "reports": [news.report.model_dump(mode="json") for news in digest.news],
        "sections": sections,
        "note": quiet_line(digest, say, zone) if is_quiet(digest) else _remarks(digest, say),
    }


def _sections(digest: Digest, say: Say) -> dict[str, list[Item]]:
    return {
        "points": [item for news in digest.news for item in news.points],
        "shortcomings": [item for news in digest.news for item in news.shortcomings],
        "plans": [item for news in digest.news for item in news.plans],
        "followed": [_followed_item(plan, say) for plan in digest.followed],
        "repeated": [_repeated_item(found, say) for found in digest.repeated],
        "shared": [_shared_item(found, say) for found in digest.shared],
        "series": [_series_item(series, say) for series in digest.series],
    }


def _followed_item(plan: FollowedPlan, say: Say) -> Item:
    text = say(
        texts.DIGEST_FOLLOWED,
        agency=plan.agency,
        planned_in=planned_in(plan, say),
        result_year=plan.result_year,
        plan=plan.plan.text,
        verdict=say(texts.VERDICTS[plan.verdict]),
        result=_result(plan, say),
    )
    return _item(text, plan.plan.topic, [side for side in _sides(plan) if side])


def _repeated_item(found: RepeatedShortcoming, say: Say) -> Item:
    text = say(texts.DIGEST_REPEATED, agency=found.agency, **_two_years(found))
    return _item(text, found.later.topic, [found.earlier, found.later])


def _shared_item(found: SharedShortcoming, say: Say) -> Item:
    each = (
        say(texts.DIGEST_SAID_BY, agency=agency, text=item.text)
        for agency, item in zip(found.agencies, found.items, strict=True)
    )
    topic = say(texts.DIGEST_SHARED, topic=found.topic, n=len(found.agencies))
    return _item(f"{topic}{say(texts.COLON)}{_joined(each, say)}", found.topic, found.items)


def _series_item(series: Series, say: Say) -> Item:
    text = say(
        texts.DIGEST_SAID_BY,
        agency=series.agency,
        text=f"{series.indicator}{say(texts.COLON)}{_over_the_years(series, say)}",
    )
    return Item(
        text=text,
        topic=series.indicator,
        figures=[figure for point in series.points for figure in split_figures(point.shown)],
        citations=_numbered(point.citation for point in series.points),
    )


def _item(text: str, topic: str, sides: Sequence[Item]) -> Item:
    return Item(
        text=text,
        topic=topic,
        figures=[figure for side in sides for figure in side.figures],
        citations=_numbered(citation for side in sides for citation in side.citations),
    )


def _numbered(citations: Iterable[Citation]) -> list[Citation]:
    return [citation.model_copy(update={"n": n}) for n, citation in enumerate(citations, 1)]


# --- pages ------------------------------------------------------------------------------------------------


def digest_html(digest: Digest, say: Say, zone: str, *, summary: str = SUMMARY_COMMAND) -> str:
    """Lay the digest out as one page with the chart in it. Drawing takes a moment: not for an event loop."""
    picture = None
    if digest.series:
        from bot.chart import draw_series

        picture = draw_series(digest.series, say)
    return summary_html(digest_view(digest, say, zone, summary=summary), say, picture)


def digest_view(digest: Digest, say: Say, zone: str, *, summary: str = SUMMARY_COMMAND) -> SummaryView:
    """Number the quotes through the whole digest: report by report first, then what goes across them.

    `summary` is the command that shows all of a report whose id is put behind it.
    """
    if is_quiet(digest):
        return SummaryView(say(texts.DIGEST), (), quiet_line(digest, say, zone), (), (), "", "", "")
    quotes = Quotes()
    parts = [*(_news_part(news, quotes, say, summary) for news in digest.news), *_across(digest, quotes, say)]
    return SummaryView(
        title=say(texts.DIGEST),
        facts=(say(texts.DIGEST_SPAN, **_span(digest, zone)), *_counts(digest, say)),
        overview=_joined([_removed(digest, say), digest.note], say),
        parts=tuple(parts),
        notes=tuple(quotes.notes),
        made=_made(digest, say),
        dropped=_dropped(digest, say),
        script="",  # of several reports, in either
    )


def _news_part(news: ReportNews, quotes: Quotes, say: Say, summary: str) -> Part:
    report = news.report
    is_notice = report.kind is ReportKind.NOTICE
    lists = (
        (texts.DIGEST_POINTS, news.points),
        (texts.PARTS["shortcomings"], news.shortcomings),
        (texts.DIGEST_REQUIREMENTS if is_notice else texts.PARTS["plans"], news.plans),
    )
    groups = [
        _group(say(heading), [_own_entry(item, report.agency) for item in items], quotes)
        for heading, items in lists
        if items
    ]
    more = {
        "achievements": news.more_points,
        "shortcomings": news.more_shortcomings,
        "requirements" if is_notice else "plans": news.more_plans,
    }
    counts = say(texts.COMMA).join(say(texts.DIGEST_COUNTED[kind], n=n) for kind, n in more.items() if n)
    title = say(texts.DIGEST_REPLACED, title=report.title) if news.change == "replaced" else report.title
    more_of_it = texts.DIGEST_MORE if groups else texts.DIGEST_HOLDS
    rest = say(more_of_it, counts=counts, command=f"{summary} {report.id}") if counts else ""
    lack = "" if groups or counts else say(texts.DIGEST_HOLDS_NOTHING)
    known = (*facts(report, say), f"{say(texts.ID)} {report.id}")
    return Part(title, tuple(groups), lack, known, rest)


def _own_entry(item: Item, agency: str) -> _Entry:
    topic = item.topic.strip()
    names = topic and item.text.startswith(topic) and item.text.rstrip("。") != topic
    lead = topic if names else ""
    cited = tuple((citation, agency) for citation in item.citations)
    return _Entry(lead, item.text[len(lead) :], cited)


def _across(digest: Digest, quotes: Quotes, say: Say) -> Iterator[Part]:
    groups = {
        "followed": _followed_groups(digest.followed, quotes, say),
        "repeated": _repeated_groups(digest.repeated, quotes, say),
        "shared": _shared_groups(digest.shared, quotes, say),
        "series": _series_groups(digest.series, quotes, say),
    }
    for part, lazily in groups.items():
        made = tuple(lazily)
        if made:
            yield Part(say(texts.DIGEST_PARTS[part]), made, "")


def _followed_groups(plans: Sequence[FollowedPlan], quotes: Quotes, say: Say) -> Iterator[Group]:
    for (agency, report, result_year), members in groupby(
        plans, key=lambda plan: (plan.agency, planned_in(plan, say), plan.result_year)
    ):
        heading = say(texts.DIGEST_PAIR, agency=agency, planned_in=report, result_year=result_year)
        entries = [
            _Entry(
                f"{say(texts.VERDICTS[plan.verdict])}{say(texts.COLON)}",
                f"{plan.plan.text.removesuffix('。')} → {_result(plan, say)}",
                _of(agency, _sides(plan)),
            )
            for plan in members
        ]
        yield _group(heading, entries, quotes)


def _repeated_groups(found: Sequence[RepeatedShortcoming], quotes: Quotes, say: Say) -> Iterator[Group]:
    for agency, members in groupby(found, key=lambda each: each.agency):
        entries = [
            _Entry(
                "", say(texts.DIGEST_TWO_YEARS, **_two_years(each)), _of(agency, [each.earlier, each.later])
            )
            for each in members
        ]
        yield _group(agency, entries, quotes)


def _shared_groups(found: Sequence[SharedShortcoming], quotes: Quotes, say: Say) -> Iterator[Group]:
    for each in found:
        entries = [
            _Entry(f"{agency}{say(texts.COLON)}", item.text, _of(agency, [item]))
            for agency, item in zip(each.agencies, each.items, strict=True)
        ]
        yield _group(say(texts.DIGEST_SHARED, topic=each.topic, n=len(each.agencies)), entries, quotes)


def _series_groups(found: Sequence[Series], quotes: Quotes, say: Say) -> Iterator[Group]:
    for agency, members in groupby(found, key=lambda series: series.agency):
        entries = [
            _Entry(
                f"{series.indicator}{say(texts.COLON)}",
                _over_the_years(series, say),
                tuple((point.citation, agency) for point in series.points),
            )
            for series in members
        ]
        yield _group(agency, entries, quotes)


def _of(agency: str, sides: Sequence[Item | None]) -> tuple[tuple[Citation, str], ...]:
    return tuple((citation, agency) for side in sides if side for citation in side.citations)


def _group(heading: str, entries: Sequence[_Entry], quotes: Quotes) -> Group:
    points = []
    for n, entry in enumerate(entries, 1):
        said = f"{entry.lead}{entry.text}"
        marks = tuple(quotes.mark(citation, agency, above=said) for citation, agency in entry.cited)
        points.append(Point(n, entry.lead, entry.text, tuple(dict.fromkeys(marks))))
    return Group(heading, tuple(points))


# --- words ------------------------------------------------------------------------------------------------


def planned_in(plan: FollowedPlan, say: Say) -> str:
    """Name the report a plan stands in. A work report is named after the year it plans for, not the one it reviews."""
    if plan.looked_in.kind is ReportKind.WORK_REPORT:
        return say(texts.PLANNED_IN_WORK_REPORT, year=plan.plan_year + 1)
    return say(texts.PLANNED_IN, year=plan.plan_year)


def _result(plan: FollowedPlan, say: Say) -> str:
    if plan.result:
        return plan.result.text
    if plan.nearest:
        phrase = texts.DIGEST_AGAIN if plan.planned_again else texts.DIGEST_NEAREST
        return say(phrase, title=plan.looked_in.title, text=plan.nearest.text)
    return say(texts.DIGEST_NO_RESULT, title=plan.looked_in.title)


def _sides(plan: FollowedPlan) -> list[Item | None]:
    """Give what is quoted: the plan, and its result or what comes nearest to one."""
    return [plan.plan, plan.result or plan.nearest]


def _two_years(found: RepeatedShortcoming) -> dict[str, object]:
    return {
        "earlier_year": found.earlier_year,
        "later_year": found.later_year,
        "earlier": found.earlier.text,
        "later": found.later.text,
    }


def _over_the_years(series: Series, say: Say) -> str:
    points = (say(texts.DIGEST_POINT_OF, year=point.year, shown=point.shown) for point in series.points)
    moves = [_step(step, series.unit, say) for step in steps(series)]
    return say(texts.SEMICOLON).join([say(texts.COMMA).join(points), *moves]) + say(texts.STOP).rstrip()


def _step(step: Step, unit: str, say: Say) -> str:
    phrase = texts.DIGEST_STEP_IN_POINTS if step.in_points else texts.DIGEST_STEP
    counted_in = say(texts.DIGEST_IN_UNIT, unit=unit) if step.converted else ""
    said = say(phrase, earlier=step.earlier.year, later=step.later.year, formula=step.formula)
    return f"{said}{counted_in}"


def _counts(digest: Digest, say: Say) -> Iterator[str]:
    numbers = {
        "added": sum(news.change == "added" for news in digest.news),
        "replaced": sum(news.change == "replaced" for news in digest.news),
        "gone": len(digest.gone),
    }
    for name, n in numbers.items():
        if n:
            yield say(texts.DIGEST_COUNTS[name], n=n)


def _removed(digest: Digest, say: Say) -> str:
    names = [
        f"《{gone.title}》" + (f"（{gone.agency}）" if fold(gone.agency) not in fold(gone.title) else "")
        for gone in digest.gone
    ]
    return say(texts.DIGEST_GONE, names=say(texts.COMMA).join(names)) if names else ""


def _remarks(digest: Digest, say: Say) -> str:
    """Say what the lists of the JSON do not: counts, what was removed, how it was made."""
    counts = say(texts.COMMA).join(_counts(digest, say)) + say(texts.STOP)
    return _joined([counts, _removed(digest, say), digest.note, _dropped(digest, say)], say)


def _made(digest: Digest, say: Say) -> str:
    made = say(texts.MADE_BY_EXTRACTION)
    if digest.engine == "llm":
        made = say(texts.DIGEST_BY_MODEL, model=digest.model or "")
    return _joined([made, say(texts.DIGEST_COMPUTED) if digest.series else ""], say)


def _dropped(digest: Digest, say: Say) -> str:
    if digest.engine == "llm":
        return dropped(digest.dropped, say)
    return say(texts.DIGEST_UNCHECKED, n=digest.dropped) if digest.dropped else ""


def _joined(sentences: Iterable[str], say: Say) -> str:
    return ("" if say.language == "zh" else " ").join(s.strip() for s in sentences if s)


def _local(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone))


def _span(digest: Digest, zone: str) -> dict[str, str]:
    return {
        "since": f"{_local(digest.since, zone):%Y-%m-%d %H:%M}",
        "until": f"{_local(digest.until, zone):%Y-%m-%d %H:%M}",
        "zone": zone,
    }
