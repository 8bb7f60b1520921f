"""Which sentences of the reports in scope carry the answer to a question, and how well."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chains.figures import FoundFigure, find_figures
from chains.names import names_organisation, names_person
from chains.question import Question
from chains.terms import Term
from chains.wanted import Asked
from store.addressed import is_addressed
from store.models import Document, Kind, Report, Section
from store.outline import regions
from store.script import fold
from store.sentences import Span, clauses, paragraphs, sentences

# A row that has a year or month and figures, and no words that say of what.
_CELLS = re.compile(r"[\d\s.,，:：|/%％年月日度季第—–\-*＊一二三四]*\d[\d\s.,，:：|/%％年月日度季—–\-*＊]*")
_YEAR_CELL = re.compile(r"(?:19|20)\d\d年度?|[:：|]")
_LONG_SENTENCE = 130
_SAYS_ONE_THING = 60
_COMMAS = re.compile(r"(?<=[，；;。])|(?<=,)(?!\d{3})")
# "生产总值856亿元，同比增长5.1%": the clause has the subject of the one before it.
_GOES_ON = re.compile(
    r"\W*(?:同比|环比|年均|累计|总体)*(?:增长|增加|增速|增幅|下降|减少|降幅|提高|提升|上升|上涨|回落|达|完成|实现|占|比|较|高于|低于|超|居|首次|突破|其中|为|约|共|平均|最|由|从|仅|只|降|升)"
)
_MOST_OF_NAME = 0.5
_LONG_NAME = 3
_PART_BONUS = 0.2
# What another thing is measured by is not told itself: 研发投入占GDP比重, 地均GDP.
_MEASURED_BY = (
    (
        re.compile(r"占[^，。；、]{1,14}?比[重例率]?"),
        re.compile(r"占|比[重例率]|份额|强度|\b(?:share|ratio|proportion|percentage)"),
    ),
    (
        re.compile(r"(?:人均|地均|亩均|户均|单位|万元|每万元)(?:国内|地区)?(?:生产总值|gdp)"),
        re.compile(r"均|单位|万元|能耗|用水|per[- ]capita"),
    ),
)
_MONEY = frozenset({"万元", "亿元", "元", "资金", "经费", "投入", "支出"})
_SAME_MEANING, _SURELY_SAME = 0.5, 0.75
_GLOSSARY = re.compile(r"名词|术语|用语|注释")
_GLOSS_WEIGHT = 0.5
"""What a glossary's line counts for, to a question what a term means and (less) to any other."""
_TITLE_LINE = re.compile(
    r"[^，。；：]{0,60}(?:报告|通知|通报|方案|计划|总结|要点|意见|公告|办法|规划|文件)|[\u4e00-\u9fff]{1,12}[〔\[（(]\d{4}[〕\]）)]第?\d+号"
)
_FLOURISH = re.compile(
    r"(?:各位代表|同志们)[！!，,]?(?:新时代|新征程|让我们|$)|让我们|(?:现在|下面)，?我代表"
)
_SEVERAL = re.compile(r"、|；.*；|[:：，]一[件起家个是]|另一[件起家个]|(?:《[^》]+》.*){2}|(?:“[^”]+”.*){2}")
_YEAR_ASKED = re.compile(r"哪一?年|几几年|\bwhat year\b|\bwhich year\b")
_DAY_ASKED = re.compile(r"哪一?天|几号|几月几[日号]|哪一?日|\bwhat date\b|\bwhich day\b")
_DAY = re.compile(r"\d{1,2}[日号]|[一二三四五六七八九十]日|月[初中底末]|年[初底末]|[上中下]旬|节|当天|次日")
_SITES = r"公司|律师事务所|律师|律所|事务所|企业|机构|工厂|厂|店|医院|学校|中介|平台"
_PERSON_ASKED = re.compile(
    r"姓什么|姓啥|姓名|^谁是|哪位|哪几位|(?:人|长|者|员|师|干部|骨干|同志|主任|书记)(?:们)?(?:都|分别|各)?(?:是谁|叫什么|叫啥|的?名字)|谁(?:是|当|任|担任)"
    r"|\bwho (?:headed|heads|led|leads|chaired|chairs|is the|was the)\b"
)
_ORGANISATION_ASKED = re.compile(
    rf"哪[几一二两三四五\d]?家(?:{_SITES})|(?:{_SITES})(?:都|分别|各)?(?:叫什么|叫啥|的?名字|是哪[几一二两三四五\d]?家)"
)
_NAME_ASKED = re.compile(r"叫什么|叫啥|名字|全名|\bname of\b|\bcalled\b")
# "县长　闻人简", "联系人：陆一鸣": set off from the title and alone, it is a name whatever the surname.
_SET_OFF_NAME = re.compile(
    r"(?:[局厅区市县镇乡州省部处科院校所站会]长|主任|书记|经理)[ \t\u3000]+[\u4e00-\u9fff](?:[ \u3000]?[\u4e00-\u9fff]){1,3}\s*$"
    r"|(?:人|长|主任|书记|姓名)\s*[:：]\s*[\u4e00-\u9fff]{2,4}(?=[，,、；;。\s(（]|$)"
)
_OWN_NAME = re.compile(r"《[^》]+》|“[^”]+”|「[^」]+」")
_HIDDEN_NAME = re.compile(
    r"[*＊×xX□]{1,4}(?=[\u4e00-\u9fff]{0,6}(?:公司|事务所|厂|店|村|社区|学校|医院|同志|所))|(?<=[\u4e00-\u9fff])某{1,2}(?![省市县区镇乡村局])"
)
_FORM_BONUS = {Asked.WHY: 0.35, Asked.WHO: 0.3, Asked.WHEN: 0.3}
_FORMS = {
    Asked.WHO: re.compile(
        r"(?:局长|厅长|主任|书记|区长|市长|县长|镇长|组长|支队长|队长|院长|校长|负责人|同志|律师|事务所|公司|法官|委员会|中心|牵头|局|厅|部门)"
    ),
    Asked.WHEN: re.compile(
        r"\d{1,2}月|\d{4}年|年底|年初|季度|上半年|下半年|月底|之前|以前|期间|\d{1,2}日|\d{1,2}[时点](?!间)"
    ),
    Asked.WHY: re.compile(
        r"因|由于|受|影响|导致|原因|造成|制约|难以|缺乏|不足|难度|限制|致使|困难|不够|有限|偏少|较少|未能|尚未|所致|系|主要是|引起|源于|在于|出于|归因|得益于|保障"
    ),
    Asked.WHERE: re.compile(
        r"[\u4e00-\u9fff”」]{1,8}(?:路(?!警|长|面|段|网)|大道|街道|街(?!面|巷)|镇(?!街|村)|乡(?!村|镇|村)|村(?!民|级|集体|务|两)|社区|广场|大桥|桥头|园区|景区|校区|楼|馆|市场(?!监|主体|秩序|准入)|码头|车站|高铁站|服务区|收费站|[一-龥]县|[一-龥]区(?!分)|[一-龥]市(?!场|民|政))|位于|设在|设于|坐落"
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence (or a clause of a long one) of a report, with what stands around it.

    `lead` is the sentence its paragraph begins with, which says what the paragraph is about; `head` the lines above
    a table's row that is only a year and figures, which say what those are.
    """

    report: Report
    section: Section
    span: Span
    text: str
    around: str
    lead: str = ""
    head: str = ""

    @property
    def said(self) -> str:
        """What it says, with what a table's head says of it."""
        return f"{self.head} {self.text}" if self.head else self.text


@dataclass(frozen=True, slots=True)
class Form:
    """Whether a sentence has the form of an answer; the fields are those of `Evidence`."""

    fits: bool
    local: float
    counted: float = 1.0
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A candidate with how well it carries the answer. All shares are 0-1 and weighed by rarity.

    `covered` is the share of the question's words that the sentence holds, `supported` the share
    that it or what stands around it holds, `focus` the share of the words beside the question word;
    `meaning` is how near the sentence's meaning is to the question's, None where it was not compared,
    and `standout` by how much it is nearer than those it was compared with; `fits` says that it has the
    form asked for; for "how many" `local` is the share held by the clause with the fitting figure
    and `masked` says that the source has hidden that figure; `counted` is the share of the counted or
    measured thing's name that the figure's clause holds, 1 where nothing is counted. `unheld` is the share of the question's words
    that stand nowhere in the reports in scope; `of_kind` says that it or what it stands under names the kind of thing
    that is counted (仲裁 of 仲裁案件). `topic` is how near the sentence is to the question
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
    counted: float
    masked: bool
    unheld: float
    of_kind: bool
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
            pieces = list(_pieces(document.text, line))
            lead = pieces[0].of(document.text) if pieces else ""
            head = _table_head(recent)
            for piece in pieces:
                if _says_nothing(document.text, report, region.section, piece):
                    continue
                text = piece.of(document.text)
                found.append(Candidate(report, region.section, piece, text, around, lead, head))
    return found


def _table_head(rows: Sequence[str]) -> str:
    """Give what says what the figures of a row without words are: the last lines above it that have words."""
    if len(rows) < 2 or not _CELLS.fullmatch(rows[-1]):
        return ""
    return " ".join([row for row in rows[:-1] if not _CELLS.fullmatch(row)][-2:])


def _says_nothing(text: str, report: Report, section: Section, piece: Span) -> bool:
    """Tell whether a piece is only a heading, a title or a signature, or only announces what follows."""
    if section.signs_off and not re.search("[:：]", piece.of(text)):
        return True
    said = piece.of(text)
    alone = said[-1] not in "。；;！!.？?" and text[piece.end : piece.end + 1] in ("\n", "")
    heading = section.start <= piece.start and piece.end <= section.body_start
    titles = said in report.title or bool(_TITLE_LINE.fullmatch(said))
    return (
        said[-1] in "：:"
        or (alone and (heading or titles))
        or bool(_FLOURISH.match(said))
        or is_addressed(said)
    )


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
        self._folded = [self._without_rates(fold(candidate.said)) for candidate in pool]
        self._terms = [_folded(term) for term in question.terms]
        self._weighed = [(term, term.weight * self._rarity(term)) for term in self._terms]
        texts = "\n".join(self._folded)
        missing = [term for term in self._terms if not _holds(texts, term)]
        self._unheld = sum(weight for term, weight in self._weighed if term in missing) / (
            sum(w for _, w in self._weighed) or 1.0
        )
        self._focus = [_folded(term) for term in question.focus]
        self._counted = [_folded(term) for term in question.counted]
        self._measured = [_folded(term) for term in question.measured]
        self._kinds = [_folded(term) for term in question.kinds]
        self._paid_for = [term for term in self._terms if not _MONEY & set(term.wordings)]

    def _told(self, text: str, report: Report) -> str:
        """Fold a text for comparing, without the agency's own name and what only measures something else."""
        told = self._without_rates(fold(text))
        return told.replace(fold(report.agency), " ") if report.agency else told

    def _without_rates(self, folded: str) -> str:
        if self._question.asked is Asked.HOW_MUCH:
            for by, asked in _MEASURED_BY:
                folded = folded if asked.search(self._question.folded) else by.sub(" ", folded)
        return folded

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
        form = self._form(candidate, covered)
        topic = 0.6 * covered + 0.25 * supported + 0.8 * (meaning or 0.0)
        if any(map(_GLOSSARY.search, candidate.section.path)):
            topic += _GLOSS_WEIGHT if self._question.asks_meaning else -_GLOSS_WEIGHT
        fitness = (_FORM_BONUS.get(self._question.asked, 0.15) if form.fits else 0.0) + 0.2 * form.local
        wanted = self._question.part or (Kind.PLANS if self._question.ahead else None)
        part = _PART_BONUS if wanted is candidate.section.kind else 0.0
        return Evidence(
            candidate=candidate,
            covered=covered,
            supported=supported,
            focus=focus,
            meaning=meaning,
            standout=None if meaning is None else meaning - usual,
            fits=form.fits,
            local=form.local,
            counted=form.counted,
            masked=form.masked,
            unheld=self._unheld,
            of_kind=self._of_kind(candidate, meaning or 0.0),
            topic=topic,
            score=topic + fitness + part,
        )

    def _of_kind(self, candidate: Candidate, meaning: float) -> bool:
        """Tell whether a candidate is about the kind of thing counted, and about what was paid for and not only money."""
        if (
            Asked.HOW_MUCH is self._question.asked
            and len(self._paid_for) < len(self._terms)
            and meaning < _SAME_MEANING
        ):
            around = fold(f"{candidate.around} {candidate.report.title}")
            if not any(_holds(around, term) for term in self._paid_for):
                return False
        return (
            self._names_measure(candidate, meaning)
            and self._names_counted(candidate, meaning)
            and self._names_kinds(candidate)
        )

    def _names_counted(self, candidate: Candidate, meaning: float) -> bool:
        """Tell whether anything of a long name of what is counted (多少名心理健康教师) stands there at all."""
        if len(self._counted) < _LONG_NAME or self._question.asked is not Asked.HOW_MUCH:
            return True
        around = fold(" ".join([candidate.lead, candidate.said, *candidate.section.path]))
        return meaning >= _SURELY_SAME or self._share(around, self._counted) > 0

    def _names_measure(self, candidate: Candidate, meaning: float) -> bool:
        """Tell whether what is measured is named, in whatever words, where its figure could stand."""
        if not self._measured:
            return True
        said = self._without_rates(fold(candidate.said))
        if self._share(said, self._measured) > 0:
            return self._tells_measure(said)
        around = fold(" ".join([candidate.lead, *candidate.section.path]))
        return meaning >= _SURELY_SAME or self._share(around, self._measured) > 0

    def _tells_measure(self, said: str) -> bool:
        """Tell whether a figure in the unit asked for stands where the measure does, or where its clause goes on."""
        units = self._question.units
        told = ""
        for clause in filter(None, _COMMAS.split(said)):
            told = told + clause if told and _GOES_ON.match(clause) else clause
            named = self._share(told, self._measured) >= _MOST_OF_NAME
            figures = find_figures(told) if named else ()
            if any(not units or not found.figure.unit or found.figure.unit in units for found in figures):
                return True
        return False

    def _names_kinds(self, candidate: Candidate) -> bool:
        report = candidate.report
        around = [candidate.lead, candidate.said, *candidate.section.path, report.title, report.agency]
        named = fold(" ".join(around))
        return all(_holds(named, term) for term in self._kinds)

    def _form(self, candidate: Candidate, covered: float) -> Form:
        question, text = self._question, candidate.text
        if question.asked is Asked.HOW_MUCH:
            return self._cell_form(candidate, covered) if candidate.head else self._figure_form(candidate)
        if question.asked is Asked.LIST:
            return Form(not question.plural or bool(_SEVERAL.search(text)), covered)
        if question.asked is Asked.WHEN and _YEAR_ASKED.search(question.folded):
            return Form(True, covered)  # every report has its year
        if question.asked is Asked.WHEN and _DAY_ASKED.search(question.folded):
            return Form(bool(_DAY.search(text)), covered)
        if question.asked is Asked.WHO or asks_name(question):
            hidden = bool(_HIDDEN_NAME.search(text))
            return Form(_names(question, text) and not hidden, covered, masked=hidden)
        form = _FORMS.get(question.asked)
        return Form(bool(form.search(text)) if form else True, covered)

    def _cell_form(self, candidate: Candidate, covered: float) -> Form:
        """Judge a table's row by what its head says: the figures themselves stand bare."""
        said = fold(candidate.said)
        units = self._question.units
        figures = [found.figure for found in find_figures(_YEAR_CELL.sub(" ", candidate.text))]
        fits = any(f.value is not None and (not units or not f.unit or f.unit in units) for f in figures)
        counted = self._share(said, self._counted) if self._counted else 1.0
        return Form(fits, covered, counted, masked=bool(figures) and not fits and figures[0].value is None)

    def _figure_form(self, candidate: Candidate) -> Form:
        units, text = self._question.units, candidate.text
        forms = [
            Form(
                fits=found.figure.value is not None,
                local=self._share(told := self._told(clause, candidate.report)),
                counted=self._share(told, self._counted) if self._counted else 1.0,
                masked=found.figure.value is None,
            )
            for clause, found in _figure_clauses(text)
            if not units
            or found.figure.unit in units
            or (not found.figure.unit and is_row(text) and any(u in text for u in units))
        ]
        return max(forms, key=lambda f: (f.local + f.counted, f.fits), default=Form(False, 0.0, 0.0))


def telling(question: Question, text: str) -> str:
    """Give the part of a sentence to compare with a question: of one that lists figures, what is about the one asked for."""
    if question.asked is not Asked.HOW_MUCH or len(text) <= _SAYS_ONE_THING:
        return text
    pieces = [piece for piece in _COMMAS.split(text) if piece]
    terms = [_folded(term) for term in question.terms]
    held = [sum(_holds(fold(piece), term) for term in terms) for piece in pieces]
    best = max(range(len(pieces)), key=lambda i: (held[i] > 0 and bool(re.search(r"\d", pieces[i])), held[i]))
    return "".join(pieces[max(best - 1, 0) : best + 2]) if held[best] else text


def _folded(term: Term) -> Term:
    return Term(tuple(fold(wording) for wording in term.wordings), term.weight)


def asks_name(question: Question) -> bool:
    """Tell whether a question asks for the name of somebody or something."""
    patterns = (_NAME_ASKED, _PERSON_ASKED, _ORGANISATION_ASKED)
    return any(pattern.search(question.folded) for pattern in patterns)


def _names(question: Question, text: str) -> bool:
    """Tell whether a text names whom or what a question asks the name of."""
    if _PERSON_ASKED.search(question.folded):
        return names_person(text) or bool(_SET_OFF_NAME.search(text))
    if _ORGANISATION_ASKED.search(question.folded):
        return names_organisation(text)
    if question.asked is Asked.WHO:
        return bool(_FORMS[Asked.WHO].search(text))
    return bool(_OWN_NAME.search(text)) or names_person(text) or names_organisation(text)


def _figure_clauses(text: str) -> Iterable[tuple[str, FoundFigure]]:
    """Give every figure with the clause between commas that it stands in."""
    for found in find_figures(text):
        start = max(text.rfind(mark, 0, found.start) for mark in "，,；;。：:") + 1
        ends = [text.find(mark, found.end) for mark in "，,；;。"]
        end = min((end for end in ends if end >= 0), default=len(text))
        yield text[start:end], found


def _holds(text: str, term: Term) -> bool:
    return any(wording in text for wording in term.wordings)
