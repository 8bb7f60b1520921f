"""Which way a plain text points: more or less, done or planned, said or denied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from chains.claims.plain import Clause, bigrams, clauses_of, content_of

_OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        r"增长|上升|提高|增加|提升|扩大|攀升|上涨|增至|升至|增幅|增强|增多|走高|拓宽|翻番|增到|升到|延长",
        r"下降|降低|减少|压减|缩小|压缩|缩短|下滑|回落|缩减|降至|降到|降幅|减至|下跌|削减|走低|收窄|下调|减弱|精简",
    ),
    (r"新增|增加|增设|增至", r"减少|压减|削减|核减|减至"),
    (r"不低于|不少于|至少", r"不高于|不超过|不多于|至多"),
    (r"首次|首个|首家|首位|首批|率先|第一名", r"末次|末位|最后|倒数"),
    (r"最高|最多|最大|最长|最快|最好|最强", r"最低|最少|最小|最短|最慢|最差|最弱"),
    (r"(?<!不)(?:高于|优于|快于|好于|多于|超过)", r"(?<!不)(?:低于|劣于|慢于|差于|少于|不足|不到)"),
    (r"提前", r"推迟|延后|延期|拖延|滞后|逾期"),
    (r"维持", r"撤销|纠错|纠正|变更"),
    (r"胜诉", r"败诉"),
    (r"(?<!不予)(?:采纳|同意)", r"拒绝|驳回|不予采纳"),
    (r"获批|(?<!不予)批准|准予", r"驳回|不予批准|否决|退回"),
    (r"继续有效|保留", r"废止|失效"),
    (r"开通|启用|启动|上线|开业|恢复|开放", r"关停|停用|终止|暂停|关闭|下线|停业|叫停"),
    (r"新建|新设|建成|建设|增设|修建", r"拆除|取缔|撤并|拆掉"),
    (r"新增|设立|保留|增设", r"取消|删除|撤销"),
    (r"(?<!净)流入", r"(?<!净)流出"),
    (r"净流入", r"净流出"),
    (r"好转|改善|向好", r"恶化|变差|下滑"),
    (r"下放", r"上收|收回"),
    (r"主动公开", r"依申请公开"),
    (r"收入", r"支出"),
    (r"(?<!进)出口", r"进口(?!总额)"),
    (r"线上", r"线下"),
    (r"充足|充裕|强大|过剩|富余", r"不足|短缺|紧缺|缺口|薄弱|匮乏|缺乏"),
    (r"健全|完善|齐全|齐备", r"不健全|不完善|不齐全|缺失"),
    (r"高(?=于|出)|高(?=.{0,6}\d)", r"低(?=于|出)|低(?=.{0,6}\d)"),
    (r"加快|提速", r"放缓|放慢|减慢"),
    (r"从严|从重|加重", r"从轻|从宽|减轻|免予|免除"),
    (r"年初", r"年底|年末"),
    (r"以上|至少", r"以下|以内|至多"),
)  # fmt: skip
_PLAN = re.compile(
    r"(?<![经济济产章动展度收年该超的成比报])计划(?![的多经指量总生书》]|完成(?:率|情况|进度|额)|单列|执行|实际|招生)|(?<!模)拟(?=[建新开投引培在于对将定出]|安排|招|实施|推|制|改|购|增|完)|力争|争取(?!上级|资金|中央|省|到)|(?<!比)预期(?!的好)|打算|谋划|有望|预计(?!的)|(?:总体|主要|工作|奋斗|约束性)目标|确保(?=.{0,12}(?:达|完成|实现|建成|投用|超|不低))"
    r"|下一?步|下一?阶段|明年|来年|下一?年度?|今后|未来|新的一年|即将|将(?=于|在|继续|进一步|重点|着力|全面|加快|加大|大力|新|建|开|推|完|实|启|投|改造|不断|持续|严格|认真|以(?!往)|通过|围绕|紧|聚焦|坚持|努力|达|突破|超|引|培|组织|加强|深|增|举办|探索|建立|健全|制定|牵头|会同|安排|对|出台|优化|扩|配|招|压|投入|有|举|再|从[严快]|落实)|要(?=继续|进一步|加快|推动|推进|实现|完成|新建|建成|把|确保|在)|目标(?:是|为)|(?<![成占出过为比达])(?:工作|重点|年度|初步)(?:安排|任务|打算|思路|计划)(?!的)"
)
_UNDER_WAY = re.compile(
    r"正在|正(?=[在加推开协建办筹])|推进中|在建(?=设中|中|$)|(?:尚|仍|还)在(?=[建推办协审施调])|筹备中|进行中|有待|建设中|办理中|施工中"
)
_PAST = re.compile(
    r"已经?(?!决)|完毕|全部整改|(?:完成|建成|实现|办结|开通|收到|获得|取得|达到|新增)了|全部完成|全面完成|圆满完成|顺利完成|超额完成|建成投用|建成投产|投入使用|竣工投产|全线(?:贯通|通车)|获评|一年来|过去一年|去年|上年|同比|累计|实际到|实有|荣获|被评为"
)
# What only a thing that is over can be told with; 同比 and 上年 stand in plans as well.
_OVER = re.compile(
    r"已经?(?!决)|完毕|(?:完成|建成|实现|办结|开通|收到|获得|取得|达到|新增)了|(?:圆满|顺利|超额)完成|全部(?:整改|完成)|获评|一年来|过去一年|累计|截至|实际到|荣获|被评为"
)
_DEED = re.compile(r"完成|建成|办结|实现|竣工|通车|投用|新增|开展|查处|受理|办理|举办|检查|改造")
_LOOKS_BACK = re.compile(
    r"截至|一年来|过去一年|同比|已(?=[完建办整有经达成投全])|累计|获评|实现了|完成了|办结率|全年(?=共|办|查|受|完|审|组)"
)
_RESULT = re.compile(r"\d|已|完成|建成|实现|新建|新增|办结|达")
_DIGITS = re.compile(r"\d[\d.]*")
_DONE = re.compile(r"已经?(?!决)|完成|建成|办结|投用|投入使用|竣工|通车|落成|实现|解决|通过|兑付|整改到位")
_NEGATION = re.compile(
    r"(?P<word>无一|免予|免于|尚未|从未|并未|仍未|还未|未能|未曾|没有|没能|并非|绝非|难以|无法|不能|不予|不再|不得|不曾|毫无|未|没(?!收)|不|无|零(?=伤|死|发生|新增|违|事故|投诉|复议|败诉|上访|差错|容忍))"
)
# Words in which 不, 未 and 无 deny nothing, or belong to a bound of a figure.
_NO_NEGATION = re.compile(
    r"不断|不仅|不但|不只|不光|不动产|不同|不良|不法|不少(?!于)|不过(?![关来])|不论|不管|不愧|不懈|不忘|不折不扣|不遗余力|不失时机|不移(?!送|交)|不可移动|不时|不停|不绝|不已|不止|不屈|不易|不见面|不低于|不少于|不超过|不高于|不多于|不大于|不下于|不小于|不足(?=\d|[一二两三四五六七八九十百千]+[成人件家个])|不到(?=\d|[一二两三四五六七八九十百千]+[成人件家个])|不合理低价|不夜|不打烊|不容忽视|不可或缺|不可分割|不正之风|不正当|不规则|不特定|办不成事|可不|无不|莫不|不得不|不平凡|不寻常|一视同仁"
    r"|未成年|未来|未央|未保|未检|未雨绸缪|未届|无人机|无人驾驶|无人值守|无人船|无障碍|无锡|无线|无偿|无纸|无害|无缝|无感|无证|无照|无论|无疑|无废|无主|无形|无公害|无烟|无还本|无籍|无为|无忧|无限|无私|无界|无抵押|无接触|无违|无犯罪|无军籍|无毒|无党派|无欠薪|无缘无故|五无|三无|有无|是不是|要不要|能不能|批而未供|供而未用|应销项未销项|应移送未移送|闲置未|非法|未批先|无正当|无理|久拖未|应检未"
)
_LACK = re.compile(
    r"不足(?!\d)|不够|缺乏|缺少|欠缺|短缺|紧缺|薄弱|滞后|偏少|偏低|偏弱|偏慢|较弱|较少|较低|较慢|有待|仍需|还需|尚需|缺口|缺失|困难|难度|短板|弱项|差距|问题|单一|脱节|参差|空白|匮乏|弱|差|少|慢|低|难|紧张|减弱|空转|流于|频繁|仅|只有|低于|下滑|下降|减少|推迟|延后|取消|停|拒|禁|关闭|空缺|落后|老化|流失|松散|过大|过高|过长|繁重"
)
_ADVERBS = r"(?:能够?|得到|得以|有效|全面|完全|充分|及时|真正|彻底|根本|按期|如期|按时|全部|形成|再|予|曾|有|是|很|太|够|怎么|大|甚|尽|会|被|因|对|将|把|在|出现)*"
_AFTER = re.compile(rf"{_ADVERBS}([^,。;:、!?\n]{{0,4}})")


@dataclass(frozen=True, slots=True)
class Denial:
    """A negation in a plain text, the up to four characters it denies and those before it.

    `without` are ways its clause would read there if the negation were left out (能力够强, 能力强).
    """

    start: int
    word: str
    denied: str
    before: str
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What a claim says and what its quote says instead."""

    claimed: str
    held: str


