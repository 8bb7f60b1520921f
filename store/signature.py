"""Where a report is signed: the lines of agency, date and contact that belong to none of its parts."""

from __future__ import annotations

import re
from collections.abc import Callable

from store.numbering import starts_item
from store.sentences import Span, paragraphs
from store.simplify import simplify

_DIGIT = r"[0-9０-９〇○零Ｏ一二三四五六七八九十*×xX]"
_DATE = (
    rf"{_DIGIT}{{2,4}}\s*年(?:\s*{_DIGIT}{{1,3}}\s*月)?(?:\s*{_DIGIT}{{1,3}}\s*日)?"
    r"|(?:19|20)\d\d\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}"
)
_DATE_LINE = re.compile(rf"[（(]?\s*(?:{_DATE})\s*(?:印发|发布)?\s*[)）]?")
_OFFICE = r"(?:政府|管委会|委员会|办公室|办事处|领导小组|法院|检察院|局|厅|委|办|处|队|所|站|院|中心|党组|公司|集团|街道|学校|大学|协会)"
_AGENCY = rf"[\u4e00-\u9fff*×xX某□（）()·]{{2,38}}{_OFFICE}"
_SEAL = r"\s*(?:[（(](?:盖章|公章|印章|章)[)）])?"
_AGENCY_LINE = re.compile(rf"{_AGENCY}{_SEAL}(?:[\s、]+{_AGENCY}{_SEAL})*")
_SIGNED_LINE = re.compile(rf"{_AGENCY}{_SEAL}\s*(?:{_DATE})\s*(?:印发|发布)?")
_SIGNED_END = re.compile(rf"(?<=[。！!])\s*(?:{_AGENCY}{_SEAL}\s*)?(?:{_DATE})\s*$")
_CONTACT = re.compile(
    r"[（(]?\s*(?:联\s?系\s?人|(?:联系|咨询|监督|举报|办公|服务)?电\s?话|联系(?:方式|地址|单位|邮箱)|传\s?真|(?:电子)?邮箱|电子邮件|邮\s?编|邮政编码"
    r"|(?:通讯|办公|单位)?地\s?址|填报人|审核人|经办人|签发人)\s*[:：]"
)
_ADDRESSED = re.compile(
    r"(?:抄送|抄报|分送|报送|印送)\s*[:：]|[（(](?:此件|本件|信息公开|公开方式|公开属性)[^。]{0,24}[)）]?$|公开(?:方式|属性|形式)\s*[:：]|(?:特此|专此)[^。，]{2,6}[。.!！]?$"
)
_APPENDIX = re.compile(r"附[件录表注则]|附\s*[:：]|名词(?:解释|注释)|用语说明|注\s*[:：]|有关名词")
_REST_MAX = 3
"""How many short lines of a page may still follow the signature."""


def find_signatures(text: str) -> list[Span]:
    """Find where a cleaned text is signed: runs of such lines at its end or above an appendix."""
    lines = paragraphs(text)
    plain = [simplify(line.of(text)) for line in lines]
    found: list[Span] = []
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and _signs(plain[end]):
            end += 1
        if end > index and _is_signature(plain, index, end):
            last = len(lines) if _only_rest(plain, end) else end
            found.append(Span(lines[index].start, lines[last - 1].end))
        index = max(end, index + 1)
    inline = _SIGNED_END.search(plain[-1]) if lines and not found else None
    if inline and len(plain[-1]) == lines[-1].end - lines[-1].start:
        start = lines[-1].start + inline.start() + len(inline[0]) - len(inline[0].lstrip())
        found.append(Span(start, lines[-1].end))
    return found


def _signs(line: str) -> bool:
    if starts_item(line) and not _DATE_LINE.fullmatch(line):
        return False
    return (
        _is_dated(line) or _is_contact(line) or bool(_AGENCY_LINE.fullmatch(line) or _ADDRESSED.match(line))
    )


def _is_dated(line: str) -> bool:
    return bool(_DATE_LINE.fullmatch(line) or _SIGNED_LINE.fullmatch(line))


def _is_contact(line: str) -> bool:
    return len(line) <= 120 and bool(_CONTACT.match(line)) and not re.search(r"。.", line)


def _is_signature(lines: list[str], start: int, end: int) -> bool:
    """Tell a signature from an addressee or a heading that happens to name an agency or a year."""
    if start == 0 or not (_only_rest(lines, end) or _APPENDIX.match(lines[end])):
        return False
    run = lines[start:end]
    kinds: tuple[Callable[[str], bool], ...] = (_is_dated, _is_contact)
    if any(tells(line) for tells in kinds for line in run):
        return True
    return end == len(lines) and lines[start - 1].endswith(("。", "！", "!", "；"))


def _only_rest(lines: list[str], start: int) -> bool:
    """Tell whether nothing but a few short lines, no sentence and no heading among them, still follows."""
    rest = lines[start:]
    return len(rest) <= _REST_MAX and not any(
        len(line) > 40 or re.search(r"[。；]", line) or starts_item(line) or _APPENDIX.match(line)
        for line in rest
    )
