"""What a question asks for: the kind of answer, the years, the units, and the words that carry it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum

from chains.lexicon import find_sayings
from store.models import Kind
from store.script import fold
from store.simplify import simplify


class Asked(StrEnum):
    """The kind of answer a question wants."""

    HOW_MUCH = "how_much"
    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    WHY = "why"
    LIST = "list"
    WHETHER = "whether"
    WHAT = "what"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question that evidence should carry, in any of its wordings."""

    wordings: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. `terms` leave out the scope (agency, place, years) and question words.

    `part` is the kind of section a question about a whole part asks for ("有哪些地方没做好"), None for
    others; `ahead` says that it asks what was intended rather than done; `plural` says that several things are asked for by name; `focus` are the terms right beside the question word, which evidence can least do without,
    `counted` those of the thing whose number is asked for ("多少个摊位"); `unknown` is the share (0-1) of an
    English question's words that the thesaurus cannot put into Chinese;
    `names_report` says that its year is that of a report's name ("2024年政府工作报告") and not of what it asks;
    `asks_meaning` that it asks what a term means; `mentioned` is the phrase it asks who uses ("谁提到先审后批"), empty
    for others;
    `kinds` are what tells the counted cases, accidents or people from others of their sort (仲裁 of 仲裁案件): a figure of
    another kind is no answer; `compares` says that it sets two sides against each other, `with_last_year` that one of them
    is the year before;
    `units` are those an answer's figure may have, empty when any will do.
    """

    text: str
    folded: str
    english: bool
    asked: Asked
    part: Kind | None
    years: tuple[int, ...]
    units: tuple[str, ...]
    across: bool
    ahead: bool
    plural: bool
    terms: tuple[Term, ...]
    focus: tuple[Term, ...]
    counted: tuple[Term, ...]
    kinds: tuple[Term, ...]
    unknown: float
    names_report: bool
    asks_meaning: bool
    mentioned: str
    compares: bool
    with_last_year: bool
    core: str


_ASIDE = 0.2
"""What a word of the other half of a question counts for beside those of its own."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)(?:年度?)?")
_ASKED: tuple[tuple[Asked, re.Pattern[str]], ...] = (
    (
        Asked.WHAT,
        re.compile(r"(?:电话|号码|手机|热线|邮箱|传真|邮编)(?:号码?)?(?:是|为|打)?(?:多少|几号|哪个|什么)"),
    ),
    (
        Asked.WHY,
        re.compile(
            r"为什么|为何|为啥|什么原因|原因(?:是|有|在)|怎么会|咋会|(?:卡|败|输|差|难|错|问题|根子|根源|毛病|症结|出)在(?:哪|谁|什么|何处)|\bwhy\b|\breasons?\b"
        ),
    ),
    (
        Asked.HOW_MUCH,
        re.compile(
            r"多少|几(?![乎何]|点(?:钟|[^问建意要不和与经])|$)|多大(?:比例|比重|面积|规模)?|多高|多长|多久|多快|比例(?:是|有|为|达)?|占比|几成|(?:率|总额|金额|面积|数量|总数|总值|均值|浓度|gdp|pm2\.5|各)[^，。]{0,6}(?:是|为|达到?|有)"
            r"|(?:率|总额|金额|总数|总量)[？?]?$|\bhow (?:many|much|large|big|long)\b|\bwhat (?:was|is|were)\b[^?]*\b(?:growth|rate|ratio|number|total|amount|percentage|gdp|share|area)\b|compare the number"
        ),
    ),
    (
        Asked.WHEN,
        re.compile(
            r"什么时候|何时|几时|几点(?:钟|[^问建意要不和与经])|哪[一]?年|哪[一]?天|哪[一]?月|起止时间|什么时间|时间是|从哪天|\bwhen\b|\bwhat (?:date|year|time)\b"
        ),
    ),
    (
        Asked.WHO,
        re.compile(
            r"谁|哪位|哪家(?:律所|公司|单位|机构|企业)|什么人|\bwho\b|\bwhom\b|\bwhich (?:agency|department|person|firm)\b"
        ),
    ),
    (Asked.WHERE, re.compile(r"在哪(?:里|儿|些地方|些路段)?|哪里|哪儿|什么地方|\bwhere\b")),
    (
        Asked.WHETHER,
        re.compile(
            r"是否|有没有|有无|吗[？?]?$|了没|没有[？?]$|与否|不罚$|罚不罚|^(?:did|does|do|has|have|was|were|is|are|will)\b"
        ),
    ),
    (
        Asked.LIST,
        re.compile(
            r"哪些|哪几|哪个|哪\d|哪[二三四五六七八九十]|有什么|分别|列出|各是|\bwhich\b|\bwhat are\b|\blist\b"
        ),
    ),
)
_PROBLEMS = re.compile(
    r"问题|不足|短板|困难|薄弱|弱项|差距|没做好|没做到|做得不(?:好|够)|不到位|毛病|缺点|欠缺|挑战|差在哪"
    r"|难处|难点|软肋|不(?:尽)?如人意|不尽人意|不满意|美中不足|缺憾|拖后腿|没跟上|没办好|没完成好"
    r"|\bshortcomings?\b|\bproblems?\b|\bweakness(?:es)?\b|\bdeficienc(?:y|ies)\b|\bdifficult(?:y|ies)\b|\bchallenges?\b|\bfailed to do\b"
)
_SOLVED = re.compile(r"(?:解决|破解|化解|攻克|整改|纠正)了?(?:哪些|什么|哪几)")
_PLANS = re.compile(
    r"下一步|下步|下一年|明年|来年|今后|接下来|打算|计划|工作按排|准备(?:怎么|如何|做|干)|怎么干|要怎么干|重点工作|工作重点|安排|部署|布置|思路|目标任务|(?:哪些|什么|具体|主要|重点)(?:工作)?任务|要抓(?:哪些|什么|哪几)|抓哪几|规划|(?:提|有|作)[出了]{0,2}(?:哪些|什么)[^，。]{0,4}要求|重点(?:查|抓|整治|检查|打击|治理)(?:哪些|什么|哪几)"
    r"|\bplans?\b|\bpriorities\b|\bnext (?:year|steps?)\b|\bgoals?\b|\bintend\b|\bgoing to do\b"
)
_ACHIEVEMENTS = re.compile(
    r"成效|成绩|成果|亮点|[做干办][成好完]?了(?:哪些|什么|哪几)|取得了?(?:哪些|什么)|\bachievements?\b|\baccomplish(?:ed|ments?)\b"
)
_WHOLE = re.compile(
    r"哪些|什么|啥|有哪|哪几|怎么|如何|几个|几方面|分别|哪里|哪儿|列出|总结|概括|说说|有啥|\bwhat\b|\bwhich\b|\blist\b|\bsummar|(?:问题|不足|短板|困难|计划|打算|安排|按排|成效|成绩|成果|亮点|之处)[？?。]?$"
)
_AHEAD = re.compile(
    r"计划|打算|目标|准备|拟|安排|当初|年初|力争|争取|今后|未来|将(?!军|近)|(?<![需主重不只还])要(?!求|点|素|闻|件|害|事|么)|\bplan|\btarget|\bgoal"
)
_PLURAL = re.compile(r"哪些|哪几|分别|都有|哪[二三四五六七八九十\d]|列出|\bwhich\b.*s\b|\blist\b")
_ACROSS = re.compile(
    r"(?:哪些|哪几[个家]|哪[个家]|都有谁|有哪些|有谁|各|几家)(?:的)?(?:单位|部门|机关|地方政府|地区|局|报告|区县|街道|机构|市县)|哪几家|哪家|各单位|各部门|所有报告"
    r"|\bwhich (?:agencies|departments|bureaus|units|reports|offices|districts)\b"
)
# Words that ask, address and tie, and carry nothing an evidence sentence must hold.
_EMPTY = re.compile(
    r"请问|请|告诉我|帮我|看看|查一?下|说一?下|一下|到底|究竟|具体|大概|大约|一共|总共|共计|共|全年|当年|年度|全部|实际|现在|目前|当时|后来|最后|还有没有|有没有|是不是|是否|能不能"
    r"|什么时候|什么时间|为什么|为何|为啥|什么原因|什么地方|什么样|什么|哪些|哪几[个家位项种类]?|哪一?[个家位项种类年天月条部]|哪里|哪儿|哪|谁|怎么样|怎么办|怎么会|怎么|怎样|咋|如何|多少|多大|多高|多长"
    r"|多久|几[个家位项种类件次台部起处宗成倍人名条场户套亩回]?|分别|各自|各是|各|以及|并且|而且|或者|还是|还|都|也|就|才|又|再|已经|已|曾|会|能|可以|应该|要|想|得|把|被|给|让|使|对|对于|关于|针对|根据|按照"
    r"|从|到|在|向|由|为|以|和|与|跟|同|及|或|的|地|了|着|过|吗|呢|啊|吧|呀|嘛|么|是|有|(?<![罚沉淹吞埋])没(?!收)有?|不|里面?|上面?|下面?|中|内|外|之|其|该|此|这|那|这些|那些|自己|它|他们|我们|你们|本|贵"
    r"|[一二两三四五六七八九十]?[个家位项种类件次台部起处宗条](?=[^\w]|$)|报告(?:里|中|上)?|提到|提及|指出|承认|列出|列举|说|称|表示|介绍|情况|方面|数量|总数|数字|数据|内容|事情|东西"
    r"|[，。？！、；：“”‘’（）《》\"'?!,.;:()\[\]\s~—-]"
)
_PART_WORDS = re.compile(
    r"存在|主要|突出|问题|不足之处|不足|短板|困难|薄弱环节|薄弱|弱项|差距|挑战|没做好|没做到|做得不好|不到位|毛病|缺点|欠缺|地方|工作|下一步|下步|下一年|明年|来年|今后|接下来|打算|计划|准备|干|做|安排|思路"
    r"|重点|目标|任务|规划|成效|成绩|成果|亮点|取得|抓|认|之处|列|觉得|认为|政府|法治|建设|年|份|当中|总结|概括|说说|点|啥|差|几件事|件事|事|具体|专项|行动|列|提出|查摆|查找|眼下|难处|难点|软肋|不尽如人意|不如人意|不尽人意|美中不足|反思|坦承|坦言|最后|这次|本次|管委会|局|认|通知|报告|方案|文件|发展|自己|各单位|工作"
)
_TOPIC = re.compile(
    r"(?:在|关于|对于?|就|针对|围绕)?[\u4e00-\u9fff]{2,12}(?:方面|领域|问题上|工作上)|(?:在|关于|针对|围绕)[\u4e00-\u9fff]{2,12}上"
)
_UNIT_ASKED = re.compile(
    r"(?:多少|几)\s*(个百分点|个工作日|平方公里|平方米|立方米|公里|公顷|万元|亿元|美元|人次|批次|课时|学时|小时|分钟|个月|年|亩|件|宗|起|例|项|次|场|户|套|人|名|位|份|条|处|家|所|座|辆|台|批|期|篇|部|间|栋|幢"
    r"|只|头|株|棵|块|支|队|类|种|门|节|天|倍|成|吨|公斤|斤|千瓦时|千瓦|度|米|元|个|回|方面|本|张|艘|架|岁)"
)
# 个 counts anything but money, shares and measures.
_COUNTABLE = (
    "",
    *"个家处项名人件座所条台户次场位套起宗支类种张间份部只批期篇本册块对组队节门款口根辆",
    "人次",
    "家次",
    "社区",
    "村",
)
_SAME_UNITS = {
    "人": ("人", "名", "位", "人次"),
    "名": ("名", "人", "位"),
    "位": ("位", "名", "人"),
    "件": ("件", "起", "宗", "例", "项", "个", "部"),
    "起": ("起", "件", "宗", "例", "次"),
    "宗": ("宗", "件", "起", "块", "个"),
    "块": ("块", "宗", "处", "个"),
    "回": ("次", "回"),
    "次": ("次", "场", "期", "轮", "轮次", "回", "人次"),
    "场": ("场", "次", "期", "场次"),
    "个": _COUNTABLE,
    "项": ("项", "个", "件"),
    "家": ("家", "个", "户", "家次", "户次"),
    "户": ("户", "家"),
    "套": ("套", "户"),
    "台": ("台", "部", "架", "套"),
    "部": ("部", "台", "件"),
    "处": ("处", "个", "座"),
    "条": ("条", "件", "个"),
    "万元": ("元",),
    "亿元": ("元",),
    "成": ("%", "成"),
    "天": ("天", "日", "工作日"),
    "个工作日": ("工作日", "天"),
    "方面": (),
}
# What is measured tells the units an answer may have, where the question names none.
_MEASURED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"比例|占比|比重|几成|百分之几|率(?:是|为|有|达|各|分别|多|如何|怎|[？?]|$)|多大比例|增速|增幅|涨幅|降幅|增长(?:目标|预期|速度)|增长了?多少|下降了?多少|\b(?:rate|ratio|percentage|proportion|share|growth)\b"
        ),
        ("%", "成", "百分点", "倍"),
    ),
    (
        re.compile(
            r"多少钱|(?:补助|补贴|津贴|奖励|奖金|工资|报酬|租金|罚款|赔偿|费用?|价格?|款)(?:标准)?(?:是|有|为|达|涨到|提高到|到)?(?:多少|几(?!个|名|人|家|次|起|件))|多少(?:的)?(?:补助|补贴|津贴|奖金|奖励|租金|[\u4e00-\u9fff]{0,4}费(?!者))|花(?:了)?多少|投资|投入|金额|经费|资金|收入|支出|罚款|罚没|补贴|补偿|赔偿|产值|总值|税收|预算|成本|造价|工资|薪|损失|拨款|奖金|成交额|销售额|零售额|\bgdp\b|\bhow much (?:money|did)\b|\bcosts?\b|\bmoney\b|\bfunds?\b|\binvest|\brevenue|\bspen[dt]|\bfines?\b"
        ),
        ("元", "美元"),
    ),
    (
        re.compile(r"面积|多大|\barea\b|\bmu\b|\bhectares?\b"),
        ("亩", "公顷", "平方米", "平方公里", "㎡", "立方米"),
    ),
    (
        re.compile(r"多久|多长时间|时限|几天|多少天|\bhow long\b|\bdays?\b"),
        ("工作日", "天", "小时", "个月", "年", "分钟", "日"),
    ),
    (re.compile(r"多长|长度|里程|多远"), ("公里", "千米", "米")),
    (
        re.compile(r"多少人|几个人|人数|\bpeople\b|\bstaff\b|\bpersonnel\b|\bofficers\b|\bemployees\b"),
        ("人", "名", "位", "人次"),
    ),
)


