"""What scrapers and web pages leave in a text: pinyin after characters, page chrome, footers.

Every rule works on one line; which lines are looked at is decided in `clean.py`.
"""

from __future__ import annotations

import re

from store.simplify import simplify

_INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u0000-\u0008\u000e-\u001f\x7f\U000e0000-\U000e007f]"
)
_SPACED_CJK = re.compile(
    r"(?<![\u4e00-\u9fff])(?:[\u4e00-\u9fff][ \u3000\u00a0]+){3,}[\u4e00-\u9fff](?![\u4e00-\u9fff])"
)

_TONES = str.maketrans("āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿ", "aaaaooooeeeeiiiiuuuuvvvvvnnnm")
_TONE_MARK = re.compile("[āáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜńňǹḿ]")
_INITIALS = [
    "b",
    "p",
    "m",
    "f",
    "d",
    "t",
    "n",
    "l",
    "g",
    "k",
    "h",
    "j",
    "q",
    "x",
    "zh",
    "ch",
    "sh",
    "r",
    "z",
    "c",
    "s",
    "y",
    "w",
]
_FINALS = [
    "a",
    "o",
    "e",
    "i",
    "u",
    "v",
    "ai",
    "ei",
    "ui",
    "ao",
    "ou",
    "iu",
    "ie",
    "ve",
    "ue",
    "er",
    "an",
    "en",
    "in",
    "un",
    "vn",
    "ang",
    "eng",
    "ing",
    "ong",
    "ia",
    "iao",
    "ian",
    "iang",
    "iong",
    "ua",
    "uo",
    "uai",
    "uan",
    "uang",
]
_SYLLABLES = frozenset(i + f for i in ["", *_INITIALS] for f in _FINALS) | {"m", "n", "ng", "ê"}
_SYLLABLE = "[a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜüńňǹḿê]"
# After a character, or after a gloss: some pages gloss twice.
_GLOSS = re.compile(
    rf"(?:(?<=[\u3400-\u9fff])|(?<={_SYLLABLE}[)）]))[(（]\s*({_SYLLABLE}{{1,7}})[1-5]?\s*[)）]"
)

