"""Answer a question from the reports' own sentences, or say that they do not hold the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.answerable import answerable, carries_years, likelihood, states_it
from chains.compose import Composer
from chains.english_places import sounds_of
from chains.evidence import Evidence
from chains.extract import is_ritual, items_of
from chains.items import heading_title
from chains.models import Answer, AskInput, Citation, Item
from chains.question import Question, halves, part_topic, read_question
from chains.retrieve import Reader, search_words
from chains.scope import ReportScope, find_scope
from chains.sides import missing_agencies, missing_years, year_told
from chains.terms import Term
from chains.wanted import Asked
from store.kinds import announces_shortcomings
from store.library import Library
from store.models import Kind, Report, ReportKind, Scope
from store.script import fold

MAX_CITATIONS = 5
MAX_ACROSS = 10
_MAX_ITEMS = 12
_MAX_PARTS = 5
_SURELY_ABOUT = 0.8
_NEAR_ENOUGH = 0.6
"""How near in meaning a sentence must be where it does not name what is asked about."""

_CLOSE = 0.72
_CLOSE_ACROSS = 0.65
_LIKELY_ACROSS = 0.3
"""How near to the best sentence's score another must come to be shown with it."""

_STATE_BEFORE_GOAL = 0.6
"""How near to the score of a sentence that tells a goal one that tells the state must come to be shown before it."""

_TITLE_WEIGHT = 0.3
_OFF_TOPIC = 0.9
"""Where so much of a question's words stands nowhere in the reports, they are not about it."""

_NEAR_BY = 24
"""Passages in which a place named in English is looked for by its sound."""

_HEADING_CHARS = 4
_SAYS_CHARS = 10
_BARE = 0.6
"""What a line that says nothing by itself loses where a refusal chooses the passage to show."""

_MOST_OF_IT = 0.5
"""More than this share of a phrase's words a clause must hold, with its paragraph's first sentence, to use it."""

_CLAUSES = re.compile(r"[，；;。]|,(?!\d{3})")
_THIS_YEAR = re.compile(r"今年|本年(?!度)|\bthis year\b")
_PAST_YEAR = re.compile(r"去年|上一?年|过去一年|\blast year\b")
_SPEAKERS = frozenset(("单位", "部门", "机关", "报告", "地方", "地区", "机构", "区县"))
_COMPLAINS = re.compile(
    r"(?:不够|不足|不强|不高|不深|不到位|薄弱|滞后|落后|跟不上|不适应|单一|有限|偏[弱低少紧]|短缺|紧缺|欠缺|缺乏|较[弱低少差慢]|存在|问题|困难|差距|短板)+"
)
_MEANT = re.compile(
    r"预期目标|力争|计划(?!生育)|目标[是为：:]|(?:今年|年底|年末)[^，。；]{0,16}达到?[^，。；]{0,8}以上"
)
# "低于年初预期目标0.9个百分点": the goal only measures what was.
_MEASURED = re.compile(
    r"(?:低于|高于|超过|超出|超额完成|完成|实现|好于|优于|达到|未达|不及|距离?|占|[较比与])(?:了|到)?(?:年初|年度|全年|既定)?(?:预期|年度|全年)?(?:目标|计划)"
)
_ADMITS = re.compile(r"承认|问题|不足|不够|薄弱|困难|短板|单一|障碍|滞后|缺|没打通|反映|\badmit")


@dataclass(frozen=True, slots=True)
class Ground:
    """A question read, the reports it is about, and what reads them and words the answer."""

    question: Question
    scope: ReportScope
    reader: Reader
    compose: Composer