def opposed(claim: str, held: str) -> Conflict | None:
    """Find a word of the claim whose opposite, and not itself, the quote has beside the same words."""
    for one, other in _patterns():
        for mine, theirs in ((one, other), (other, one)):
            conflict = _opposed_by(claim, held, mine, theirs)
            if conflict:
                return conflict
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(one), re.compile(other)) for one, other in _OPPOSITES)


def _opposed_by(claim: str, held: str, mine: re.Pattern[str], theirs: re.Pattern[str]) -> Conflict | None:
    said = list(mine.finditer(claim))
    if not said or theirs.search(held) is None:
        return None
    against, same, turned = (
        [(match, _around(text, match)) for match in found]
        for text, found in (
            (held, theirs.finditer(held)),
            (held, mine.finditer(held)),
            (claim, theirs.finditer(claim)),
        )
    )
    for match in said:
        around = _around(claim, match)
        nearest, words = max(against, key=lambda other: len(around & other[1]))
        here = len(around & words)
        if here <= max((len(around & other) for _, other in same), default=0):
            continue
        if all(len(words & other) < here for _, other in turned):
            return Conflict(match[0], nearest[0])
    return None


def _around(text: str, match: re.Match[str]) -> set[str]:
    """Give the pairs of characters that stand near a word in its own clause and carry meaning."""
    before = re.split(r"[,。;:!?\n]", text[max(match.start() - 10, 0) : match.start()])[-1]
    after = re.split(r"[,。;:!?\n]", text[match.end() : match.end() + 10], maxsplit=1)[0]
    return bigrams(content_of(before)) | bigrams(content_of(after))


