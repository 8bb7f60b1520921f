"""A digest as one message: what matters most of it, the quotes below, and buttons for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from bot import texts as words
from bot.chat import texts
from bot.chat.courier import Buttons
from bot.chat.digest_times import span
from bot.chat.markup import ENTITIES, LIMIT, Row, Run, row, split, units
from bot.chat.messages import PAGE_SIZE, full_title, on_page, page_count, quote_rows, shorten, view_rows
from bot.digest import digest_view, is_quiet, planned_in
from bot.texts import Phrase, Say
from bot.views import Note, Quotes
from chains.digest.models import (
    Digest,
    FollowedPlan,
    RepeatedShortcoming,
    ReportNews,
    Series,
    SharedShortcoming,
    Verdict,
)
from chains.models import Citation, Item
from store.models import Report, ReportKind

_LINE = 110
_QUOTE = 160
SUMMARY = "/summary"
"""The command that shows all of a report."""

_ROOM = LIMIT - 500
"""What is told and quoted; headings and remarks take the rest."""

_MARKS = ENTITIES - 40
_TITLES_FIRST = 12
_SHARED_NAMES = 6
_BY_NUMBER = 8
"""So many reports have a button each under the digest; more are listed when asked for."""

_ORDER = (Verdict.NOT_MENTIONED, Verdict.CHANGED, Verdict.PARTLY, Verdict.KEPT)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that may be told. The lowest `rank` goes in first; lines stand in the order of their making."""

    section: int
    rank: int
    runs: tuple[Run, ...]
    citations: tuple[Citation, ...] = ()
    title: bool = False


_NEWS, _FOLLOWED, _REPEATED, _SHARED, _SERIES = range(5)
_TITLE, _FIRST, _POINT, _LACK, _LATER, _SECOND_POINT, _LAST = range(7)
"""Ranks: of everything that can be told a little, before more of anything."""

_FIRST_PLANS = 2
_POINTS = 3
_HEADINGS: dict[int, Phrase] = {
    _FOLLOWED: texts.DIGEST_FOLLOWED,
    _REPEATED: texts.DIGEST_REPEATED,
    _SHARED: texts.DIGEST_SHARED,
    _SERIES: texts.DIGEST_SERIES,
}


class _Marks:
    """Numbers citations as they come. `agencies`: whose a report is, by its id."""

    def __init__(self, say: Say, agencies: Mapping[str, str]) -> None:
        self._say = say
        self._agencies = agencies
        self._quotes = Quotes()

    @property
    def notes(self) -> list[Note]:
        return [replace(note, quote=shorten(note.quote, _QUOTE)) for note in self._quotes.notes]

    def of(self, citations: Iterable[Citation]) -> Run:
        agencies = self._agencies
        marks = [self._quotes.mark(each, agencies.get(each.report_id, "")) for each in citations]
        return "".join(f"[{n}]" for n in dict.fromkeys(marks)), "b"

    def rows(self) -> list[Row]:
        return [Row(), *quote_rows(self.notes, self._say)] if self._quotes.notes else []


# --- the one message --------------------------------------------------------------------------------


def digest_rows(
    digest: Digest, say: Say, zone: str, *, watch: Sequence[str] = (), remarks: Sequence[str] = ()
) -> list[Row]:
    """A digest in one message. `remarks` are about how it comes to its reader: late, or for two weeks."""
    said = [row(remark, "i") for remark in remarks]
    told = span(digest.since, digest.until, zone, say)
    watched = say(words.COMMA).join(watch)
    if is_quiet(digest):
        phrase = texts.DIGEST_QUIET_WATCHED if watch else texts.DIGEST_QUIET
        return [row(say(phrase, **told, watch=watched)), *said, *_note_rows(digest)]
    head = [
        Row(((say(texts.DIGEST), "b"),)),
        row(say(texts.DIGEST_SPAN, **told), "i"),
        row(say(texts.DIGEST_COUNTS, counts=_counts(digest, say))),
    ]
    if watch and watch[0] not in digest.note:
        head.append(row(say(texts.DIGEST_WATCHED, watch=shorten(watched, _LINE)), "i"))
    lines = list(_lines(digest, say))
    kept = _fitting(digest, lines, say)
    while True:
        rows = [*head, *said, *_told(digest, lines, kept, say)]
        if len(split(rows)) == 1 or not kept:
            return rows
        kept = kept[:-1]


def _counts(digest: Digest, say: Say) -> str:
    added = sum(news.change == "added" for news in digest.news)
    counted = (
        (texts.DIGEST_ADDED, added),
        (texts.DIGEST_REPLACED, len(digest.news) - added),
        (texts.DIGEST_GONE, len(digest.gone)),
    )
    told = [say(phrase, n=n) for phrase, n in counted if n]
    return say(words.COMMA).join(told or [say(texts.DIGEST_ADDED, n=0)])