# "…的一般公共预算收入", "2024年GDP": what is measured asks by itself for its figure.
_MEASURE_ALONE = re.compile(
    r"(?:收入|支出|产值|总值|gdp|增速|增幅|税收|总额|总量|金额|面积|人数|数量|比例|占比|投资额|产量|经费)(?:情况)?[？?。]?$"
)
_NAMES_REPORT = re.compile(
    r"(?:19|20)\d\d年度?[\u4e00-\u9fff]{0,12}工作报告|\b(?:19|20)\d\d (?:[a-z]+ )*work report"
)
_MEANING = re.compile(
    r"是什么意思|什么叫|何谓|什么是|指的?是?什么|含义|是(?:个|指)?啥|怎么解释|\bmeans?\b|\bstands? for\b|\bdefin"
)


_LAST_YEAR = re.compile(
    r"[比较与跟和](?:上一?年|前一年|去年)|同比|\b(?:than|over|from) (?:last|the previous) year\b"
)
_COMPARES = re.compile(
    rf"{_LAST_YEAR.pattern}|(?:哪|谁)[^，。？?]{{0,14}}?(?:[多少高低快慢大小长短强好](?=[？?些一点]|$)|更)|相比|对比|比较(?!大|多|突出|严重)"
    r"|比[^，。？?]{2,12}[多少高低快慢](?:了|出)?多少|\bcompare|\b(?:more|fewer|higher|lower|larger|faster)\b.*\b(?:than|or)\b"
)
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
_MENTIONS = (
    re.compile(
        r"(?:提到|提及|提出|写到|写了|讲到|谈到|说到|用到|出现)了?(?:过|要)?(?!来|的)([\u4e00-\u9fffa-z0-9]{2,16}?)(?:的|这|吗|$|[？?。，])"
    ),
    re.compile(
        r"^([\u4e00-\u9fffa-z0-9]{3,16}?)(?:这[个种一]\S{0,4})?(?:最早)?(?:是|由|被)哪.{0,8}(?:提到|提及|提出|写|讲|谈|说)"
    ),
)


