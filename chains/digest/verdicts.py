"""What the piece that tells of a promise says became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chains.claims.amounts import CLASSIFIERS
from chains.digest.find import Finder, Near, is_unfinished
from chains.digest.models import Verdict
from chains.digest.pledges import Pledge
from chains.digest.speaks import Speaking
from chains.digest.targets import Outcome
from store.sentences import Span

_PLANNED_AGAIN = 0.5
_FIRST = re.compile(
    r"启动|实施|提请|报送|送审|报批|起草|草案|开工|动工|推进|谋划|筹备|筹建|探索|试点|申报|研究"
)
_UNDER_WAY = re.compile(
    r"推进中|施工中|办理中|建设中|进行中|筹备|草案|送审|报[^,。;]{0,8}审[查议定核]|征[求集][^,。;]{0,6}意见|调研|起草|主体(?:完工|封顶)|进入[^,。;]{0,8}阶段|已开工|动工|试运行|部分|初步(?!形成|建立|构建|显)|过半|提交[^,。;]{0,12}审[查议定核]"
)
# What is going on at the year's end, or comes later, is not done, whatever else is.
_STILL = re.compile(
    r"正在|在建(?!工程|项目|工地|楼盘|房屋|市政|建筑|住宅)|在施(?!工)|[仍还尚]在|[仍还尚](?:需|待)|拟待|有待|进场施工|拟报|计划(?:于|在)?(?:今|明|下|次|20\d\d)年|(?:明|下|次)年(?!度?(?:工作|计划))|正(?:[分抓办与同由向按]|加紧|进行)|即将|争取|尽快|处于[^,。;]{0,8}(?:阶段|环节|状态)|拟(?:于|在|定)|将(?:随|于)|逐步[^,。;]{0,6}(?:并入|推开|铺开|纳入)|(?:完成|进行|通过)[^,。;]{0,4}(?:一审|初审|首次审议)|未能|待[^,。;]{1,12}后"
    r"|完成[^,。;]{0,6}(?:桩基|地基|基础施工|主体(?:结构|工程)?施工)"
)
_ALL_WANTED = re.compile(r"全覆盖|全部|所有|逐[个家户村乡镇项件人一座]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_RATE = re.compile(r"(?:覆盖|安装|接入|普及|达标|完成|整改|参训|配备|定位)率[^,。;\d]{0,4}(\d+(?:\.\d+)?)%")
_PART_OF = re.compile(
    r"(\d[\d,]*)[个家所处座户名人件辆条][^,。;\d]{0,16}中,?(?:已有|已|有)?(\d[\d,]*)[个家所处座户名人件辆条]"
)
# What was to be there no more, and is fewer.
_DONE_AWAY = re.compile(r"消除|清零|淘汰|取缔|根除|全部(?:拆除|化解|整改|清退)")
_REDUCED = re.compile(r"(?:降|减少|下降|压减|减)[至到为](?!零|0(?!\d))")
_WHOLE = 100.0
_ALL = re.compile(
    r"全部|所有|逐[个家户村乡镇项件人一座]|每[个家户村乡镇人座]|全覆盖|无一|如数|一个不[少落]|均已|超额|目标任务"
)
# Who is left and that it is so: 另一家顺延, 其余尚在协商.
_REST = re.compile(
    r"(?:其余|其他|余下|剩余|剩下|另(?:外|有)?(?:[\d一二三四五六七八九十两]|有))[^。;]*?(?:尚|未|仍|还|正|待|延|推迟|推后|暂|取消|处于|送审|审核|磋商|协商|洽谈|转入|停|继续|明年|下年|次年|扫尾|收尾|施工|已完成(?:基础|主体|前期))"
)
_PUT_OFF = re.compile(r"推迟|延期|顺延|延至|推后|搁置|暂缓")
_REMAINS = re.compile(r"剩余|其余|余下|剩下|尚未")
# A building that stands so far is not in use.
_BEGUN = re.compile(r"封顶|选址|开工|动工|奠基|主体|招标|可行性|前期")
_FINISHED = re.compile(r"通过|施行|印发|出台|发布|生效|完成|建成|投用|启用|开通|竣工|上线")


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, with the stretch of the later report that carries it, or comes nearest where nothing does."""

    verdict: Verdict
    span: Span | None = None
    topic: str = ""
    planned_again: bool = False