def _lines(digest: Digest, say: Say) -> Iterator[_Line]:
    for place, news in enumerate(digest.news):
        yield from _news_lines(place, news, say)
    ordered = sorted(digest.followed, key=lambda plan: _ORDER.index(plan.verdict))
    for place, plan in enumerate(ordered):
        yield _plan_line(plan, _FIRST if place < _FIRST_PLANS else _LATER, say)
    for place, again in enumerate(digest.repeated):
        yield _repeated_line(again, _LATER if place else _FIRST, say)
    for place, shared in enumerate(digest.shared):
        yield _shared_line(shared, _LATER if place else _FIRST, say)
    yield from (_series_line(series, say) for series in digest.series)


def _news_lines(place: int, news: ReportNews, say: Say) -> Iterator[_Line]:
    title = _title(news, place, say)
    yield _Line(_NEWS, _TITLE if place < _TITLES_FIRST else _LAST, title, title=True)
    if news.points:
        yield _item_line(_POINT, news.points[0], news.points[0].text)
    if news.shortcomings:
        first = news.shortcomings[0]
        yield _item_line(_LACK, first, say(texts.DIGEST_SHORTCOMING, text=first.text))
    for point in news.points[1:3]:
        yield _item_line(_SECOND_POINT, point, point.text)


def _title(news: ReportNews, place: int, say: Say) -> tuple[Run, ...]:
    changed = say(texts.DIGEST_UPDATED) if news.change == "replaced" else ""
    planned = texts.DIGEST_REQUIRES if news.report.kind is ReportKind.NOTICE else texts.DIGEST_PLANS
    counted = (
        (texts.DIGEST_ADMITS, len(news.shortcomings) + news.more_shortcomings),
        (planned, len(news.plans) + news.more_plans),
    )
    held = say(words.COMMA).join(say(phrase, n=n) for phrase, n in counted if n)
    name = shorten(full_title(news.report), _LINE)
    return (f"{place + 1}. ", ""), (f"《{name}》", "b"), (f"{changed} · {held}" if held else changed, "")


def _item_line(rank: int, item: Item, text: str) -> _Line:
    return _Line(_NEWS, rank, ((f"   • {shorten(text, _LINE)}", ""),), tuple(item.citations))


def _plan_line(plan: FollowedPlan, rank: int, say: Say) -> _Line:
    whose = say(texts.DIGEST_PLAN, agency=plan.agency, planned_in=planned_in(plan, say))
    verdict = say(words.VERDICTS[plan.verdict])
    told = plan.result or plan.nearest
    cited = (*plan.plan.citations, *(told.citations if told else ()))
    text = f"{whose}{say(words.COLON)}{shorten(plan.plan.text, _LINE)} → {_result(plan, say)}"
    return _Line(_FOLLOWED, rank, (("• ", ""), (f"【{verdict}】", "b"), (text, "")), cited)


def _result(plan: FollowedPlan, say: Say) -> str:
    if plan.result is None:
        said = say(texts.DIGEST_NO_RESULT, result_year=plan.result_year, title=plan.looked_in.title)
        phrase = texts.DIGEST_AGAIN if plan.planned_again else texts.DIGEST_NEAREST
        near = plan.nearest and say(phrase, text=shorten(plan.nearest.text, _LINE))
        return f"{said}{near or ''}"
    return say(texts.DIGEST_RESULT, result_year=plan.result_year, text=shorten(plan.result.text, _LINE))


def _repeated_line(again: RepeatedShortcoming, rank: int, say: Say) -> _Line:
    text = say(
        texts.DIGEST_REPEATED_BY,
        agency=again.agency,
        earlier=again.earlier_year,
        later=again.later_year,
        text=shorten(again.later.text, _LINE),
    )
    cited = (*again.earlier.citations, *again.later.citations)
    return _Line(_REPEATED, rank, ((f"• {text}", ""),), cited)


def _shared_line(shared: SharedShortcoming, rank: int, say: Say) -> _Line:
    named = say(words.COMMA).join(shared.agencies[:_SHARED_NAMES])
    phrase = texts.DIGEST_SHARED_BY_MORE if len(shared.agencies) > _SHARED_NAMES else texts.DIGEST_SHARED_BY
    text = say(phrase, topic=shared.topic, agencies=named, n=len(shared.agencies))
    cited = tuple(item.citations[0] for item in shared.items[:_SHARED_NAMES] if item.citations)
    return _Line(_SHARED, rank, ((f"• {text}", ""),), cited)


def _series_line(series: Series, say: Say) -> _Line:
    latest = series.points[-_POINTS:]
    told = " → ".join(say(texts.DIGEST_POINT_OF, year=point.year, shown=point.shown) for point in latest)
    text = f"• {series.agency}{say(words.COLON)}{series.indicator} {told}"
    return _Line(_SERIES, _SECOND_POINT, ((text, ""),), tuple(point.citation for point in latest))


def _marks_of(digest: Digest, say: Say) -> _Marks:
    reports = [*(news.report for news in digest.news), *(plan.looked_in for plan in digest.followed)]
    return _Marks(say, {report.id: report.agency for report in reports})