def plain_question(text: str) -> str:
    """Bring a question into the form the patterns here are written in: half-width, lower case, Simplified."""
    return simplify(unicodedata.normalize("NFKC", text)).lower().strip()


def read_question(text: str, scope_words: tuple[str, ...] = ()) -> Question:
    """Take a question apart; `scope_words` are the agency and place names it was found to use."""
    folded = plain_question(text)
    english = len(_HAN.findall(folded)) < 0.2 * len(folded)
    years = _years(folded)
    core = _YEAR.sub(" ", folded)
    for word in sorted(scope_words, key=len, reverse=True):
        core = core.replace(word, " ")
    part = _part(folded, core, english=english)
    bare = Asked.HOW_MUCH if _MEASURE_ALONE.search(folded) else Asked.WHAT
    asked = next((asked for asked, pattern in _ASKED if pattern.search(folded)), bare)
    terms = _terms(core, english=english)
    return Question(
        text=text,
        folded=folded,
        english=english,
        asked=asked,
        part=part,
        years=years,
        units=_units(folded) if asked is Asked.HOW_MUCH else (),
        across=bool(_ACROSS.search(folded)),
        ahead=part is Kind.PLANS or _looks_ahead(folded),
        plural=bool(_PLURAL.search(folded)),
        terms=terms,
        focus=_focus(core, terms),
        counted=_counted(core, terms),
        kinds=_kinds(core, asked),
        unknown=_unknown(core) if english else 0.0,
        names_report=bool(_NAMES_REPORT.search(folded)),
        asks_meaning=bool(_MEANING.search(folded)),
        mentioned=_mentioned(folded),
        compares=bool(_COMPARES.search(folded)),
        with_last_year=bool(_LAST_YEAR.search(folded)),
        core=re.sub(r"\s+", " ", core).strip(),
    )


