"""Catch a claim that fills in what its quote hides (**, xx, 某)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chains.claims.plain import MASK
from chains.claims.reasons import Failure, Reason, differs

_HIDDEN = re.compile(rf"(?:{MASK})(?:\.(?:{MASK}))?")
_LEFT = re.compile(r"[\u4e00-\u9fff]{0,4}$")
_RIGHT = re.compile(r"[\u4e00-\u9fff%]{0,4}")
_VALUE = r"(?P<value>[0-9.,]+[十百千万亿]*|[\u4e00-\u9fff]{1,8}?)"
# What may stand in a mask's place and names nothing.
_NO_VALUE = re.compile(
    r"(?:某[某些个种一]?|一[些名位家定个批]|几|多|若干|数|有关|相关|了|过|共|等|的|和|在|专业|外部|社会|该|各|全|本|市|区|县|镇|局|名|家|个|项|次|件|位|部分|不少|多家|多名|多次|会)+"
)


def filled_masks(claim: str, held: str) -> Iterator[Failure]:
    """Find where the claim has the words around a mask of the quote and a value in its place."""
    for mask in _HIDDEN.finditer(held):
        before, after = _LEFT.search(held[: mask.start()]), _RIGHT.match(held, mask.end())
        left, right = before[0] if before else "", after[0] if after else ""
        value = _between(claim, left, right) or _leading(claim, held, left, right)
        if value:
            yield differs(Reason.MASK, left + value + right, left + mask[0] + right)


def _between(claim: str, left: str, right: str) -> str | None:
    """Give what the claim puts between the words on both sides of a mask."""
    if len(left) < 2 and len(left) + len(right) < 3:
        return None
    for width in (3, 2):
        near, far = left[-width:], right[:width]
        end = re.escape(far) if far else r"(?=[,。;:!?\n、]|$)"
        if len(near) < 2:
            continue
        for match in re.finditer(re.escape(near) + _VALUE + end, claim):
            if not _NO_VALUE.fullmatch(match["value"]) and not re.search(r"[*×x□○某]", match["value"]):
                return match["value"]
    return None


def _leading(claim: str, held: str, left: str, right: str) -> str | None:
    """Give the name that the claim puts before the words after a mask that opens its clause (**市教育局)."""
    if len(left) > 1 or len(right) < 2:
        return None
    for match in re.finditer(rf"(?P<value>[\u4e00-\u9fff]{{2}}){re.escape(right[:3])}", claim):
        if match["value"] not in held and not _NO_VALUE.search(match["value"]):
            return match["value"]
    return None
