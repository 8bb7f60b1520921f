"""Whether a piece that shares a promise's words tells of the same deed, or of another with the same thing."""

from __future__ import annotations

import re

from chains.digest.find import Finder, Near
from chains.digest.pledges import Pledge

_SETS_UP = re.compile(r"新建|加装|增设|新增|新设|设立|开通|组建|购置|投放|搭建|建成|开设|聘请|选聘|安装")
_SETS_UP_TOLD = re.compile(
    rf"{_SETS_UP.pattern}|建|装|设|开|启用|投用|到岗|上线|揭牌|挂牌|交付|完工|竣工|落成|交房|筹集|配备|成立|招|聘|选址|设计|平整|施工|征地"
)
_LOOKS_AT = re.compile(
    r"评估|检查|排查|核查|巡查|抽查|检测|监测|调研|评定|评选|优化|调整|清查|整治|邀请|举办|举行|承办|召开|公示|检验|摸排|普查"
)
_REGULATES = re.compile(r"(?:制定|出台|修订|印发|编制|制订|起草|颁布|公布|发布)")
_RULES = re.compile(
    r"办法|规定|细则|条例|规则|制度|规范|意见|方案|指引|标准|清单|基准|预案|导则|规程|章程|规划|目录|指南|手册|措施|机制|协议|汇编|集|参考|要点|范本|文本|模板"
)
# Whom a course or an invitation is for makes it another one.
_FOR_PEOPLE = re.compile(r"培训|轮训|集训|旁听|邀请|宣讲|研修|进修")
_PEOPLE = re.compile(
    r"[\u4e00-\u9fff]{1,2}(?:人员|委员|代表|干部|教师|骨干|民警|队员|员|户|者|警|站长|负责人|所长|校长|医生)"
)
_OPPOSITES = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        ("城市|城镇", "农村|乡村"),
        ("公办", "民办"),
        ("线上|网上", "线下|窗口"),
        ("出口", "进口"),
    )
)
_LEVELS = re.compile(r"(国家|省|市|县|区|乡|镇|村)级")


def is_another(pledge: Pledge, near: Near, finder: Finder) -> bool:
    """Tell whether a piece tells of another deed (加装电梯, 评估电梯), level, course or no document at all."""
    promised, said = pledge.text, near.piece.text
    looked = any(word not in promised for word in _LOOKS_AT.findall(said))
    if _SETS_UP.search(promised) and looked and not _SETS_UP_TOLD.search(finder.clause(near)):
        return True
    if _REGULATES.search(promised) and _RULES.search(promised) and not _RULES.search(finder.clause(near)):
        return True
    if any(_is_other_side(sides, promised, said) for sides in _OPPOSITES):
        return True
    levels, told = set(_LEVELS.findall(promised)), set(_LEVELS.findall(said))
    if levels and told and not levels & told:
        return True
    return bool(_FOR_PEOPLE.search(promised)) and _is_for_others(promised, said)


def _is_other_side(sides: tuple[re.Pattern[str], re.Pattern[str]], promised: str, said: str) -> bool:
    """Tell whether a promise names one of two sides alone, and a piece the other alone."""
    of_promise, of_piece = ([bool(side.search(text)) for side in sides] for text in (promised, said))
    return sum(of_promise) == sum(of_piece) == 1 and of_promise != of_piece


def _is_for_others(promised: str, said: str) -> bool:
    """Tell whether both name whom they are for, and the names share no two characters."""
    named = [
        {pair for who in _PEOPLE.findall(text.replace("工作", "")) for pair in _pairs(who)}
        for text in (promised, said)
    ]
    return all(named) and not named[0] & named[1]


def _pairs(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)} - {"人员"}