class Answerer:
    """Answers questions over one library without a model. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def answer(self, ask: AskInput) -> Answer:
        """Answer, or refuse with where it looked and the nearest passage.

        Raises NotFoundError when `report_id` is not on the shelves named.
        """
        found = self.look(ask)
        if isinstance(found, Answer):
            return found
        return self._within(found)

    def look(self, ask: AskInput) -> Ground | Answer:
        """Find where the answer could stand; the refusal where no report can hold it.

        Raises NotFoundError when `report_id` is not on the shelves named.
        """
        question = read_question(ask.question)
        compose = Composer(question)
        held = self._held(ask)
        if not held:
            return compose.empty_shelf()
        scope = self._scope(ask, question, held)
        question = _in_years_told(read_question(ask.question, scope.words), scope)
        reader = Reader(self._library, ask.workspaces)
        compose = Composer(question, scope)
        if scope.mismatch is not None:
            return compose.mismatch(scope, self._nearest(question, reader, scope.nearby or scope.reports))
        if scope.absent and question.compares:
            nearest = self._nearest(question, reader, scope.reports)
            return compose.not_comparable([scope.absent], nearest, held=False)
        return Ground(_beside_title(question, scope), scope, reader, compose)

    def hidden(self, ground: Ground) -> Answer | None:
        """Give the refusal where the report hides what is asked for; judged by words alone."""
        weighed = self._of_the_years(
            ground, ground.reader.evidence(ground.question, ground.scope.reports, by_meaning=False)
        )
        nearest = max(weighed, key=_nearness, default=None)
        if nearest is None or not _hides(nearest) or ground.question.part is not None:
            return None
        return ground.compose.masked(nearest, self._cite(ground.reader, [nearest])[0])

    def refused(self, ground: Ground) -> Answer:
        """Refuse, with where it looked and the nearest passage."""
        nearest = self._nearest(ground.question, ground.reader, ground.scope.reports)
        return ground.compose.refuse(ground.scope, nearest)

    @staticmethod
    def _of_the_years(ground: Ground, weighed: Sequence[Evidence]) -> list[Evidence]:
        question, strict = ground.question, ground.scope.strict_years
        return [e for e in weighed if carries_years(e.candidate, question, strict, ahead=question.ahead)]

    def _held(self, ask: AskInput) -> list[Report]:
        if ask.report_id is not None:
            return [self._library.report(ask.report_id, ask.workspaces)]
        return self._library.reports(ask.workspaces)

    def _scope(self, ask: AskInput, question: Question, held: Sequence[Report]) -> ReportScope:
        def mentions(words: str, reports: Sequence[Report]) -> bool:
            scope = Scope(ask.workspaces, frozenset(report.id for report in reports))
            if not re.fullmatch(r"[A-Za-z' ]+", words):
                return self._library.holds_phrase(words, scope)
            near = self._library.search(search_words(question), scope, k=_NEAR_BY)
            name = re.sub(r"[^a-z]", "", words.lower())
            return any(name in sounds_of(hit.passage.text) for hit in near)

        fixed = ask.report_id is not None
        return find_scope(ask.question, question.years, held, mentions, fixed=fixed, ahead=question.ahead)

    def _within(self, ground: Ground) -> Answer:
        """Answer from the reports in scope: a part's points, a comparison, or the sentences that say it."""
        question, scope, reader, compose = ground.question, ground.scope, ground.reader, ground.compose
        if question.across and not scope.named and not _asks_whole_parts(question):
            return self._across(question, scope, reader, compose)
        headed = self._headed(question, scope, reader, compose)
        if headed is not None:
            return headed
        if question.part is not None:
            found = self._part(question, question.part, scope, reader, compose)
            if found is not None:
                return found
        weighed = self._of_the_years(ground, reader.evidence(question, scope.reports))
        if not weighed:
            return compose.refuse(scope, self._nearest(question, reader, scope.reports))
        nearest = max(weighed, key=_nearness)
        if _hides(nearest) or (nearest.masked and (nearest.meaning or 0.0) > _SURELY_ABOUT):
            return compose.masked(nearest, self._cite(reader, [nearest])[0])
        fitting = _fitting(question, scope, weighed)
        if not fitting:
            return self._by_halves(ground) or compose.refuse(scope, self._shown(reader, weighed))
        missing: list[str | int] = [*missing_agencies(scope, fitting), *missing_years(question, fitting)]
        if missing and question.compares:
            return compose.not_comparable(missing, self._cite(reader, fitting[:1]), held=True)
        chosen = self._chosen(question, fitting, weighed, scope.sides)
        return compose.answer(chosen, self._cite(reader, chosen))

    def _by_halves(self, ground: Ground) -> Answer | None:
        """Answer what can be answered of a question that asks two things at once, and say what cannot."""
        chosen: list[Evidence] = []
        unanswered: list[str] = []
        for half in halves(ground.question, ground.scope.words):
            weighed = self._of_the_years(ground, ground.reader.evidence(half, ground.scope.reports))
            fitting = _fitting(half, ground.scope, weighed) if weighed else []
            chosen += [e for e in fitting[:1] if e.candidate not in [c.candidate for c in chosen]]
            unanswered += [] if fitting else [half.text.rstrip("?")]
        if not chosen:
            return None
        return ground.compose.answer(chosen, self._cite(ground.reader, chosen), unanswered)

    def _chosen(
        self,
        question: Question,
        fitting: Sequence[Evidence],
        weighed: Sequence[Evidence],
        sides: Sequence[str] = (),
    ) -> list[Evidence]:
        """Choose the sentences to show: the best of each year or agency asked for, then what comes close to it."""
        best = fitting[0]
        leads = [best]
        for agency in sides:
            leads += [e for e in fitting if e.candidate.report.agency == agency][:1]
        for year in question.years[1:] if len(question.years) > 1 else ():
            leads += [e for e in fitting if year in e.candidate.report.period][:1]
        if len(question.years) > 1:
            leads = [e for y in question.years for e in fitting if y in e.candidate.report.period][
                :2
            ] and leads
        close = [e for e in weighed if e.score >= _CLOSE * best.score and not e.masked and e.of_kind]
        if not question.ahead:
            close.sort(key=_tells_ahead)
        return list({id(e): e for e in [*leads, *close]}.values())[:MAX_CITATIONS]

    # --- whole parts ------------------------------------------------------------------------

    def _part(
        self, question: Question, kind: Kind, scope: ReportScope, reader: Reader, compose: Composer
    ) -> Answer | None:
        """Answer with a part's points; None when the question narrows it to something no point is about."""
        topic, named = part_topic(question)
        reports = self.reports_of_part(question, kind, scope)
        if not reports:
            nearest = self._nearest(question, reader, scope.reports)
            return compose.mismatch(scope, nearest) if scope.strict_years else None
        topic = topic if named else self._used(topic, reports, reader, kind)
        if topic:
            found = self._topical_part(
                replace(question, terms=topic, focus=topic), kind, reports, reader, compose
            )
            if found or named:
                return found
        groups = [(report, self._items(reader, report, kind)) for report in reports]
        if not any(items for _, items in groups):
            return compose.no_part(scope, reports[0], kind, self._nearest(question, reader, reports))
        left_out = len(scope.reports) - len(reports) if not question.years else 0
        return compose.part(
            kind, [(report, items) for report, items in groups if items], _MAX_ITEMS, left_out=left_out
        )

    def _headed(
        self, question: Question, scope: ReportScope, reader: Reader, compose: Composer
    ) -> Answer | None:
        """Answer with the points under a heading that the question calls by its words ("有哪些工作要求")."""
        if question.asked not in (Asked.LIST, Asked.WHAT) or len(scope.reports) > 1:
            return None
        report = scope.reports[0]
        document = reader.document(report)
        called = [
            (len(title), section)
            for section in document.sections
            if section.path
            and section.kind is not Kind.OTHER
            and len(title := fold(heading_title(section))) >= _HEADING_CHARS
            and title in question.folded
            and title not in fold(report.title)
        ]
        if not called:
            return None
        section = max(called, key=lambda pair: (pair[0], -pair[1].level))[1]
        items = [
            item
            for item in self._items(reader, report, section.kind)
            if section.start <= item.citations[0].start < section.end
        ]
        return compose.part(section.kind, [(report, items)], _MAX_ITEMS) if len(items) > 1 else None

    @staticmethod
    def _used(
        topic: tuple[Term, ...], reports: Sequence[Report], reader: Reader, kind: Kind
    ) -> tuple[Term, ...]:
        """Keep the topic's words that the part itself uses and the report's name does not; the rest only ask."""
        names = (
            fold(" ".join(f"{r.title} {r.agency} {r.region}" for r in reports)) if len(reports) == 1 else ""
        )
        topic = tuple(t for t in topic if not any(fold(wording) in names for wording in t.wordings))
        texts = [
            fold(document.text[s.start : s.end])
            for document in map(reader.document, reports)
            for s in document.sections
            if s.kind is kind
        ]
        return tuple(
            t for t in topic if any(fold(wording) in text for wording in t.wordings for text in texts)
        )

    def _items(self, reader: Reader, report: Report, kind: Kind) -> list[Item]:
        return items_of(reader.document(report), kind, reader.citer(report))

    @staticmethod
    def reports_of_part(question: Question, kind: Kind, scope: ReportScope) -> list[Report]:
        """Choose whose part is meant: plans for a year stand in the report of the year before."""
        if not question.years:
            return list(scope.reports)[-_MAX_PARTS:][::-1]
        year = question.years[0]
        own = [report for report in scope.reports if year in report.period or not report.period]
        if kind is not Kind.PLANS:
            return own[:2]
        before = [report for report in scope.reports if report.period and max(report.period) + 1 == year]
        forward = [
            r for r in own if r.kind in ("notice", "plan") or (len(r.period) > 1 and max(r.period) == year)
        ]
        return (before + forward or own)[:2]

    def _topical_part(
        self, question: Question, kind: Kind, reports: Sequence[Report], reader: Reader, compose: Composer
    ) -> Answer | None:
        weighed = [e for e in reader.evidence(question, reports) if e.candidate.section.kind is kind]
        weighed = [e for e in weighed if not announces_shortcomings(e.candidate.text)]
        top = max((e.score for e in weighed), default=0.0)
        close = [e for e in weighed if e.score >= _CLOSE * top and self._on_topic(e)]
        chosen = close[:MAX_CITATIONS]
        return compose.answer(chosen, self._cite(reader, chosen)) if chosen else None

    @staticmethod
    def _on_topic(evidence: Evidence) -> bool:
        return evidence.supported >= 0.3 and (evidence.meaning is None or evidence.meaning > 0.3)

    # --- across reports ---------------------------------------------------------------------

    def _across(self, question: Question, scope: ReportScope, reader: Reader, compose: Composer) -> Answer:
        """Answer which reports say something: the best sentence of each that says it."""
        kind = question.part
        if kind is None and _ADMITS.search(question.folded):
            kind = Kind.SHORTCOMINGS
        terms = tuple(term for term in question.terms if not _SPEAKERS & set(term.wordings)) or question.terms
        question = replace(
            question, asked=Asked.WHAT, terms=terms, focus=tuple(t for t in question.focus if t in terms)
        )
        things = _things(terms)
        least = _MOST_OF_IT if question.mentioned else 0.0
        weighed = reader.evidence(question, scope.reports, kind)
        best: dict[str, Evidence] = {}
        for evidence in sorted(weighed, key=lambda e: not _speaks_of(things, e, least)):
            best.setdefault(evidence.candidate.report.id, evidence)
        likely = [e for e in best.values() if likelihood(question, e) >= _LIKELY_ACROSS]
        likely = [e for e in likely if _speaks_of(things, e, least)] or [
            e for e in likely if _means_it(e) and not question.mentioned
        ]
        literal = [e for e in weighed if question.mentioned and question.mentioned in fold(e.candidate.text)]
        if not likely and not literal:
            nearest = self._shown(reader, weighed) or self._nearest(question, reader, scope.reports)
            return compose.refuse(scope, nearest)
        top = max((e.score for e in likely), default=0.0)
        close = [e for e in likely if e.score >= _CLOSE_ACROSS * top]
        if literal:
            close = list({e.candidate.report.id: e for e in reversed(literal)}.values())
        chosen = sorted(close, key=lambda e: -e.score)[:MAX_ACROSS]
        return compose.across(chosen, self._cite(reader, chosen))

    # --- evidence ---------------------------------------------------------------------------

    def _nearest(self, question: Question, reader: Reader, reports: Sequence[Report]) -> list[Citation]:
        weighed = reader.evidence(question, reports[:3])
        return self._shown(reader, weighed)

    def _shown(self, reader: Reader, weighed: Sequence[Evidence]) -> list[Citation]:
        """Cite what a refusal shows: the nearest passage that says something."""
        return self._cite(reader, [max(weighed, key=_worth_showing)] if weighed else [])

    @staticmethod
    def _cite(reader: Reader, chosen: Sequence[Evidence]) -> list[Citation]:
        return [
            reader.citer(e.candidate.report).cite(n, e.candidate.span.start, e.candidate.span.end)
            for n, e in enumerate(chosen, 1)
        ]


