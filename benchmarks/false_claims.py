"""False claims about a sentence of a report, each with one planted error."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from benchmarks.sentences import (
    CLAUSE,
    FIGURE,
    LAW,
    MASKED,
    PLANNED,
    UNIT,
    YEAR,
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
from store.sentences import sentences

_SWAPPED_UNITS = {
    "件": ["人", "户", "亩"], "人": ["户", "件", "家"], "名": ["户", "件"], "户": ["人", "套"], "家": ["人", "亩"], "项": ["人", "亩"],
    "元": ["美元", "平方米", "人"], "亩": ["公顷", "平方米", "平方公里"], "公里": ["米", "亩", "平方公里"], "平方米": ["亩", "公里"], "%": ["个百分点", "倍", "‰"],
    "％": ["个百分点", "倍"], "个百分点": ["%", "倍"], "个工作日": ["个月", "小时"], "天": ["小时", "个月"], "小时": ["天", "分钟"], "次": ["人", "件"],
    "人次": ["件", "户"], "起": ["人", "亩"], "处": ["人", "公里"], "场": ["人", "天"], "套": ["人", "亩"], "吨": ["亩", "公斤"], "所": ["人", "公里"],
    "个": ["%", "公里", "人"], "条": ["人", "户"], "座": ["人", "亩"], "份": ["人", "户"], "期": ["人", "天"], "宗": ["亩", "人"],
}  # fmt: skip
_TURNED = {
    "同比增长": "同比下降", "增长": "下降", "上升": "下降", "下降": "上升", "提高": "降低", "降低": "提高", "增加": "减少", "减少": "增加", "压缩": "延长", "缩短": "延长",
    "压减": "增加", "扩大": "缩小", "提前": "推迟", "超过": "不足", "突破": "不足", "不足": "超过", "不少于": "不超过", "不低于": "不高于", "以上": "以下", "首次": "最后一次",
    "以内": "以上", "推迟": "提前", "新增": "减少", "高于": "低于", "低于": "高于", "最高": "最低", "净流出": "净流入", "胜诉": "败诉", "升至": "降至", "降至": "升至", "新建": "拆除",
}  # fmt: skip
_DENIABLE = (
    "完成", "建成", "办结", "开展", "建立", "达到", "实现", "组织", "出台", "解决", "落实", "通过", "公开", "制定", "印发", "形成", "投入使用", "发生", "纳入", "配备", "覆盖", "聘请", "举办",
)  # fmt: skip
_DENIAL = re.compile(
    r"尚未|没有|未能|未(?![成来央经按取依批雨必])|不(?=予|够|强|高|畅|均|健全|完善|到位|及时|足|规范|统一|平衡|充分|明确|匹配|清|深|多|大|理想)|无(?=[伤死一重]|事故)"
)
_NEAR_BUREAUS = (
    "司法局",
    "教育局",
    "财政局",
    "民政局",
    "水利局",
    "审计局",
    "统计局",
    "应急管理局",
    "市场监管局",
    "生态环境局",
    "公安局",
    "交通运输局",
)
_BUREAU = re.compile(
    r"(?<=[省市区县会同由与和、对])(?:司法|教育|财政|民政|水利|审计|公安|应急管理|市场监管|生态环境|住建|人社|自然资源|发改|卫健|交通运输|税务|文旅|住房城乡建设)(?:局|厅)"
)


def _pick_figure(sentence: Sentence, rng: random.Random) -> tuple[str, re.Match[str]] | None:
    text = without_lead(sentence)
    matches = [match for match in FIGURE.finditer(text) if not MASKED.search(text)]
    return (text, rng.choice(matches)) if matches else None


def _with(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _wrong_figure(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    picked = _pick_figure(sentence, rng)
    if picked is None:
        return None
    text, match = picked
    digits = list(match[1])
    places = [at for at, digit in enumerate(digits) if digit.isdigit()]
    at = rng.choice(places)
    digits[at] = rng.choice([d for d in "123456789" if d != digits[at]])
    new = "".join(digits)
    if new in sentence.text:
        return None
    return Planted(_with(text, match, new + (match[2] or "") + match[3]), sentence.text, "digit changed")


def _swapped_figures(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Give a figure of the sentence to another thing of it: 办理120件，审结98件 -> 审结120件."""
    text = without_lead(sentence)
    if re.search(r"分别|至|[由从]|左右", text) or MASKED.search(text):
        return None
    matches = list(FIGURE.finditer(text))
    pairs = [
        (one, other)
        for one in matches
        for other in matches
        if one.start() < other.start() and one[3] == other[3] and one[0] != other[0]
        and _head(text, one) and _head(text, other) and _head(text, one) != _head(text, other)
    ]  # fmt: skip
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    swapped = text[: one.start()] + other[0] + text[one.end() : other.start()] + one[0] + text[other.end() :]
    return Planted(swapped, sentence.text, "figures swapped")


