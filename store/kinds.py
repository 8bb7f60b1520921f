"""How the genre says what a section is about: achievements, shortcomings, plans or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.models import Kind, ReportKind
from store.simplify import simplify
from store.years import arabic_years

_PROBLEM = r"(?:问题|不足|短板|困难|薄弱(?:环节)?|差距|挑战|弱项|缺点|难点|难题|堵点|痛点|卡点|瓶颈|隐患|欠缺|制约因素|矛盾)"
_SHORTCOMINGS = re.compile(
    rf"(?:存在|面临|尚存|仍有|还有|主要|突出)的?[^，。；]{{0,14}}{_PROBLEM}"
    rf"|^(?:工作(?:中|上)?的?)?{_PROBLEM}(?:[和与及、，]|$)"
    rf"|需要?(?:进一步)?改进(?:之处|的|$)|有待(?:进一步)?(?:改进|加强|提高|完善)的|待(?:改进|解决)的|不足之处"
    rf"|{_PROBLEM}(?:和|与|及|、)?(?:其)?(?:{_PROBLEM}|原因(?:分析)?|成因(?:分析)?|分析|方面|情况)?$"
)
# What a heading says of them without 存在: "短板弱项不容忽视", "查找差距", "正视不足".
_PREDICATE = r"(?:不容忽视|不容小觑|不可忽视|(?:依然|仍然|仍|依旧|还|较为|比较|尤为)?(?:存在|突出|明显|凸显|显现|较多|较大|不少|犹存|尚存|待补|待解|并存))"
_FACED = re.compile(
    rf"{_PROBLEM}[^，。；]{{0,6}}{_PREDICATE}$"
    rf"|(?:查找|查摆|检视|自查|剖析|反思|正视|认清|找准|看到|直面)[^，。；]{{0,6}}{_PROBLEM}[^，。；]{{0,4}}(?:$|[，,])"
)
# "问题与改进": each point may go on to what is done about it.
_NUMBERED = (
    r"^(?:第?[一二三四五六七八九十\d]+(?:[、.．]|[章节篇部分]+)|[（(][一二三四五六七八九十\d]+[）)])?\s*"
)
_AND_REMEDIES = re.compile(
    rf"{_NUMBERED}(?:工作中?|存在的?|主要的?|突出)*{_PROBLEM}(?:和|与|及|、|暨)(?:改进|整改|对策|应对|努力)(?:措施|建议|意见|方向|打算|办法|思路|工作)*$"
)
_MENDED = re.compile(
    r"整改|解决|化解|补齐|补足|补强|提升|改进|推动|推进|促进|落实|治理|攻坚|突破|破解|清零|完善"
)
_ACTION_ON_PROBLEM = re.compile(
    rf"(?:解决|化解|整改|破解|打通|疏通|纾解|破除|缓解|消减|清除|攻坚|突破|克服|化除|弥补|补强|补齐|补上|补足|聚焦|针对|排查|整治|治理|消除|攻克|应对|直面|坚持|推动|防范|纠治|回应|办理)[^，。；]{{0,16}}{_PROBLEM}"
    rf"|{_PROBLEM}[^，。；]{{0,4}}(?:整改|导向|清单|线索|整治|销号|办理|处置)"
)
_DEALT_WITH = re.compile(rf"{_PROBLEM}的?(?:整改|整治|办理|处置|销号|解决)(?:落实|完成|推进|工作)?情况")
_ADMITTED = re.compile(rf"(?:存在|面临)的?[^，。；]{{0,10}}{_PROBLEM}")
_PLANS = re.compile(
    r"下一步|下步|下阶段|下一阶段|今后|明年|来年|下一?年度?|新的一年|下半年|打算|思路|设想|努力方向|改进方向|(?:改进|整改)(?:措施|举措)"
    r"|新年(?:任务|工作|目标)|谋划[^，。；]{0,8}(?:任务|工作|新年|来年)|预期目标|目标任务|主要目标|奋斗目标|工作目标|行动目标|总体目标|工作安排|重点安排|主要安排|(?:工作|行动)?(?:计划|安排|部署|规划)$"
)
_TASKS = re.compile(
    r"任务|措施|举措|重点工作|工作重点|工作要求|有关要求|相关要求|实施步骤|工作步骤|保障|进度|行动"
)
# A work report's second half, where it names no year.
_SET_TASKS = re.compile(r"(?<!完成)(?:政府|重点|主要|年|的)(?:工作)?任务$")
_DONE = re.compile(
    r"回顾|总结|成效|成绩|成果|成就|效果|亮点|进展|做法|经验|特色|(?:完成|落实|执行|推进|开展|实施|贯彻|建设|工作|基本|总体|履职|创建|进展|整改|办理|处置)的?情况"
)
# "由其他学科教师兼任" is no heading of other things.
_OTHER_THINGS = r"^[^\u4e00-\u9fff]*(?:第?[一二三四五六七八九十]+[章节部分]*)?[^\u4e00-\u9fff]*其[他它]"
_ASIDE = re.compile(
    rf"{_OTHER_THINGS}|需要?(?:报告|说明|汇报)|名词解释|名词注释|用语说明|^附[件录表则：:]|^附$|指导思想|总体要求|总体思路|基本原则|工作原则|基本要求"
    r"|第一责任人职责|组织机构$|联系方式|联系人|相关报道"
)
_YEAR = re.compile(r"(20\d\d|19\d\d)\s*年?")

_PIVOT = r"(?:同时|但是?|然而|不过|虽然|尽管|当然|在(?:肯定|总结|看到|取得)|回顾|对照|与[^，。]{1,20}相比|我们|必须|也|还|更)"
_SEEN = r"(?:清醒|深刻|充分|客观|冷静|清楚)地?(?:认识|看|意识)?到?|认识到|意识到|看到|正视|深知|深感|自省"
_SHORTCOMINGS_CUE = re.compile(
    rf"{_PIVOT}[^。]{{0,40}}(?:{_SEEN})[^。]{{0,60}}{_PROBLEM}"
    rf"|(?:{_SEEN})[^。]{{0,40}}(?:存在|面临)[^。]{{0,30}}{_PROBLEM}"
    rf"|{_PIVOT}[^。]{{0,60}}(?:仍然?|还|依然|尚|也)(?:存在|面临|有)[^。]{{0,30}}{_PROBLEM}"
    rf"|(?:工作|建设|发展|执法|治理|管理|队伍|对照)[^。]{{0,24}}(?:仍然?|还|依然|尚)(?:存在|面临|有)[^。]{{0,30}}{_PROBLEM}"
    rf"|(?:仍然?|还|依然|尚)(?:存在|面临|有)(?:着|一些|不少|许多|诸多|以下|几个|几方面|一定|较大|不小|明显)[^。]{{0,24}}{_PROBLEM}"
    rf"|(?:对照|同|与|但|然而|不过)[^。]{{0,40}}(?:差距|短板)(?:仍然?|还|依然|尚|也)(?:不小|较大|不少|明显|突出)"
    rf"|{_PROBLEM}[^。]{{0,8}}不容(?:忽视|回避|小觑)|{_PROBLEM}(?:和|与)?{_PROBLEM}?(?:还|也|仍|依然|仍然)?(?:不少|较多|很多)[。：:]|不足之处|(?:问题|不足|差距|短板)(?:主要)?(?:表现|体现|集中)[在为是]"
    rf"|(?:暴露|显现|显露)出[^。]{{0,4}}(?:一些|不少|若干|以下|几个)[^。]{{0,6}}{_PROBLEM}|(?:还|仍|尚)?(?:不能|难以)(?:令人|让[^。，]{{1,6}})满意"
    rf"|^(?:存在|面临)的?(?:主要|突出)?的?{_PROBLEM}[^。]{{0,12}}(?:有|是|如下|表现|[：:])"
    rf"|^(?:主要|突出)的?{_PROBLEM}(?:有|是|[：:])"
)
_PLANS_CUE = re.compile(
    r"^(?:下一步|下步|下阶段|下一阶段|接下来|明年|来年|新的一年|展望|(?:20|19)\d\d年[，,]?[^。]{0,24}(?:将(?!近)|要继续|计划|重点|着力|拟|力争|抓好|做好)|20\d\d年[，,]请)"
    r"|^(?:关于|在)(?:(?:20|19)\d\d年|明年|来年|下一?(?:步|阶段|年度?)|今后|新的一年)的?(?:重点|主要)?(?:工作|安排|打算|计划|任务|设想|考虑|思路)"
    r"|^(?:为此|对此|针对(?:上述|以上|这些|存在))[，,]?[^。]{0,30}(?:将|要|一定)"
    r"|^[“\"]?十[五六七]五[”\"]?时期[^。]{0,80}(?:目标|将|要)"
)
_COMMITMENT = re.compile(
    r"^(?:对此|对这些|对于(?:这些|上述|以上|此)|针对(?:上述|以上|这些)|这些问题|这些[^，。]{0,10}必须|面对这些|为此|我们(?:一定|必须|将|要))[^。]{0,80}(?:解决|改进|应对|克服|重视|整改|努力)"
)
_LACK = re.compile(
    r"不足|不够|不强|不高|不大|不多|不深|不牢|不严|不实|不细|不准|不清|不力|不齐|不到位|不平衡|不充分|不完善|不健全|不规范|不及时|不均|不全|不畅|滞后"
    r"|薄弱|短缺|缺乏|缺少|欠缺|紧缺|有待|仍需|尚需|还需|需进一步|尚未|还未|未能|未完成|未形成|较弱|较慢|较低|偏低|偏弱|偏少|较少|单一|困难|难度|压力"
    r"|匮乏|空转|流于|虚化|弱化|缺位|断档|没有(?:压实|跟上|落实|落地|打通|形成|建立|覆盖|发挥)|隐患|差距|短板|弱项|问题|疏漏|卡点|堵点|脱节|参差不齐|存在|制约|突出"
)
_INTENT = re.compile(
    r"^(?:将|要|拟|计划|力争|确保|持续|继续|进一步|加强|加大|加快|强化|提升|提高|完善|健全|推进|推动|深化|优化|严格|落实|开展|坚持|建立|创新|抓好|抓实"
    r"|做好|聚焦|突出|着力|扎实|深入|全面|统筹|补齐|压实|夯实|拓展|规范|培育|打造|实施|构建|丰富|改进|切实|积极|不断|大力|牢牢|紧盯|紧扣|用好|充实)"
)
_CLOSING = re.compile(
    r"^(?:各位代表[！!]?$|希?望(?:各|大家|全体|你们)[^。\d]{0,60}。?$|(?:各位代表|同志们)[^。]{0,60}(?:让我们|任务已经明确|蓝图)|总之|综上|(?:.{0,60}[。！!])?让我们|回顾过去|征程|蓝图|新征程|特此|专此|以上报告|以上汇报|妥否|以上(?:通知|意见)|本(?:通知|方案|办法|计划)自"
    r"|(?:20|19)\d\d年[^。]{0,40}(?:取得了?一定|取得了?[^。]{0,6}(?:成绩|成效)))"
    r"|(?:奋力谱写|再上新台阶|迈上新台阶|新的更大(?:的)?贡献|做出(?:更大|应有)贡献|作出(?:更大|应有|积极)贡献|开创[^。]{0,14}新局面)[^。]{0,20}。?$"
)


# Whom to ring, what is enclosed and who may read it: of no part, wherever it stands.
_HOUSEKEEPING = re.compile(
    r"^[（(]?(?:联系人|经办人|填报人|承办人|(?:联系|咨询|监督|举报|投诉|服务|值班)?(?:电话|方式|邮箱)|联系(?:地址|单位)|传真|电子邮[箱件]|邮编|邮政编码|(?:通讯|办公)?地址)(?:及[^，。：:]{1,10})?\s*[:：]"
    r"|^[（(]?附[件表录]?\s*(?:[\d一二三四五六七八九十]+\s*)?[:：.．、]|^附[件表录]\s*\d*$|^(?:抄送|抄报|主送|分送)\s*[:：]|^[（(]?(?:特此|专此)[^。，]{2,6}[。）)]?$"
    r"|^[（(]?(?:此件|本件|本文件|公开(?:方式|属性|形式)|信息公开(?:属性|选项)|密级)[^。]{0,30}[。）)]?$"
    r"|^[（(]?(?:如有|凡|对)?(?:涉密|涉及(?:国家)?秘密)[^。]{0,30}(?:报送|传输|渠道|保密|机要|密级|公开)[^。]{0,12}[。）)]?$"
    r"|^[（(]?(?:不涉密|无涉密)[^。]{0,12}[。）)]?$"
)
_PREAMBLE = re.compile(
    r"(?:特制定|制定(?:本|如下|以下))[^，。；]{0,12}[。：:]?$|现将[^。；]{0,40}(?:如下|印发)[^。；]{0,14}[。：:]?$"
)


_THANKS = re.compile(
    r"(?:致以|表示|道一声)[^。，]{0,16}(?:敬意|感谢|谢意|问候)|向[^。，]{2,30}致敬|(?:成绩|成就|成果)(?:的取得)?，?(?:实属|殊为)?来之不易|这些成绩的取得"
)
_FIRMLY_PLANS = re.compile(
    r"下一步|下步|下阶段|下一阶段|今后|明年|来年|下一?年度?的?|打算|(?:工作|行动)?(?:计划|安排)$"
)
_FIRMLY_ASIDE = re.compile(rf"{_OTHER_THINGS}|名词解释|名词注释|^附[件录表则：:]|相关报道")


def overrides_parent(heading: str, kinds: list[Kind]) -> bool:
    """Tell whether a heading below another leaves no doubt that it is of a kind of its own."""
    plain = simplify(heading)
    if kinds[:1] == [Kind.SHORTCOMINGS]:
        return True
    if kinds == [Kind.PLANS]:
        # A paragraph that is its own heading may speak of next year further on (另有1处推迟到明年).
        return bool(_FIRMLY_PLANS.search(re.split(r"[，。；]", plain)[0]))
    return kinds == [Kind.OTHER] and bool(_FIRMLY_ASIDE.search(plain))


def heading_kinds(heading: str, genre: ReportKind, base_year: int | None) -> list[Kind]:
    """Tell which kinds a heading announces, in its order; two for 存在问题和下一步打算, none when silent.

    `base_year` is the first year the report reports on; a heading of a later year is a plan's.
    """
    plain = arabic_years(simplify(heading))
    if _ASIDE.search(plain) and not _PLANS.search(plain):
        return [Kind.OTHER]
    if _AND_REMEDIES.search(plain):
        return [Kind.SHORTCOMINGS, Kind.PLANS]
    faced = _FACED.search(plain)
    if faced and _MENDED.search(plain):
        faced = None
    short = _SHORTCOMINGS.search(plain) or faced
    acted = _ACTION_ON_PROBLEM.search(plain) and not _ADMITTED.search(plain)
    if not faced and (acted or _DEALT_WITH.search(plain)):
        short = None
    plan = _PLANS.search(plain) or _later_year(plain, base_year)
    done = _DONE.search(plain)
    if short:
        return (
            [Kind.SHORTCOMINGS, Kind.PLANS] if plan and plan.start() >= short.start() else [Kind.SHORTCOMINGS]
        )
    if plan and done:
        if done.start() > plan.start():
            return [Kind.ACHIEVEMENTS]
        return [Kind.ACHIEVEMENTS, Kind.PLANS]
    if plan:
        return [Kind.PLANS]
    if done:
        return [Kind.ACHIEVEMENTS]
    tasks = {ReportKind.NOTICE: _TASKS, ReportKind.PLAN: _TASKS, ReportKind.WORK_REPORT: _SET_TASKS}.get(
        genre
    )
    return [Kind.PLANS] if tasks and tasks.search(plain) else []


def _later_year(plain: str, base_year: int | None) -> re.Match[str] | None:
    match = _YEAR.search(plain)
    return match if match and base_year is not None and int(match[1]) > base_year else None


_GENERIC = re.compile(
    r"第?[一二三四五六七八九十0-9]+[、.．章节部分]*|[（(][一二三四五六七八九十0-9]+[)）]|(?:19|20)\d\d|年度?|上一|下一|步|下|上|今后|明年|来年|存在|面临|的|主要|突出|一些|几个|问题|不足|短板|困难"
    r"|薄弱环节|差距|挑战|和|与|及|以及|其|原因|分析|工作|中|方面|情况|打算|计划|安排|思路|设想|重点|任务|措施|举措|改进|整改|努力|方向|推进|法治政府建设|法治建设|依法行政|政府|建设"
    r"|[我本全][局区县市省厅镇乡委院]|时期|总体|目标|预期|做法|成效|成绩|回顾|开展|总结|亮点|特色|[、，：\s“”]"
)


def may_hold_shortcomings(heading: str, body: str) -> bool:
    """Tell whether a heading that promises to look for problems and to mend them ("查找短板弱项，持续改进提升")
    stands above those problems and not above what was done about them.
    """
    opening = re.split(r"[。；;\n]", simplify(body).strip(), maxsplit=1)[0]
    told = re.sub(r"^[^：:]{0,24}[：:]", "", opening)
    return bool(_FACED.search(simplify(heading))) and bool(_LACK.search(told)) and not _MENDED.search(told)


def is_generic_heading(heading: str) -> bool:
    """Tell whether a heading only names the part (存在的主要问题) and nothing of what is in it."""
    return len(_GENERIC.sub("", simplify(heading))) <= 1


def is_review(heading: str) -> bool:
    """Tell whether a heading says that all that was done stands under it ("2025年工作回顾")."""
    return bool(re.search(r"回顾|总结", simplify(heading)))


def admits_shortcomings(sentence: str) -> bool:
    """Tell whether a sentence turns to what is lacking ("我们也清醒地看到…还存在不少问题")."""
    plain = simplify(sentence)
    match = _SHORTCOMINGS_CUE.search(plain)
    return match is not None and not re.search(rf"(?:解决|整改|化解)[^。]{{0,8}}{_PROBLEM}", match[0])


def announces_shortcomings(sentence: str) -> bool:
    """Tell whether a sentence only says that shortcomings follow and names none itself."""
    plain = simplify(sentence).rstrip()
    if plain.endswith(("：", ":")):
        return True
    return bool(
        len(plain) < 90
        and (admits_shortcomings(plain) or re.search(rf"(?:存在|面临)[^。]{{0,16}}{_PROBLEM}", plain))
        and re.search(
            rf"(?:一些|不少|许多|诸多|以下|几个|一定|若干|多个|各种|老|新|严重的(?=缺点|问题|不足))[^。，]{{0,12}}{_PROBLEM}[^。，；]{{0,8}}[。！]?$|[:：]$|主要(?:表现|体现)?[在为是有]?[。:：]?$",
            plain,
        )
    )


def turns_to_plans(sentence: str, base_year: int | None = None) -> bool:
    """Tell whether a sentence turns to what comes next ("下一步，我局将…").

    One that begins with the year reported on (`base_year`) or an earlier one does not ("2024年，我局着力…").
    """
    plain = simplify(sentence)
    year = _YEAR.match(plain.removeprefix("关于").removeprefix("在"))
    if year and base_year is not None and int(year[1]) <= base_year:
        return False
    return bool(_PLANS_CUE.search(plain))


def opens_with_later_year(sentence: str, base_year: int | None) -> bool:
    """Tell whether a sentence begins with a year after the one reported on ("2025年，分批轮训…"), not with a date."""
    year = re.match(r"((?:19|20)\d\d)年(?!\d{1,2}月|以来|[初春底末])", simplify(sentence))
    return year is not None and base_year is not None and int(year[1]) > base_year


def is_commitment(sentence: str) -> bool:
    """Tell whether a sentence only promises to deal with the problems named before it."""
    return bool(_COMMITMENT.search(simplify(sentence)))


def leans_to(point: str) -> Kind | None:
    """Tell by its first words whether a point names a lack or an intention, None when neither."""
    opening = re.split(r"[。；;\n]", simplify(point), maxsplit=1)[0]
    if _LACK.search(opening):
        return Kind.SHORTCOMINGS
    return Kind.PLANS if _INTENT.match(opening) else None


def only_lacks(points: Sequence[str]) -> bool:
    """Tell whether several points each open with something lacking and with no deed or intention."""
    openings = [re.split(r"[。；;\n]", simplify(point), maxsplit=1)[0] for point in points]
    return len(openings) > 1 and all(
        _LACK.search(opening)
        and not (_INTENT.match(opening) or _MENDED.search(opening) or _ACTION_ON_PROBLEM.search(opening))
        for opening in openings
    )


def only_thanks(paragraph: str) -> bool:
    """Tell whether a paragraph thanks those who did the work and names no figure of what was done, nor a problem."""
    plain = simplify(paragraph)
    thanks = _THANKS.search(plain) and not re.search(r"\d", _YEAR.sub("", plain))
    return bool(thanks) and not admits_shortcomings(paragraph)


def is_closing(paragraph: str) -> bool:
    """Tell whether a paragraph rounds a report off and plans nothing of its own."""
    return bool(_CLOSING.search(simplify(paragraph)))


def is_housekeeping(sentence: str) -> bool:
    """Tell whether a sentence only gives a contact, an enclosure or who may read the paper."""
    return bool(_HOUSEKEEPING.search(simplify(sentence).strip()))


def is_preamble(sentence: str) -> bool:
    """Tell whether a sentence only says why a notice or plan is issued."""
    return bool(_PREAMBLE.search(simplify(sentence).strip()))
