"""What became of last year's plans: each promise held against the next report of the same agency."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chains.claims.amounts import Role
from chains.digest.agencies import of_one_agency
from chains.digest.agreement import grams
from chains.digest.deeds import is_another
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
_THINGLESS = 0.5
"""The same where the thing itself is not named: then only much else in common speaks of it."""
_CORROBORATED = 0.22
"""The same where its figure meets the planned one and is near it."""
_MISSED = 0.38
"""The same where its figure misses the planned one, or is a rate like many others: it may be of another thing."""
_FAR_OFF = 0.6
"""The same where its figure is of quite another size."""
_OUT_OF_SCALE = 0.9
"""The same where its figure is ten times the planned one or a tenth: a province's beside a town's."""
_SCALE = (0.1, 10.0)
_NEAR_SIZE = (0.6, 1.67)
_LIKE_SIZE = (0.25, 4.0)
_ABSENT = 0.22
"""Below this score of the nearest piece, an admission too, nothing speaks of it; in between nobody can say."""
_ABSENT_DEED = 0.1
"""The same of what ends in no thing of its own but in a deed (专项清理), which may be told in any words."""
_DEED_ONLY = re.compile(
    r"行动|活动|清理|整治|审计|检查|培训|轮训|机制|制度|体系|工程|项目|治理|排查|监管|服务|管理"
)
_PLANNED_AGAIN = 0.5
_NEAR_IN_MEANING = 0.38
"""From this nearness on a piece of other words may tell of it all the same."""
_SURE = 0.55
"""From this score on words alone say that a piece tells of a promise; below, its meaning must be near as well."""
_ASKED_FOR_MEANING = 2
_FAR_PIECES = 6
_RIVALS = 3
_FEW = 3
"""Up to this number a figure stands anywhere by chance."""
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
_ALL_WANTED = re.compile(r"全覆盖|全部|所有|逐[个家户村乡镇项件人一座]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_WHOLE = 100.0
_FIGURES = re.compile(r"[0-9][0-9,.]*[万亿余多]*[\u4e00-\u9fff]?")
# What a thing is qualified by between the deed and its name (引进|心理健康|教师).
_QUALIFIED = re.compile(
    r"^(?:全年|年内|年底前|计划|拟|将|要)*(?:新建|建成|建设|开展|引进|举办|组织|新增|购置|配备|培训|培育|制定|出台|修订|完成|改造|打造|设立|启用|招录|聘请)([\u4e00-\u9fff]{2,8})[\u4e00-\u9fff]{2}(?:$|[,，;；。])"
)
_FURTHER = re.compile(
    r"[,，;；](?:并|同时|其中)?(?=完成|建成|新建|改造|出台|制定|修订|启用|实现|覆盖|引进|其中|[\u4e00-\u9fff]{2,6}[0-9])"
)
_DEED_CHARS = 14
# What leaves a thing unsettled, in whatever words, wherever its sentence says so.
_UNSETTLED = re.compile(
    r"未(?![成来雨央])|尚|仍(?:在|需|处|有)|正[在办进]|另外?[0-9一二两三四五六七八九十]|(?<![接对招优期善看])待(?![遇业])|拟|明年|再行|推迟|延[后期]|暂|主体|选址|装修|试点|征求|起草|其余|剩余|[一首]期|试运行|意向|诉讼|报批|审批中"
)
_ALL = re.compile(
    r"全部|所有|逐[个家户村乡镇项件人一座]|每[个家户村乡镇人座]|全覆盖|无一|如数|一个不[少落]|均已|超额|目标任务"
)
# Who is left and that it is so: 另一家顺延, 其余尚在协商.
_REST = re.compile(
    r"(?:其余|其他|余下|剩余|剩下|另(?:外|有)?(?:[\d一二三四五六七八九十两]|有))[^。;]*?(?:尚|未|仍|还|正|待|延|推迟|推后|暂|取消|磋商|协商|洽谈|转入|停|继续|明年|下年|次年|扫尾|收尾|施工)"
)
_REMAINS = re.compile(r"剩余|其余|余下|剩下|尚未")
# A building that stands so far is not in use.
_BEGUN = re.compile(r"封顶|选址|开工|动工|奠基|主体|招标|可行性|前期")
_FINISHED = re.compile(r"通过|施行|印发|出台|发布|生效|完成|建成|投用|启用|开通|竣工|上线")


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, with the stretch of the later report that carries it."""

    verdict: Verdict
    span: Span | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class _Speaking:
    """A piece that speaks of a promise, how far, and what became of the figure in it."""

    weight: float
    near: Near
    told: Told