def _misplaced_figure(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Tell one thing of the sentence alone, with the figure of another: 办理120件，审结98件 -> 审结120件."""
    text = without_lead(sentence)
    if re.search(r"分别|至|[由从]|左右|均|各", text) or MASKED.search(text):
        return None
    found = [(part, match) for part in re.split(r"[，；。：、]", text) if (match := FIGURE.search(part))]
    pairs = [
        (part, match, other)
        for part, match in found
        for _, other in found
        if match[3] == other[3] and match[0] != other[0] and len(FIGURE.findall(part)) == 1
        and len(_head(part, match)) > 1 and other[0] not in part and match.start() < 14
    ]  # fmt: skip
    if not pairs:
        return None
    part, match, other = rng.choice(pairs)
    return Planted(_with(part, match, other[0]), sentence.text, "one thing with the figure of another")


def _head(text: str, match: re.Match[str]) -> str:
    found = re.search(r"[\u4e00-\u9fff]{2,}$", text[: match.start()])
    return found[0][-4:] if found else ""


def _wrong_unit(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    picked = _pick_figure(sentence, rng)
    if picked is None or picked[1][3] not in _SWAPPED_UNITS:
        return None
    text, match = picked
    unit = rng.choice(_SWAPPED_UNITS[match[3]])
    return Planted(
        _with(text, match, match[1] + (match[2] or "") + unit), sentence.text, f"{match[3]} -> {unit}"
    )


def _wrong_scale(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    picked = _pick_figure(sentence, rng)
    if picked is None:
        return None
    text, match = picked
    number, scale, unit = match[1], match[2] or "", match[3]
    if scale:
        ways = [number + {"万": "亿", "亿": "万", "千": "万"}.get(scale, "") + unit, number + unit]
    elif unit in "%％":
        ways = [f"{times(number.replace(',', ''), 10)}%", f"{times(number.replace(',', ''), 0.1)}%"]
    elif "." in number:
        ways = [number + "万" + unit, times(number, 10) + unit]
    else:
        ways = [number + "万" + unit, number.replace(",", "") + "0" + unit]
    return Planted(_with(text, match, rng.choice(ways)), sentence.text, "scale changed")


def _wrong_year(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    known = set(YEAR.findall(sentence.text + "".join(sentence.source.names)))
    known |= {
        str(int(year) + step) for year in known for step in (-1, 1) if re.search(r"上年|去年|明年|来年", text)
    }
    known |= set(re.findall(r"20[0-3]\d", sentence.text))
    other = rng.choice([str(year) for year in range(2014, 2029) if str(year) not in known])
    matches = list(YEAR.finditer(text))
    if matches:
        return Planted(_with(text, rng.choice(matches), f"{other}年"), sentence.text, "year changed")
    if re.search(r"今年|年底|月", text) or not FIGURE.search(text):
        return None
    return Planted(f"{other}年，{text}", sentence.text, "year put in front")


def _wrong_date(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    matches = list(re.finditer(r"(?<!\d)(\d{1,2})月(?!\d*个)(?:(\d{1,2})日)?", text))
    if not matches:
        return None
    match = rng.choice(matches)
    month = rng.choice([m for m in range(1, 13) if f"{m}月" not in sentence.text])
    return Planted(
        _with(text, match, f"{month}月" + (f"{match[2]}日" if match[2] else "")),
        sentence.text,
        "month changed",
    )


def _moved_year(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Tell the report's figure of the year before or after: both years are known to the reader."""
    text = without_lead(sentence)
    years = sorted(set(YEAR.findall(text)))
    if len(years) != 2 or not FIGURE.search(text):
        return None
    swapped = YEAR.sub(lambda m: f"{years[1] if m[1] == years[0] else years[0]}年", text)
    return Planted(swapped, sentence.text, "years swapped") if "—" not in text else None


def _turned(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    words = [
        word for word in _TURNED
        if text.count(word) == 1 and _TURNED[word] not in text and not any(word in w and w in text and w != word for w in _TURNED)
    ]  # fmt: skip
    words = [
        w
        for w in words
        if re.search(rf"{w}(?!服务|水平|能力|质效|效能|意识|工作|宣传)", text)
        and (w != "不足" or re.search(r"不足\d|不足[一二三四五六七八九]成", text))
    ]
    words = [w for w in words if w != "突破" or re.search(r"突破\d", text)]
    words = [w for w in words if w not in {"以上", "以内"} or re.search(rf"\d[^，。]{{0,5}}{w}", text)]
    words = [
        w
        for w in words
        if w not in {"压缩", "缩短", "压减", "新增", "扩大", "提高", "降低", "增加", "减少", "新建"}
        or re.search(rf"{w}[^，。；]{{0,12}}\d|\d[^，。；]*{w}", text)
    ]
    if not words:
        return None
    word = rng.choice(words)
    return Planted(text.replace(word, _TURNED[word]), sentence.text, f"{word} turned")


def _plan_as_result(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    match = PLANNED.search(text)
    if (
        match is None
        or not FIGURE.search(text)
        or "计划生育" in text
        or re.search(r"年度计划|三年计划", text)
    ):
        return None
    rest = text[match.end() :]
    claim = rest if rng.random() < 0.5 else "已" + rest
    if re.search(r"计划|力争|拟|将|争取|确保|目标|明年", claim):
        return None
    return Planted(claim, sentence.text, "plan told as result")


def _result_as_plan(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    match = re.search(r"(?:已经?|全部|全面)(完成|建成|实现|办结|投入使用|整改)", text)
    if match is None:
        return None
    return Planted(
        _with(text, match, rng.choice(("正在", "计划")) + match[1]), sentence.text, "result told as plan"
    )


def _denied(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    verbs = [
        verb for verb in _DENIABLE
        if text.count(verb) == 1 and re.search(rf"(?:^|[，、；：]|局|市|区|县|全部|全年|并|已|年){verb}", text) and not re.search(rf"[未不没无]{verb}|{verb}[率度型]", text)
    ]  # fmt: skip
    if not verbs:
        return None
    verb = rng.choice(verbs)
    word = rng.choice(("未", "没有", "尚未", "未能"))
    claim = re.sub(rf"(?:全部|已)?{verb}", word + verb, text)
    return Planted(claim, sentence.text, "denial put in")


def _undenied(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    matches = list(_DENIAL.finditer(text))
    if not matches:
        return None
    match = rng.choice(matches)
    if (
        text[match.start() - 1 : match.start()] in {"从", "并", "还"}
        or text[match.end() : match.end() + 1] == "足"
    ):
        return None
    claim = _with(text, match, "")
    part = next((c for c in CLAUSE.finditer(claim) if c.start() <= match.start() < c.end()), None)
    if part is None or len(part[0]) < 6:
        return None
    return Planted(claim, sentence.text, "denial left out")


def _other_agency(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    bureaus = list(_BUREAU.finditer(without_lead(sentence)))
    carriers = sentence.text + "".join(sentence.source.names)
    if bureaus and rng.random() < 0.7:
        match = rng.choice(bureaus)
        other = rng.choice([b for b in _NEAR_BUREAUS if b[:2] not in carriers])
        return Planted(_with(without_lead(sentence), match, other), sentence.text, "bureau in the text")
    if not sentence.agency or MASKED.search(sentence.agency):
        return None
    others = [a for a in pools.agencies if a[-4:] not in carriers and not MASKED.search(a)]
    own = sentence.region + rng.choice([b for b in _NEAR_BUREAUS if b[:2] not in carriers])
    name = own if rng.random() < 0.5 and not MASKED.search(own) else rng.choice(others)
    return Planted(name + without_lead(sentence), sentence.text, "agency in front")


_PLACE = re.compile(
    r"(?<=[在到从、，的对])([\u4e00-\u9fff]{2})(?=(?:街道|镇|乡|区|县|市|村|路|湾|河|片区)(?![域级民场容内分]))"
)


def _other_place(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    carriers = sentence.text + "".join(sentence.source.names)
    regions = [r for r in pools.regions if r[:2] not in carriers]
    if sentence.region and sentence.region in text:
        return Planted(
            text.replace(sentence.region, rng.choice(regions)), sentence.text, "region in the text"
        )
    if not FIGURE.search(text):
        return None
    return Planted(
        rng.choice(("", "在")) + rng.choice(regions) + "，" * rng.randint(0, 1) + text,
        sentence.text,
        "region in front",
    )


def _other_law(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    text = without_lead(sentence)
    laws = list(LAW.finditer(text))
    if not laws:
        return None
    match = rng.choice(laws)
    other = rng.choice([law for law in pools.laws if law not in sentence.text and law[1:-1] not in match[0]])
    return Planted(_with(text, match, other), sentence.text, "law changed")


def _law_in_front(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Say that something was done under a law that the report does not name there."""
    text = without_lead(sentence)
    if LAW.search(text) or not FIGURE.search(text) or rng.random() > 0.5:
        return None
    law = rng.choice([law for law in pools.laws if law[1:-1] not in "".join(sentence.source.names)])
    return Planted(f"{rng.choice(('依据', '根据', '按照'))}{law}，{text}", sentence.text, "law put in front")


_HIDDEN_FIGURE = re.compile(rf"([*＊×xX□]{{1,6}}(?:\.[*×xX□]+)?)(万|亿)?({UNIT})")
_HIDDEN_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])(?:[*＊×xX□]{1,4}|某)(?=(?:市|区|县|镇)[\u4e00-\u9fff])|(?<=聘请)[*×xX□]{1,4}(?=律师)"
)


def _filled(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Fill in what the report itself hides."""
    text = without_lead(sentence)
    matches = [*_HIDDEN_FIGURE.finditer(text), *_HIDDEN_NAME.finditer(text)]
    if not matches:
        return None
    match = rng.choice(matches)
    if match.re is _HIDDEN_FIGURE:
        return Planted(
            _with(text, match, f"{rng.randint(3, 400)}{match[2] or ''}{match[3]}"),
            sentence.text,
            "figure filled in",
        )
    return Planted(
        _with(text, match, rng.choice(("清源", "云溪", "东麟", "正衡"))), sentence.text, "name filled in"
    )


def _hidden_then_filled(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Hide a figure of the report, and have the claim say it all the same."""
    picked = _pick_figure(sentence, rng)
    if picked is None or sentence.text.count(picked[1][1]) > 1:
        return None
    text, match = picked
    mask = rng.choice(("**", "xx", "×", "□□", "***"))
    hidden = mask + (match[2] or "") + match[3]
    quote = sentence.text.replace(match[0], hidden, 1)
    passage = sentence.source.text.replace(sentence.text, quote, 1)
    source = replace(sentence.source, text=passage)
    parts = parts_of(sentence)
    short = next((part for part in parts if match[0] in part), text)
    return Planted(rng.choice((text, short)), quote, "hidden figure filled in", {source.id: source})


def _invented(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Change one word of the quote, and let the claim say what the changed quote says."""
    picked = _pick_figure(sentence, rng)
    if picked and rng.random() < 0.5:
        match = picked[1]
        quote = sentence.text.replace(match[0], str(rng.randint(2, 998)) + (match[2] or "") + match[3], 1)
    else:
        places = list(re.finditer(r"[\u4e00-\u9fff]{2}", sentence.text))
        match = rng.choice(places)
        quote = _with(sentence.text, match, rng.choice(("积极", "全面", "有效", "重点", "显著", "大力")))
    if quote in sentence.source.text:
        return None
    return Planted(without_lead_of(quote), quote, "one word of the quote changed")


def _from_nowhere(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Quote a sentence of another report as if it stood in this passage."""
    other = rng.choice(pools.counted)
    if other.text in sentence.source.text:
        return None
    return Planted(without_lead_of(other.text), other.text, "quote of another report")


def _other_passage(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    """Quote another passage of the same report, half of the time the most alike."""
    if not sentence.others:
        return None
    words = {sentence.text[at : at + 2] for at in range(len(sentence.text) - 1)}
    pool = [
        (other, span.of(other.text))
        for other in (sentence.others if rng.random() < 0.5 else rng.sample(sentence.others, 1))
        for span in sentences(other.text)
        if 12 <= span.end - span.start <= 200
    ]
    if not pool:
        return None
    source, quote = max(pool, key=lambda o: sum(o[1][at : at + 2] in words for at in range(len(o[1]) - 1)))
    if quote.strip("。；") in sentence.text or sentence.text.strip("。；") in quote:
        return None
    return Planted(
        without_lead(sentence), quote, "quote of another passage", {source.id: source}, ((source.id, quote),)
    )


def _wrong_id(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    if not sentence.others:
        return None
    other = rng.choice(sentence.others)
    if sentence.text in other.text:
        return None
    sources = {other.id: other, sentence.source.id: sentence.source}
    return Planted(
        without_lead(sentence), sentence.text, "id of another passage", sources, ((other.id, sentence.text),)
    )


def _merged(sentence: Sentence, rng: random.Random, pools: Pools) -> Planted | None:
    pair = partner_of(sentence, rng, pools)
    if pair is None:
        return None
    agency, part, other_agency, theirs, other = pair
    way = rng.randrange(3)
    if way == 0:
        return of_both(sentence, other, f"{other_agency}{part}，{agency}{theirs}。", "agencies swapped")
    if way == 1:
        return of_both(sentence, other, f"{agency}{part}，{theirs}。", "both told of one agency")
    both = {sentence.source.id: sentence.source, other.source.id: other.source}
    claim = f"{agency}{part}，{other_agency}{theirs}。"
    return Planted(claim, "", "one report not quoted", both, ((sentence.source.id, sentence.text),))


FALSE: dict[str, tuple[Maker, ...]] = {
    "figure": (_wrong_figure, _swapped_figures, _misplaced_figure),
    "unit": (_wrong_unit,),
    "scale": (_wrong_scale,),
    "year": (_wrong_year, _wrong_date, _moved_year),
    "direction": (_turned, _plan_as_result, _result_as_plan),
    "negation": (_denied, _undenied),
    "agency": (_other_agency,),
    "place": (_other_place,),
    "law": (_other_law, _other_law, _law_in_front),
    "mask": (_filled, _hidden_then_filled),
    "invented_quote": (_invented, _from_nowhere),
    "other_passage": (_other_passage, _wrong_id),
    "merged": (_merged,),
}