def _asks_whole_parts(question: Question) -> bool:
    """Tell whether a question across reports asks for all of a part of each ("各报告有哪些问题")."""
    return question.part is not None and not part_topic(question)[0]


def _beside_title(question: Question, scope: ReportScope) -> Question:
    """Let the words that stand in the title of the one report asked about count for little: all of it is about them."""
    if len(scope.reports) != 1:
        return question
    title = fold(scope.reports[0].title)
    told = {term for term in question.terms if any(fold(wording) in title for wording in term.wordings)}
    if len(told) == len(question.terms):
        return question
    return replace(
        question,
        terms=tuple(replace(t, weight=_TITLE_WEIGHT * t.weight) if t in told else t for t in question.terms),
        focus=tuple(t for t in question.focus if t not in told),
        counted=tuple(t for t in question.counted if t not in told),
    )


def _hides(evidence: Evidence) -> bool:
    """Tell whether a sentence holds a masked value in a clause about what is asked for."""
    return evidence.masked and evidence.local > 0


def _nearness(evidence: Evidence) -> float:
    return evidence.topic + 0.3 * evidence.local


def _worth_showing(evidence: Evidence) -> float:
    """Rate what a refusal shows: the nearest in words and meaning, whatever its form, before ritual and bare lines."""
    text = evidence.candidate.text
    return evidence.topic - 0.4 * is_ritual(text) - _BARE * (not _says_something(text))


