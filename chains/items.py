"""Sections of one kind -> their points, in order, each once: what a reader would put in a list.

A point is a numbered paragraph; where a section has none, each member of its enumeration, list or,
for shortcomings, each sentence. Introductions and closings are not points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from store.kinds import (
    announces_shortcomings,
    is_closing,
    is_commitment,
    is_generic_heading,
    is_housekeeping,
    is_preamble,
    leans_to,
    only_thanks,
)
from store.models import Kind, Section
from store.numbering import enumerated_at, marker_at
from store.outline import Region, regions
from store.sentences import Span, clauses, listed, paragraphs, points, sentences, trim
from store.simplify import simplify

_WHOLE_MAX = 600
_TOPIC_MAX = 40
_TITLE_STOP = re.compile(r"[。；;：:，！!？?｜]|,(?!\d{3})|(?<=[\u4e00-\u9fff”」）)])\.(?!\d)")
# What only says when, under whose guidance or who speaks: a point is not named by it.
_WHEN = re.compile(
    r"(?:(?:(?:过去|这|近|近来|前)?[一二三四五六七八九十两几]年(?:来|以来|里|间)?|(?:今|去|前|全|明)年(?:以来|里)?|(?:过去|这)的?一年|(?:19|20)\d\d年(?:以来|度)?"
    r"|(?:到|至|截至)[^，。]{1,8}(?:底|末|前)|“[^”]{2,6}”(?:时期|期间)(?:以来)?|截至目前|目前|当前|同时|此外|另外"
    r"|[在经][^，。]{2,40}(?:领导|指导|支持|关心|努力|配合|奋斗)下?|按照[^，。]{2,36}(?:部署|要求|安排))[，,]\s*)*(?:我们(?=[\u4e00-\u9fff]))?"
)
_SALUTATION = re.compile(r"(?:各位代表|同志们|各位委员)[！!，,。：:]\s*")
_CALLS_ON = re.compile(r"[让讓]我[们們]")
_ANNOUNCES = re.compile(
    r"[^。]{0,30}(?:以下|如下)[^，。；]{0,8}[。.]|(?:[^。]{0,16}收悉。)?[^。]{0,40}(?:报告|汇报|函告|报送|说明)如下(?:，[^。]{0,8})?[。.：:]?"
)
# What statistical offices publish of a place every year.
_TOTAL = re.compile(
    r"生产总值|GDP|(?:财政|公共预算)(?:总)?收入|税收|居民[^，。；]{0,8}收入|农民[^，。；]{0,8}收入|固定资产投资"
    r"|零售总额|工业(?:总产值|增加值)|规上工业|进出口|城镇化率|失业率|居民消费价格"
)
_FEWEST_TOTALS = 3
_MAX_HEADLINES = 2
_HEAD_CHARS = 24
_CELLS = re.compile(r"[｜|\t]")
_BULLET = re.compile(r"[—●•■◆▪·]+\s*")
# What says that something was not done or not reached; as a modifier (未完成整改的企业) it says of what.
_UNDONE = re.compile(
    r"(?<!没有)(?<![无零])(?:未能够?|没能|没有能?够?|未)(?:如期|按期|按时|按计划|全部|全面|完全|及时)*"
    r"(?:完成|达到|达标|实现|开工|动工|建成|投产|竣工|落地|交付|兑现)"
    r"(?![^，。；]{0,30}?的(?![^，。；]{0,4}(?:目标|计划|任务|要求|指标|预期|水平|进度|预算)))(?![^，。；]{0,8}(?:不|者|前|时))(?![^。；]*，但)"
    r"|(?:没有|未)(?:能)?(?:完成|达到|实现)[^，。；]{0,10}的[^，。；]{1,24}(?:更多|较多|很多|不少)(?=[。；]?$)"
)
_LAGS = re.compile(
    r"(?:仍|还|尚|依然|仍然|显然)(?:远远?)?(?:赶不上|跟不上|满足不了|不能满足|不能适应)"
    r"|(?:仍|还|尚|依然|仍然|明显|严重|比较|较为|进度|进展)[^，。；\d]{0,2}(?:滞后|落后|缓慢|不足|不够)(?=[。；]?$)"
)
_GOODS = r"(?:生产总值|预算收入|财政总?收入|税收收入|固定资产投资|零售总额|进出口总?[额值]|工业增加值|可支配收入|粮食总?产量)"
_SHORT_OF = re.compile(
    rf"(?:{_GOODS}|增长|增速|产值|投资|完成率)[^。；]*(?:低于|不及)[^，。；]{{0,8}}(?:目标|计划|预期)"
)
_FELL = re.compile(rf"{_GOODS}(?:[\d.亿万元，,为达]|完成|实现|同比|[比较][上去]年)*(?:下降\d|负增长)")
_ROSE = re.compile(r"增[长加]|提高|上升|回升|高于|好于|优于|扣除|剔除|口径|收窄")
_ACCIDENTS = re.compile(r"发生[^，。；、]{0,16}事故(?:[1-9]\d*|[一二两三四五六七八九十]+)[起次件宗]")
# Falling short is good of these, and reaching them is not.
_WELL_LOW = re.compile(
    r"失业|PM|能耗|煤耗|消耗|排放|浓度|物价|价格|CPI|债|负担|事故|死亡|投诉|信访|案|不良|成本|赤字|支出|经费|污染|贫|逾期|超标|警戒|红线|上限",
    re.IGNORECASE,
)
# What was lacking and is dealt with, or lies in the past.
_DEALT_WITH = re.compile(
    r"解决|整改|督[办促查]|责令|问责|罚|追究|约谈|破[解除]|补齐|短板|扭转|改变|针对|面对|克服|查[处办]|通报|限期|防止|避免|杜绝|问题|倒逼|考核"
    r"|一律|不得|凡|如果|若|虽|尽管|以往|过去|长期|历史|原来|曾|多年|关停|取缔|注销|吊销|淘汰|清[退零理]|取消|退回|不予|消除|缓解|弥补|填补"
    r"|攻克|化解|终于|如今|现已|目前已|已全部|催|帮|告别|结束|排查|检查|发现|监测|提醒|预警|受理|救助|补助|(?:^|，)对(?!于)|[由从][^，。；]{1,16}[减降缩压]"
)
_ACCIDENTS_WELL = re.compile(r"降|减|少|持平|控制|以内|低于|[未无零不]|没有|处置|调查|查处|救|应对|妥善|同比")
_REASON = re.compile(r"(?:其)?(?:主要)?原因(?:是|在于|为)|这?主要是(?:由于|因为|受)")


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A point as it stands in the text: `topic` names it, `parts` are its enumerated members or itself.

    `title` is the heading sentence it begins with, where that runs into the paragraph. A headline
    (`is_headline`) gives the figures of the whole economy, which a reader wants first.
    """

    section: Section
    topic: str
    parts: tuple[Span, ...]
    title: Span | None = None
    is_headline: bool = False

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end


