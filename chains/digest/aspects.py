"""What agencies of the genre admit again and again: of what, and what is wrong with it.

Two admissions of one aspect are the same shortcoming in other words; counsel, reviewers and officers are three.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FEW = r"不足|不够(?!深|细)|短缺|缺口|缺编|缺乏|缺少|紧缺|紧张|匮乏|薄弱|老化|偏少|较少|过少|[仅只]有|(?:数|量|员)?少(?![数])|没有(?:固定|专|一名)|不相称|不匹配|不适应|不相适应|青黄不接|难以满足|偏大|断层|断档"
_STIFF = r"单一|单调|老套|陈旧|老旧|传统|呆板|不够(?:灵活|丰富|多样|新颖)|缺[少乏]?(?:新意|创新)|创新[^,。;]{0,4}(?:不足|不够|不强)|不多样|停留[在于]|多靠|仍以|习惯于|老办法|载体不多|吸引力不"
_POOR = r"不规范|不够规范|不够?充分|质量不?高?[^,。;]{0,3}(?:不高|不齐)|不严谨|不完整|千案一面|简单|参差不齐|有待|瑕疵|错漏|粗糙|不齐"
_WEAK = r"不强|不够|不高|不足|薄弱|淡薄|欠缺|有待|仍需|还需|需要?进一步|参差不齐|偏弱|较弱"
_WINDOW = 24
_UNSTEADY = r"流动|不稳|更换|变动|流失|留不住|一年一换|离职|兼职多"


@dataclass(frozen=True, slots=True)
class Aspect:
    """A subject and what is wrong with it, both in one piece of a sentence or side by side.

    `words` may name it: one that stands in every quote is its topic, else the first.
    """

    words: tuple[str, ...]
    subject: re.Pattern[str]
    lack: re.Pattern[str]
    unless: re.Pattern[str]


def _aspect(words: str, subject: str, lack: str, unless: str = r"(?!)") -> Aspect:
    return Aspect(tuple(words.split()), re.compile(subject), re.compile(lack), re.compile(unless))


ASPECTS = (
    _aspect("执法人员 执法队伍 执法力量 执法队员 执法", r"(?:执法|监督|监管|监察|稽查)(?!平台|系统|合力)[^,。;]{0,6}(?:人员|力量|队伍|队员|人手|编制|员(?![工会]))|执法[^,。;]{0,4}缺编", _FEW, rf"能力|素质|水平|素养|说理|意识|辅助人员不足|下沉|审核|转岗|专业背景|结构不|{_UNSTEADY}"),
    _aspect("执法能力 执法人员 执法队伍 执法", r"执法[^,。;]{0,6}(?:人员|力量|队伍)[^,。;]{0,8}(?:能力|素质|水平|素养|专业)", _WEAK, r"下放|承接|赋权"),
    _aspect("法律顾问", r"法律顾问", r"少|不足|[仅只]有|没有|缺|配备|覆盖", r"参与|作用|发挥"),
    _aspect("法律顾问", r"法律顾问", r"(?:作用|参与|前端|参谋|把关)[^。;]{0,16}(?:不|局限|偏少|有待)|停留[在于]"),
    _aspect("法制审核 合法性审查 合法性审核 审核", r"(?:法制|合法性|把关|专职)?审[核查](?:把关|工作|的)?[^,。;]{0,2}(?:人员|人手|岗位|力量|队伍|机构|人才)", _FEW, r"审查调查|会审"),
    _aspect("合法性审核 合法性审查 审核 审查", r"(?:合法性|合同|文件|决策)[^,。;]{0,6}审[查核]", r"走过场|流于形式|后补|补审|突击|把关不严|不规范"),
    _aspect("普法 宣传", r"普法|(?:法[治制律])?宣[传教]", _STIFF),
    _aspect("普法 宣传", r"普法|法[治制律][^,。;]{0,2}宣[传教]", r"针对性|精准|实效|效果|覆盖面|深度|广度"),
    _aspect("数据共享 信息共享 数据 信息", r"(?:数据|信息|系统)[^。;]{0,14}(?:共享|互通|打通|贯通|归集|互认|联通|壁垒|孤岛|分散|各成体系|各管一段)", r"不|未|没|难|壁垒|孤岛|分散|无法|各成体系|各管一段|有待|尚"),
    _aspect("新业态 业态", r"新业态|新兴[^,。;]{0,14}业态|新领域", r"(?:监管|执法|取证|认定|规则|检查|归口|办法)[^。;]{0,10}(?:不|难|缺|空白|滞后)|(?:不|缺少|缺乏)[^,。;]{0,6}(?:规则|办法|依据)", r"劳动|权益"),
    _aspect("执法文书 文书 案卷", r"(?:执法|处罚|案卷)[^,。;]{0,4}(?:文书|案卷)|案卷|卷宗|说理", _POOR, r"积压"),
    _aspect("违法 违建", r"违(?:法|建|规)[^。;]{0,12}(?:发现|苗头)|发现[^,。;]{0,6}违", r"不够?及时|滞后|能力弱|盲区|难|不力|迟"),
    _aspect("经费 资金 投入", r"(?:经费|资金|投入)", r"(?:经费|资金|投入)[^,。;]{0,10}(?:不足|不够|缺口|困难|紧张|偏少|有限|欠账|不高|难)|到位[率难]", r"监管不|修复资金|维修资金|责任不|安全投入|主体责任"),
    _aspect("财政 财力", r"财政|财力", r"(?:财政|财力)[^,。;]{0,8}(?:收支|增收|平衡|不足|紧张|压力|矛盾|困难|吃紧)", r"配套|补[贴助]"),
    _aspect("法治意识 法治思维 依法行政 法治", r"(?:干部|工作人员|职工)[^。;]{0,14}(?:法治|依法|用法|守法)[^,。;]{0,8}(?:意识|思维|观念|能力|素养|水平)|(?:法治|依法)[^,。;]{0,6}(?:意识|思维|观念)", _WEAK, r"群众|企业|农民|公民|社会|导游|商户|药店|机构|执业"),
    _aspect("学法", r"(?:领导|干部|班子|成员|集体)[^,。;]{0,6}学法|学法[^,。;]{0,4}(?:计划|系统)", r"不|浮于|停留|挤占|以会代学|走过场"),
    _aspect("协同 协作 配合 联动", r"部门[^,。;]{0,10}(?:协同|协作|配合|联动|衔接)|(?:协同|协作|联动)[^,。;]{0,8}机制|衔接配合", r"不|尚未|未|有待|滞后|仍需|薄弱", r"数据|信息|产学研|产业|区域"),
    _aspect("职责 边界", r"(?:职责|边界|分工|权责)[^,。;]{0,6}(?:不清|不明|交叉|模糊)", r"不清|不明|交叉|模糊"),
    _aspect("专业人才 专业人员 专业 人才", r"专业(?:技术)?(?:人才|人员|力量)|(?:法律|法治|法学)[^,。;]{0,4}(?:人才|专业)", _FEW + r"|偏低|引不进", r"仲裁|顾问|复议|审核|侦办|取证"),
    _aspect("行政复议 复议", r"复议", r"人少案多|(?:人员|力量|人手)[^,。;]{0,12}(?:不足|紧缺|不匹配|没有同步|少|薄弱|紧张)"),
    _aspect("队伍 人员", r"(?:人员|队伍|干部|专干|专员|窗口)", r"(?:人员|队伍|干部|专干|专员)[^,。;]{0,10}(?:流动|不稳|更换|变动|流失|留不住)|流动(?:快|频繁|性大)", r"外来|流动人口|流动摊"),
    _aspect("下放 承接", r"下放|承接|赋权", r"接不住|不会|不敢|管不好|能力不强|专业化程度低|承接能力|落地率低|不匹配"),
    _aspect("出庭", r"负责人[^,。;]{0,10}出庭", r"不|少|没有"),
    _aspect("规范性文件 文件", r"规范性文件[^,。;]{0,6}(?:清理|立改废|修订|评估|更新)", r"不|滞后|未"),
    _aspect("监测 监管手段 监管 监控", r"(?:非现场监管|线上监测|在线监测|监测预警|科技监管|智慧监管|监管(?:手段|方式))", r"不强|不足|缺少|没有建立|应用少|传统|单一|薄弱"),
    _aspect("整改", r"整改|屡[审查纠]屡犯|同类问题", r"(?:整改)[^,。;]{0,8}(?:不彻底|反弹|不到位|不力)|屡[审查纠]屡犯|反复|又(?:冒出|发生|出现)", r"药店|企业|商户|经营"),
    _aspect("产业结构 产业", r"产业结构|传统产业|新旧动能|产业转型|产业[^,。;]{0,2}层次", r"不优|单一|偏高|任务重|不快|不强|不高|偏低|支撑不足"),
    _aspect("公共服务 民生", r"公共服务|优质(?:教育|医疗)|民生(?:保障|事业|领域|短板)|教育[^,。;]{0,4}医疗", r"不足|不均|差距|短板|紧张|不平衡|不充分"),
)  # fmt: skip


def named_by(number: int, quotes: Sequence[str]) -> str:
    """Give the longest word of an aspect that stands in all folded quotes, else the one it is known by."""
    words = ASPECTS[number].words
    standing = [word for word in words if all(word in quote for quote in quotes)]
    return max(standing, key=len, default=words[0])


def aspects_of(text: str) -> frozenset[int]:
    """Give the numbers of the aspects that a folded admission speaks of."""
    return frozenset(number for number, aspect in enumerate(ASPECTS) if _speaks(text, aspect))


def _speaks(text: str, aspect: Aspect) -> bool:
    """Tell whether a sentence names the subject and, after it or in the piece before, the lack."""
    for sentence in re.split(r"[。;!?\n]", text):
        found = aspect.subject.search(sentence)
        if found is None:
            continue
        start = sentence.rfind(",", 0, found.start()) + 1
        window = sentence[start : found.end() + _WINDOW]
        if aspect.lack.search(window) and not aspect.unless.search(sentence[start : found.end() + 12]):
            return True
    return False
