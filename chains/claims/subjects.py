"""What a figure counts: the words of its clause, and whether a claim gives it those of another figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chains.claims.amounts import Amount, Role
from chains.claims.plain import bigrams, content_of

_HAN_PAIR = re.compile(r"[\u4e00-\u9fff]{2}")
_RESPECTIVELY = re.compile(r"分别(?:为|是|达到?|有)?|依次(?:为|是)?")
_ONLY_CHANGE = re.compile(
    r"(?:同比|环比|比上年|较上年|比去年|分别|增长|下降|上升|减少|增加|提高|降低|占比?|增幅|降幅|增速|降至|升至|增至|减至|降到|升到|达到?|为|至|到|了|约)*"
)
_YEAR_WORD = re.compile(r"(?:19|20)\d\d年|[上去]年|今年")
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """Pairs of characters around a figure that say what it counts.

    `near` are the last of those before it, `opening` the first, `lead` the verb that a list shares;
    `verdict` is the last word of a clause that ends after it, `suffered` where something was done to it
    (121条被采纳); `part` marks a share of the figure before (其中), `joined`
    a figure whose words before it may belong to the one before (236件案件办结229件).
    """

    before: frozenset[str] = _NONE
    near: frozenset[str] = _NONE
    after: frozenset[str] = _NONE
    verdict: str = ""
    suffered: bool = False
    opening: frozenset[str] = _NONE
    lead: frozenset[str] = _NONE
    part: bool = False
    joined: bool = False

    @property
    def words(self) -> frozenset[str]:
        return self.before | self.after

    def following(self, previous: Subject, between: str, amount: Amount, earlier: Amount) -> Subject:
        """Take over from the figure before what is not said again: 收入58亿元,增长17%; 新增A27家、B61家."""
        begun = earlier.role is Role.FROM and amount.role is Role.TO
        told = _YEAR_WORD.sub("", amount.before)
        if begun or (told and _ONLY_CHANGE.fullmatch(told)) or not self.words:
            if begun or re.match(r"[、,和与及]|以及|\(", between):
                before = self.before | previous.before
                return replace(self, before=before, near=self.near | previous.near, lead=previous.lead)
        elif between.startswith(("、", "和", "与", "及", "以及")):
            return replace(self, before=self.before | previous.lead, lead=previous.lead)
        return self

    def fits_better(self, other: Subject, own: Sequence[Subject]) -> bool:
        """Tell whether these words are those of another figure, and not those of its own."""
        if self.joined and self.near:
            nearest = replace(self, before=self.near, after=_NONE, opening=_NONE, joined=False)
            return nearest.fits_better(other, own)
        if not self.before and not self.verdict:
            return False
        ours = _NONE.union(*(one.words for one in own))
        theirs, mine = other.words - ours, ours - other.words
        shared, kept = len(self.words & theirs), len(self.words & mine)
        if not kept and (shared >= 2 or (shared and len(self.words) <= 3)):
            return True
        if self.verdict and self.verdict in theirs and (self.suffered or shared > kept):
            return True
        return bool(self.before) and (self._opens_like(other, ours, own) or self._ends_like(other, ours, own))

    def _opens_like(self, other: Subject, ours: frozenset[str], own: Sequence[Subject]) -> bool:
        """Tell whether the verb or the part of the whole that is told of the figure is the other's."""
        if not self.before & ours and len(self.before & other.before) >= 0.6 * len(self.before):
            return True
        told = other.before - ours
        if not told:
            return False
        other_verb = all(one.lead and not one.lead & self.before for one in own)
        if other_verb and (told <= self.before or self.opening & told):
            return True
        if told <= self.before and self.opening & told:
            return all(one.before - self.before for one in own)
        near = _NONE.union(*(one.near for one in own))
        return told <= self.before and (other.part or (len(told) > 1 and not near & self.words))

    def _ends_like(self, other: Subject, ours: frozenset[str], own: Sequence[Subject]) -> bool:
        """Tell whether the words at once before the figure are the other's."""
        near = _NONE.union(*(one.near for one in own))
        return len(self.near & (other.near - ours)) >= 2 and not self.near & (near - other.near)


def find_subjects(text: str, amounts: Sequence[Amount]) -> tuple[Subject, ...]:
    """Give for each figure the words that say what it counts."""
    found: list[Subject] = []
    for index, amount in enumerate(amounts):
        subject = _subject(text, amounts, index)
        previous = found[-1] if found else None
        between = text[amounts[index - 1].end : amount.start] if index else "。"
        if previous and not re.search(r"[。;\n]", between):
            subject = subject.following(previous, between, amount, amounts[index - 1])
        found.append(subject)
    for match in _RESPECTIVELY.finditer(text):
        _share_out(text, match, amounts, found)
    return tuple(found)


def _subject(text: str, amounts: Sequence[Amount], index: int) -> Subject:
    amount = amounts[index]
    before, after = content_of(amount.before), content_of(amount.after).rstrip()
    # 84个乡镇中29个: the whole is said once and counted twice.
    between = text[amounts[index - 1].end : amount.start] if index else ""
    whole = between if re.fullmatch(r"[^,。;:、!?\n]*[中里][^,。;:、!?\n]*", between) else ""
    closes = text[amount.end + len(amount.after) :][:1] in {"", ",", "。", ";", ":", "!", "?", "\n"}
    return Subject(
        before=_pairs(amount.before),
        near=_pairs(before.rstrip()[-4:]),
        after=_pairs(amount.after[:12]) | _pairs(whole),
        verdict=after[-2:] if closes and len(amount.after) > 3 else "",
        suffered=bool(re.search(r"被|获|得到|均已?", amount.after)),
        opening=_pairs(before.lstrip()[:2]),
        lead=_pairs(before.lstrip()[:2]),
        part="其中" in amount.before,
        joined=bool(index) and len(between) > 4 and not re.search(r"[,。;:、!?\n]", between),
    )


def _share_out(text: str, match: re.Match[str], amounts: Sequence[Amount], subjects: list[Subject]) -> None:
    """Give each figure after 分别 the member of the list before it that it belongs to."""
    stop = min(
        (text.find(mark, match.end()) for mark in "。;\n" if mark in text[match.end() :]), default=len(text)
    )
    listed = [at for at, amount in enumerate(amounts) if match.end() <= amount.start < stop]
    run: list[int] = []
    for at in listed:
        if run and not _is_joined(text, amounts[run[-1]], amounts[at]):
            break
        run.append(at)
    opening = max(text.rfind(mark, 0, match.start()) for mark in "。;\n") + 1
    members = re.split(r"[、,]|(?<!共)和(?!谐|解)|与|及", text[opening : match.start()].rstrip(","))
    if 1 < len(run) <= len(members):
        for at, member in zip(run, members[-len(run) :], strict=True):
            subjects[at] = Subject(_pairs(member), _pairs(member))
    else:
        for at in run:
            subjects[at] = Subject()


def _is_joined(text: str, one: Amount, other: Amount) -> bool:
    return bool(re.fullmatch(r"[、,和与及]|以及", text[one.end : other.start]))


def _pairs(text: str) -> frozenset[str]:
    return frozenset(pair for pair in bigrams(content_of(text)) if _HAN_PAIR.fullmatch(pair))