def find_items(text: str, sections: tuple[Section, ...], kind: Kind) -> list[ItemDraft]:
    """Find the points of every section of `kind`, in the order of the text."""
    found: list[ItemDraft] = []
    for region in regions(text, sections):
        if region.section.kind is kind:
            found += _region_items(text, sections, region)
    return [kept for draft in found if (kept := _without_housekeeping(text, draft)) is not None]


def _without_housekeeping(text: str, draft: ItemDraft) -> ItemDraft | None:
    """Take contacts and enclosures out of a point; None where it is nothing else."""
    if draft.title and is_housekeeping(text[draft.title.start : draft.end]):
        return None
    parts = tuple(span for part in draft.parts for span in _substantial(text, part))
    return (draft if parts == draft.parts else replace(draft, parts=parts)) if parts else None


def without_failures(text: str, draft: ItemDraft) -> ItemDraft | None:
    """Take out of an achievement what was not done, not reached or got worse; None where it is nothing else."""
    title = draft.title
    if title and _fails(title.of(text), ""):
        title = None
    parts = tuple(span for part in draft.parts for span in _successes(text, part))
    if not parts:
        return None
    if parts == draft.parts and title == draft.title:
        return draft
    same_name = title == draft.title and (title or parts[0].start == draft.start)
    return replace(
        draft, parts=parts, title=title, topic=draft.topic if same_name else name_of(text, parts[0])
    )