def _says_something(text: str) -> bool:
    """Tell a sentence from a line that only heads, dates or signs ("（二）化解矛盾纠纷。", "县长　某某")."""
    return len(re.sub(r"\W", "", text)) >= _SAYS_CHARS and bool(re.search(r"[，,：:、；;。]\w|\d.*。", text))


def _things(terms: Sequence[Term]) -> list[Term]:
    """Give the words for what is complained of, without those that only complain ("装备" of "装备落后")."""
    kept = [tuple(w for w in term.wordings if not _COMPLAINS.fullmatch(w)) for term in terms]
    return [replace(term, wordings=words) for term, words in zip(terms, kept, strict=True) if words]


def _speaks_of(things: Sequence[Term], evidence: Evidence, least: float) -> bool:
    """Tell whether a clause, with its paragraph's first sentence, names more than `least` of what is asked about.

    Or means it in other words.
    """
    if not things or (evidence.meaning or 0.0) >= _SURELY_ABOUT:
        return True
    lead = fold(evidence.candidate.lead)
    clauses = [fold(clause) + lead for clause in _CLAUSES.split(evidence.candidate.said)]
    return any(_share_held(clause, things) > least for clause in clauses)


def _share_held(text: str, things: Sequence[Term]) -> float:
    held = sum(term.weight for term in things if any(fold(wording) in text for wording in term.wordings))
    return held / sum(term.weight for term in things)


