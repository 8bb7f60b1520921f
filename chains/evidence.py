"""Which sentences of the reports in scope carry the answer to a question, and how well."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chains.figures import FoundFigure, find_figures
from chains.question import Asked, Question, Term
from store.models import Document, Kind, Report, Section
from store.outline import regions
from store.script import fold
from store.sentences import Span, clauses, paragraphs, sentences

_LONG_SENTENCE = 130
_PART_BONUS = 0.2
_SEVERAL = re.compile(r"、|；.*；|(?:《[^》]+》.*){2}|(?:“[^”]+”.*){2}")
_YEAR_ASKED = re.compile(r"哪一?年|几几年|\bwhat year\b|\bwhich year\b")
_NAME_ASKED = re.compile(
    r"叫什么|名字|全名|姓名|哪家(?:公司|律所|律师|企业|单位|机构|事务所)|\bname of\b|\bcalled\b"
)
_HIDDEN_NAME = re.compile(
    r"[*＊×xX□]{1,4}(?=[\u4e00-\u9fff]{0,6}(?:公司|事务所|厂|店|村|社区|学校|医院|同志|所))|(?<=[\u4e00-\u9fff])某{1,2}(?![省市县区镇乡村局])"
)
_FORM_BONUS = {Asked.WHY: 0.35, Asked.WHO: 0.3, Asked.WHEN: 0.3}
_FORMS = {
    Asked.WHO: re.compile(
        r"(?:局长|厅长|主任|书记|区长|市长|县长|镇长|组长|支队长|队长|院长|校长|负责人|同志|律师|事务所|公司|法官|委员会|中心|牵头|局|厅|部门)"
    ),
    Asked.WHEN: re.compile(r"\d{1,2}月|\d{4}年|年底|年初|季度|上半年|下半年|月底|之前|以前|期间|\d{1,2}日"),
    Asked.WHY: re.compile(
        r"因|由于|受|影响|导致|原因|造成|制约|难以|缺乏|不足|难度|限制|致使|困难|不够|有限|偏少|较少|未能|尚未"
    ),
    Asked.WHERE: re.compile(r"省|市|区|县|镇|乡|街道|村|社区|路|桥|园|站|处"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence (or a clause of a long one) of a report, with what stands around it."""

    report: Report
    section: Section
    span: Span
    text: str
    around: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A candidate with how well it carries the answer. All shares are 0-1 and weighed by rarity.

    `covered` is the share of the question's words that the sentence holds, `supported` the share
    that it or what stands around it holds, `focus` the share of the words beside the question word;
    `meaning` is how near the sentence's meaning is to the question's, None where it was not compared,
    and `standout` by how much it is nearer than those it was compared with; `fits` says that it has the
    form asked for; for "how many" `local` is the share held by the clause with the fitting figure
    and `masked` says that the source has hidden that figure. `unheld` is the share of the question's words
    that stand nowhere in the reports in scope. `topic` is how near the sentence is to the question
    whatever its form, `score` ranks both together.
    """

    candidate: Candidate
    covered: float
    supported: float
    focus: float
    meaning: float | None
    standout: float | None
    fits: bool
    local: float
    masked: bool
    unheld: float
    topic: float
    score: float


def candidates(document: Document, report: Report, spans: Sequence[Span] | None = None) -> list[Candidate]:
    """Cut a report, or only the parts of it in `spans`, into candidates."""
    found: list[Candidate] = []
    recent: list[str] = []
    for region in regions(document.text, document.sections):
        for line in paragraphs(document.text, region.start, region.end):
            if spans is not None and not any(line.start < s.end and s.start < line.end for s in spans):
                continue
            recent = [*recent[-6:], line.of(document.text)] if is_row(line.of(document.text)) else []
            around = fold(" ".join([*region.section.path, line.of(document.text), *recent]))
            for piece in _pieces(document.text, line):
                if _says_nothing(document.text, report, region.section, piece):
                    continue
                found.append(Candidate(report, region.section, piece, piece.of(document.text), around))
    return found


def _says_nothing(text: str, report: Report, section: Section, piece: Span) -> bool:
    """Tell whether a piece is only a heading or title on a line of its own, or only announces what follows."""
    alone = text[piece.end - 1] not in "。；;！!.？?" and text[piece.end : piece.end + 1] in ("\n", "")
    heading = section.start <= piece.start and piece.end <= section.body_start
    return text[piece.end - 1] in "：:" or (alone and (heading or piece.of(text) == report.title))


def is_row(line: str) -> bool:
    """Tell whether a line could be a table's: its head, lines above, says what its numbers are."""
    return len(line) < 60 and not re.search(r"[。；，]", line)


def _pieces(text: str, line: Span) -> Iterable[Span]:
    for sentence in sentences(text, line.start, line.end):
        if sentence.end - sentence.start <= _LONG_SENTENCE:
            yield sentence
        else:
            yield from clauses(text, sentence.start, sentence.end)


