"""What became of last year's plans: each promise held against the next report of the same agency."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.claims.amounts import Role
from chains.digest.agencies import of_one_agency
from chains.digest.find import Finder, Near, is_unfinished
from chains.digest.held import Held
from chains.digest.meaning import Meaning, nearness
from chains.digest.models import FollowedPlan, Verdict
from chains.digest.pledges import Pledge, find_pledges
from chains.digest.targets import Outcome, Told, compare
from store.models import Kind
from store.sentences import Span

_FOUND = 0.33
"""From this score on a piece speaks of what was promised, in a report of `_FEW_PIECES` pieces."""
_CORROBORATED = 0.17
"""The same where its figure meets the planned one and is near it."""
_MISSED = 0.38
"""The same where its figure misses the planned one: then it may be of another thing."""
_FAR_OFF = 0.5
"""The same where its figure is of quite another size."""
_NEAR_SIZE = (0.6, 1.67)
_LIKE_SIZE = (0.25, 4.0)
_ABSENT = 0.22
"""Below this score of the nearest piece nothing speaks of it; in between nobody can say."""
_PLANNED_AGAIN = 0.5
_NEAR_IN_MEANING = 0.42
"""From this nearness on a piece of other words may tell of it all the same."""
_ASKED_FOR_MEANING = 2
_FAR_PIECES = 6
_RIVALS = 3
_AS_NEAR = 0.05
_FEW_PIECES = 80
_BY_CHANCE = 0.08
"""What each doubling of a report adds to the score that a piece reaches by chance."""
_OWN = 0.08
"""A piece itself holds at least so much of a promise; the rest may stand beside it."""
_FEWEST_PAIRS = 2
"""A word in common is no result where no figure says so too."""
_OTHER_DEED = 0.15
"""What a piece counts for that shares the thing and tells of another deed (加装电梯, 评估电梯)."""
_FIRST = re.compile(r"启动|开工|动工|推进|谋划|筹备|筹建|探索|试点|申报|研究")
_UNDER_WAY = re.compile(
    r"正在|在建|推进中|施工中|办理中|建设中|进行中|筹备|草案|送审|报[^,。;]{0,8}审[查议定核]|征求意见|征集意见|调研|起草|主体(?:完工|封顶)|进入[^,。;]{0,8}阶段|已开工|动工|试运行|部分|初步|过半"
)
_SETS_UP = re.compile(r"新建|加装|增设|新增|新设|设立|开通|组建|购置|投放|搭建|建成|开设|聘请|选聘|安装")
_SETS_UP_TOLD = re.compile(
    rf"{_SETS_UP.pattern}|建|装|设|开|启用|投用|到岗|上线|揭牌|挂牌|交付|完工|竣工|落成|交房|筹集|配备|成立|招|聘"
)
_LOOKS_AT = re.compile(
    r"评估|检查|排查|核查|巡查|抽查|检测|监测|调研|评定|评选|优化|调整|清查|整治|邀请|举办|举行|承办|召开|公示|检验|摸排|普查"
)
_REGULATES = re.compile(r"(?:制定|出台|修订|印发|编制|制订|起草|颁布|公布|发布)")
_RULES = re.compile(
    r"办法|规定|细则|条例|规则|制度|规范|意见|方案|指引|标准|清单|基准|预案|导则|规程|章程|规划|目录|指南|手册|措施|机制|协议|汇编|集|范本|文本|模板"
)
_ALL = re.compile(
    r"全部|所有|逐[个家户村乡镇项件人一座]|每[个家户村乡镇人座]|全覆盖|无一|如数|一个不[少落]|均已|超额|目标任务"
)
_LEVELS = re.compile(r"(国家|省|市|县|区|乡|镇|村)级")


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, with the stretch of the later report that carries it."""

    verdict: Verdict
    span: Span | None = None
    topic: str = ""


def which_pairs(helds: Sequence[Held]) -> list[tuple[Held, Held]]:
    """Pair each report with its agency's report of the next year, where both are held."""
    return [
        (earlier, later)
        for group in of_one_agency(helds)
        for earlier in group
        for later in group
        if earlier.planned is not None and earlier.planned == later.told
    ]


def follow_plans(earlier: Held, later: Held, meaning: Meaning | None = None) -> list[FollowedPlan]:
    """Hold every promise of one report against the next; what cannot be said is left out."""
    if earlier.told is None or later.told is None:
        return []
    pledges = find_pledges(earlier)
    finder = Finder(later, pledges)
    planned = Finder(later, pledges, later.prospects)
    # Only the report on the very year planned, and one that tells results, is silent on a promise.
    tells = any(statement.section.kind is Kind.ACHIEVEMENTS for statement in later.results)
    may_be_absent = tells and later.told == earlier.planned
    followed = []
    for pledge in pledges:
        decided = _decide(pledge, finder, may_be_absent=may_be_absent)
        if decided and decided.verdict is Verdict.NOT_MENTIONED:
            doubted = _is_planned_again(pledge, planned) or (
                meaning is not None and _is_near_in_meaning(pledge, finder, meaning)
            )
            decided = None if doubted else decided
        if decided:
            followed.append(_followed(earlier, later, pledge, decided))
    return followed


def _followed(earlier: Held, later: Held, pledge: Pledge, decided: Decided) -> FollowedPlan:
    return FollowedPlan(
        agency=later.report.agency,
        plan_year=earlier.year,
        result_year=later.year,
        verdict=decided.verdict,
        plan=earlier.item(pledge.span, pledge.topic),
        result=later.item(decided.span, decided.topic) if decided.span else None,
        looked_in=later.report,
    )


