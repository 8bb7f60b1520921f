"""Places that an English question names: by their pinyin ("Longgang", "Qingyuan District"), or as English calls them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_SYLLABLES = frozenset(
    re.findall(
        "[a-z]+",
        """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce
    cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun
    chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de den deng di dian diao die ding diu dong dou
    du duan dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei
    gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua
    huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan
    kang kao ke ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei leng li lia
    lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve ma mai man mang mao me mei men meng
    mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin
    ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping
    po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri rong
    rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shen sheng shi
    shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te
    teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian
    xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue
    yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua
    zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """,
    )
)
_WORD = r"[A-Z][a-z]+(?:'(?!s\b)[a-z]+)?"
_TAILED = re.compile(
    rf"\b({_WORD}(?: {_WORD})?)(?:'s)? (?:District|County|City|Province|Municipal\w*|Provincial|Autonomous Region|New Area|High-tech|Township)\b"
)
_BARE = re.compile(rf"(?P<first>^\W*)?\b(?P<word>{_WORD})(?P<whose>'s)?\b")
_NO_NAMES = frozenset(("the", "which", "what", "how", "did", "municipal", "people"))
# English words that could be pinyin.
_WORDS = frozenset(
    re.findall(
        "[a-z]+",
        "june renminbi hukou pinyin beidou weibo can china chinese women line lane machine sense game panda change"
        " danger fine",
    )
)
_EXONYMS = {
    "tibet": "西藏", "shaanxi": "陕西", "inner mongolia": "内蒙古", "hong kong": "香港", "macau": "澳门",
    "macao": "澳门", "lhasa": "拉萨", "urumqi": "乌鲁木齐", "harbin": "哈尔滨", "hohhot": "呼和浩特",
    "kashgar": "喀什", "ordos": "鄂尔多斯", "shigatse": "日喀则", "nyingchi": "林芝", "qiqihar": "齐齐哈尔",
    "taiwan": "台湾", "canton": "广州", "peking": "北京",
}  # fmt: skip
_EXONYM = re.compile(rf"\b(?:{'|'.join(_EXONYMS)})\b", re.IGNORECASE)


def match_places(question: str, places: Iterable[str]) -> tuple[list[str], str]:
    """Match the places an English question names with those held, given without their tails (北京, not 北京市).

    Gives the held ones, each followed by the words the question has for it, and the first name that none is of.
    """
    by_sound: dict[str, list[str]] = {}
    for place in places:
        by_sound.setdefault(spelled(place), []).append(place)
    found: list[str] = []
    for name in names_in(question):
        key = re.sub(r"[^a-z]", "", name.lower())
        held = by_sound.get(spelled(_EXONYMS[name.lower()]) if name.lower() in _EXONYMS else key)
        if held is None:
            return found, name
        found += [*held, *name.lower().split()]
    return found, ""


def names_in(question: str) -> list[str]:
    """Give what an English question names as places, in order."""
    named = {match.start(): match[1] for match in _TAILED.finditer(question)}
    exonyms = list(_EXONYM.finditer(question))
    named |= {match.start(): match[0] for match in exonyms}
    taken = [(start, start + len(name)) for start, name in named.items()]
    for match in _BARE.finditer(question):
        start, word = match.start("word"), match["word"]
        begins = match["first"] is not None and not match["whose"]
        if not begins and _is_pinyin(word) and not any(left <= start < right for left, right in taken):
            named[start] = word
    return [name for _, name in sorted(named.items()) if name.lower() not in _NO_NAMES]


def sounds_of(text: str) -> str:
    """Give a text's pinyin in one run, what is not Chinese left out."""
    return "".join(spelled(char) for char in text if "\u4e00" <= char <= "\u9fff")


@lru_cache(maxsize=20_000)
def spelled(name: str) -> str:
    from pypinyin import lazy_pinyin  # only English questions need it: it loads a large dictionary

    return "".join(lazy_pinyin(name))


def _is_pinyin(word: str) -> bool:
    """Tell whether a word is nothing but syllables of pinyin, at least two of them."""
    plain = word.lower().replace("'", "")
    if plain in _WORDS:
        return False
    reached = {0: 0}
    for at in range(len(plain)):
        if at not in reached:
            continue
        for end in range(at + 1, min(at + 6, len(plain)) + 1):
            if plain[at:end] in _SYLLABLES:
                reached[end] = max(reached.get(end, 0), reached[at] + 1)
    return reached.get(len(plain), 0) > 1