def _successes(text: str, part: Span) -> list[Span]:
    """Give the runs of clauses of a part between those that tell of a failure and its reason."""
    pieces = clauses(text, part.start, part.end)
    said = [piece.of(text) for piece in pieces]
    kept: list[Span] = []
    failed = broken = False
    for n, piece in enumerate(pieces):
        failed = _fails(said[n], "".join(said[max(n - 1, 0) : n + 2])) or (
            failed and _REASON.match(simplify(said[n])) is not None
        )
        if not failed:
            if kept and not broken:
                kept[-1] = Span(kept[-1].start, piece.end)
            else:
                kept.append(piece)
        broken = failed
    return kept if len(kept) != 1 or kept[0] != trim(text, part.start, part.end) else [part]


def _fails(clause: str, around: str) -> bool:
    """Tell whether a clause itself clearly says that something was not done, not reached or got worse."""
    plain = re.sub(r"\s|《[^》]*》|“[^”]*”", "", simplify(clause)).replace(";", "；")
    if _ACCIDENTS.search(plain):
        return not _ACCIDENTS_WELL.search(simplify(around or clause))
    if _WELL_LOW.search(plain) or _DEALT_WITH.search(plain):
        return False
    if _UNDONE.search(plain) or _LAGS.search(plain) or _SHORT_OF.search(plain):
        return True
    return bool(_FELL.search(plain)) and not _ROSE.search(plain)


def _is_table_head(words: str) -> bool:
    """Tell whether a line is a row of a table that says nothing by itself: neither a figure nor a sentence."""
    return bool(_CELLS.search(words)) and not re.search(r"[\d。；]", words)


def _substantial(text: str, part: Span) -> list[Span]:
    """Give the runs of sentences between those that are housekeeping, or address the audience and say nothing."""
    kept: list[Span] = []
    broken = True
    pieces = sentences(text, part.start, part.end)
    for piece in pieces:
        words = text[after_lead(text, piece.start) : piece.end]
        if (
            not words
            or _CALLS_ON.match(words)
            or is_housekeeping(words)
            or (len(pieces) == 1 and is_preamble(words))
            or _is_table_head(words)
        ):
            broken = True
        elif broken:
            kept.append(piece)
            broken = False
        else:
            kept[-1] = Span(kept[-1].start, piece.end)
    return [part] if len(kept) == 1 and kept[0] == trim(text, part.start, part.end) else kept


def find_headlines(text: str, sections: tuple[Section, ...]) -> list[ItemDraft]:
    """Find where a review gives the figures of the whole economy: the first paragraphs that give several.

    They stand in its introduction, which is no point itself, or between ritual phrases.
    """
    found: list[ItemDraft] = []
    for region in regions(text, sections):
        if region.section.kind is not Kind.ACHIEVEMENTS:
            continue
        body = trim(text, max(region.start, region.section.body_start), region.end)
        for line in paragraphs(text, body.start, body.end):
            run = _totals_run(text, line)
            if run is not None and len(found) < _MAX_HEADLINES:
                found.append(ItemDraft(region.section, name_of(text, run), (run,), is_headline=True))
    return found