def _mentioned(folded: str) -> str:
    """Find the phrase whose users a question asks for: what it quotes, or says beside 提到."""
    quoted = _QUOTED.search(folded)
    if quoted:
        return fold(quoted[1])
    for pattern in _MENTIONS:
        match = pattern.search(folded)
        if match:
            return fold(match[1])
    return ""


def _looks_ahead(folded: str) -> bool:
    """Tell whether a question asks what was intended; the 要 of one about last year ("去年要修多少公路") does not."""
    return bool(_AHEAD.search(folded.replace("要", "") if "去年" in folded else folded))


def _years(folded: str) -> tuple[int, ...]:
    digits = (
        folded.translate(str.maketrans("〇零一二三四五六七八九", "00123456789"))
        if re.search(r"[一二][〇零九][〇零一二三四五六七八九]{2}年", folded)
        else folded
    )
    found = [int(year) for year in _YEAR.findall(digits)]
    if found and _LAST_YEAR.search(folded):
        found.append(found[0] - 1)
    return tuple(dict.fromkeys(found))


def _part(folded: str, core: str, *, english: bool) -> Kind | None:
    """Find which part of a report a question is about, None when it asks for a fact."""
    if (
        not _WHOLE.search(folded)
        or _SOLVED.search(folded)
        or re.search(r"为什么|为何|为啥|多少|什么时候|何时|几时|哪一?[年天]|\b(?:why|when)\b|\bhow m", folded)
    ):
        return None
    asked = [
        (match.start(), kind)
        for kind, pattern in (
            (Kind.SHORTCOMINGS, _PROBLEMS),
            (Kind.PLANS, _PLANS),
            (Kind.ACHIEVEMENTS, _ACHIEVEMENTS),
        )
        if (match := pattern.search(core if not english else folded))
    ]
    # "针对存在的问题，下一步有什么打算": what is asked for stands last in Chinese.
    return max(asked)[1] if asked and not english else asked[0][1] if asked else None


