"""How likely it is that a report is silent on a promise of which none of its pieces tells: signs, weighed and added.

The weights are fitted by `python -m benchmarks.fit_follow`, as those of `speaks.py`.
"""

from __future__ import annotations

import math
import re

from chains.digest.agreement import logistic
from chains.digest.find import Finder
from chains.digest.pledges import Pledge, is_specific
from chains.digest.speaks import Speaking, is_figure_near

WEIGHTS = {
    "base": 1.92,
    "likely": -0.38,
    "near": -3.42,
    "again": 0.84,
    "rarest": -1.06,
    "deed": -1.04,
    "size": -2.02,
}
SILENT = 0.65
"""From this likelihood on a report is said to be silent on a promise."""
# What ends in no thing of its own but in a deed (专项清理) may be told in any words.
_DEED_ONLY = re.compile(
    r"行动|活动|清理|整治|审计|检查|培训|轮训|机制|制度|体系|工程|项目|治理|排查|监管|服务|管理"
)
_FEW = 3
"""Up to this number a figure stands anywhere by chance."""
_MODEST, _FEWEST = 80, 60
_LEAST = 0.02


def likely_silent(pledge: Pledge, best: Speaking | None, results: Finder, plans: Finder) -> float:
    """Give how likely a report is silent on a promise, 0-1; 0 where its name or its figure stands in the
    results, the nearest tell one that could be it, or it names nothing of its own.

    `best` is the likeliest piece to tell of it, none of which does.
    """
    figures = {f"={a.value}{a.unit}" for a in pledge.amounts if a.value is not None and a.value > _FEW}
    hidden = any(amount.hidden for amount in pledge.amounts)
    told = any(results.holds(mark) for mark in (*pledge.names, *figures)) or is_figure_near(pledge, results)
    if hidden or told or not is_specific(pledge):
        return 0.0
    return logistic(WEIGHTS, signs_of_silence(pledge, best, results, plans))


def signs_of_silence(
    pledge: Pledge, best: Speaking | None, results: Finder, plans: Finder
) -> tuple[float, ...]:
    """Give what `WEIGHTS` weigh, in its order."""
    near, again = results.near(pledge), plans.near(pledge)
    likely = min(max(best.likely if best else 0.0, _LEAST), 1 - _LEAST)
    return (
        1.0,
        math.log(likely / (1 - likely)),
        near[0].score if near else 0.0,
        again[0].score if again else 0.0,
        _rarest_told(pledge, results),
        float(bool(_DEED_ONLY.search(pledge.thing))),
        math.log2(max(len(results.pieces), _FEWEST) / _MODEST),
    )


def _rarest_told(pledge: Pledge, results: Finder) -> float:
    """Give how rare the rarest pair of characters is that any piece shares with a promise, beside its very rarest."""
    rarity = {pair: results.rarity.of(pair) for pair in pledge.grams if len(pair) == 2}
    told = max((rare for pair, rare in rarity.items() if results.tells(pair)), default=0.0)
    return told / max(rarity.values()) if rarity else 0.0
