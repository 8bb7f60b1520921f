"""True claims about a sentence of a report, in the wordings a model may choose."""

from __future__ import annotations

import random
import re
from functools import cache

from benchmarks.sentences import (
    CLAUSE,
    FIGURE,
    PLANNED,
    Maker,
    Planted,
    Pools,
    Sentence,
    of_both,
    partner_of,
    parts_of,
    times,
    without_lead,
    without_lead_of,
)


def _verbatim(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted:
    return Planted(without_lead(sentence) + "。", sentence.text, "verbatim")


def _one_clause(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    parts = [part for part in parts_of(sentence) if len(part) > 7]
    return Planted(rng.choice(parts) + "。", sentence.text, "one clause") if parts else None


def _named(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    if not sentence.agency or not sentence.year or re.search(r"年|下一步|计划|将", sentence.text):
        return None
    opening = rng.choice(
        (
            f"{sentence.year}年，{sentence.agency}",
            f"{sentence.agency}{sentence.year}年",
            f"报告显示，{sentence.agency}",
        )
    )
    return Planted(opening + without_lead(sentence), sentence.text, "agency and year named")


def _reordered(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    parts = parts_of(sentence)
    if (
        not 1 < len(parts) <= 5
        or not FIGURE.search(sentence.text)
        or re.search(r"分别|其中|[由从]|使|让|因", sentence.text)
    ):
        return None
    if any(
        re.match(r"[并且均全增其同占下较比共]", part) or not re.search(r"[\u4e00-\u9fff]{3}", part)
        for part in parts
    ):
        return None
    if PLANNED.search(sentence.text) or re.search(r"将|年", sentence.text):
        return None
    rng.shuffle(parts)
    return Planted("，".join(parts) + "。", sentence.text, "clauses reordered")


def _as_statement(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    parts = [part for part in parts_of(sentence) if re.search(r"[率额量值][\d]", part)]
    if not parts:
        return None
    part = re.sub(
        r"([率额量值])(?=\d)",
        lambda match: match[1] + rng.choice(("为", "是", "达到", "达")),
        rng.choice(parts),
    )
    return Planted(part + "。", sentence.text, "X is Y")


def _other_year_word(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    if "全年" not in sentence.text:
        return None
    return Planted(
        without_lead(sentence).replace("全年", rng.choice(("当年", "该年", "年内"))),
        sentence.text,
        "全年 reworded",
    )


def _converted(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Write every figure another way."""
    text = without_lead(sentence)
    if not FIGURE.search(text):
        return None
    changed = FIGURE.sub(lambda match: _rewrite(match, rng), text)
    return Planted(changed, sentence.text, "figures rewritten") if changed != text else None


def _rewrite(match: re.Match[str], rng: random.Random) -> str:
    number, scale, unit = match[1].replace(",", ""), match[2] or "", match[3]
    if unit in "%％":
        return rng.choice((f"{_wide(number)}％", f"百分之{number}", f"百分之{_han(number)}"))
    ways = [_wide(number) + scale + unit, f"{number} {scale}{unit}"]
    if scale == "亿":
        ways += [f"{times(number, 10_000)}万{unit}"]
    if scale == "万" and unit != "元":
        ways += [f"{times(number, 10_000)}{unit}"]
    if scale == "万" and float(number) >= 1000:
        ways += [f"{times(number, 0.0001)}亿{unit}"]
    if not scale and "." not in number:
        ways += [_han(number) + unit, f"{int(number):,}{unit}"]
    return rng.choice(ways)


def _wide(number: str) -> str:
    return number.translate(str.maketrans("0123456789.,", "０１２３４５６７８９．，"))


def _han(number: str) -> str:
    from cn2an import an2cn

    return str(an2cn(number, "low"))


@cache
def _converter(config: str) -> object:
    from opencc import OpenCC

    return OpenCC(config)


def _converted_script(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    for config in ("s2t", "t2s", "s2twp"):
        if config == "s2twp" and rng.random() > 0.1:
            continue
        other = _converter("s2t" if config == "s2twp" else config).convert(text)  # type: ignore[attr-defined]
        if other != text:
            return Planted(other, sentence.text, "other script")
    return None


def _shortened(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Drop a clause or two that stand before or after the others."""
    parts = parts_of(sentence)
    if len(parts) < 3:
        return None
    kept = parts[: rng.randint(1, len(parts) - 1)]
    return Planted("，".join(kept) + "。", sentence.text, "clauses dropped")


def _sloppy_quote(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted:
    """Quote as models do: other marks, widths and spaces."""
    quote = sentence.text.translate(str.maketrans("，；：（）“”", ',;:()""'))
    quote = re.sub(r"(\d+)", r" \1 ", quote) if rng.random() < 0.5 else quote
    return Planted(without_lead(sentence), quote, "quote with other marks")


def _two_pieces(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    parts = [match for match in CLAUSE.finditer(sentence.text) if len(match[0]) > 6]
    if len(parts) < 3:
        return None
    first, last = without_lead_of(parts[0][0]), parts[-1][0]
    return Planted(f"{first}，{last}", f"{parts[0][0]}……{last}", "quote with an ellipsis")


def _two_reports(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    pair = partner_of(sentence, rng, pools)
    if pair is None:
        return None
    agency, part, other_agency, theirs, other = pair
    return of_both(sentence, other, f"{agency}{part}，{other_agency}{theirs}。", "two reports")


_AHEAD = re.compile(r"计划|力争|拟|争取|预计|预期|将|确保|目标")


def loses_plan(planted: Planted, sentence: Sentence) -> bool:
    """Tell whether a claim leaves out the word by which its sentence is a plan, which makes it untrue."""
    told = planted.claim + planted.claim.translate(str.maketrans("計劃爭擬預將", "计划争拟预将"))
    quotes = [sentence.text] + [quote for _, quote in planted.quotes or ()]
    return not _AHEAD.search(told) and any(_AHEAD.search(quote) for quote in quotes)


TRUE: tuple[Maker, ...] = (
    _verbatim,
    _one_clause,
    _named,
    _reordered,
    _as_statement,
    _other_year_word,
    _converted,
    _converted_script,
    _shortened,
    _sloppy_quote,
    _two_pieces,
    _two_reports,
)