def part_topic(question: Question) -> tuple[tuple[Term, ...], bool]:
    """Give what a question about a part may narrow it to ("城市建设方面有什么安排"), empty for all of it.

    The flag says that the question plainly names a topic, so that a report silent on it has no answer;
    otherwise words that no report uses are only ways of asking ("查摆", "坦承").
    """
    if question.english:
        known = {"不足", "问题", "下一步", "计划", "工作安排", "成效"}
        return tuple(term for term in question.terms if not known & set(term.wordings)), False
    named = _TOPIC.search(question.core)
    return _terms(_PART_WORDS.sub(" ", question.core), english=False), named is not None


def _terms(core: str, *, english: bool) -> tuple[Term, ...]:
    terms: list[Term] = []
    rest = core
    for saying in find_sayings(core):
        said = core[saying.start : saying.end]
        wordings = saying.wordings if said.isascii() else (*saying.wordings, said)
        terms.append(Term(tuple(dict.fromkeys(wordings)), 1.5))
        rest = rest[: saying.start] + " " * (saying.end - saying.start) + rest[saying.end :]
    if english:
        # Of what the thesaurus does not know only names and numbers can stand in a Chinese report as they are.
        return (*terms, *(Term((word,)) for word in re.findall(r"\b(?:[a-z]+\d[\w.]*|\d[\d.,]*\w*)", rest)))
    for run in re.split(r"\s+", _EMPTY.sub(" ", rest)):
        terms += [Term((gram,)) for gram in _grams(run)]
    return tuple(terms)


