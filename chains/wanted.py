"""What kind of answer a question wants, and in which units its figure may be."""

from __future__ import annotations

import re
from enum import StrEnum


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
            r"多少钱|(?:补助|补贴|津贴|奖励|奖金|工资|报酬|租金|罚款|赔偿|费用?|价格?|款)(?:标准)?(?:是|有|为|达|涨到|提高到|到)?(?:多少|几(?!个|名|人|家|次|起|件))|多少(?:的)?(?:补助|补贴|津贴|奖金|奖励|租金|[\u4e00-\u9fff]{0,4}费(?!者))|花(?:了)?多少|投资|投入|金额|经费|资金|收入|支出|罚款|罚没|补贴|补偿|赔偿|产值|总值|税收|预算|成本|造价|工资|薪|损失|拨款|奖金|成交额|销售额|零售额|(?<![a-z])gdp(?![a-z])|\bhow much (?:money|did)\b|\bcosts?\b|\bmoney\b|\bfunds?\b|\binvest|\brevenue|\bspen[dt]|\bfines?\b"
        ),
        ("元", "美元"),
    ),
    (
        re.compile(r"面积|多大|多少[^，。]{0,3}(?:[土耕林草湿绿用]地|农田)|\barea\b|\bmu\b|\bhectares?\b"),
        ("亩", "公顷", "平方米", "平方公里", "㎡", "立方米", "宗", "块"),
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
# "…的一般公共预算收入", "2024年GDP": what is measured asks by itself for its figure.
_MEASURE_ALONE = re.compile(
    r"(?:收入|支出|产值|总值|gdp|增速|增幅|税收|总额|总量|金额|面积|人数|数量|比例|占比|投资额|产量|经费)(?:情况)?[？?。]?$"
)


def form_of(folded: str) -> Asked:
    """Tell the kind of answer; without a question word, a measure asks for its figure."""
    bare = Asked.HOW_MUCH if _MEASURE_ALONE.search(folded) else Asked.WHAT
    return next((asked for asked, pattern in _ASKED if pattern.search(folded)), bare)


def units_of(folded: str) -> tuple[str, ...]:
    """Find the units an answer's figure may have; the unit named beside the question word decides."""
    match = _UNIT_ASKED.search(folded)
    if match:
        return _SAME_UNITS.get(match[1], (match[1],))
    return next((units for pattern, units in _MEASURED if pattern.search(folded)), ())