class Weigher:
    """Weighs candidates against one question; words rare among the candidates count for more."""

    def __init__(self, question: Question, pool: Sequence[Candidate]) -> None:
        self._question = question
        self._pool = pool
        self._folded = [fold(candidate.text) for candidate in pool]
        self._terms = [Term(tuple(fold(w) for w in term.wordings), term.weight) for term in question.terms]
        self._weighed = [(term, term.weight * self._rarity(term)) for term in self._terms]
        texts = "\n".join(self._folded)
        missing = [term for term in self._terms if not _holds(texts, term)]
        self._unheld = sum(weight for term, weight in self._weighed if term in missing) / (
            sum(w for _, w in self._weighed) or 1.0
        )
        self._focus = [Term(tuple(fold(w) for w in term.wordings), term.weight) for term in question.focus]

    def _rarity(self, term: Term) -> float:
        holding = sum(any(wording in text for wording in term.wordings) for text in self._folded)
        return math.log(1 + len(self._folded) / (0.5 + holding))

    def weigh(self, meanings: dict[int, float]) -> list[Evidence]:
        """Weigh every candidate of the pool; `meanings` gives the nearness (0-1) for some, by position."""
        usual = sum(meanings.values()) / len(meanings) if meanings else 0.0
        return [self._evidence(index, meanings.get(index), usual) for index in range(len(self._pool))]

    def lexical(self) -> list[float]:
        """Give every candidate's word score alone, to choose whose meaning is worth computing."""
        return [self._share(self._folded[i]) + 0.5 * self._share(c.around) for i, c in enumerate(self._pool)]

    def _share(self, text: str, terms: Sequence[Term] | None = None) -> float:
        chosen = self._weighed if terms is None else [pair for pair in self._weighed if pair[0] in terms]
        total = sum(weight for _, weight in chosen)
        return sum(weight for term, weight in chosen if _holds(text, term)) / total if total else 0.0

    def _evidence(self, index: int, meaning: float | None, usual: float) -> Evidence:
        candidate = self._pool[index]
        covered = self._share(self._folded[index])
        supported = max(covered, self._share(candidate.around))
        focus = self._share(self._folded[index], self._focus) if self._focus else covered
        fits, local, masked = self._form(candidate.text, covered)
        topic = 0.6 * covered + 0.25 * supported + 0.8 * (meaning or 0.0)
        form = (_FORM_BONUS.get(self._question.asked, 0.15) if fits else 0.0) + 0.2 * local
        wanted = self._question.part or (Kind.PLANS if self._question.ahead else None)
        part = _PART_BONUS if wanted is candidate.section.kind else 0.0
        return Evidence(
            candidate=candidate,
            covered=covered,
            supported=supported,
            focus=focus,
            meaning=meaning,
            standout=None if meaning is None else meaning - usual,
            fits=fits,
            local=local,
            masked=masked,
            unheld=self._unheld,
            topic=topic,
            score=topic + form + part,
        )

    def _form(self, text: str, covered: float) -> tuple[bool, float, bool]:
        """Tell whether a sentence has the form asked for, how well its figure's clause fits, and if that is masked."""
        question = self._question
        if question.asked is Asked.HOW_MUCH:
            return self._figure_form(text)
        if question.asked is Asked.LIST:
            return not question.plural or bool(_SEVERAL.search(text)), covered, False
        if question.asked is Asked.WHEN and _YEAR_ASKED.search(question.folded):
            return True, covered, False  # every report has its year
        if question.asked is Asked.WHO or _NAME_ASKED.search(question.folded):
            hidden = bool(_HIDDEN_NAME.search(text))
            return bool(_FORMS[Asked.WHO].search(text)) and not hidden, covered, hidden
        form = _FORMS.get(question.asked)
        return (bool(form.search(text)) if form else True), covered, False

    def _figure_form(self, text: str) -> tuple[bool, float, bool]:
        units = self._question.units
        shares = [
            (self._share(fold(clause)), found.figure.value is not None)
            for clause, found in _figure_clauses(text)
            if not units
            or found.figure.unit in units
            or (not found.figure.unit and is_row(text) and any(u in text for u in units))
        ]
        if not shares:
            return False, 0.0, False
        local, real = max(shares)
        return real, local, not real


def _figure_clauses(text: str) -> Iterable[tuple[str, FoundFigure]]:
    """Give every figure with the clause between commas that it stands in."""
    for found in find_figures(text):
        start = max(text.rfind(mark, 0, found.start) for mark in "，,；;。：:") + 1
        ends = [text.find(mark, found.end) for mark in "，,；;。"]
        end = min((end for end in ends if end >= 0), default=len(text))
        yield text[start:end], found


def _holds(text: str, term: Term) -> bool:
    return any(wording in text for wording in term.wordings)
