"""How much of what a claim says its quotes say too, word for word or by the genre's thesaurus."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.claims.plain import bigrams
from chains.lexicon import find_sayings

ENOUGH = 0.62
"""Above this share of carried characters the thesaurus need not be asked."""
TOO_LITTLE = 0.5
"""A claim, or a clause of it, of which less is carried says something else than its quotes."""
_MIN_JUDGED = 4

# What a claim may say without its quote: who reports, that something was done, the words between.
_FRAME = re.compile(
    r"(?:本|该|我|全|这|此|各)(?:报告|局|厅|市|区|县|镇|乡|省|地|委|院|单位|部门|街道)|报告(?:指出|称|显示|提到|说|中)?|数据显示|据(?:报告|统计|介绍|悉)|其中|以及|并且|同时|分别|共计|合计|总计|累计|一共|总共|全年|全部|当年|该年|年内|本年|今年|年度|期间|目前|现有|共有|达到|达成|开展|进行|推进|实施|落实|完成|实现|工作|情况|方面|相关|有关|已经?|不仅|而且|通过|由于|因为|因此|此外|另外|主要|存在|仍然?|还|这一?|数量|总数|总量|人数|件数|金额|数为|比例|占比|水平|问题|存在|成效|成绩|取得|得到|获得|进一步|继续|下一步|计划|力争|预计|将|要|拟|的|了|共|达|为|是|有|在|于|与|和|及|并|对|向|由|从|把|被|中|等|其|约|近|超过?|仅|个|项|至|到|也|都|又|就|以|所|按|给|让|使|能|会|可|上|下|内|外|里|时|后|前|者|之|而|或|且|但|则|因|各|每|较|比|很|更|最|再|此|当|多|少|余"
)
# What a claim may say of a value that its quote hides.
_HIDES = re.compile(
    r"(?:具体)?(?:数字|数据|数额|金额|名称|姓名)?(?:未|没有|并未)(?:公开|披露|列出|写明|给出)(?:具体)?(?:数字|数据|数额|金额)?|隐去|具体(?:数字|数据|金额)|不详"
)
_FIGURE = re.compile(
    r"[0-9a-z%‰.,*×□]+|[零〇一二两三四五六七八九十百千万亿]+(?=[个件项名人家户次场所条元亩成倍分])"
)


def weakest_share(claim: str, held: str, names: Sequence[str]) -> tuple[float, str]:
    """Give the smallest share of carried characters among the whole claim and its longer clauses, and which."""
    carried = bigrams(held)
    singles = set(held)
    known = bigrams(" ".join(names))
    shares = [_share(claim, held, carried, singles, known)]
    parts = [part for part in re.split(r"[,。;:!?\n]", claim) if len(part) >= 10]
    if len(parts) > 1:
        shares += [_share(part, held, carried, singles, known, short=True) for part in parts]
    return min(shares, key=lambda share: share[0])


def _share(
    text: str, held: str, carried: set[str], singles: set[str], known: set[str], *, short: bool = False
) -> tuple[float, str]:
    marks = _marks(text, carried, singles, known)
    judged = [value for value in marks if value is not None]
    if len(judged) < (_MIN_JUDGED + 3 if short else _MIN_JUDGED):
        return 1.0, text
    share = sum(judged) / len(judged)
    if share < ENOUGH:
        share = _with_thesaurus(text, held, marks)
    return (min(share * 1.6, 1.0) if short else share), text


def _marks(text: str, carried: set[str], singles: set[str], known: set[str]) -> list[float | None]:
    """Give for each character 1 where a pair it is in is carried, a third where it is alone, 0, or None."""
    marks: list[float | None] = [0.0 if char.isalnum() else None for char in text]
    for pattern in (_FRAME, _FIGURE, _HIDES):
        for match in pattern.finditer(text):
            marks[match.start() : match.end()] = [None] * (match.end() - match.start())
    for index, char in enumerate(text):
        pair = text[index : index + 2]
        if pair in known and pair not in carried:
            marks[index] = marks[index + 1] = None
        elif pair in carried:
            for at in (index, index + 1):
                marks[at] = 1.0 if marks[at] is not None else None
        elif marks[index] == 0.0 and char in singles:
            marks[index] = 0.34
    return marks


def _with_thesaurus(text: str, held: str, marks: list[float | None]) -> float:
    """Count what the quotes say in the genre's own wording as carried as well."""
    marks = list(marks)
    for saying in find_sayings(text):
        if any(wording in held for wording in saying.wordings):
            for at in range(saying.start, saying.end):
                marks[at] = 1.0 if marks[at] is not None else None
    judged = [value for value in marks if value is not None]
    return sum(judged) / len(judged) if judged else 1.0
