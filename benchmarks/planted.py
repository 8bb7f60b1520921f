"""Make claims about reports for `benchmarks/verify.py`: true ones in many wordings, and false ones with one planted error.

Every case is made from a sentence of a report, with a generator seeded by that sentence, so that a
case stays what it is when others come or go. A half is chosen by a hash of the sentence; reports of
heldout sets are in the held half altogether.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

from benchmarks.false_claims import FALSE
from benchmarks.sentences import Case, Planted, Pools, Sentence
from benchmarks.true_claims import TRUE, loses_plan
from chains.verify import Draft

KINDS = ("true", *FALSE)
_MAKERS = {"true": TRUE, **FALSE}


def make_cases(found: Sequence[Sentence], limit: int) -> list[Case]:
    """Make at most `limit` cases of each kind and half, true ones four times as many."""
    pools = Pools(found)
    cases: list[Case] = []
    order = sorted(found, key=lambda s: hashlib.sha256(s.text.encode()).digest())
    for kind, makers in _MAKERS.items():
        counts = {"dev": 0, "held": 0}
        most = limit * (4 if kind == "true" else 1)
        for sentence in order:
            rng = random.Random(kind + sentence.text)
            for maker in makers:
                planted = maker(sentence, rng, pools) if counts[sentence.half] < most else None
                if planted is not None and not (kind == "true" and loses_plan(planted, sentence)):
                    cases.append(_case(kind, sentence, planted))
                    counts[sentence.half] += 1
    return cases


def _case(kind: str, sentence: Sentence, planted: Planted) -> Case:
    quotes = planted.quotes or ((sentence.source.id, planted.quote),)
    name = hashlib.sha256(f"{kind}{planted.how}{planted.claim}{quotes}".encode()).hexdigest()[:10]
    sources = planted.sources or {sentence.source.id: sentence.source}
    return Case(name, kind, sentence.half, planted.how, Draft(planted.claim, quotes), sources)