# --- done or planned ---------------------------------------------------------------------------------


def misplaced_stage(claim: str, held: str, passage: str) -> Conflict | None:
    """Find a plan told as a result, a thing under way told as done, or the reverse.

    `held` is the quote with the words of its sentence before it; `passage` all that the model saw.
    """
    planned = _PLAN.search(claim)
    if not planned:
        for clause, other in _aligned(claim, held):
            plan = _plan_over(held, other, tells_result=bool(_RESULT.search(clause.text)))
            if plan and not _is_done(clause.text, other.text):
                return Conflict(clause.text, plan)
            under_way = _under_way(held, other)
            if under_way and _DONE.search(clause.text) and not _UNDER_WAY.search(claim):
                return Conflict(clause.text, under_way)
    meant = _UNDER_WAY.search(claim) or planned
    if meant and _contradicts(meant, held, passage):
        past = _PAST.search(held)
        return Conflict(meant[0], past[0] if past else held)
    return None


def _contradicts(meant: re.Match[str], held: str, passage: str) -> bool:
    """Tell whether a quote leaves no room for its being planned or under way.

    In the plans of a report every sentence may do without a word that says so (新建学校3所).
    """
    if _PLAN.search(held) or _UNDER_WAY.search(held):
        return False
    if _OVER.search(held):
        return True
    return bool(_DEED.search(held) and _LOOKS_BACK.search(passage) and not _PLAN.search(passage))


def _under_way(text: str, clause: Clause) -> str | None:
    """Give the word by which a clause, or the next one of its sentence, is not done yet."""
    found = _UNDER_WAY.search(clause.text)
    if found is None and not _DONE.search(clause.text):
        following = re.match(r",[^,。;:!?\n]*", text[clause.end :])
        found = _UNDER_WAY.search(following[0]) if following else None
    return found[0] if found else None


def _plan_over(text: str, clause: Clause, *, tells_result: bool) -> str | None:
    """Give the word by which a clause is a plan: its own, or an earlier one of its sentence for a result."""
    opening = clause.start
    if tells_result:
        opening = max(text.rfind(mark, 0, clause.start) for mark in "。\n!?") + 1
    listed = max(text.rfind(";", opening, clause.start) + 1, opening)
    found = None
    for match in _PLAN.finditer(text, opening, clause.end):
        # A plan reaches over a semicolon only from where its sentence begins (下一步,…；…).
        if match.start() >= listed or match.start() - opening < 12:
            found = match
    if found is None or _PAST.search(text, found.end(), clause.end):
        return None
    return found[0]


def _is_done(claimed: str, held: str) -> bool:
    """Tell whether the quote's clause says itself that the thing was done (完成年度计划的)."""
    return bool(_PAST.search(held)) and bool(bigrams(claimed) & bigrams(held))


def _aligned(claim: str, held: str) -> Iterator[tuple[Clause, Clause]]:
    """Pair each clause of the claim with the clause of the quote that shares most of its words and figures."""
    others = [(clause, bigrams(content_of(clause.text)), _digits(clause.text)) for clause in clauses_of(held)]
    for clause in clauses_of(claim):
        words, digits = bigrams(content_of(clause.text)), _digits(clause.text)
        if not others or not (words or digits):
            continue
        best = max(others, key=lambda other: len(words & other[1]) + len(digits & other[2]))
        if len(words & best[1]) + 2 * len(digits & best[2]) >= 2:
            yield clause, best[0]
        dated = max(others, key=lambda other: (len(digits & other[2]), len(words & other[1])))
        if dated is not best and digits & dated[2] and words & dated[1]:
            yield clause, dated[0]