def _totals_run(text: str, line: Span) -> Span | None:
    """Find the sentences in a row that give figures of economic totals, None where too few totals are named.

    A short sentence that heads the paragraph belongs to those that follow it.
    """
    best: tuple[int, Span] | None = None
    run: list[Span] = []
    pieces = sentences(text, line.start, line.end)
    head = pieces[0] if pieces and pieces[0].end - pieces[0].start <= _HEAD_CHARS else None
    for sentence in [*pieces, None]:
        if sentence is not None and _gives_total(sentence.of(text)):
            run.append(sentence)
            continue
        if run:
            headed = head is not None and run[0] in pieces[:2]
            span = Span(line.start if headed else run[0].start, run[-1].end)
            named = len({match[0] for match in _TOTAL.finditer(simplify(span.of(text)))})
            if named >= _FEWEST_TOTALS and (best is None or named > best[0]):
                best = named, span
        run = []
    return best[1] if best else None


def _gives_total(sentence: str) -> bool:
    plain = simplify(sentence)
    return bool(_TOTAL.search(plain)) and bool(
        re.search(r"\d[\d.]*\s*(?:[%％]|个百分点|[万亿]*元|美元)", plain)
    )


def _region_items(text: str, sections: tuple[Section, ...], region: Region) -> list[ItemDraft]:
    section = region.section
    body = trim(text, max(region.start, section.body_start), region.end)
    has_children = any(
        s.start >= region.end and s.end <= section.end and s.kind is section.kind and s.body_start > s.start
        for s in sections
        if s is not section
    )
    if has_children:
        return _told_ahead(text, section, region, body) or _targets(text, section, body)
    unheaded = section.start == section.body_start
    if not unheaded and section.level > 0 and not is_generic_heading(section.heading):
        return _numbered_item(text, section, region, body)
    if body.start == body.end:
        return []
    return list(_members(text, section, body))


def _targets(text: str, section: Section, body: Span) -> list[ItemDraft]:
    """Keep of an introduction only the sentences that set plans' figures (主要预期目标是…)."""
    if section.kind is not Kind.PLANS:
        return []
    return [
        ItemDraft(section, name_of(text, span), (span,))
        for span in sentences(text, body.start, body.end)
        if _sets_targets(simplify(span.of(text)))
    ]


def _sets_targets(sentence: str) -> bool:
    """Tell whether a sentence sets figures to reach: several after 目标, or one that is striven for."""
    several = len(re.findall(r"\d[\d.]*\s*[%万亿个]", sentence)) > 1
    named = several and re.search(r"目标[^。]{0,12}[：:是为]", sentence)
    return bool(named or re.search(r"(?:力争|力求|争取|确保)[^。，]{2,30}\d[\d.]*\s*[%％万亿]", sentence))


def _told_ahead(text: str, section: Section, region: Region, body: Span) -> list[ItemDraft]:
    """Keep what a numbered paragraph tells with figures before it goes on to points of its own."""
    run_in = section.level > 0 and "\n" not in text[region.start : body.start]
    if not run_in:
        return []
    told = [span for span in sentences(text, body.start, body.end) if re.search(r"\d", span.of(text))]
    title = trim(text, _after_marker(text, region.start), body.start)
    return [ItemDraft(section, heading_title(section), tuple(told), title)] if told else []


def _numbered_item(text: str, section: Section, region: Region, body: Span) -> list[ItemDraft]:
    """A numbered paragraph is one point; one that holds a chapter is as many as it has paragraphs."""
    lines = _lines(text, section, body)
    run_in = "\n" not in text[region.start : body.start]
    plain = [line for line in lines if not enumerated_at(text, line.start)]
    if len(lines) > 1 and (body.end - body.start > _WHOLE_MAX or (len(plain) > 1 and not run_in)):
        return [
            _paragraph_item(text, section, line) for line in lines if not _introduces_rest(text, line, lines)
        ]
    inner = tuple(part for line in lines for part in _parts(text, line))
    title = trim(text, _after_marker(text, region.start), body.start)
    if not inner:
        return [ItemDraft(section, heading_title(section), (title,))]
    return [ItemDraft(section, heading_title(section), inner, title if run_in and title.of(text) else None)]


def _paragraph_item(text: str, section: Section, line: Span) -> ItemDraft:
    parts = _parts(text, line)
    return ItemDraft(section, name_of(text, line), tuple(parts))


