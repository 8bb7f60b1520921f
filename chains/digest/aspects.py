"""What agencies of the genre admit again and again: of what, and what is wrong with it.

Two admissions of one aspect are the same shortcoming in other words; counsel, reviewers and officers are three.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FEW = r"不足|不够(?!深|细)|短缺|缺口|缺编|缺乏|缺少|紧缺|紧张|薄弱|老化|偏少|较少|过少|[仅只]有|(?:数|量)?少(?![数])|没有(?:固定|专)|不相称|不匹配|不适应|青黄不接|难以满足|偏大|断层"
_STIFF = r"单一|老套|陈旧|老旧|传统|陈旧|呆板|不够(?:灵活|丰富|多样|新颖)|缺[少乏]?(?:新意|创新)|创新[^,。;]{0,4}(?:不足|不够|不强)|不多样|停留[在于]|多靠|仍以|习惯于|老办法"
_POOR = r"不规范|不够规范|不够?充分|质量不?高?[^,。;]{0,3}(?:不高|不齐)|不严谨|不完整|千案一面|简单|参差不齐|有待|瑕疵"
_WEAK = r"不强|不够|不高|不足|薄弱|淡薄|欠缺|有待|仍需|还需|需要?进一步|参差不齐|偏弱|较弱"


@dataclass(frozen=True, slots=True)
class Aspect:
    """A subject and what is wrong with it, both in one piece of a sentence or side by side.

    `words` may name it: one that stands in every quote is its topic.
    """

    words: tuple[str, ...]
    subject: re.Pattern[str]
    lack: re.Pattern[str]
    unless: re.Pattern[str]


def _aspect(words: str, subject: str, lack: str, unless: str = r"(?!)") -> Aspect:
    return Aspect(tuple(words.split()), re.compile(subject), re.compile(lack), re.compile(unless))


ASPECTS = (
    _aspect("执法人员 执法队伍 执法力量 执法", r"执法[^,。;]{0,6}(?:人员|力量|队伍|人手|编制)|执法[^,。;]{0,4}缺编", _FEW, r"能力|素质|水平|素养|说理|意识|辅助人员不足"),
    _aspect("执法人员 执法队伍 执法能力 执法", r"执法[^,。;]{0,6}(?:人员|力量|队伍)[^,。;]{0,8}(?:能力|素质|水平|素养|专业)", _WEAK),
    _aspect("法律顾问", r"法律顾问", r"少|不足|[仅只]有|没有|缺|配备|覆盖", r"参与|作用|发挥"),
    _aspect("法制审核 合法性审查 合法性审核", r"(?:法制|合法性)审[核查](?:人员|岗位|力量|队伍|机构|人才)", _FEW),
    _aspect("普法 宣传", r"普法|(?:法[治制律])?宣[传教]", _STIFF),
    _aspect("普法 宣传", r"普法|法[治制律][^,。;]{0,2}宣[传教]", r"针对性|精准|实效|效果|覆盖面|深度|广度"),
    _aspect("数据共享 信息共享 数据 信息", r"(?:数据|信息)[^。;]{0,14}(?:共享|互通|打通|归集|互认|联通|壁垒|孤岛|分散|各成体系|各管一段)", r"不|未|没|难|壁垒|孤岛|分散|无法|各成体系|各管一段|有待|尚"),
    _aspect("新业态 业态", r"新业态|新兴[^,。;]{0,14}业态|新领域", r"(?:监管|执法|取证|认定|规则|检查|归口|办法)[^。;]{0,10}(?:不|难|缺|空白|滞后)|(?:不|缺少|缺乏)[^,。;]{0,6}(?:规则|办法|依据)", r"劳动|权益"),
    _aspect("执法文书 文书 案卷", r"(?:执法|处罚|案卷)[^,。;]{0,4}(?:文书|案卷)|案卷|说理", _POOR, r"积压"),
    _aspect("违法 违建", r"违(?:法|建|规)[^。;]{0,12}(?:发现|苗头)|发现[^,。;]{0,6}违", r"不够?及时|滞后|能力弱|盲区|难|不力|迟"),
    _aspect("经费 资金 投入", r"(?:经费|资金|投入)", r"(?:经费|资金|投入)[^,。;]{0,10}(?:不足|不够|缺口|困难|紧张|偏少|有限|欠账|不高|难)|到位[率难]", r"监管不|修复资金|责任不"),
    _aspect("财政 财力", r"财政|财力", r"(?:财政|财力)[^,。;]{0,8}(?:收支|增收|不足|紧张|压力|矛盾|困难|吃紧)", r"配套"),
    _aspect("法治意识 法治思维 依法行政 法治", r"(?:干部|工作人员|职工)[^。;]{0,14}(?:法治|依法|用法|守法)[^,。;]{0,8}(?:意识|思维|观念|能力|素养|水平)|(?:法治|依法)[^,。;]{0,6}(?:意识|思维|观念)", _WEAK, r"群众|企业|农民|公民|社会"),
    _aspect("协同 协作 配合 联动", r"部门[^,。;]{0,10}(?:协同|协作|配合|联动|衔接)|(?:协同|协作|联动)[^,。;]{0,8}机制", r"不|尚未|未|有待|滞后|仍需|薄弱", r"数据|信息"),
    _aspect("专业人才 专业人员 专业 人才", r"专业(?:技术)?(?:人才|人员|力量)|(?:法律|法治|法学)[^,。;]{0,4}(?:人才|专业)", _FEW + r"|断档|偏低", r"仲裁|顾问"),
    _aspect("设备 设施 装备", r"(?:设施|设备|装备)", r"(?:设施|设备|装备)[^,。;]{0,6}(?:陈旧|老化|落后|老旧|更新慢|滞后|超期)"),
)  # fmt: skip


def named_by(number: int, quotes: Sequence[str]) -> tuple[str, list[int]]:
    """Give the word of an aspect that stands in most of the folded quotes, and in which."""
    standing = [(word, [n for n, q in enumerate(quotes) if word in q]) for word in ASPECTS[number].words]
    return max(standing, key=lambda found: (len(found[1]), len(found[0])))


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
        window = sentence[start : found.end() + 24]
        if aspect.lack.search(window) and not aspect.unless.search(sentence[start : found.end() + 12]):
            return True
    return False