_ENGLISH_EMPTY = re.compile(
    r"how|many|much|what|which|who|whom|when|where|why|the|an?|of|in|on|at|to|for|from|by|with|and|or|that|this|these|those|its?|their|did|do|does|done|was|were|is|are|be|been|being|has|have|had|will|would|should|can|could"
    r"|report(?:s|ed)?|year|during|there|any|all|as|than|into|about|per|each|every|also|not|no|out|up|over|under|between|they|them|city|county|district|province|provincial|municipal|town|total|list|mention(?:s|ed)?|say|said|bureau|department|government|work"
)


def _unknown(core: str) -> float:
    """Give the share of an English question's content words that the thesaurus does not know."""
    rest = core
    for saying in find_sayings(core):
        rest = rest[: saying.start] + " " * (saying.end - saying.start) + rest[saying.end :]
    words = [word for word in re.findall(r"[a-z]{2,}", core) if not _ENGLISH_EMPTY.fullmatch(word)]
    lost = [word for word in re.findall(r"[a-z]{2,}", rest) if not _ENGLISH_EMPTY.fullmatch(word)]
    return len(lost) / len(words) if words else 0.0


_ASKING_WORD = re.compile(
    r"多少|几(?=[^乎何])|哪些|哪几[个家位项种]?|哪[个家位项种一]?|什么|谁|多高|多大|多长|为什么|为何|怎么|占(?=多少|几)|\b(?:how (?:many|much)|what|which|who|when|where|why)\b"
)