_BUTTONS = re.compile(
    r"^(?:【?\s*(?:字号|字体|字體)[:：]?.*|[【】〖〗\[\]|｜/·>»\-]+|下载|打印|全屏|收藏|我的收藏|加大|还原|减小|大|中|小|默认|放大|缩小"
    r"|分享|分享到.*|关闭|关闭窗口|返回|返回顶部|回到顶部|首页|上一篇.*|下一篇.*|上一页|下一页|打印本页.*|无障碍.*|长者助手.*|高级搜索.*"
    r"|搜索|登录|注册|简体|繁体|繁體|English|EN|扫一扫.*|微信|微博|复制链接|语音播报|播放|暂停|点赞|评论|纠错|朗读)$",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    r"(?:网站)?首页|(?:机构|部门|单位|领导|区情|市情|县情|镇情)(?:概况|职能|简介|设置|信息|之窗|介绍)?|(?:政务|政府|信息|党务|财政|政府信息|法定主动)公开(?:目录|指南|年报|专栏)?|(?:通知|公示|政务)公告"
    r"|公示公告|(?:政策|法律|规范性)(?:法规|文件|解读)|数据(?:发布|开放|公开|查询)|统计(?:数据|信息)|(?:政民|公众|互动|民意)(?:互动|交流|参与|征集)|(?:办事|政务|便民|公共|在线|网上)(?:服务|大厅|办事|指南|查询)"
    r"|(?:新闻|工作|政务|部门|图片|要闻|基层|乡镇)(?:中心|动态|要闻|信息|资讯|新闻|发布)|(?:专题|热点)(?:专栏|专题|报道|回顾)|走进.{2,4}|(?:领导|局长|市长|区长|县长|书记)信箱|人事(?:信息|任免)|依申请公开|网站(?:地图|导航)|智能问答|个人中心|用户中心"
)
_CONTROL = re.compile(
    r"\s*[【\[〖]\s*(?:字体|字體|字号|字號|打印|列印|关闭|關閉|收藏|分享|返回|复制|複製|纠错|我要纠错|下载|下載|推荐|推薦|转发|轉發|加大|缩小|放大|还原"
    r"|大(?=\s)|大(?=[】\]〗])|中(?=[】\]〗])|小(?=[】\]〗]))[^】\]〗。，]{0,20}[】\]〗]"
)
_JUMP = re.compile(
    r"\s*(?:[（(](?:下转|上接|紧接|下轉|上接|緊接)第?[^（）()。]{1,8}版[^（）()。]{0,12}[)）])+\s*"
)
_BETWEEN_BUTTONS = re.compile(r"[\s|｜/·,，、]+")
_PLACE_LINE = re.compile(
    r"^[【\[]?(?:您?(?:的)?当前(?:的)?位置|(?:您|你)?(?:现在|目前|当前)?(?:的|所在的?|所处的?)位置|(?:现在|目前|所在|当前)位置|当前(?:栏目|页面))(?:是|为)?[】\]]?\s*[:：]?"
    r"|^位置\s*[:：].*[>＞»›→]"
)
_CRUMB_JOINT = re.compile(r"\s*(?:[>＞»›→]+|(?<=页)\s*[-—/|》]+|::)\s*")
_META_LABEL = re.compile(
    r"[（(【\[]?\s*(?:发布(?:日期|时间|机构|单位)|发文(?:日期|机关|字号)?|成文日期|生成日期|印发日期|公开日期|更新(?:日期|时间)|日期|时间|来源|信息来源|文章来源"
    r"|稿源|作者|编辑|责任编辑|责编|审核|校对|浏览(?:次数|量)?|阅读(?:次数|量)?|点击(?:数|率|次数|量)?|访问量|字号|索\s*引\s*号|信息分类|主题分类"
    r"|主题词|组配分类|体裁分类|分类|名\s*称|有效性|文件状态|供稿|记者|摄影|通讯员)\s*[:：]"
)
_DATE = re.compile(r"(?P<y>(?:19|20)\d\d)\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_FOOTER = re.compile(
    r"^(?:来源[:：]\s*网[络路]|免责声明|版权(?:所有|声明)|声明[:：]|相关(?:报道|链接|阅读|新闻|文章|推荐|信息|附件下载|文档)|推荐阅读|延伸阅读|热门(?:推荐|文章)"
    r"|猜你喜欢|责任编辑|(?:网站)?主办(?:单位)?[:：]|承办(?:单位)?[:：]|技术支持|网站(?:标识码|地图|声明)|联系我们|关于我们|Copyright|©|.{0,12}ICP备|.{0,8}公网安备"
    r"|扫一扫|分享到|上一篇|下一篇|【?打印本页|【?关闭窗口|本文(?:仅限|来自|转自)|阅读原文|返回顶部|政府网站找错)",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"^(?:[-—–―─－·\s]*\d{1,4}[-—–―─－·\s]*|第\s*\d{1,4}\s*页(?:\s*[,，/共]+\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}|Page\s+\d+(?:\s+of\s+\d+)?)$",
    re.IGNORECASE,
)


# When and before whom a report was given is the report's own: its year hangs on it.
_SPOKEN = re.compile(r"(?:代表大会|会议|全会|大会)[^。]{0,12}(?:会议上|会上|上)")


def strip_invisible(line: str) -> tuple[str, int]:
    """Take out zero-width and control characters; also give how many there were."""
    return _INVISIBLE.subn("", line)


def close_spaced_words(line: str) -> str:
    """Bring a spaced-out heading ("工 作 报 告") together."""
    return _SPACED_CJK.sub(lambda match: re.sub(r"\s+", "", match[0]), line)


def _is_pinyin(letters: str) -> bool:
    return letters.translate(_TONES).replace("ü", "v") in _SYLLABLES


