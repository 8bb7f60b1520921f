"""Does a sentence answer the question, or is it only near it?"""

from __future__ import annotations

import math

from chains.evidence import Evidence
from chains.question import Asked, Question

# Logistic model over what `Evidence` measures, fitted with benchmarks/calibrate.py on the development
# sets (never on the held-out one); all weights are kept non-negative but that of what is held nowhere.
_WEIGHTS = {"covered": 0.6, "supported": 1.9, "focus": 2.4, "meaning": 1.2, "fits": 2.6, "local": 2.4, "how_much": 1.3}
_UNHELD = -0.8
_BIAS = -5.6
_THRESHOLD = 0.45
_WITHOUT_MEANING = 0.5


def likelihood(question: Question, evidence: Evidence) -> float:
    """Give the probability that `evidence` answers `question`."""
    how_much = question.asked is Asked.HOW_MUCH
    values = {
        "covered": evidence.covered,
        "supported": evidence.supported,
        "focus": evidence.focus,
        "meaning": _WITHOUT_MEANING if evidence.meaning is None else evidence.meaning,
        "fits": float(evidence.fits),
        "local": evidence.local,
        "how_much": float(how_much),
    }
    total = sum(_WEIGHTS[name] * value for name, value in values.items()) + _UNHELD * evidence.unheld + _BIAS
    return 1 / (1 + math.exp(-total))


def answerable(question: Question, evidence: Evidence) -> bool:
    """Tell whether `evidence` may be given as the answer."""
    if question.asked in (Asked.HOW_MUCH, Asked.WHO, Asked.WHEN) and not evidence.fits:
        return False
    return likelihood(question, evidence) >= _THRESHOLD


def carries_years(evidence: Evidence, question: Question, strict_years: tuple[int, ...]) -> bool:
    """Tell whether a sentence may speak of the years asked for.

    One of a report of another year must name the year itself, or the table or heading it stands in.
    """
    if not strict_years or set(question.years) & set(evidence.candidate.report.period):
        return True
    return any(str(year) in evidence.candidate.text or str(year) in evidence.candidate.around for year in strict_years)