def _focus(core: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Find the terms that stand right before or after the question word ("多少亩|土地", "合格率|是多少")."""
    beside: list[str] = []
    for match in _ASKING_WORD.finditer(core):
        beside.append(re.split(r"[，。？,?的在]", core[match.end() : match.end() + 12])[0][:8])
        before = re.sub(
            r"(?:是|有|为|占|达到?|了|共|一共|共计|总共|分别|各|到底)+$", "", core[: match.start()].rstrip()
        )
        beside.append(re.split(r"[，。,的 ]", before)[-1][-5:])
    return tuple(
        term for term in terms if any(wording in part for wording in term.wordings for part in beside)
    )


_COUNTED = re.compile(
    r"([\u4e00-\u9fff]{2,5}(?:率|额|费|量|数|值|面积|金|款|价))(?:各|分别|都)?(?:是|为|有|达到?|降到?|升到?|提高到?|涨到?|下降到?)?了?(?:多少|几)"
    r"|(?:多少|几)\s*(?:[个名位家所座条台处项户件起宗支类种张间份部只场次批期篇本套亩人万亿]*)(?:的)?([\u4e00-\u9fff]{2,5})"
    r"|\bhow many ([a-z-]+(?: [a-z-]+)?)"
)


def _counted(core: str, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Find the terms of what is counted or measured: after "how many", before "is how much"."""
    match = _COUNTED.search(core)
    if match is None:
        return ()
    noun = next(group for group in match.groups() if group)
    return tuple(term for term in terms if any(wording in noun for wording in term.wordings))


# Words that only say that there are several sorts of, and what is done with them in every report: they tell no kind.
_SORTS = (
    "案件|案子|事故|事件|纠纷|争议|投诉|举报|隐患|诉讼|企业|机构|学校|人员|项目|工程|活动|培训|检查|设施|设备"
)
_KIND = re.compile(rf"(?P<kind>[\u4e00-\u9fff]{{2,}})(?:类|型|领域|方面)?(?P<sort>{_SORTS}|案(?!件|子))")
_AROUND_KINDS = re.compile(
    r"多少|几|有没有|有无|没有|是否|哪些|什么|[吗了的过共]|一共|总共|和|与|以及|[^\u4e00-\u9fff]+"
)
_TELLS_NO_KIND = re.compile(
    r"^(?:[个名位家所座条台处项户件起宗支类种张间份部只场次批期篇本套](?=..)|办理|办结|办|查处|查办|查获|查|受理|审理|审结|结|处理|处置|立案|立|发生|出现|侦破|破获|移送|接到|接待|收到|收|化解|解决|开展|组织|举办|实施|完成|新增|新建|建成|建设|引进|招引|检查|抽查|排查|整改|整治|发现|培训|招聘|招录|配备|拥有|现有|共有|纳入|涉及"
    r"|帮助|服务|支持|奖励|处罚|罚|[这那该某每各哪一二两三四五六七八九十][个些类种家所名起件]?|全[市区县省州局系统]+|各类|各种|各级|所有|相关|有关|此类|同类|多|新|老|人|市|区|县)+"
    r"|(?:违法违规|违法|违规|行政执法|行政处罚|行政|执法|处罚|典型|重大|重点|普通|一般|较大|办理|审理|查处|受理)+$"
)
_HALF_OF_MANY = frozenset(
    (
        "安全",
        "管理",
        "服务",
        "质量",
        "建设",
        "行政",
        "执法",
        "社会",
        "公共",
        "法律",
        "违法",
        "领域",
        "工作",
        "重大",
        "国家",
        "基层",
        "市场",
        "监管",
        "监督",
    )
)
# The twelfth of a series does not tell of the eleventh.
_ORDINAL = re.compile(r"第(?P<number>[一二三四五六七八九十百\d]+)(?P<unit>[届批期轮])")
_MUST_BE_SAID = re.compile(r"事故|事件|案件|纠纷")
_ENGLISH_SORTS = re.compile(r"\s+(?:cases?|accidents?|incidents?|disputes?)\b")


def _kinds(core: str, asked: Asked) -> tuple[Term, ...]:
    """Find what kind of case, accident or person a question counts or asks the being of ("仲裁" of "仲裁案件")."""
    found = [Term(_ordinal_wordings(match)) for match in _ORDINAL.finditer(core)]
    if asked not in (Asked.HOW_MUCH, Asked.WHETHER):
        return tuple(found)
    for run in _AROUND_KINDS.split(core):
        match = _KIND.match(run)
        kind = _TELLS_NO_KIND.sub("", match["kind"]) if match else ""
        if match is None or len(kind) < 2:
            continue
        found.append(_kind_term(kind, match["sort"]))
        if asked is Asked.WHETHER and _MUST_BE_SAID.fullmatch(match["sort"]):
            found.append(Term((match["sort"],)))
    found += [
        Term(saying.wordings) for saying in find_sayings(core) if _ENGLISH_SORTS.match(core[saying.end :])
    ]
    return tuple(found)


def _ordinal_wordings(ordinal: re.Match[str]) -> tuple[str, ...]:
    return (ordinal[0], f"首{ordinal['unit']}") if ordinal["number"] in "一1" else (ordinal[0],)


def _kind_term(kind: str, sort: str) -> Term:
    """Give the ways a report may name a kind: as asked, half of it, or as the thesaurus puts what is said."""
    said = kind + sort
    wordings = [kind, *(half for half in (kind[:2], kind[-2:]) if half not in _HALF_OF_MANY)]
    for saying in find_sayings(said):
        if saying.start < len(kind):
            wordings += saying.wordings
    return Term(tuple(dict.fromkeys(w for w in wordings if w != sort and not re.fullmatch(_SORTS, w))))


_ASKS_ALSO = re.compile(r"多少|几[^乎]|什么|谁|哪|是否|有没有|如何|\b(?:how|what|who|when|where|which)\b")


def halves(question: Question, scope_words: tuple[str, ...] = ()) -> list[Question]:
    """Give the questions of a text that asks two or three at once ("查处多少件，罚没多少元"), none of another.

    Each keeps the years of the whole and, for little, its words.
    """
    pieces = [piece for piece in re.split(r"[，,；;]\s*", plain_question(question.text)) if piece]
    if not 1 < len(pieces) < 4 or not all(map(_ASKS_ALSO.search, pieces)):
        return []
    read = [read_question(piece, scope_words) for piece in pieces]
    return [
        replace(
            half,
            years=question.years,
            terms=(
                *half.terms,
                *(replace(t, weight=_ASIDE * t.weight) for t in question.terms if t not in half.terms),
            ),
        )
        for half in read
        if half.terms
    ]


def _grams(run: str) -> list[str]:
    """Cut a run into bigrams of Han characters; Latin words and numbers stay whole."""
    grams: list[str] = []
    for piece in re.findall(r"[a-z0-9][a-z0-9.%+-]*|[^\x00-\x7f]+", run):
        if not _HAN.match(piece):
            grams.append(piece)
        elif len(piece) > 1:
            grams += [piece[i : i + 2] for i in range(len(piece) - 1)]
    return grams


def _units(folded: str) -> tuple[str, ...]:
    """Find the units an answer's figure may have; the unit named beside the question word decides."""
    match = _UNIT_ASKED.search(folded)
    if match:
        return _SAME_UNITS.get(match[1], (match[1],))
    return next((units for pattern, units in _MEASURED if pattern.search(folded)), ())