@dataclass(frozen=True, slots=True)
class _Search:
    """What is asked of a later report: its results, its plans, and what its pieces mean."""

    results: Finder
    plans: Finder
    meaning: Meaning | None

    def nearness(self, pledge: Pledge, near: Sequence[Near], unasked: float = 1.0) -> float:
        """Give how near in meaning the nearest of these pieces is; `unasked` without a model."""
        if self.meaning is None:
            return unasked
        if not near:
            return 0.0
        pieces = self.results.pieces
        far = [piece.text for piece in pieces[:: max(len(pieces) // _FAR_PIECES, 1)]][:_FAR_PIECES]
        return nearness(self.meaning, pledge.text, [one.piece.text for one in near], far)


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
    search = _Search(Finder(later, pledges), Finder(later, pledges, later.prospects), meaning)
    # Only the report on the very year planned, and one that tells results, is silent on a promise.
    tells = any(statement.section.kind is Kind.ACHIEVEMENTS for statement in later.results)
    may_be_absent = tells and later.told == earlier.planned
    return [
        _followed(earlier, later, pledge, decided)
        for pledge in pledges
        if (decided := _decide(pledge, search))
        and (may_be_absent or decided.verdict is not Verdict.NOT_MENTIONED)
    ]


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


def _decide(pledge: Pledge, search: _Search) -> Decided | None:
    finder = search.results
    ranked = sorted(
        ((_weight(pledge, near, finder), near) for near in finder.near(pledge)), key=lambda pair: -pair[0]
    )
    chance = _BY_CHANCE * math.log2(max(len(finder.pieces) / _FEW_PIECES, 1))
    speaking = [
        _Speaking(weight, near, told)
        for weight, near in ranked[:_RIVALS]
        if weight >= _needed(pledge, near, told := _told(pledge, near, finder), finder, chance)
    ]
    if speaking:
        return _agreed(speaking, pledge, search, chance)
    if _is_absent(pledge, search, chance):
        return Decided(Verdict.NOT_MENTIONED)
    return None


def _agreed(speaking: list[_Speaking], pledge: Pledge, search: _Search, chance: float) -> Decided | None:
    """Give the verdict of the nearest piece, none where another as near says otherwise of the figure."""
    best = speaking[0]
    rivals = {other.told.outcome for other in speaking if best.weight - other.weight < _AS_NEAR}
    if {Outcome.MET, Outcome.SHORT} <= rivals:
        return None
    unsure = best.told.size is None and best.weight < _SURE + chance
    if unsure and search.nearness(pledge, [best.near]) < _NEAR_IN_MEANING:
        return None
    return _verdict(pledge, best, search)


def _is_absent(pledge: Pledge, search: _Search, chance: float) -> bool:
    """Tell whether nothing speaks of a promise: not the thing, its figure, its name or a piece near in meaning."""
    finder = search.results
    near = finder.near(pledge)
    most = _ABSENT_DEED if _DEED_ONLY.search(pledge.thing) else _ABSENT + chance / 2
    if near and near[0].score >= most:
        return False
    figures = {f"={a.value}{a.unit}" for a in pledge.amounts if a.value is not None and a.value > _FEW}
    named = {pledge.thing, *pledge.names, *figures}
    if any(finder.holds(mark) or search.plans.holds(mark) for mark in named):
        return False
    again = search.plans.near(pledge)
    if again and again[0].score >= _PLANNED_AGAIN:
        return False
    return search.nearness(pledge, near[:_ASKED_FOR_MEANING], unasked=0.0) < _NEAR_IN_MEANING


def _needed(pledge: Pledge, near: Near, told: Told, finder: Finder, chance: float) -> float:
    """Give the score from which on a piece speaks of a promise.

    The less its figure fits the higher; what does not name the thing meets a figure by chance twice as often.
    """
    named = not pledge.thing or finder.names(near, pledge.thing)
    if told.size is None:
        return chance + (_FOUND if named else _THINGLESS)
    needed = _needed_of(pledge, told, told.size)
    if not named and near.pairs < _FEWEST_PAIRS:
        needed = max(needed, _THINGLESS)
    return needed + (chance if named else 2 * chance)


def _needed_of(pledge: Pledge, told: Told, size: float) -> float:
    if not _SCALE[0] <= size <= _SCALE[1]:
        return _OUT_OF_SCALE
    if not _LIKE_SIZE[0] <= size <= _LIKE_SIZE[1]:
        return _FAR_OFF
    if told.outcome is Outcome.SHORT or all(amount.unit == "%" for amount in pledge.amounts):
        return _MISSED
    return _CORROBORATED if _NEAR_SIZE[0] <= size <= _NEAR_SIZE[1] else _FOUND


def _told(pledge: Pledge, near: Near, finder: Finder) -> Told:
    """Compare figures; where growth was planned, that may stand in the next piece (总值…亿元,增长…%)."""
    told = compare(pledge.text, pledge.amounts, near.piece.text, near.piece.amounts)
    following = finder.following(near)
    if told.outcome is Outcome.UNTOLD and following and any(a.role is Role.BY for a in pledge.amounts):
        return compare(pledge.text, pledge.amounts, following.text, following.amounts)
    return told


def _weight(pledge: Pledge, near: Near, finder: Finder) -> float:
    """Give how far a piece speaks of a promise, less where it tells of another deed or only of a lack."""
    if near.own < _OWN or (not pledge.amounts and near.pairs < _FEWEST_PAIRS):
        return 0.0
    lack = near.piece.statement.section.kind is Kind.SHORTCOMINGS
    if lack and not is_unfinished(finder.after(near, pledge)):
        return 0.0
    nameless = pledge.names and not pledge.amounts and not any(finder.names(near, n) for n in pledge.names)
    return near.score * (_OTHER_DEED if nameless or is_another(pledge, near, finder) else 1)


def _verdict(pledge: Pledge, found: _Speaking, search: _Search) -> Decided | None:
    decided = _by_figures(pledge, found, search)
    if decided is None or decided.verdict is Verdict.PARTLY:
        return decided
    if _all_wanted_in_vain(pledge, found.near):
        return Decided(Verdict.PARTLY, found.near.piece.statement.clause, decided.topic)
    if _UNSETTLED.search(search.results.rest_of_sentence(found.near)) and not _UNSETTLED.search(pledge.text):
        return None
    if decided.verdict is Verdict.KEPT and not _speaks_of_all(pledge, search.results.sentence(found.near)):
        return None
    return decided


def _all_wanted_in_vain(pledge: Pledge, near: Near) -> bool:
    """Tell whether all were to be reached and a share of them is told."""
    shares = [float(share) for share in _PERCENT.findall(near.piece.text)]
    return bool(_ALL_WANTED.search(pledge.text)) and bool(shares) and max(shares) < _WHOLE


def _speaks_of_all(pledge: Pledge, said: str) -> bool:
    """Tell whether a sentence tells of everything a promise names: what it qualifies its thing by, and its further deeds."""
    qualified = _QUALIFIED.search(_FIGURES.sub("", pledge.text))
    if qualified and not any(pair in said for pair in grams(qualified[1]) if len(pair) > 1):
        return False
    further = _FURTHER.split(pledge.text)[1:]
    return all(any(pair in said for pair in grams(deed[:_DEED_CHARS]) if len(pair) > 1) for deed in further)


def _by_figures(pledge: Pledge, found: _Speaking, search: _Search) -> Decided | None:
    near, told = found.near, found.told
    span, topic = near.piece.statement.clause, near.piece.statement.topic
    if told.outcome is Outcome.OF_TOTAL or _is_left(pledge, near, told, search.results):
        return Decided(Verdict.PARTLY, search.results.reach(near, pledge), topic)
    if told.outcome is Outcome.SHORT:
        verdict = Verdict.PARTLY if _is_rest_planned(pledge, search.plans) else Verdict.CHANGED
        return Decided(verdict, span, topic)
    if told.outcome is Outcome.HIDDEN or not pledge.is_read:
        return None
    if told.outcome is Outcome.UNTOLD and _needs_figure(pledge) and not _ALL.search(near.piece.text):
        return None
    return Decided(Verdict.KEPT, span, topic)


def _is_left(pledge: Pledge, near: Near, told: Told, finder: Finder) -> bool:
    """Tell whether what is said with a piece leaves something to do."""
    said, after = near.piece.text, finder.after(near, pledge)
    # What meets the plan is unfinished only by its own words, or where it is said who is left.
    if told.outcome is Outcome.MET:
        begun = _BEGUN.search(said) and not _FINISHED.search(said)
        begun = begun and not _BEGUN.search(pledge.text) and not _FIRST.search(pledge.text)
        return is_unfinished(said) or bool(begun) or bool(_REST.search(finder.clause_after(near)))
    if is_unfinished(after):
        return True
    going_on = _UNDER_WAY.search(said if _FINISHED.search(said) else after)
    return bool(going_on) and not _FIRST.search(pledge.text)


def _is_rest_planned(pledge: Pledge, plans: Finder) -> bool:
    """Tell whether the later report promises what is left of it."""
    again = plans.near(pledge)
    return bool(again) and again[0].score >= _PLANNED_AGAIN and bool(_REMAINS.search(again[0].piece.text))


def _needs_figure(pledge: Pledge) -> bool:
    """Tell whether a promise of several is kept only where it is told how many."""
    return any(amount.value is not None and amount.value > 1 for amount in pledge.amounts)
