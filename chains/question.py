"""A question taken apart: what it asks for, of which years, and the words that carry it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from chains.sorts import kinds_of
from chains.terms import HAN, Term, counted_of, focus_of, measured_of, terms_of, unknown_share
from chains.wanted import Asked, form_of, units_of
from store.models import Kind
from store.script import fold
from store.simplify import simplify
from store.years import arabic_years


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. `terms` leave out the scope (agency, place, years) and question words.

    `part` is the kind of section a question about a whole part asks for ("有哪些地方没做好"), None for
    others; `ahead` says that it asks what was intended rather than done; `plural` says that several things are asked for by name; `focus` are the terms right beside the question word, which evidence can least do without,
    `counted` those of the thing whose number is asked for ("多少个摊位"), `measured` of them those of a measure; `unknown` is the share (0-1) of an
    English question's words that the thesaurus cannot put into Chinese;
    `names_report` says that its year is that of a report's name ("2024年政府工作报告") and not of what it asks;
    `asks_meaning` that it asks what a term means; `mentioned` is the phrase it asks who uses ("谁提到先审后批"), empty
    for others;
    `kinds` are what tells the counted cases, accidents or people from others of their sort (仲裁 of 仲裁案件): a figure of
    another kind is no answer; `compares` says that it sets two sides against each other, `with_last_year` that one of them
    is the year before;
    `units` are those an answer's figure may have, empty when any will do.
    """

    text: str
    folded: str
    english: bool
    asked: Asked
    part: Kind | None
    years: tuple[int, ...]
    units: tuple[str, ...]
    across: bool
    ahead: bool
    plural: bool
    terms: tuple[Term, ...]
    focus: tuple[Term, ...]
    counted: tuple[Term, ...]
    measured: tuple[Term, ...]
    kinds: tuple[Term, ...]
    unknown: float
    names_report: bool
    asks_meaning: bool
    mentioned: str
    compares: bool
    with_last_year: bool
    core: str


