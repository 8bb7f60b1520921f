"""Does a sentence answer the question, or is it only near it?"""

from __future__ import annotations

import math
import re

from chains.evidence import Candidate, Evidence, asks_name, is_row
from chains.figures import find_figures
from chains.question import Question
from chains.wanted import Asked
from store.models import Kind, ReportKind
from store.script import fold
from store.years import arabic_years

# Logistic regression over what `Evidence` measures, fitted on dev_v1, heldout_v1 and dev_v2 under benchmarks/data
# (checked by leaving each of them out in turn: area under the curve 0.90, 0.88, 0.86); the threshold was set on dev_v3.
_WEIGHTS = {
    "covered": 0.8,
    "focus": 0.4,
    "same": 2.3,
    "fits": 1.25,
    "local": 1.3,
    "counted": 1.3,
    "how_much": -0.5,
    "why": 0.35,
    "unknown": 0.75,
}
_BIAS = -2.85
_THRESHOLD = 0.52
_NEAR_TOPIC, _NEAR_REASON = 0.8, 0.65
_SAYS_IT_ALL = 0.8
_NEED_FORM = (Asked.HOW_MUCH, Asked.WHO, Asked.WHEN, Asked.WHERE, Asked.LIST)
_WITHOUT_MEANING = 0.5
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|\s|[:：|]|$)")
# A year that a figure is only compared with is not the figure's year.
_COMPARED = re.compile(r"(?:比|较|与|同|於|于)\s*(?:19|20)\d\d年(?:度|同期|相比)?")
_BRACKET = re.compile(r"[（(]([^（()）]*)[）)]")
_CLAUSE_END = re.compile(r"[；;。]")
_COMMA = re.compile(r"[，,](?!\d{3})")
# A year at the head of a sentence speaks for all of it, but for the clauses that name their own.
_OPENS = re.compile(r"\W*(?:截至)?((?:19|20)\d\d)年(?:度|以来|全年)?[，,]")
_OTHER_TIME = re.compile(r"(?:19|20)\d\d年|今年|本年|去年|上年")
_ONLY_COMPARES = re.compile(r"同比|环比|[较比与](?:上年|去年|上一年)|增长|下降|增加|减少|增幅|降幅")


def likelihood(question: Question, evidence: Evidence) -> float:
    """Give the probability that `evidence` answers `question`."""
    meaning = _WITHOUT_MEANING if evidence.meaning is None else evidence.meaning
    values = {
        "covered": evidence.covered,
        "focus": evidence.focus,
        "same": meaning * evidence.fits,
        "fits": float(evidence.fits),
        "local": evidence.local,
        "counted": evidence.counted,
        "how_much": float(question.asked is Asked.HOW_MUCH),
        "why": float(question.asked is Asked.WHY),
        "unknown": question.unknown,
    }
    total = sum(_WEIGHTS[name] * value for name, value in values.items()) + _BIAS
    return 1 / (1 + math.exp(-total))


def answerable(question: Question, evidence: Evidence, best_topic: float) -> bool:
    """Tell whether `evidence` may be given as the answer.

    A sentence of the right form that is farther from the question than the nearest one
    (`best_topic`) is a figure about something else, and so is one of cases of another kind.
    """
    if not evidence.of_kind or _plans_for_later(evidence.candidate, question):
        return False
    # What names the very measure may be farther from the question than the plan that sets it.
    nearer = question.asked is Asked.WHY or bool(question.measured)
    if evidence.topic < (_NEAR_REASON if nearer else _NEAR_TOPIC) * best_topic:
        return False
    if question.asked in _NEED_FORM and not evidence.fits:
        return question.asked is Asked.WHO and not asks_name(question) and evidence.covered >= _SAYS_IT_ALL
    return likelihood(question, evidence) >= _THRESHOLD


def states_it(question: Question, evidence: Evidence, best_topic: float) -> bool:
    """Tell whether `evidence` says how a thing stands where the nearest sentence only says what is aimed at.

    It may be farther from the question than an answer else, but must hold its words beside the figure.
    """
    return (
        question.asked is Asked.HOW_MUCH
        and evidence.of_kind
        and evidence.fits
        and evidence.local >= _NEAR_REASON
        and evidence.topic >= _NEAR_REASON * best_topic
        and likelihood(question, evidence) >= _THRESHOLD
    )


