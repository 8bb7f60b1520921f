"""What a report says an indicator was in the whole of its year."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chains.claims.amounts import CLASSIFIERS, Amount, Bound, Role, find_amounts
from chains.claims.dates import years_of
from chains.digest.agreement import content_of, grams
from chains.digest.held import Held
from chains.digest.statements import Statement
from store.models import Kind
from store.script import fold, fold_with_map
from store.sentences import Span

_WHOLE_YEAR = re.compile(r"全年|年末|年底|一年来")
_PART_OF_YEAR = re.compile(
    r"季度|上半年|下半年|[前近后]\S{1,2}个?月|(?<!\d)\d{1,2}月(?!底|末)|单月|当月|一度|单日|首日|期间|国庆|春节|黄金周|假期|“[双五十一]"
)
# A mean, a share, a target, the sum of several years.
_NOT_A_VALUE = re.compile(
    r"日均|月均|年均|平均每|每[一个家户人名件次天月]|最高|最低|占|比重|目标|计划|任务|力争|预计|拟|年初|规划|两年|三年|五年|[“\"]?十[二三四五六]五|近[一二三四五]年|历年|以来(?!,)|其中|累计"
)
_COMPARES = re.compile(
    r"同比|环比|[较比]上?|上一?年|去年|前一?年|增长|增加|下降|减少|提高|上升|降低|增幅|降幅|同期|同口径"
)
# 提高到 and 降至 lead to a value; 提高 alone leads to a change.
_TO_LEVEL = re.compile(
    r"(?:增长|增加|下降|减少|提高|上升|降低|回落|扩大|压缩|缩短|升|降|增|减|进一步)+(?:到|至|为)"
)
_LEVEL = re.compile(r"增(?:加|长)?[到至]|达到?$|总数|总量|共有|现有|保有")
# Verbs that every figure of the thing may stand with.
_LIGHT = re.compile(
    r"收缴|收取|征收|作出|做出|实施|办理|开展|完成|发生|处以|投入|支出|发放|下拨|拨付|查出|揭示|促进|组织|提供|接待|涉及|决定|各类|各项|[完达为]$"
)
_ENDS_NAME = re.compile(r"完成|实现|达|获|被|通过|开展|进行|参加|受益|占")
_FLOW = re.compile(r"新增|净增|新登记|新设|新认定|新建|新注册|新培育|新签|新开|新获|增设")
# "开通1,260个，累计5,380个": what the first counts came in the year.
_TOTALLED = re.compile(r"[，,]?\s*(?:累计|总[数量计]|共有|现有)[^，,。；;\d]{0,8}\d")
_LISTED = re.compile(r"[^\d、,。;]+、(?=[^\d、,。;]+$)")
_AFTER_CHARS = 12
# 残疾人两项补贴: a name, no count.
_SORTS = frozenset("项类种")
_NAMES = re.compile(r"[两二三四五]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure with what it counts. `name` is the words around it, folded; `flow`: what came in the year is counted; `level`: what there is in all.

    `shown` is the figure as it stands, at `figure` in the report's text, `told` the name as it stands there;
    `span` is the piece around it.
    """

    held: Held
    span: Span
    shown: str
    figure: Span
    name: str
    told: str
    grams: frozenset[str]
    unit: str
    value: float
    flow: bool
    level: bool


def readings(held: Held) -> list[Reading]:
    """Find the figures that tell of the whole year and of nothing else."""
    return [
        reading
        for statement in held.results
        if statement.section.kind is not Kind.SHORTCOMINGS
        for reading in _of_statement(held, statement)
    ]


def bare(name: str) -> str:
    """Give what a name says of the thing counted."""
    return re.sub(r"\s", "", content_of(_LIGHT.sub(" ", _TO_LEVEL.sub("", name))))


def _of_statement(held: Held, statement: Statement) -> list[Reading]:
    text, sources = fold_with_map(statement.span.of(held.plain))
    before = fold(held.plain[statement.sentence.start : statement.span.start])
    start, years = statement.span.start, years_of(text)
    if (years and years != {held.told}) or _PART_OF_YEAR.search(_WHOLE_YEAR.split(before)[-1]):
        return []

    def as_told(part: str) -> str:
        at = text.find(part)
        if at < 0 or not part:
            return part
        return held.text[start + sources[at] : start + sources[at + len(part) - 1] + 1]

    is_part = _TOTALLED.match(held.plain, statement.span.end) is not None
    found = []
    for amount in find_amounts(text):
        # A figure after several names counts them all (建议、提案37件).
        listed = _LISTED.match(text[: amount.start])
        before, behind = _named(amount)
        before = (listed[0] if listed else "") + before
        name, value = before + behind, _value(amount)
        if value is None or not _is_of_the_year(text[: amount.end], name):
            continue
        figure = Span(start + sources[amount.start], start + sources[amount.end - 1] + 1)
        found.append(
            Reading(
                held,
                statement.span,
                shown=figure.of(held.text),
                figure=figure,
                name=name,
                told="".join(as_told(part) for part in (before, behind)),
                grams=grams(_LIGHT.sub(" ", _TO_LEVEL.sub("", name))),
                unit=amount.unit,
                value=value,
                flow=is_part or bool(_FLOW.search(name)),
                level=amount.unit in CLASSIFIERS and bool(_LEVEL.search(name)),
            )
        )
    return found


def _named(amount: Amount) -> tuple[str, str]:
    """Give the words that say what a figure counts: those before it in its piece, and those right after it."""
    after = re.match(r"[\u4e00-\u9fff]*", amount.after)
    behind = _ENDS_NAME.split(after[0])[0] if after and len(after[0]) <= _AFTER_CHARS else ""
    return amount.before.split("、")[-1], behind


def _value(amount: Amount) -> float | None:
    """Give a figure that is told exactly and is no change; None for others."""
    exact = amount.bound is Bound.EXACT and amount.role in (Role.NONE, Role.TO)
    if not amount.unit or amount.value is None or amount.ordinal or amount.idle or not exact:
        return None
    if amount.unit in _SORTS and _NAMES.match(amount.shown):
        return None
    return float(amount.value)


def _is_of_the_year(said: str, name: str) -> bool:
    """Tell whether what is said up to a figure makes it a value of the whole year, and names it."""
    if _PART_OF_YEAR.search(said) or _NOT_A_VALUE.search(said) or _COMPARES.search(_TO_LEVEL.sub("", name)):
        return False
    return any(len(gram) == 2 for gram in grams(name))
