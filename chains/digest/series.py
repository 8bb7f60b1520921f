"""Figures of one indicator of one agency over the years. A wrong pairing is a lie, so in doubt there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from chains.digest.agencies import of_one_agency
from chains.digest.agreement import Rarity
from chains.digest.held import Held
from chains.digest.models import Series, SeriesPoint
from chains.digest.readings import Reading, bare, readings
from chains.digest.targets import alike
from store.simplify import simplify

_SAME = 0.75
"""From this likeness on the words around two figures name one indicator."""
_LIKELY = 0.5
"""The same where one name only says more than the other, and the figures are of one unit and of like size."""
_LIKE_SIZE = 3.0
_APART = 0.05
_FEW_PAIRS = 2
"""A name of fewer pairs of characters (罚款) is the same only word for word."""
_PER_CENT = "%"
# What is done to a thing counted: two figures of one thing and of other deeds are two indicators.
_DEEDS = tuple(
    re.compile(words)
    for words in (
        r"受理|收到|接收|接到|接报|新收",
        r"办结|审结|结案|结清",
        r"印发|制定|出台|发布|颁布|制发",
        r"清理|废止|修订|失效",
        r"检查|抽查|抽检|核查|巡查|监测|检测",
        r"整改|治理|消除|销号",
        r"排查|发现|登记|查出",
        r"立案|查处|查办",
        r"处罚|罚款|罚没",
        r"移送",
        r"培训|轮训",
        r"审查|审核",
        r"采纳|反馈",
        r"收集|征集|征求",
        r"调解|调处|化解",
        r"纠正|撤销|纠错",
        r"维持",
        r"败诉|胜诉",
    )
)
# A name that leaves nothing but these says of no thing in particular what it counts (满意率, 重点项目, 审结).
_VAGUE = re.compile(
    r"重点|项目|工程|工作|案件|事项|问题|单位|企业|人员|群众|活动|满意率|成功率|合格率|完成率|办结率|达标率|覆盖率|受理|办理|办结|审结|结案|立案|检查|整改|完成|开工|竣工|各类|死亡"
)
_UNITS = (("亿", 1e8), ("万", 1e4))


def find_series(helds: Sequence[Held]) -> list[Series]:
    """Find the indicators that an agency tells for at least two of the years held."""
    found: list[Series] = []
    for group in of_one_agency(helds):
        told = [readings(held) for held in group]
        rarity = Rarity([reading.grams for year in told for reading in year])
        found += [_series(chain) for chain in _chains(told, rarity) if not _is_vague(chain[-1].name)]
    return found


def _is_vague(name: str) -> bool:
    """Tell whether a name alone would not tell a reader what is counted."""
    return len(re.sub(r"[^\u4e00-\u9fffa-z]", "", _VAGUE.sub("", _indicator(name)))) < _FEW_PAIRS


def _chains(told: list[list[Reading]], rarity: Rarity) -> Iterator[list[Reading]]:
    """Link each year's readings to the next year's, and go on where the next year has one to link to."""
    links: dict[int, Reading] = {}
    begun: list[Reading] = []
    linked: set[int] = set()
    for earlier, later in pairwise(told):
        for one, other in _links(earlier, later, rarity):
            links[id(one)] = other
            linked.add(id(other))
            if id(one) not in linked:
                begun.append(one)
    for first in begun:
        chain = [first]
        while id(chain[-1]) in links:
            chain.append(links[id(chain[-1])])
        yield chain


def _links(earlier: list[Reading], later: list[Reading], rarity: Rarity) -> Iterator[tuple[Reading, Reading]]:
    """Pair the readings of two years that name one indicator, where no other comes near it."""
    likeness = {
        (a, b): like
        for a, one in enumerate(earlier)
        for b, other in enumerate(later)
        if (like := _likeness(one, other, rarity)) > 0
    }
    for (a, b), like in likeness.items():
        rivals = [value for (x, y), value in likeness.items() if (x == a) != (y == b)]
        same = like >= _SAME or (like >= _LIKELY and _ends_alike(earlier[a], later[b]))
        if same and all(like - rival >= _APART for rival in rivals):
            yield earlier[a], later[b]


def _ends_alike(one: Reading, other: Reading) -> bool:
    """Tell whether two figures are of like size and unit, and one name only says more of the same thing."""
    first, second = bare(one.name), bare(other.name)
    sizes = sorted((one.value, other.value))
    like_size = sizes[0] > 0 and sizes[1] <= _LIKE_SIZE * sizes[0]
    exact = one.unit == other.unit != _PER_CENT and _deeds(one.name) == _deeds(other.name)
    within = set(first) <= set(second) or set(second) <= set(first)
    return like_size and exact and within and len(first) > 1 and first[-2:] == second[-2:]


def _likeness(one: Reading, other: Reading, rarity: Rarity) -> float:
    """Give how alike two names are, 0 where they name different things in like words."""
    same_unit = one.unit == other.unit or (one.unit != _PER_CENT and alike(one.unit, other.unit))
    if not same_unit or (one.flow, one.level) != (other.flow, other.level):
        return 0.0
    if not _same_deed(one.name, other.name) or ("、" in one.name) != ("、" in other.name):
        return 0.0
    first, second = bare(one.name), bare(other.name)
    if one.unit == _PER_CENT and not (first.endswith(second) or second.endswith(first)):
        return 0.0
    pairs = min(sum(len(gram) == 2 for gram in reading.grams) for reading in (one, other))
    if pairs < _FEW_PAIRS and first != second:
        return 0.0
    return rarity.likeness(one.grams, other.grams)


def _same_deed(one: str, other: str) -> bool:
    """Tell whether two names speak of the same deeds, as far as both speak of any."""
    mine, theirs = _deeds(one), _deeds(other)
    return not mine or not theirs or mine == theirs


def _deeds(name: str) -> set[int]:
    return {number for number, deed in enumerate(_DEEDS) if deed.search(name)}


def _series(chain: list[Reading]) -> Series:
    unit, scale = _unit(chain)
    return Series(
        agency=chain[-1].held.report.agency,
        indicator=_indicator(chain[-1].told),
        unit=unit,
        points=[_point(reading, scale) for reading in chain],
    )


def _point(reading: Reading, scale: float) -> SeriesPoint:
    return SeriesPoint(
        year=reading.held.year,
        value=round(reading.value / scale, 6),
        shown=reading.shown,
        citation=reading.held.citer.cite(1, reading.span.start, reading.span.end),
    )


def _unit(chain: list[Reading]) -> tuple[str, float]:
    """Give the unit of the newest figure, with the 万 or 亿 it is told in."""
    newest = chain[-1]
    for power, scale in _UNITS:
        if power in newest.shown:
            return power + newest.unit, scale
    return newest.unit, 1.0


def _indicator(name: str) -> str:
    """Give what a name counts, without when and without the verb that leads to the figure."""
    plain = simplify(name)
    begun = re.match(r"(?:全年|全[省市区县镇州]|[共已])*", plain)
    ended = re.search(
        r"(?:达到?|为|共|完成?|实现|(?:增加|提高|提升|下降|降低|上升|增长|升|降|增|减|扩大)*[到至]|约|有)+$",
        plain,
    )
    return name[begun.end() if begun else 0 : ended.start() if ended else None]