def judge(pledge: Pledge, found: Speaking, results: Finder, plans: Finder) -> Decided | None:
    """Give the verdict that a piece of the results carries, None where it cannot be said from it."""
    near, outcome = found.near, found.told.outcome
    span, topic = near.piece.statement.clause, near.piece.statement.topic
    if outcome is Outcome.OF_TOTAL or _is_left(pledge, found, results):
        return Decided(Verdict.PARTLY, results.reach(near, pledge), topic)
    if outcome is Outcome.SHORT:
        verdict = Verdict.PARTLY if _is_rest_planned(pledge, plans) else Verdict.CHANGED
        return Decided(verdict, span, topic)
    if outcome is Outcome.HIDDEN or not pledge.is_read:
        return None
    if outcome is Outcome.UNTOLD and _needs_figure(pledge) and not _ALL.search(near.piece.text):
        return None
    in_vain = _are_all_wanted_in_vain(pledge, near, results.clause(near))
    return Decided(Verdict.CHANGED if in_vain else Verdict.KEPT, span, topic)


def _is_left(pledge: Pledge, found: Speaking, finder: Finder) -> bool:
    """Tell whether what is said with a piece leaves something to do."""
    near, told = found.near, found.told
    said, after = near.piece.text, finder.after(near, pledge)
    if _DONE_AWAY.search(pledge.text) and _REDUCED.search(said):
        return True
    # What meets the plan is unfinished only by its own clause, or where it is said who is left.
    if told.outcome is Outcome.MET:
        begun = _BEGUN.search(said) and not _FINISHED.search(said)
        begun = begun and not _BEGUN.search(pledge.text) and not _FIRST.search(pledge.text)
        rest = finder.clause_after(near)
        return (
            _leaves(said)
            or bool(begun)
            or bool(_PUT_OFF.search(rest))
            or (told.size == 1.0 and _leaves(rest))
            or bool(_REST.search(rest))
        )
    if _leaves(after) or _REST.search(after):
        return True
    if told.outcome is Outcome.SHORT and _leaves(finder.clause(near)):
        return True
    return _is_under_way(said if _FINISHED.search(said) else after) and not _FIRST.search(pledge.text)


def _is_under_way(said: str) -> bool:
    """Tell whether work is told to be going on, and not behind that to be finished ("征求意见后印发")."""
    steps = list(_UNDER_WAY.finditer(said))
    return bool(steps) and not _FINISHED.search(said, steps[-1].end())


def _leaves(said: str) -> bool:
    return is_unfinished(said) or bool(_STILL.search(said))


def _is_rest_planned(pledge: Pledge, plans: Finder) -> bool:
    """Tell whether the later report promises what is left of it."""
    again = plans.near(pledge)
    return bool(again) and again[0].score >= _PLANNED_AGAIN and bool(_REMAINS.search(again[0].piece.text))


def _needs_figure(pledge: Pledge) -> bool:
    """Tell whether a promise of several, or of a measure, is kept only where it is told how many or how much."""
    return any(
        amount.value is not None and (amount.value > 1 or amount.unit not in CLASSIFIERS)
        for amount in pledge.amounts
    )


def _are_all_wanted_in_vain(pledge: Pledge, near: Near, clause: str) -> bool:
    """Tell whether all were to be reached and a share of them is told (470家中已有451家, 覆盖率96%)."""
    if not _ALL_WANTED.search(pledge.text):
        return False
    shares = [float(share) for share in (*_PERCENT.findall(near.piece.text), *_RATE.findall(clause))]
    parts = [[int(number.replace(",", "")) for number in numbers] for numbers in _PART_OF.findall(clause)]
    return (bool(shares) and max(shares) < _WHOLE) or any(part < whole for whole, part in parts)