def _fitting(digest: Digest, lines: Sequence[_Line], say: Say) -> list[int]:
    """Choose the lines that fit together with their quotes, the important ones first."""
    marks, used = _marks_of(digest, say), 0
    kept: list[int] = []
    for place in sorted(range(len(lines)), key=lambda place: lines[place].rank):
        line = lines[place]
        before = len(marks.notes)
        mark = marks.of(line.citations)[0]
        quoted = sum(units(item.text) + 1 for item in quote_rows(marks.notes[before:], say))
        cost = sum(units(text) for text, _ in line.runs) + units(mark) + 1 + quoted
        # Each citation costs its mark here and its number in the box.
        if used + cost > _ROOM or 2 * len(marks.notes) + len(kept) > _MARKS:
            break
        used += cost
        kept.append(place)
    return kept


def _told(digest: Digest, lines: Sequence[_Line], kept: Sequence[int], say: Say) -> list[Row]:
    marks = _marks_of(digest, say)
    chosen = set(kept)
    rows: list[Row] = []
    for section, places in groupby(range(len(lines)), key=lambda place: lines[place].section):
        of_section = list(places)
        shown = [place for place in of_section if place in chosen]
        titled = [row(_heading(section, digest, say), "b")] if section in _HEADINGS else []
        told = [Row((*lines[at].runs, marks.of(lines[at].citations))) for at in shown]
        more = _left_out(section, [lines[at] for at in of_section if at not in chosen], say)
        rows += [Row(), *titled, *told, *more]
    if digest.gone:
        names = say(words.COMMA).join(f"《{gone.title}》" for gone in digest.gone)
        rows += [Row(), Row(((say(texts.DIGEST_REMOVED) + say(words.COLON), "b"), (shorten(names, 300), "")))]
    return [*rows, *_note_rows(digest), *marks.rows()]


def _heading(section: int, digest: Digest, say: Say) -> str:
    heading = say(_HEADINGS[section])
    if section != _FOLLOWED:
        return f"【{heading}】"
    counts = {verdict: sum(plan.verdict is verdict for plan in digest.followed) for verdict in Verdict}
    told = [
        say(texts.DIGEST_VERDICT_COUNT, verdict=say(words.VERDICTS[verdict]), n=n)
        for verdict, n in counts.items()
        if n
    ]
    return f"【{heading}】{' · '.join(told)}"


def _left_out(section: int, left: Sequence[_Line], say: Say) -> list[Row]:
    if section == _NEWS:
        n, phrase = sum(line.title for line in left), texts.DIGEST_MORE_REPORTS
    else:
        n, phrase = len(left), texts.DIGEST_MORE
    return [row(say(phrase, n=n), "i")] if n else []


def _note_rows(digest: Digest) -> list[Row]:
    return [Row(), row(digest.note, "i")] if digest.note else []


# --- buttons ----------------------------------------------------------------------------------------


def digest_buttons(digest: Digest, card_id: str, say: Say, *, again: bool = False) -> Buttons:
    """`again`: the last digest may not have arrived, and can be shown once more."""
    lines: list[Sequence[tuple[str, str]]] = []
    if 0 < len(digest.news) <= _BY_NUMBER:
        lines.append([(str(n + 1), f"e:{card_id}:r:{n}") for n in range(len(digest.news))])
    elif digest.news:
        lines.append([(say(texts.DIGEST_EACH, n=len(digest.news)), f"e:{card_id}:l:0")])
    rest = []
    if any((digest.followed, digest.repeated, digest.shared, digest.series)):
        rest.append((say(texts.DIGEST_ACROSS), f"e:{card_id}:x"))
    if not is_quiet(digest):
        rest.append((say(texts.AS_HTML), f"e:{card_id}:f"))
    if again:
        rest.append((say(texts.DIGEST_AGAIN), f"e:{card_id}:u"))
    return [line for line in (*lines, rest) if line]


def list_buttons(digest: Digest, card_id: str, page: int) -> Buttons:
    """Choose one report of many by its title."""
    reports: Sequence[Report] = [news.report for news in digest.news]
    first = page * PAGE_SIZE
    lines: list[list[tuple[str, str]]] = [
        [(shorten(f"{n + 1}. {full_title(report)}", 40), f"e:{card_id}:r:{n}")]
        for n, report in enumerate(on_page(reports, page), first)
    ]
    turn = [("◀", f"e:{card_id}:t:{page - 1}")] if page > 0 else []
    if page + 1 < page_count(len(reports)):
        turn.append(("▶", f"e:{card_id}:t:{page + 1}"))
    return [*lines, turn] if turn else lines


# --- what the buttons open --------------------------------------------------------------------------


def news_rows(digest: Digest, place: int, say: Say, zone: str) -> list[Row]:
    """All that a digest holds of one report, with its quotes."""
    view = digest_view(digest, say, zone, summary=SUMMARY)
    return view_rows(view, view.parts[place : place + 1], say)


def across_rows(digest: Digest, say: Say, zone: str) -> list[Row]:
    """What a digest says across reports, whole and with its quotes."""
    view = digest_view(digest, say, zone)
    return view_rows(view, view.parts[len(digest.news) :], say)