def _introduces_rest(text: str, line: Span, lines: list[Span]) -> bool:
    """Tell whether a chapter's first paragraph only says in one sentence what the chapter is about."""
    if _introduces(text, line):
        return True
    single = (
        line == lines[0] and line.end - line.start <= 100 and len(sentences(text, line.start, line.end)) == 1
    )
    return (
        single
        and not re.search(r"\d", line.of(text))
        and all(len(sentences(text, o.start, o.end)) > 1 for o in lines[1:])
    )


def _parts(text: str, line: Span) -> list[Span]:
    """Cut a paragraph into its enumerated members, what introduces them left out."""
    found = points(text, line.start, line.end)
    if not found:
        return [line]
    return [Span(point.start, point.end) for point in found]


def _members(text: str, section: Section, body: Span) -> Iterator[ItemDraft]:
    """Give the points of a section that numbers none of its paragraphs."""
    lines = _lines(text, section, body)
    counted = [line for line in lines if enumerated_at(text, line.start) or _BULLET.match(text, line.start)]
    if len(counted) >= 2 and section.kind is not Kind.ACHIEVEMENTS:
        lines = lines[lines.index(counted[0]) : lines.index(counted[-1]) + 1]
    spans = [span for line in lines for span in _line_members(text, section, line, alone=len(lines) == 1)]
    spans = [span for span in spans if not _SALUTATION.fullmatch(text, span.start, span.end)]
    for span in spans:
        yield ItemDraft(section, _topic(text, section, span, alone=len(spans) == 1), (span,))


def _line_members(text: str, section: Section, line: Span, *, alone: bool) -> Iterator[Span]:
    found = points(text, line.start, line.end)
    if found:
        yield from (Span(point.start, point.end) for point in found)
    elif enumerated_at(text, line.start) or _BULLET.match(text, line.start):
        yield line
    elif section.kind is Kind.SHORTCOMINGS:
        yield from _admissions(text, line, alone=alone)
    elif section.kind is Kind.PLANS and alone:
        yield from _sentence_members(text, line)
    elif not _introduces(text, line):
        yield line


def _admissions(text: str, line: Span, *, alone: bool) -> Iterator[Span]:
    """Give each sentence, or member of its list, that names something lacking."""
    pieces = sentences(text, line.start, line.end)
    for piece in pieces:
        if is_commitment(piece.of(text)) or _demands(piece.of(text)):
            continue
        named = _after_announcement(text, piece)
        if named is not None:
            yield from _listed(text, named) or [named]
        elif alone and len(pieces) == 1:
            yield piece


def _demands(sentence: str) -> bool:
    """Tell whether a sentence says what has to be done and not what is lacking."""
    must = re.match(r"[^，。]{0,14}(?:应当|应该|必须)", simplify(sentence))
    return must is not None and leans_to(sentence) is not Kind.SHORTCOMINGS


def _sentence_members(text: str, line: Span) -> Iterator[Span]:
    """Give the members of a plan that is one paragraph: those of its list, else its sentences."""
    pieces = [
        p
        for p in sentences(text, line.start, line.end)
        if not (is_closing(p.of(text)) or _ANNOUNCES.fullmatch(text, p.start, p.end))
    ]
    for piece in pieces or [line]:
        yield from _listed(text, piece) or ([piece] if piece.of(text)[-1:] not in "：:" else [])


def _listed(text: str, piece: Span) -> list[Span]:
    """Find the members of "…如下：A；B；C。", also where the list follows a colon."""
    colon = re.compile(r"[：:]").search(text, piece.start, piece.end)
    start = colon.end() if colon and colon.end() < piece.end - 10 else piece.start
    return [Span(point.start, point.end) for point in listed(text, start, piece.end)]


