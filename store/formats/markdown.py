"""Markdown -> lines. Asterisks stay: in this genre they mask figures ("会**次") more than they mark.

Only a bold opening of a paragraph, closed by a full stop or colon and a space, can be nothing else.
"""

from __future__ import annotations

import re

from store.encoding import decode
from store.formats import Parsed
from store.formats.tables import Cell, caption_above, lay_out, row_lines

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t\u3000]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)")
_BOLD_OPENING = re.compile(
    r"^(\s*(?:[-+]\s+|\d+[.、．]\s*|[（(][一二三四五六七八九十\d]+[)）]\s*)?)\*\*([^*\n]{2,60}[。：:；;！？!?])\*\*(?:[ \t\u3000]+|$)"
)
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_BAR = re.compile(r"(?<!\\)\|")


def parse(data: bytes) -> Parsed:
    return parse_text(decode(data).text)


def parse_text(text: str) -> Parsed:
    """Read decoded Markdown; the first `#` heading is the title."""
    lines = text.split("\n")
    out: list[str] = []
    title: str | None = None
    at = 0
    while at < len(lines):
        if _starts_table(lines, at):
            at = _read_table(lines, at, out)
            continue
        heading = _HEADING.match(lines[at])
        out.append(_plain(heading.group(1) if heading else lines[at]))
        title = title or (out[-1].strip() or None if heading else None)
        at += 1
    return Parsed("\n".join(out), title=title)


def _plain(line: str) -> str:
    return _BOLD_OPENING.sub(r"\1\2", _LINK.sub(r"\1", _IMAGE.sub(r"\1", line)))


def _starts_table(lines: list[str], at: int) -> bool:
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return "|" in lines[at] and "|" in following and _RULE.match(following) is not None


def _read_table(lines: list[str], at: int, out: list[str]) -> int:
    """Append the table's rows to `out`; return the index of the first line after it."""
    end = at + 2
    while end < len(lines) and "|" in lines[end] and lines[end].strip():
        end += 1
    heading = [Cell(text, heading=True) for text in _cells(lines[at])]
    body = [[Cell(text) for text in _cells(line)][: len(heading)] for line in lines[at + 2 : end]]
    out.extend(row_lines(lay_out([heading, *body]), caption_above(out)))
    return end


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [_plain(cell.strip().replace("\\|", "|")) for cell in _BAR.split(inner)]
