"""What a report promises that can be followed: a figure, a document, a thing to be set up or done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chains.claims.amounts import Amount, find_amounts
from chains.digest.agreement import content_of, grams
from chains.digest.held import Held
from chains.digest.statements import heads, pieces
from chains.extract import is_ritual
from store.script import fold
from store.sentences import Span, clauses

# Deeds of which a later report can say that they were done. 加强, 深化, 完善 and the like only say how.
_DEED = re.compile(
    r"制定|制订|出台|印发|修订|编制|起草|颁布|公布|发布|建成|建立|新建|改建|扩建|续建|重建|新增|增设|增加|加装|安装|设立|设置|成立|组建|打造|创建|搭建|举办|举行|召开|开展|组织|启动|推行|试行|试点"
    r"|上线|开通|开设|开办|投用|投入使用|开工|竣工|通车|完成|改造|修缮|更换|更新|升级|引进|引育|招录|招聘|招考|选聘|聘请|聘任|配备|配齐|选派|选配|购置|采购|签订|签署|(?:^|^在[^,]{2,14}|再|新|年内|计划|加快|推进|推动)建设|化解|清理|清退|梳理|评查|评估|评选|排查|检查|抽查|抽检"
    r"|整治|培训|轮训|培育|培养|发放|办理|审查|审核|压减|压缩|缩短|取消|下放|整合|归集|公开|编印|拍摄|开发|研发|接入|覆盖|迁建|搬迁|拆除|种植|实施|开放|设计|推出|汇编|录入|建档|联通|对接|招生|投产|达产|开馆|开园|开行|共建|派驻|接种|驻点|选送|进修|评比|测试|编纂|出版|筛查|认定|培植|造林|招引|纳入|交付|添置|移交|消除|淘汰|取缔|启用|编写|选编|邀请|贯通|换发|采购|制作|摄制|推广|划定|改版|延伸|购买|投入运营|投运|封顶|开诊|揭牌|挂牌|落成|(?:办好|承办|筹办)[^,]*[节赛会展]$"
)
# A piece that says of the thing before it how far it reaches or what it is for is no promise of its own.
_GOES_ON = re.compile(
    r"^(?:并|以|每[个村校镇所县户]|其中|惠及|受益|涉及|覆盖|确保|做到|力争|让|使|带动|吸纳|压实|明确|重点|切实|促进|推动|总数|总量|累计|不断|进一步|有效|从而|为[^,]*?(?:提供|创造|打造|奠定|注入|营造|夯实|增添|助力|保驾)|把|实现(?!.*(?:率|覆盖))|达到|优先|就近|破解|解决|满足|提升|提高|强化|规范|理清|厘清)"
)
_SLOGAN = re.compile(
    r"规定精神|忠诚|干净担当|干部队伍|作风|行风|形象|党性|廉洁|清廉|不敢腐|形式主义|主基调|政治|第一责任人|人民满意|获得感|幸福感|撸起袖子|努力建设|思想自觉|行动自觉|宗旨|初心"
    r"|^(?:(?:始终|坚持|坚定|坚决|自觉|旗帜鲜明|持续|不断|进一步|深入|切实|大力|牢固|自觉|认真)+(?:学习|贯彻|树立|增强|提高|提升|弘扬|改进|加强|强化|践行|落实|抓好|推进|把|做好|不移|坚持|发扬|拥护|牢记|恪守)?)"
)
# A deed at the head of a later piece makes a promise of its own even where it names no figure.
_OPENS = re.compile(
    r"^(?:并)?(?:(?:年内|每个?(?:[月季周年]|半年)度?|[^,]{0,4}(?:月|年)?底?前|力争|力促|加快|推动|再|新|继续|计划|全面|同步|同时|基本|如期|(?:会同|与|在|为|对|向|由)[^,]{2,16}?))?"
    r"(?:制定|制订|出台|印发|修订|编制|新建|改建|扩建|建成|建设|共建|建立|设立|成立|组建|举办|举行|召开|开展|组织|开通|开行|开设|签订|招录|招聘|配备|引进|更换|加装|安装|改造|试点|派驻|接种|发布|购置|购买|启用|编写|编印|拍摄|启动|上线|推广|推行|实行|完成|消除|开办|选聘|聘请|创建|公布|开工|评选|更新)"
    r"|^对[^,]{2,28}(?:回头看|清理|核查|梳理|整治|摸排|检查|排查|评估|评查|轮训|培训|巡查|审计|督查)|覆盖(?:所有|全部|率)|(?:投产|达产|投用|通车|开馆|开园|竣工|落成|上线|投入使用|开工|招生|封顶)$"
)
_BRINGS_ABOUT = re.compile(r"^推动[^,]{2,16}?(?:创成|建成|完成|成立|投用|上线|开工|获批)")
# What any report promises in any year: nothing by which a result could be known again.
_COMMON = re.compile(
    r"目标|任务|工作|发展|服务|管理|能力|体系|机制|项目|重点|质量|经济|建设|群众|政府|环境|改革|创新|产业|领域|水平|行动|工程|政策|措施|实施|推进|优化|完善|支持|提升|深化|强化|促进|保障|治理|监管|法治|依法|行政|执法|全面|加快|社会|文化|资源|要素|市场|企业|干部|部门|基层|智慧|数字|平安|美丽|幸福|品质"
)
_FAR = re.compile(r"五年|“?十[四五六七]五”?|未来|长远|到20[3-9]\d年|20[3-9]\d年")
_QUOTED = re.compile(r"[“\"][^”\"]{2,12}[”\"]")
_IDIOM = re.compile(r"八项规定|四个意识|四个自信|两个确立|两个维护|四风|三重一大|三会一课|五位一体")
_RULE = re.compile(
    r"(?:制定|制订|出台|修订|修改|印发|编制|颁布)[^,]{2,30}(?:办法|规定|细则|条例|规则|规程|章程|清单|基准|指引|预案|方案|规划|目录|标准|规范)$"
)
# How something goes on being done is no deed of a year.
_VAGUE = re.compile(
    r"^(?:加快|推进|推动|促进|优化|完善|深化|强化|支持|提升|提高|扩大|着力|营造|落实|加强|加大|做好|做强|做优|用好|抓好|抓实|守好|拓展|健全|引导|鼓励|激发|增强|保持|聚力|聚焦|致力|锚定|围绕|积极|深入|扎实|大力|全力)+(?!.{0,22}(?:制定|出台|修订|印发|建成|新建|竣工|投用|通车|开工|投产|上线|成立|组建|设立|编制|《|签订|挂牌|招生|落成|开馆|获批|对接|联通))"
)
_LEADS_TO_FIGURE = re.compile(
    r"(?:扩大|增加|提高|提升|上升|降低|下降|减少|缩短|压减|[增降扩升提减])(?:到|至|为)"
)
# What merely counts a deed that is named before it (开展…行动,查办案件不少于100件).
_BARE_COUNT = re.compile(
    r"查办|查处|办理|立案|办结|检查|抽查|排查|培训|覆盖|总数|人数|数量|规模|面积|总?投资|案件|企业|单位|机构|人员|项目|活动|对象|会议|至少|每年|全[省市区县镇乡]"
)
# Whom a promise serves is no target of it.
_SERVED = re.compile(r"惠及|受益|服务|涉及|辐射")
_ALWAYS = re.compile(r"(?:7[x×*])?24小时")
# A masked name of a place or of a meeting counts nothing (**县, 第**次).
_MASKED_NAME = re.compile(r"《[^》]*》|第[*x×□○]+|[*x×□○]+(?=[省市区县州乡镇村街路园])")
# How far the thing before it is to come, or where it begins.
_MILESTONE = re.compile(
    r"^(?:年内|[^,]{0,4}(?:月|年)?底?前|力争|争取)*(?:完成)?(?:主体|基础|桩基)?(?:施工|封顶|完工|开工|竣工|投用|投入使用|通车|建成)$"
    r"|^在[^,]{1,10}(?:先行)?试点$"
)
_RANKS = frozenset({"级", "度", "步", "方面", "列", "年"})
"""Units that say of what kind or time a thing is (三级医院, 近三年) and count nothing."""
_FEWEST_PAIRS = 2


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise as it stands in the plans of a report.

    `text` is folded; `grams` are those of its first piece, `all_grams` of what it is for as well; `amounts` are the
    first piece's figures with a unit, in order, or those of a next one that only counts; `is_read`: the unit of every figure is known. `thing` is the pair of
    characters its first piece ends with, which names the thing (创业孵化基地: 基地), `names` the pairs of what stands
    in quotes.
    """

    span: Span
    topic: str
    text: str
    grams: frozenset[str]
    all_grams: frozenset[str]
    amounts: tuple[Amount, ...]
    is_read: bool
    thing: str
    names: frozenset[str]