def _digits(text: str) -> set[str]:
    return set(_DIGITS.findall(text))


# --- said or denied ----------------------------------------------------------------------------------


def denials_of(text: str) -> list[Denial]:
    """Find what a plain text denies."""
    idle = [(match.start(), match.end()) for match in _NO_NEGATION.finditer(text)]
    found = []
    for match in _NEGATION.finditer(text):
        if any(start <= match.start() < end for start, end in idle):
            continue
        after = _AFTER.match(text, match.end())
        before = re.split(r"[,。;:、!?\n]", text[max(match.start() - 4, 0) : match.start()])[-1]
        before = re.sub(r"[还仍尚也较]$", "", before)
        rest = re.split(r"[,。;:、!?\n]", text[match.end() : match.end() + 2])[0]
        follows = (rest, after[1][:1]) if after else (rest,)
        without = tuple(before[-2:] + words for words in follows if len(before) > 1 and words)
        found.append(Denial(match.start(), match["word"], after[1] if after else "", before, without))
    return found


_DOUBLED = re.compile(
    r"(?:没有|未|并非|尚未|无|难以|无法|不能|未能|没能|不得|不予|有待|缺乏)(?:没有|未能?|不(?![断仅同动良])|尚未|并非)[\u4e00-\u9fff]{2}"
)


def misdenied(claim: str, held: str) -> Conflict | None:
    """Find a negation that only the claim or only the quote has."""
    claim, held = claim.replace("达到", "达"), held.replace("达到", "达")
    doubled = _DOUBLED.search(claim)
    if doubled and doubled[0] not in held:
        return Conflict(doubled[0], "")
    mine, theirs = denials_of(claim), denials_of(held)
    return _inserted(claim, held, mine, theirs) or _dropped(claim, held, mine, theirs)


def _inserted(claim: str, held: str, mine: list[Denial], theirs: list[Denial]) -> Conflict | None:
    for denial in _unmatched(mine, theirs):
        said = _said(denial.denied, held, theirs)
        said = said or next((words for words in denial.without if words in held), "")
        if said or (not theirs and not _LACK.search(held)):
            return Conflict(denial.word + denial.denied, said)
    return None


def _dropped(claim: str, held: str, mine: list[Denial], theirs: list[Denial]) -> Conflict | None:
    for denial in _unmatched(theirs, mine):
        told = next((words for words in denial.without if words in claim and words not in held), None)
        if told:
            return Conflict(told, denial.word + denial.denied)
        if _said(denial.denied, held, theirs):
            continue
        said = _said(denial.denied, claim, mine)
        if said and not _lacks_near(claim, said):
            return Conflict(said, denial.word + denial.denied)
    return None


def _unmatched(ones: list[Denial], others: list[Denial]) -> list[Denial]:
    """Give the denials of one text that the other has none for, each of the other's counted once."""
    free = list(others)
    left: list[Denial] = []
    for denial in ones:
        exact = next((other for other in free if other.denied[:2] == denial.denied[:2]), None)
        if exact:
            free.remove(exact)
        else:
            left.append(denial)
    unmatched = []
    for denial in left:
        near = next((other for other in free if _same_denial(denial, other)), None)
        if near:
            free.remove(near)
        else:
            unmatched.append(denial)
    return unmatched


def _same_denial(one: Denial, other: Denial) -> bool:
    if not one.denied or not other.denied:
        return bool(set(one.before) & set(other.before)) or not (one.before and other.before)
    return bool(set(one.denied[:3]) & set(other.denied)) or (
        len(one.before) > 1 and one.before[-2:] in other.before
    )


def _said(denied: str, text: str, denials: list[Denial]) -> str:
    """Give the first two denied characters if the text says them somewhere without denying them."""
    words = denied[:2]
    if len(words) < 2:
        return ""
    denied_at = {denial.start for denial in denials}
    for match in re.finditer(re.escape(words), text):
        if re.search(r"缺少|缺乏|难|欠缺|不足|是否|能否", text[max(match.start() - 4, 0) : match.start()]):
            continue
        if not any(0 <= match.start() - start <= 6 for start in denied_at):
            return words
    return ""


def _lacks_near(claim: str, said: str) -> bool:
    """Tell whether the claim says the lack in other words just after (落实到位的程度不够)."""
    position = claim.find(said)
    return bool(_LACK.search(claim[position : position + 12])) or bool(
        re.search(r"是否|难|缺|待|才能?$|否认$", claim[max(position - 4, 0) : position])
    )