def has_marked_pinyin(text: str) -> bool:
    """Tell whether a tone-marked syllable is glossed anywhere: then toneless ones are noise too."""
    return any(_TONE_MARK.search(match[1]) and _is_pinyin(match[1]) for match in _GLOSS.finditer(text))


def strip_pinyin(line: str, *, toneless: bool) -> str:
    """Take out `(qū)` after a character; `（暂行）`, `(2021-2025年)` and `(ppp)` stay.

    `toneless`: also take out syllables without a tone mark such as `(men)`.
    """

    kept, position = "", 0
    for start, end in find_pinyin(line, toneless=toneless):
        kept, position = kept + line[position:start], end
    return kept + line[position:]


def find_pinyin(line: str, *, toneless: bool) -> list[tuple[int, int]]:
    """Find what `strip_pinyin` takes out, in order."""
    return [
        match.span()
        for match in _GLOSS.finditer(line)
        if _is_pinyin(match[1]) and (toneless or _TONE_MARK.search(match[1]))
    ]


def is_button(line: str) -> bool:
    """Tell whether a line is a control of a web page: 打印, 字号 大 中 小, a breadcrumb."""
    plain = simplify(line.strip())
    words = [word for word in _BETWEEN_BUTTONS.split(plain) if word]
    return bool(
        _BUTTONS.match(plain)
        or _PLACE_LINE.match(plain)
        or _is_trail(plain)
        or (len(words) > 1 and all(map(_BUTTONS.match, words)))
    )


def _is_trail(plain: str) -> bool:
    """Tell whether a line only leads from a site's front page to this one ("首页 > 政务公开 > 报告")."""
    steps = [step for step in _CRUMB_JOINT.split(plain) if step]
    if "。" in plain or len(steps) < 2 or any(len(step) > 40 for step in steps):
        return False
    return bool(re.fullmatch(r".{0,8}(?:首\s*页|主\s*页|门户(?:网站)?)", steps[0])) or (
        len(steps) > 2
        and bool(re.search(r"公开|通知|公告|信息|目录|栏目|专栏|动态|新闻|政务", steps[-2] + steps[0]))
    )


def is_columns(line: str) -> bool:
    """Tell whether a line only names columns of a government's site (政务公开, 办事服务)."""
    words = [word for word in _BETWEEN_BUTTONS.split(simplify(line.strip())) if word]
    return bool(words) and all(_COLUMN.fullmatch(word) or _BUTTONS.match(word) for word in words)


def strip_controls(line: str) -> str:
    """Take out 【打印】, 【字体：大 中 小】 and a newspaper's （下转第四版） wherever they stand in a line."""
    return _JUMP.sub("", _CONTROL.sub("", line)).strip()


def is_metadata(line: str) -> bool:
    """Tell whether a line only says when, where and by whom a page was published."""
    if is_labelled(line):
        return True
    plain = simplify(line.strip())
    if len(plain) > 120 or "。" in plain or plain.startswith("—"):
        return False
    if _SPOKEN.search(plain):
        return False
    rest = _CLOCK.sub("", _DATE.sub("", plain)).strip()
    return rest != plain and len(rest) <= 24 and not re.search(r"[,，；;！？]", rest)


def is_labelled(line: str) -> bool:
    """Tell whether a line is publishing data by its label ("浏览次数：128"), whatever else stands in it."""
    plain = simplify(line.strip())
    return len(plain) <= 120 and "。" not in plain and bool(_META_LABEL.match(plain))


def is_footer(line: str) -> bool:
    """Tell whether a line opens what a page shows after the document."""
    return bool(_FOOTER.match(simplify(line.strip())))


def is_page_number(line: str) -> bool:
    return bool(_PAGE_NUMBER.match(line.strip()))


def find_date(line: str) -> str | None:
    """Find the first full date, as YYYY-MM-DD."""
    match = _DATE.search(line)
    if match is None:
        return None
    month, day = int(match["m"]), int(match["d"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{match['y']}-{month:02d}-{day:02d}"
