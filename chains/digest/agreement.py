"""How alike two wordings are: the characters and pairs of characters they share, rare ones counting for more."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from chains.claims.plain import bigrams
from chains.digest.wordings import canonical

# Words that say when, how eagerly or that something is done, and not of what: one year tells with other ones
# what another planned (制定…办法, …办法已印发).
_IDLE = re.compile(
    r"(?:19|20)\d\d年度?|(?:今|明|去|本|当|全|上|下|来|次)(?:一)?年(?:度|内|底|末)?(?:之?前|以来)?|年内|年[底末初]前?|下一?步|下一?阶段"
    r"|[上下]半年|[一二三四]季度|\d{1,2}月(?:底|末|份)?(?:之?前)?"
    r"|进一步|持续|不断|继续|扎实|深入|积极|大力|着力|切实|有序|稳步|有效|全面|全力|充分|严格|认真|高质量|高标准|常态化|重点|努力|顺利|圆满|如期|按期|按时|逐步|初步"
    r"|制定|制订|出台|印发|修订|修改|编制|起草|颁布|公布|发布|建立|健全|完善|构建|建成|新建|建设|设立|成立|组建|打造|创建|搭建|开展|举办|举行|组织|召开|实施|推行|推广|推进|推动|启动|落实|深化"
    r"|加强|强化|加大|加快|提升|提高|优化|完成|实现|达到|达|力争|争取|确保|保证|保持|新增|增加|累计|共计|共有|共|投入使用|投用|投运|运行|挂牌|启用|安装|加装|配备|购置|采购|投放|招录|招聘|聘请|发放|推出|引进|培育|上线|开通|竣工|通过|进行|做好|抓好|形成|予以"
    r"|我[省市区县州镇乡局委办厅院街]|(?<![安完齐健])全|各|已经?|拟|将|要|约|超过|不少于|不低于|不超过|不高于|至少|以上|以下|以内|左右|力度|水平"
    r"|以及|并且|同时|其中|分别|的|了|为|是|有|在|于|与|和|及|并|对|向|由|从|把|被|等|其|该"
)
_FIGURE = re.compile(
    r"[\d.,]+[十百千万亿]*(?:余|多)?(?:元|%|‰|个|项|名|位|人次|人|家次|户次|次|件|宗|起|例|场|期|家|所|处|座|套|条|批|支|份)?|[*×□]+"
)
_SINGLE_WEIGHT = 0.35
"""What a single character counts for beside a pair: abbreviations share no pair (保障性租赁住房, 保租房)."""


def content_of(plain: str) -> str:
    """Leave what a wording is about: figures and the words that any year's wording could use taken out."""
    return _IDLE.sub(" ", _FIGURE.sub(" ", canonical(plain)))


def grams(plain: str) -> frozenset[str]:
    """Give the characters and pairs of characters of what a plain wording is about."""
    content = content_of(plain)
    return frozenset(bigrams(content)) | frozenset(char for char in content if char.isalnum())


class Rarity:
    """Weighs grams: the fewer of the wordings hold one, the more it says."""

    def __init__(self, wordings: Iterable[Collection[str]]) -> None:
        held = [set(wording) for wording in wordings]
        self._count = len(held)
        self._holding = Counter(gram for wording in held for gram in wording)

    def of(self, gram: str) -> float:
        rare = math.log(1 + (self._count + 1) / (self._holding[gram] + 1))
        return rare * _SINGLE_WEIGHT if len(gram) == 1 else rare

    def sum(self, found: Iterable[str]) -> float:
        # In order: floats added in a set's order would differ from run to run.
        return sum(self.of(gram) for gram in sorted(found))

    def likeness(self, one: Set[str], other: Set[str]) -> float:
        """Give the weight two wordings share against their mean weight, 0-1."""
        both = self.sum(one) + self.sum(other)
        return 2 * self.sum(one & other) / both if both else 0.0


def logistic(weights: Mapping[str, float], signs: Sequence[float]) -> float:
    """Give the likelihood, 0-1, that signs in the order of their weights speak for."""
    total = sum(weight * sign for weight, sign in zip(weights.values(), signs, strict=True))
    return 1 / (1 + math.exp(-total))