def _means_it(evidence: Evidence) -> bool:
    return (evidence.meaning or 0.0) >= _NEAR_ENOUGH


def _tells_ahead(evidence: Evidence) -> bool:
    """Tell whether a sentence says what was meant to be done, not what was."""
    candidate = evidence.candidate
    return candidate.section.kind is Kind.PLANS or bool(_MEANT.search(_MEASURED.sub("", candidate.text)))


def _fitting(question: Question, scope: ReportScope, weighed: Sequence[Evidence]) -> list[Evidence]:
    """Give the sentences that may answer, best first; results before plans, unless plans are asked for."""
    if not question.terms or weighed[0].unheld >= _OFF_TOPIC:
        return []
    best_topic = max(e.topic for e in weighed)
    tried = list(weighed[: MAX_CITATIONS * 2])
    for agency in scope.sides:
        tried += [e for e in weighed if e.candidate.report.agency == agency and e not in tried][
            :MAX_CITATIONS
        ]
    fitting = [e for e in tried if answerable(question, e, best_topic)]
    if question.ahead or not fitting:
        return fitting
    near = _CLOSE * fitting[0].score
    fitting.sort(key=lambda e: _tells_ahead(e) or e.score < near)
    if not _tells_ahead(fitting[0]) or "今年" in question.folded:
        return fitting
    enough = _STATE_BEFORE_GOAL * fitting[0].score
    states = [
        e for e in tried if not _tells_ahead(e) and e.score >= enough and states_it(question, e, best_topic)
    ]
    return [*states[:1], *(e for e in fitting if e not in states[:1])]


def _in_years_told(question: Question, scope: ReportScope) -> Question:
    """Put years for words that only point at one, where the reports have theirs: 比上年, and a work report's 今年 and 去年."""
    told = [year for report in scope.reports if (year := year_told(report))]
    if question.years or not told:
        return question
    if question.with_last_year:
        return replace(question, years=(max(told), max(told) - 1))
    if all(report.kind is ReportKind.WORK_REPORT and len(report.period) > 1 for report in scope.reports):
        if _THIS_YEAR.search(question.folded):
            return replace(question, years=(max(told) + 1,), ahead=True)
        if _PAST_YEAR.search(question.folded):
            return replace(question, years=(max(told),))
    return question
