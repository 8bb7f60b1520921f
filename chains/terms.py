"""The words of a question that evidence should carry, and which of them it can least do without."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chains.lexicon import find_sayings

HAN = re.compile(r"[\u3400-\u9fff]")
# Words that ask, address and tie, and carry nothing an evidence sentence must hold.
_EMPTY = re.compile(
    r"请问|请|重点|主要|今年|去年|本年|上一?年|告诉我|帮我|看看|查一?下|说一?下|一下|到底|究竟|具体|大概|大约|一共|总共|共计|共|全年|当年|年度|全部|实际|现在|目前|当时|后来|最后|还有没有|有没有|是不是|是否|能不能"
    r"|什么时候|什么时间|为什么|为何|为啥|什么原因|什么地方|什么样|什么|哪些|哪几[个家位项种类]?|哪一?[个家位项种类年天月条部]|哪里|哪儿|哪|谁|怎么样|怎么办|怎么会|怎么|怎样|咋|如何|多少|多大|多高|多长"
    r"|多久|几[个家位项种类件次台部起处宗成倍人名条场户套亩回]?|分别|各自|各是|各|以及|并且|而且|或者|还是|还|都|也|就|才|又|再|已经|已|曾|会|能|可以|应该|要|想|得|把|被|给|让|使|对|对于|关于|针对|根据|按照"
    r"|从|到|在|向|由|为|以|和|与|跟|同|及|或|的|地|了|着|过|吗|呢|啊|吧|呀|嘛|么|是|有|(?<![罚沉淹吞埋])没(?!收)有?|不|里面?|上面?|下面?|中|内|外|之|其|该|此|这|那|这些|那些|自己|它|他们|我们|你们|本|贵"
    r"|[一二两三四五六七八九十]?[个家位项种类件次台部起处宗条](?=[^\w]|$)|报告(?:里|中|上)?|提到|提及|指出|承认|列出|列举|说|称|表示|介绍|情况|方面|数量|总数|数字|数据|内容|事情|东西"
    r"|[，。？！、；：“”‘’（）《》\"'?!,.;:()\[\]\s~—-]"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that evidence should carry, in any of its wordings."""

    wordings: tuple[str, ...]
    weight: float = 1.0


def terms_of(core: str, *, english: bool) -> tuple[Term, ...]:
    terms: list[Term] = []
    rest = core
    for saying in find_sayings(core):
        said = core[saying.start : saying.end]
        wordings = saying.wordings if said.isascii() else (*saying.wordings, said)
        terms.append(Term(tuple(dict.fromkeys(wordings)), 1.5))
        rest = rest[: saying.start] + " " * (saying.end - saying.start) + rest[saying.end :]
    if english:
        # Of what the thesaurus does not know only names and numbers can stand in a Chinese report as they are.
        return (*terms, *(Term((word,)) for word in re.findall(r"\b(?:[a-z]+\d[\w.]*|\d[\d.,]*\w*)", rest)))
    for run in re.split(r"\s+", _EMPTY.sub(" ", rest)):
        terms += [Term((gram,)) for gram in _grams(run)]
    return tuple(terms)


_ENGLISH_EMPTY = re.compile(
    r"how|many|much|what|which|who|whom|when|where|why|the|an?|of|in|on|at|to|for|from|by|with|and|or|that|this|these|those|its?|their|did|do|does|done|was|were|is|are|be|been|being|has|have|had|will|would|should|can|could"
    r"|report(?:s|ed)?|year|during|there|any|all|as|than|into|about|per|each|every|also|not|no|out|up|over|under|between|they|them|city|county|district|province|provincial|municipal|town|total|list|mention(?:s|ed)?|say|said|bureau|department|government|work"
)


def unknown_share(core: str) -> float:
    """Give the share of an English question's content words that the thesaurus does not know."""
    rest = core
    for saying in find_sayings(core):
        rest = rest[: saying.start] + " " * (saying.end - saying.start) + rest[saying.end :]
    words = [word for word in re.findall(r"[a-z]{2,}", core) if not _ENGLISH_EMPTY.fullmatch(word)]
    lost = [word for word in re.findall(r"[a-z]{2,}", rest) if not _ENGLISH_EMPTY.fullmatch(word)]
    return len(lost) / len(words) if words else 0.0


_ASKING_WORD = re.compile(
    r"多少|几(?=[^乎何])|哪些|哪几[个家位项种]?|哪[个家位项种一]?|什么|谁|多高|多大|多长|为什么|为何|怎么|占(?=多少|几)|\b(?:how (?:many|much)|what|which|who|when|where|why)\b"
)


def focus_of(core: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Find the terms that stand right before or after the question word ("多少亩|土地", "合格率|是多少")."""
    beside: list[str] = []
    for match in _ASKING_WORD.finditer(core):
        beside.append(re.split(r"[，。？,?的在]", core[match.end() : match.end() + 12])[0][:8])
        before = re.sub(
            r"(?:是|有|为|占|达到?|了|共|一共|共计|总共|分别|各|到底)+$", "", core[: match.start()].rstrip()
        )
        beside.append(re.split(r"[，。,的 ]", before)[-1][-5:])
    return tuple(
        term for term in terms if any(wording in part for wording in term.wordings for part in beside)
    )


_COUNTED = re.compile(
    r"([\u4e00-\u9fff]{2,5}(?:率|额|费|量|数|值|面积|金|款|价|收入|支出|投资|投入|税收|浓度|人口|产量|里程|资产|贷款|存款)|(?<![a-z])gdp)(?:各|分别|都)?(?:同比)?(?:是|为|有|达到?|降到?|升到?|提高到?|涨到?|下降到?|增长|增加|下降|减少|提高|上升|上涨)?了?(?:多少|几)"
    r"|(?:多少|几)\s*(?:[个名位家所座条台处项户件起宗支类种张间份部只场次批期篇本套亩人万亿]*)(?:的)?([\u4e00-\u9fff]{2,5})"
    r"|\bhow many ([a-z-]+(?: [a-z-]+)?)"
)


def counted_of(core: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Find the terms of what is counted or measured: after "how many", before "is how much"."""
    match = _COUNTED.search(core)
    return _within(next(group for group in match.groups() if group), terms) if match else ()


_HOW_MANY = re.compile(r"多少|几(?=[^乎何])|\bhow (?:many|much)\b")
_HEAD_CHARS = 4
"""Of "行政诉讼败诉率" the end tells what is measured; words of the thesaurus are whole names."""
_GRAM = 2


def measured_of(core: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Find the terms of a measure whose figure or change is asked for (预算收入 of "预算收入增长了多少")."""
    match = _COUNTED.search(core)
    if match is None or not match[1] or len(_HOW_MANY.findall(core)) > 1:
        return ()  # of two figures asked for, each may have units of its own
    head = _within(match[1][-_HEAD_CHARS:], terms)
    return tuple(t for t in _within(match[1], terms) if t in head or any(len(w) > _GRAM for w in t.wordings))


def _within(noun: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    return tuple(term for term in terms if any(wording in noun for wording in term.wordings))


def _grams(run: str) -> list[str]:
    """Cut a run into bigrams of Han characters; Latin words and numbers stay whole."""
    grams: list[str] = []
    for piece in re.findall(r"[a-z0-9][a-z0-9.%+-]*|[^\x00-\x7f]+", run):
        if not HAN.match(piece):
            grams.append(piece)
        elif len(piece) > 1:
            grams += [piece[i : i + 2] for i in range(len(piece) - 1)]
    return grams