_ASIDE = 0.2
"""What a word of the other half of a question counts for beside those of its own."""

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?:年度?)?")
_PROBLEMS = re.compile(
    r"问题|不足|短板|困难|薄弱|弱项|差距|没做好|没做到|做得不(?:好|够)|不到位|毛病|缺点|欠缺|挑战|差在哪"
    r"|难处|难点|软肋|不(?:尽)?如人意|不尽人意|不满意|美中不足|缺憾|拖后腿|没跟上|没办好|没完成好"
    r"|\bshortcomings?\b|\bproblems?\b|\bweakness(?:es)?\b|\bdeficienc(?:y|ies)\b|\bdifficult(?:y|ies)\b|\bchallenges?\b|\bfailed to do\b"
)
_SOLVED = re.compile(r"(?:解决|破解|化解|攻克|整改|纠正)了?(?:哪些|什么|哪几)")
_PLANS = re.compile(
    r"下一步|下步|下一年|明年|来年|今后|接下来|打算|计划|工作按排|准备(?:怎么|如何|做|干)|怎么干|要怎么干|重点工作|工作重点|安排|部署|布置|思路|目标任务|(?:哪些|什么|具体|主要|重点)(?:工作)?任务|要抓(?:哪些|什么|哪几)|抓哪几|规划|(?:提|有|作)[出了]{0,2}(?:哪些|什么)[^，。]{0,4}要求|重点(?:查|抓|整治|检查|打击|治理)(?:哪些|什么|哪几)"
    r"|\bplans?\b|\bpriorities\b|\bnext (?:year|steps?)\b|\bgoals?\b|\bintend\b|\bgoing to do\b"
)
_ACHIEVEMENTS = re.compile(
    r"成效|成绩|成果|亮点|[做干办][成好完]?了(?:哪些|什么|哪几)|取得了?(?:哪些|什么)|\bachievements?\b|\baccomplish(?:ed|ments?)\b"
)
_WHOLE = re.compile(
    r"哪些|什么|啥|有哪|哪几|怎么|如何|几个|几方面|分别|哪里|哪儿|列出|总结|概括|说说|有啥|\bwhat\b|\bwhich\b|\blist\b|\bsummar|(?:问题|不足|短板|困难|计划|打算|安排|按排|成效|成绩|成果|亮点|之处)[？?。]?$"
)
_AHEAD = re.compile(
    r"计划|打算|目标|准备|拟|安排|当初|年初|力争|争取|今后|未来|将(?!军|近)|(?<![需主重不只还])要(?!求|点|素|闻|件|害|事|么)|\bplan|\btarget|\bgoal"
)
_PLURAL = re.compile(r"哪些|哪几|分别|都有|哪[二三四五六七八九十\d]|列出|\bwhich\b.*s\b|\blist\b")
_ACROSS = re.compile(
    r"(?:哪些|哪几[个家]|哪[个家]|都有谁|有哪些|有谁|各|几家)(?:的)?(?:单位|部门|机关|地方政府|地区|局|报告|区县|街道|机构|市县)|哪几家|哪家|各单位|各部门|所有报告"
    r"|\bwhich (?:agencies|departments|bureaus|units|reports|offices|districts)\b"
)
_PART_WORDS = re.compile(
    r"存在|主要|突出|问题|不足之处|不足|短板|困难|薄弱环节|薄弱|弱项|差距|挑战|没做好|没做到|做得不好|不到位|毛病|缺点|欠缺|地方|工作|下一步|下步|下一年|明年|来年|今后|接下来|打算|计划|准备|干|做|安排|思路"
    r"|重点|目标|任务|规划|成效|成绩|成果|亮点|取得|抓|认|之处|列|觉得|认为|政府|法治|建设|年|份|当中|总结|概括|说说|点|啥|差|几件事|件事|事|具体|专项|行动|列|提出|查摆|查找|眼下|难处|难点|软肋|不尽如人意|不如人意|不尽人意|美中不足|反思|坦承|坦言|最后|这次|本次|管委会|局|认|通知|报告|方案|文件|发展|自己|各单位|工作"
)
_TOPIC = re.compile(
    r"(?:在|关于|对于?|就|针对|围绕)?[\u4e00-\u9fff]{2,12}(?:方面|领域|问题上|工作上)|(?:在|关于|针对|围绕)[\u4e00-\u9fff]{2,12}上"
)
_NAMES_REPORT = re.compile(
    r"(?:19|20)\d\d年度?[\u4e00-\u9fff]{0,12}工作报告|\b(?:19|20)\d\d (?:[a-z]+ )*work report"
)
_MEANING = re.compile(
    r"是什么意思|什么叫|何谓|什么是|指的?是?什么|含义|是(?:个|指)?啥|怎么解释|\bmeans?\b|\bstands? for\b|\bdefin"
)
_LAST_YEAR = re.compile(
    r"[比较与跟和](?:上一?年|前一年|去年)|同比|\b(?:than|over|from) (?:last|the previous) year\b"
)
_COMPARES = re.compile(
    rf"{_LAST_YEAR.pattern}|(?:哪|谁)[^，。？?]{{0,14}}?(?:[多少高低快慢大小长短强好](?=[？?些一点]|$)|更)|相比|对比|比较(?!大|多|突出|严重)"
    r"|比[^，。？?]{2,12}[多少高低快慢](?:了|出)?多少|\bcompare|\b(?:more|fewer|higher|lower|larger|faster)\b.*\b(?:than|or)\b"
)
# "福田和南山谁的GDP高": answered by the figures of both.
_SETS_FIGURES_SIDE_BY_SIDE = re.compile(
    r"[和与跟、][^，。？?]{2,16}(?:谁|哪[个家边里]|哪一[个家])的?[^，。？?]{2,14}?更?[高低多少大小快慢长短强](?:一?[点些])?[？?]?$"
)
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
_MENTIONS = (
    re.compile(
        r"(?:提到|提及|提出|写到|写了|讲到|谈到|说到|用到|出现)了?(?:过|要)?(?!来|的)([\u4e00-\u9fffa-z0-9]{2,16}?)(?:的|这|吗|$|[？?。，])"
    ),
    re.compile(
        r"^([\u4e00-\u9fffa-z0-9]{3,16}?)(?:这[个种一]\S{0,4})?(?:最早)?(?:是|由|被)哪.{0,8}(?:提到|提及|提出|写|讲|谈|说)"
    ),
)


def plain_question(text: str) -> str:
    """Bring a question into the form the patterns here are written in: half-width, lower case, Simplified."""
    return arabic_years(simplify(unicodedata.normalize("NFKC", text))).lower().strip().replace("帐", "账")