def _decide(pledge: Pledge, finder: Finder, *, may_be_absent: bool) -> Decided | None:
    ranked = sorted(
        ((_weight(pledge, near, finder), near) for near in finder.near(pledge)), key=lambda pair: -pair[0]
    )
    chance = _BY_CHANCE * math.log2(max(len(finder.pieces) / _FEW_PIECES, 1))
    speaking = [
        (weight, near, told)
        for weight, near in ranked[:_RIVALS]
        if weight >= _needed(told := _told(pledge, near, finder)) + chance
    ]
    if speaking:
        return _agreed(speaking, pledge, finder)
    if may_be_absent and (not ranked or ranked[0][0] < _ABSENT + chance / 2):
        return Decided(Verdict.NOT_MENTIONED)
    return None


def _agreed(speaking: list[tuple[float, Near, Told]], pledge: Pledge, finder: Finder) -> Decided | None:
    """Give the verdict of the nearest piece, none where another as near says otherwise of the figure."""
    weight, near, told = speaking[0]
    rivals = {rival.outcome for other, _, rival in speaking if weight - other < _AS_NEAR}
    if {Outcome.MET, Outcome.SHORT} <= rivals:
        return None
    return _verdict(pledge, near, told, finder)


def _is_planned_again(pledge: Pledge, planned: Finder) -> bool:
    """Tell whether the later report promises the same, and so does mention it."""
    near = planned.near(pledge)
    return bool(near) and near[0].score >= _PLANNED_AGAIN


def _is_near_in_meaning(pledge: Pledge, finder: Finder, meaning: Meaning) -> bool:
    """Tell whether one of the nearest pieces could tell of a promise in words of its own."""
    near = [one.piece.text for one in finder.near(pledge)[:_ASKED_FOR_MEANING]]
    far = [piece.text for piece in finder.pieces[:: max(len(finder.pieces) // _FAR_PIECES, 1)]][:_FAR_PIECES]
    return bool(near) and nearness(meaning, pledge.text, near, far) >= _NEAR_IN_MEANING


def _needed(told: Told) -> float:
    """Give the score from which on a piece speaks of a promise: the less its figure fits, the higher."""
    if told.size is None:
        return _FOUND
    if not _LIKE_SIZE[0] <= told.size <= _LIKE_SIZE[1]:
        return _FAR_OFF
    if told.outcome is Outcome.SHORT:
        return _MISSED
    return _CORROBORATED if _NEAR_SIZE[0] <= told.size <= _NEAR_SIZE[1] else _FOUND


def _told(pledge: Pledge, near: Near, finder: Finder) -> Told:
    """Compare figures; where growth was planned, that may stand in the next piece (总值…亿元,增长…%)."""
    told = compare(pledge.text, pledge.amounts, near.piece.text, near.piece.amounts)
    following = finder.following(near)
    if told.outcome is Outcome.UNTOLD and following and any(a.role is Role.BY for a in pledge.amounts):
        return compare(pledge.text, pledge.amounts, following.text, following.amounts)
    return told


def _weight(pledge: Pledge, near: Near, finder: Finder) -> float:
    """Give how far a piece speaks of a promise, less where it tells of another deed or only of a lack."""
    said = near.piece.text
    score = near.score
    if near.own < _OWN or (not pledge.amounts and near.pairs < _FEWEST_PAIRS):
        return 0.0
    if near.piece.statement.section.kind is Kind.SHORTCOMINGS and not is_unfinished(
        finder.after(near, pledge)
    ):
        return 0.0
    if _SETS_UP.search(pledge.text) and _LOOKS_AT.search(said) and not _SETS_UP_TOLD.search(said):
        score *= _OTHER_DEED
    levels = set(_LEVELS.findall(pledge.text))
    if levels and (told := set(_LEVELS.findall(said))) and not levels & told:
        score *= _OTHER_DEED
    if _is_rule(pledge) and not _RULES.search(finder.sentence(near)):
        score *= _OTHER_DEED
    return score


def _is_rule(pledge: Pledge) -> bool:
    return bool(_REGULATES.search(pledge.text) and _RULES.search(pledge.text))


def _verdict(pledge: Pledge, near: Near, told: Told, finder: Finder) -> Decided | None:
    span, topic = near.piece.statement.clause, near.piece.statement.topic
    # What meets the plan is unfinished only by its own words.
    after = near.piece.text if told.outcome is Outcome.MET else finder.after(near, pledge)
    going_on = _UNDER_WAY.search(after) and not _FIRST.search(pledge.text) and told.outcome is not Outcome.MET
    if told.outcome is Outcome.OF_TOTAL or is_unfinished(after) or going_on:
        return Decided(Verdict.PARTLY, finder.reach(near, pledge), topic)
    if told.outcome is Outcome.SHORT:
        return Decided(Verdict.CHANGED, span, topic)
    if told.outcome is Outcome.HIDDEN or not pledge.is_read:
        return None
    if told.outcome is Outcome.UNTOLD and _needs_figure(pledge) and not _ALL.search(near.piece.text):
        return None
    return Decided(Verdict.KEPT, span, topic)


def _needs_figure(pledge: Pledge) -> bool:
    """Tell whether a promise of several is kept only where it is told how many."""
    return any(amount.value is not None and amount.value > 1 for amount in pledge.amounts)
