"""Which sort of case, accident or person a question counts: a figure of another sort is no answer."""

from __future__ import annotations

import re

from chains.lexicon import find_sayings
from chains.terms import Term
from chains.wanted import Asked

# Words that only say that there are several sorts of, and what is done with them in every report: they tell no kind.
_SORTS = (
    "案件|案子|事故|事件|纠纷|争议|投诉|举报|隐患|诉讼|企业|机构|学校|人员|项目|工程|活动|培训|检查|设施|设备"
)
_KIND = re.compile(rf"(?P<kind>[\u4e00-\u9fff]{{2,}})(?:类|型|领域|方面)?(?P<sort>{_SORTS}|案(?!件|子))")
_AROUND_KINDS = re.compile(
    r"多少|几|有没有|有无|没有|是否|哪些|什么|[吗了的过共]|一共|总共|和|与|以及|[^\u4e00-\u9fff]+"
)
_TELLS_NO_KIND = re.compile(
    r"^(?:[个名位家所座条台处项户件起宗支类种张间份部只场次批期篇本套](?=..)|办理|办结|办|查处|查办|查获|查|受理|审理|审结|结|处理|处置|立案|立|发生|出现|侦破|破获|移送|接到|接待|收到|收|化解|解决|开展|组织|举办|实施|完成|新增|新建|建成|建设|引进|招引|检查|抽查|排查|整改|整治|发现|培训|招聘|招录|配备|拥有|现有|共有|纳入|涉及"
    r"|帮助|服务|支持|奖励|处罚|罚|[这那该某每各哪一二两三四五六七八九十][个些类种家所名起件]?|全[市区县省州局系统]+|各类|各种|各级|所有|相关|有关|此类|同类|多|新|老|人|市|区|县)+"
    r"|(?:违法违规|违法|违规|行政执法|行政处罚|行政|执法|处罚|典型|重大|重点|普通|一般|较大|办理|审理|查处|受理)+$"
)
_HALF_OF_MANY = frozenset(
    (
        "安全",
        "管理",
        "服务",
        "质量",
        "建设",
        "行政",
        "执法",
        "社会",
        "公共",
        "法律",
        "违法",
        "领域",
        "工作",
        "重大",
        "国家",
        "基层",
        "市场",
        "监管",
        "监督",
    )
)
# The twelfth of a series does not tell of the eleventh.
_ORDINAL = re.compile(r"第(?P<number>[一二三四五六七八九十百\d]+)(?P<unit>[届批期轮])")
_MUST_BE_SAID = re.compile(r"事故|事件|案件|纠纷")
_ENGLISH_SORTS = re.compile(r"\s+(?:cases?|accidents?|incidents?|disputes?)\b")


def kinds_of(core: str, asked: Asked) -> tuple[Term, ...]:
    """Find what kind of case, accident or person a question counts or asks the being of ("仲裁" of "仲裁案件")."""
    found = [Term(_ordinal_wordings(match)) for match in _ORDINAL.finditer(core)]
    if asked not in (Asked.HOW_MUCH, Asked.WHETHER):
        return tuple(found)
    for run in _AROUND_KINDS.split(core):
        match = _KIND.match(run)
        kind = _TELLS_NO_KIND.sub("", match["kind"]) if match else ""
        if match is None or len(kind) < 2:
            continue
        found.append(_kind_term(kind, match["sort"]))
        if asked is Asked.WHETHER and _MUST_BE_SAID.fullmatch(match["sort"]):
            found.append(Term((match["sort"],)))
    found += [
        Term(saying.wordings) for saying in find_sayings(core) if _ENGLISH_SORTS.match(core[saying.end :])
    ]
    return tuple(found)


def _ordinal_wordings(ordinal: re.Match[str]) -> tuple[str, ...]:
    return (ordinal[0], f"首{ordinal['unit']}") if ordinal["number"] in "一1" else (ordinal[0],)


def _kind_term(kind: str, sort: str) -> Term:
    """Give the ways a report may name a kind: as asked, half of it, or as the thesaurus puts what is said."""
    said = kind + sort
    wordings = [kind, *(half for half in (kind[:2], kind[-2:]) if half not in _HALF_OF_MANY)]
    for saying in find_sayings(said):
        if saying.start < len(kind):
            wordings += saying.wordings
    return Term(tuple(dict.fromkeys(w for w in wordings if w != sort and not re.fullmatch(_SORTS, w))))