def carries_years(
    candidate: Candidate, question: Question, strict_years: tuple[int, ...], *, ahead: bool
) -> bool:
    """Tell whether a sentence may speak of the years asked for.

    One of a report of another year must name the year itself, or the table or heading it stands in
    must; plans for a year (`ahead`) do not tell what was done in it. A work report tells what was done in
    the one year of its period and what is planned for the next.
    """
    if _of_the_other_year(candidate, question):
        return False
    written = arabic_years(candidate.text)
    own = set(map(int, _YEAR.findall(written))) if candidate.head else set()
    if own and question.years and not own & set(question.years):
        return False  # a table's row of another year
    if not strict_years or set(question.years) & set(candidate.report.period):
        return True
    if candidate.section.kind is Kind.PLANS and not ahead:
        return False
    text = _COMPARED.sub("", written)
    heading = arabic_years(" ".join(candidate.section.path))
    table = candidate.around if is_row(candidate.text) and not own else ""
    if any(str(year) in place for year in strict_years for place in (heading, table)):
        return True
    if candidate.head or is_row(candidate.text):
        return any(str(year) in text for year in strict_years)
    return any(_tells_of(text, str(year), question) for year in strict_years)


def _tells_of(text: str, year: str, question: Question) -> bool:
    """Tell whether what a sentence says of `year` is what is asked for, and not a figure beside it.

    A year speaks for its clause, one in brackets for what the brackets hold: a figure of what stands right before them.
    """
    if year not in text:
        return False
    plain = _BRACKET.sub("", text)
    opening = _OPENS.match(plain)
    opened = opening is not None and opening[1] == year
    clauses = _CLAUSE_END.split(plain)
    told = [(c, c) for c in clauses if year in c or (opened and not _OTHER_TIME.search(c))]
    told += [
        (_before(text[: match.start()]) + match[1], match[1])
        for match in _BRACKET.finditer(text)
        if year in match[1]
    ]
    most = max(_held(clause, question) for clause in clauses)
    return any(_held(said, question) >= most and _counts(figures, question) for said, figures in told)


def _before(text: str) -> str:
    """Give what a bracket after `text` is about: the words since the last comma that do more than compare."""
    about = ""
    for piece in reversed(_COMMA.split(_CLAUSE_END.split(_BRACKET.sub("", text))[-1])):
        about = piece + about
        if not _ONLY_COMPARES.match(piece.strip()):
            break
    return about


def _held(text: str, question: Question) -> float:
    folded = fold(text)
    return sum(term.weight for term in question.terms if any(fold(w) in folded for w in term.wordings))


def _counts(text: str, question: Question) -> bool:
    """Tell whether a text has a figure in the unit asked for, where one is asked for."""
    if question.asked is not Asked.HOW_MUCH:
        return True
    units = question.units
    return any(not units or found.figure.unit in units for found in find_figures(text))


def _plans_for_later(candidate: Candidate, question: Question) -> bool:
    """Tell whether a plan of a yearly report is asked what was done in the year the report tells of."""
    return (
        candidate.report.kind is ReportKind.ANNUAL_REPORT
        and candidate.section.kind is Kind.PLANS
        and not question.ahead
        and question.part is None
        and bool(question.years)
        and set(question.years) <= set(candidate.report.period)
        and not any(str(year) in arabic_years(candidate.text) for year in question.years)
    )


def _of_the_other_year(candidate: Candidate, question: Question) -> bool:
    """Tell whether a work report's sentence speaks of that year of its period which is not asked for."""
    report, section = candidate.report, candidate.section
    if report.kind is not ReportKind.WORK_REPORT or len(report.period) != 2 or question.names_report:
        return False
    asked = set(question.years) & set(report.period)
    speaks_of = {Kind.ACHIEVEMENTS: min(report.period), Kind.PLANS: max(report.period)}.get(section.kind)
    if len(asked) != 1 or speaks_of is None or speaks_of in asked:
        return False
    text = _COMPARED.sub("", arabic_years(candidate.text))
    return not any(str(year) in text for year in asked)