def find_pledges(held: Held) -> list[Pledge]:
    """Find what a report's plans promise, in order. Ritual without a figure or a document is left out."""
    return [
        _pledge(held, span, point.topic)
        for point in held.intentions
        for clause in _bodies(held, point.span)
        for span in _spans(held, clause)
    ]


def counted(text: str) -> tuple[Amount, ...]:
    """Give the figures of a folded text that count or measure something."""
    return tuple(
        a
        for a in find_amounts(_ALWAYS.sub(_blank, text))
        if a.unit and a.unit not in _RANKS and not a.ordinal and not a.idle
    )


def pieces_of(text: str) -> list[str]:
    """Cut a folded text at its commas, not at those within a figure (1,500家)."""
    return re.split(r",(?!\d{3})", text)


def _bodies(held: Held, point: Span) -> list[Span]:
    """Cut a point into clauses, without the short one that only heads the others."""
    found = clauses(held.plain, point.start, point.end)
    return found[1:] if len(found) > 1 and heads(found[0].of(held.plain)) else found


def _spans(held: Held, clause: Span) -> Iterator[Span]:
    """Cut a clause where another promise begins; what only leads up to the first is left out."""
    found: list[Span] = []
    goes_on = False
    before: Span | None = None
    for piece in pieces(held.plain, clause):
        said = fold(piece.of(held.plain))
        if not found and before and _only_counts(said):  # 提高持证比例,年底前达到90%
            found.append(Span(before.start, piece.end))
        elif _is_concrete(said) if not found else _is_another(said):
            found.append(piece)
            goes_on = True
        elif found and _leads_away(said):
            goes_on = False
        elif goes_on:
            found[-1] = Span(found[-1].start, piece.end)
        before = piece
    return iter(found)


