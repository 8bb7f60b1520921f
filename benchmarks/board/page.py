"""The page of the board, made of the last results and of what is written by hand in `notes.md`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.board.found import Found, Headline, Table
from benchmarks.board.parts import PARTS

NOTES = Path(__file__).with_name("notes.md")
WINNERS = {"ours": "本产品", "peer": "**对方**", "none": "持平"}
PICTURES = {
    "growth": ("bench-growth.svg", "搜索用时随书架大小的变化，本产品与现成方案"),
    "honesty": ("bench-honesty.svg", "读者看到的假话随模型说假话的比例的变化，本产品与直塞前四段"),
    "retrieval": ("bench-recall.svg", "读到依据的问题占多少，随交出的字数变化"),
}


def write(held: Mapping[str, Any], target: Path) -> None:
    """Write the page from `board.json` as it was read: part -> what it measured, when and where."""
    target.write_text(page(held, read_notes(NOTES.read_text("utf-8"))), "utf-8")


def page(held: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    found = {part: Found.of_json(held[part]["results"]) for part in PARTS if part in held}
    pieces = ["# 成绩单", notes["intro"], "## 一张表", _headline_table(found), notes["losses"]]
    for part, measured in found.items():
        pieces += [f"## {PARTS[part]}", _origin(part, held[part])]
        pieces += [notes[part]] if part in notes else []
        pieces += [_picture(part)] if part in PICTURES and measured.curves else []
        for table in measured.tables:
            pieces += [f"**{table.title}**", _table(table)]
        pieces += [f"- 没有测：{reason}（`{name}`）" for name, reason in measured.absent.items()]
    pieces += ["## 在什么上测的", _machines(held)]
    return "\n\n".join(pieces) + "\n"


def read_notes(text: str) -> dict[str, str]:
    """Read notes by their names: what follows a line `<!-- name -->` up to the next one."""
    parts = re.split(r"^<!-- (\w+) -->\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _headline_table(found: Mapping[str, Found]) -> str:
    rows = [_headline(part, headline) for part, measured in found.items() for headline in measured.headlines]
    return _table(Table("", rows))


def _headline(part: str, headline: Headline) -> dict[str, object]:
    arrow = "越高越好" if headline.better == "higher" else "越低越好"
    return {
        "比什么": f"{headline.what}（{arrow}）",
        "本产品": headline.ours_said,
        "最好的对方": f"{headline.peer_said}，{headline.peer_name}",
        "谁好": WINNERS[headline.winner],
        "重跑": _command(part),
    }


def _command(part: str) -> str:
    return f"`make bench PARTS={part}`"


def _origin(part: str, entry: Mapping[str, Any]) -> str:
    return f"{_command(part)} · 提交 `{entry['commit']}` · {entry['measured'][:16].replace('T', ' ')} UTC"


def _picture(part: str) -> str:
    name, said = PICTURES[part]
    return f"![{said}](pictures/{name})"


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    names = list(dict.fromkeys(name for row in table.rows for name in row))
    lines = [names, ["---"] * len(names)]
    lines += [[_cell(row.get(name)) for name in names] for row in table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return str(value).replace("|", "\\|")


def _machines(held: Mapping[str, Any]) -> str:
    """Tell the machine and the settings of each part, and all versions once."""
    rows = [
        {
            "部分": part,
            "机器": "{cpu}，{cores} 核，{memory_gib} GiB，{system}，Python {python}".format(
                **held[part]["machine"]
            ),
            "开始时负载": held[part]["machine"]["load_1min"],
            "用时秒": held[part]["settings"]["wall_s"],
            "处理器秒": held[part]["settings"]["cpu_s"],
        }
        for part in PARTS
        if part in held
    ]
    versions: dict[str, str] = {}
    for part in rows:
        versions |= held[str(part["部分"])]["versions"]
    said: Sequence[str] = [f"{name} {version}" for name, version in sorted(versions.items())]
    return f"{_table(Table('', rows))}\n\n版本：{'，'.join(said)}。"