def _after_announcement(text: str, piece: Span) -> Span | None:
    """Give what a sentence names after "…还存在不少问题：", None when it only announces."""
    sentence = piece.of(text)
    colon = re.search(r"[：:]", sentence)
    if colon and announces_shortcomings(sentence[: colon.end()]):
        rest = trim(text, piece.start + colon.end(), piece.end)
        return rest if rest.start < rest.end else None
    return None if announces_shortcomings(sentence) else piece


def _introduces(text: str, line: Span) -> bool:
    if text[line.end - 1] in "：:" or _ANNOUNCES.fullmatch(text, line.start, line.end):
        return True
    return (
        line.end - line.start < 40
        and not re.search(r"[。；]", line.of(text))
        and leans_to(line.of(text)) is None
    )


def _lines(text: str, section: Section, body: Span) -> list[Span]:
    """Give a section's paragraphs without what greets or thanks the audience and what rounds the report off."""
    lines = _without_closing(text, paragraphs(text, body.start, body.end), section)
    return [
        Span(greeting.end(), line.end)
        if (greeting := _SALUTATION.match(text, line.start, line.end))
        else line
        for line in lines
        if not (_SALUTATION.fullmatch(text, line.start, line.end) or only_thanks(line.of(text)))
    ]


def _without_closing(text: str, lines: list[Span], section: Section) -> list[Span]:
    """Drop what rounds the report off at the end, and signatures; what a last paragraph says before it stays."""
    kept = list(lines)
    while (
        kept
        and section.kind is not Kind.SHORTCOMINGS
        and (is_closing(kept[-1].of(text)) or _is_signature(text, kept[-1]))
    ):
        last = kept.pop()
        if said := _before_closing(text, last):
            return [*kept, said]
    return kept


def _before_closing(text: str, line: Span) -> Span | None:
    """Give the clauses of a closing paragraph that come before its flourish, None where they name nothing."""
    said = list(
        takewhile(lambda clause: not is_closing(clause.of(text)), clauses(text, line.start, line.end))
    )
    names = bool(said) and re.search(r"\d|《", text[line.start : said[-1].end])
    return Span(line.start, said[-1].end) if names and said[-1].end < line.end else None


def _is_signature(text: str, line: Span) -> bool:
    words = line.of(text)
    return len(words) <= 40 and not re.search(r"[。；，：;,]|(?<!\d)\.$", words)


def _after_marker(text: str, position: int) -> int:
    marker = marker_at(text, position)
    return marker.end if marker else position


def after_lead(text: str, position: int) -> int:
    """Step over 一是, a number, a bullet or 各位代表！ and what parts it from the text."""
    salutation = _SALUTATION.match(text, position)
    if salutation:
        return salutation.end()
    lead = enumerated_at(text, position)
    bullet = _BULLET.match(text, position)
    end = lead.end() if lead else bullet.end() if bullet else _after_marker(text, position)
    while text[end : end + 1] in {"，", ",", "、", " "}:
        end += 1
    # "首先，是增速加快" names the point without its 是.
    return end + 1 if lead and not lead[0].endswith("是") and text[end : end + 1] == "是" else end


def heading_title(section: Section) -> str:
    """Give a section's own heading without its number."""
    return section.heading[_after_marker(section.heading, 0) :].strip()


def _topic(text: str, section: Section, span: Span, *, alone: bool) -> str:
    own = heading_title(section)
    if alone and own and section.body_start > section.start and not is_generic_heading(section.heading):
        return own
    return name_of(text, span)


def name_of(text: str, span: Span) -> str:
    """Name a point by its first clause."""
    start = after_lead(text, span.start)
    when = _WHEN.match(simplify(text[start : start + _TOPIC_MAX]))
    if when and start + when.end() < span.end:
        start += when.end()
    limit = min(span.end, start + _TOPIC_MAX)
    stop = _TITLE_STOP.search(text, start + 2, limit)
    if stop is None and limit < span.end:
        limit = (
            max(text.rfind("、", start + 8, limit), start + 8) if "、" in text[start + 8 : limit] else limit
        )
    return text[start : stop.start() if stop else limit].strip()