def _leads_away(said: str) -> bool:
    """Tell whether a later piece of a clause is ritual, or turns to something that goes on being done."""
    if not counted(said) and (is_ritual(said) or _SLOGAN.search(said)):
        return True
    return bool(_VAGUE.match(said)) and not _GOES_ON.match(said)


def _is_another(said: str) -> bool:
    """Tell whether a later piece of a clause promises something else than the one before it."""
    has_figure = bool(counted(said))
    new = ("率" in said and has_figure) or _BRINGS_ABOUT.match(said)
    if not _is_concrete(said) or (_GOES_ON.match(said) and not new) or _only_counts(said):
        return False
    if _MILESTONE.search(said):
        return False
    if sum(len(gram) == 2 for gram in grams(said)) < (1 if has_figure else _FEWEST_PAIRS):
        return False
    return bool(has_figure or "《" in said or new or _OPENS.search(said))


def _only_counts(said: str) -> bool:
    """Tell whether a piece only says how much of what is named before it."""
    return bool(counted(said)) and not re.search(r"[\u4e00-\u9fff]", content_of(_BARE_COUNT.sub(" ", said)))


def _is_concrete(said: str) -> bool:
    if _FAR.search(said):
        return False
    # The figures of slogans count nothing (“两个维护”).
    if counted(_IDIOM.sub("", _QUOTED.sub("", said))):
        return True
    titled = "《" in said
    if (is_ritual(said) or _SLOGAN.search(said)) and not titled:
        return False
    if _RULE.search(said):
        return True
    named = titled or bool(_QUOTED.search(said))
    pairs = [gram for gram in grams(_COMMON.sub(" ", said)) if len(gram) == 2]
    fewest = 1 if _OPENS.search(said) else _FEWEST_PAIRS
    return len(pairs) >= fewest and (named or bool(_DEED.search(said))) and not _VAGUE.match(said)


def is_specific(pledge: Pledge) -> bool:
    """Tell whether a promise names more than what any report speaks of (建立监管台账)."""
    head = pieces_of(pledge.text)[0]
    return sum(len(gram) == 2 for gram in grams(_COMMON.sub(" ", head))) >= _FEWEST_PAIRS


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _pledge(held: Held, span: Span, topic: str) -> Pledge:
    text = fold(span.of(held.plain))
    # What a promise is for comes after it, and next year's report seldom repeats it.
    first, *more = [fold(piece.of(held.plain)) for piece in pieces(held.plain, span)]
    head = first.split(":")[-1]
    counting = head if not more or counted(head) or _SERVED.search(more[0]) else more[0]
    words = re.findall(r"[\u4e00-\u9fff]{2,}", content_of(_LEADS_TO_FIGURE.sub(" ", head)))
    return Pledge(
        span,
        topic,
        text,
        grams(head),
        grams(text),
        counted(_QUOTED.sub(_blank, counting)),
        all(amount.unit for amount in find_amounts(_MASKED_NAME.sub(_blank, _QUOTED.sub(_blank, text)))),
        words[-1][-2:] if words else "",
        frozenset(
            g for name in _QUOTED.findall(head) for g in grams(name) if len(g) == 2 and not _COMMON.search(g)
        ),
    )