def read_question(text: str, scope_words: tuple[str, ...] = ()) -> Question:
    """Take a question apart; `scope_words` are the agency and place names it was found to use."""
    folded = plain_question(text)
    english = len(HAN.findall(folded)) < 0.2 * len(folded)
    years = _years(folded)
    core = _YEAR.sub(" ", folded)
    for word in sorted(scope_words, key=len, reverse=True):
        core = core.replace(word, " ")
    part = _part(folded, core, english=english)
    asked = Asked.HOW_MUCH if _SETS_FIGURES_SIDE_BY_SIDE.search(folded) else form_of(folded)
    terms = terms_of(core, english=english)
    return Question(
        text=text,
        folded=folded,
        english=english,
        asked=asked,
        part=part,
        years=years,
        units=units_of(folded) if asked is Asked.HOW_MUCH else (),
        across=bool(_ACROSS.search(folded)),
        ahead=part is Kind.PLANS or _looks_ahead(folded),
        plural=bool(_PLURAL.search(folded)),
        terms=terms,
        focus=focus_of(core, terms),
        counted=counted_of(core, terms),
        measured=measured_of(core, terms) if asked is Asked.HOW_MUCH else (),
        kinds=kinds_of(core, asked),
        unknown=unknown_share(core) if english else 0.0,
        names_report=bool(_NAMES_REPORT.search(folded)),
        asks_meaning=bool(_MEANING.search(folded)),
        mentioned=_mentioned(folded),
        compares=bool(_COMPARES.search(folded)),
        with_last_year=bool(_LAST_YEAR.search(folded)),
        core=re.sub(r"\s+", " ", core).strip(),
    )


def _mentioned(folded: str) -> str:
    """Find the phrase whose users a question asks for: what it quotes, or says beside 提到."""
    quoted = _QUOTED.search(folded)
    if quoted:
        return fold(quoted[1])
    for pattern in _MENTIONS:
        match = pattern.search(folded)
        if match:
            return fold(match[1])
    return ""


def _looks_ahead(folded: str) -> bool:
    """Tell whether a question asks what was intended; the 要 of one about last year ("去年要修多少公路") does not."""
    return bool(_AHEAD.search(folded.replace("要", "") if "去年" in folded else folded))


def _years(folded: str) -> tuple[int, ...]:
    found = [int(year) for year in _YEAR.findall(folded)]
    if found and _LAST_YEAR.search(folded):
        found.append(found[0] - 1)
    return tuple(dict.fromkeys(found))


def _part(folded: str, core: str, *, english: bool) -> Kind | None:
    """Find which part of a report a question is about, None when it asks for a fact."""
    if (
        not _WHOLE.search(folded)
        or _SOLVED.search(folded)
        or re.search(r"为什么|为何|为啥|多少|什么时候|何时|几时|哪一?[年天]|\b(?:why|when)\b|\bhow m", folded)
    ):
        return None
    asked = [
        (match.start(), kind)
        for kind, pattern in (
            (Kind.SHORTCOMINGS, _PROBLEMS),
            (Kind.PLANS, _PLANS),
            (Kind.ACHIEVEMENTS, _ACHIEVEMENTS),
        )
        if (match := pattern.search(core if not english else folded))
    ]
    # "针对存在的问题，下一步有什么打算": what is asked for stands last in Chinese.
    return max(asked)[1] if asked and not english else asked[0][1] if asked else None


def part_topic(question: Question) -> tuple[tuple[Term, ...], bool]:
    """Give what a question about a part may narrow it to ("城市建设方面有什么安排"), empty for all of it.

    The flag says that the question plainly names a topic, so that a report silent on it has no answer;
    otherwise words that no report uses are only ways of asking ("查摆", "坦承").
    """
    if question.english:
        known = {"不足", "问题", "下一步", "计划", "工作安排", "成效"}
        return tuple(term for term in question.terms if not known & set(term.wordings)), False
    named = _TOPIC.search(question.core)
    return terms_of(_PART_WORDS.sub(" ", question.core), english=False), named is not None


_ASKS_ALSO = re.compile(r"多少|几[^乎]|什么|谁|哪|是否|有没有|如何|\b(?:how|what|who|when|where|which)\b")


def halves(question: Question, scope_words: tuple[str, ...] = ()) -> list[Question]:
    """Give the questions of a text that asks two or three at once ("查处多少件，罚没多少元"), none of another.

    Each keeps the years of the whole and, for little, its words.
    """
    pieces = [piece for piece in re.split(r"[，,；;]\s*", plain_question(question.text)) if piece]
    if not 1 < len(pieces) < 4 or not all(map(_ASKS_ALSO.search, pieces)):
        return []
    read = [read_question(piece, scope_words) for piece in pieces]
    return [
        replace(
            half,
            years=question.years,
            terms=(
                *half.terms,
                *(replace(t, weight=_ASIDE * t.weight) for t in question.terms if t not in half.terms),
            ),
        )
        for half in read
        if half.terms
    ]
