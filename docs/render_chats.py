"""Play four conversations with the real bot on samples/ and draw them as docs/pictures/chat-*.svg.

    python docs/render_chats.py

`reportbot serve` runs as a process, without a model, against the tests' Bot API server; drawn is what that
server holds in the end. Of the words in the pictures only the users' are written here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import escape
from itertools import dropwhile, groupby
from pathlib import Path

from bot.layout import cell_width
from store.chats import ChatStore
from store.db import sqlite_url
from tests.telegram import Message, TelegramServer, User

ROOT = Path(__file__).resolve().parents[1]
PICTURES, SAMPLES = ROOT / "docs" / "pictures", {path.name: path for path in ROOT.glob("samples/*")}
SETTINGS = ("REPORTBOT_", "TELEGRAM_", "OPENAI_", "DATABASE_URL", "CHROMA_URL", "CELERY_")


OLD, NEW = "yingchuan_2023.md", "yingchuan_2024.txt"
TALKS = {
    "question": ("发来一份报告，提问，点开出处", ["/start", NEW, "一线持证执法人员有多少名？", "[1]"]),
    "summary": ("一份报告的摘要", [NEW, "/summary 映川"]),
    "digest": ("两年的报告，订阅，看动态", [OLD, NEW, "/subscribe 周一 9:00", "/digest"]),
    "refusal": (
        "没有答案的直说没有，接着追问",
        [OLD, NEW, "映川区城市管理局2021年罚没款多少？", "那2023年呢？"],
    ),
}
"""Of each picture the title and what its user does: sends a sample, says something, presses a button of the
last message ("[1]"). The picture begins with the first thing said."""


@contextmanager
def serving() -> Iterator[tuple[TelegramServer, ChatStore]]:
    """Run the bot away from the settings and the `.env` of whoever draws; give what it keeps, too."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    with tempfile.TemporaryDirectory(prefix="reportbot-docs-") as folder, TelegramServer() as server:
        ours = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.url}
        ours |= {"TELEGRAM_ALLOWED_IDS": "1,2,3,4", "TELEGRAM_MESSAGE_INTERVAL": "0"}
        ours |= {"REPORTBOT_DATA_DIR": folder, "REPORTBOT_LANGUAGE": "zh"}
        command = [sys.executable, "-m", "bot", "serve"]
        process = subprocess.Popen(command, env=kept | ours, cwd=folder, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            server.wait_for(lambda: server.calls_of("getUpdates"), timeout=60)
            with closing(ChatStore(sqlite_url(Path(folder)))) as store:
                yield server, store
        finally:
            process.terminate()
            process.wait(60)
        if server.violations:
            raise SystemExit("\n".join(server.violations))


def play(steps: list[str], user: User, server: TelegramServer, store: ChatStore) -> list[Message]:
    """Give the messages to be seen; each step waits until the bot has finished with the one before."""
    for step in steps:
        if step in SAMPLES:
            server.send_document(user, step, SAMPLES[step].read_bytes())
        elif step.startswith("["):
            server.press(user, server.messages(user)[-1], step)
        else:
            server.say(user, step)
        server.wait_for(lambda: not server.pending_updates() and not store.inbox.look(), timeout=60)
    told = dropwhile(lambda message: message.sender.is_bot or not message.text, server.history(user))
    return [message for message in told if not message.deleted]


# --- a message as rows ----------------------------------------------------------------------------------

EM, ROOM, INDENT = 15, 384, 12
"""Pixels: of a character, of the widest row (less a "…"), before a quote's text."""
MOST_ROWS, MOST_QUOTED = 28, 3
QUOTES = {"blockquote", "expandable_blockquote"}
UNBROKEN = re.compile(
    r"[（《〈「『【〔“‘(\[]*(?:[\w.,:%/+-]{1,36}|.)[，。、；：？！）》〉」』】〕”’…·％%,.;:?!)\]}]* *",
    re.ASCII,
)
"""What stays on one row: a word or a character with its brackets and stops."""

Row = list[tuple[str, frozenset[str]]]
"""Characters, each with the kinds of the entities it lies in."""


def width(text: str) -> float:
    """Estimate the pixels of `text`, rather too many: fonts differ in Latin letters and quotes."""
    ems = {"W": 1.0, "F": 1.0, "A": 1.0}
    return EM * sum(ems.get(unicodedata.east_asian_width(char), 0.6) for char in text if cell_width(char))


def text_of(row: Row) -> str:
    return "".join(char for char, _ in row if char != "\n")


def is_quoted(row: Row) -> bool:
    return bool(row) and not row[0][1].isdisjoint(QUOTES)


def rows_of(message: Message) -> list[Row]:
    rows: list[Row] = []
    for quoted, lines in groupby(_lines(message), is_quoted):
        room = ROOM - INDENT if quoted else ROOM
        wrapped = [row for line in lines for row in _wrapped(line, room)]
        rows += _cropped(wrapped, MOST_QUOTED) if "expandable_blockquote" in wrapped[0][0][1] else wrapped
    return _cropped(rows, MOST_ROWS)


def _lines(message: Message) -> Iterator[Row]:
    """Cut a message into lines, each with its line feed; entities count in UTF-16 units."""
    line: Row = []
    at = 0
    for char in message.text + "\n":
        inside = (e["type"] for e in message.entities if e["offset"] <= at < e["offset"] + e["length"])
        line.append((char, frozenset(inside)))
        at += len(char.encode("utf-16-le")) // 2
        if char == "\n":
            yield line
            line = []


def _wrapped(line: Row, room: float) -> Iterator[Row]:
    text = text_of(line)
    start = end = 0
    for word in UNBROKEN.finditer(text):
        if end > start and width(text[start : word.end()].rstrip()) > room:
            yield line[start:end]
            start = end
        end = word.end()
    yield line[start:]


def _cropped(rows: list[Row], most: int) -> list[Row]:
    """Keep the first rows; where there were more, the last one ends in "…"."""
    if len(rows) <= most:
        return rows
    last = rows[most - 1]
    return [*rows[: most - 1], [*last, ("…", last[0][1])]]


# --- drawing --------------------------------------------------------------------------------------------

WIDTH, MARGIN, PADDING, GAP, LINE, KEY, HEAD = 480, 10, 12, 10, 22, 32, 48
STYLE = """text{font:15px 'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif;fill:#111;white-space:pre}
.wall{fill:#cfdfd0}.bot{fill:#fff}.user{fill:#e2fbd3}.quote{fill:#eaf3fa}.bar,.disc,.link{fill:#2f7fc1}
.b{font-weight:bold}.i{font-style:italic}.key{fill:#5b7d6d}.page{fill:none;stroke:#fff;stroke-width:1.6}
text.label{font-size:14px;fill:#fff;text-anchor:middle}text.size{font-size:13px;fill:#6b7780}"""
LOOKS = {"bold": "b", "italic": "i", "bot_command": "link", "url": "link", "text_link": "link"}


@dataclass
class Picture:
    """Bubbles below one another; `y` is where the next one begins."""

    title: str
    y: float = GAP
    drawn: list[str] = field(default_factory=list)

    def add(self, message: Message) -> None:
        rows = rows_of(message) if message.text else []
        widest = max((width(text_of(row)) + INDENT * is_quoted(row) for row in rows), default=0.0)
        wide = max(widest, 240 if message.document or message.keyboard else 0) + 2 * PADDING
        left = MARGIN if message.sender.is_bot else WIDTH - MARGIN - wide
        head = HEAD if message.document else 0
        tall = head + len(rows) * LINE + PADDING + 4
        self._box("bot" if message.sender.is_bot else "user", left, self.y, wide, tall, 12)
        if message.document:
            self._file(left + PADDING, *message.document)
        self._rows(left + PADDING, self.y + head + 8, wide - 2 * PADDING, rows)
        self.y += tall
        for keys in message.buttons:
            self._keys(left, wide, [label for label, _ in keys])
        self.y += GAP

    def svg(self) -> str:
        size = f'width="{WIDTH}" height="{self.y:g}" viewBox="0 0 {WIDTH} {self.y:g}"'
        named = f'role="img" aria-label="{escape(self.title)}" lang="zh-CN" xml:space="preserve"'
        head = f"<title>{escape(self.title)}</title>\n<style>{STYLE}</style>"
        wall = '<rect class="wall" width="100%" height="100%" rx="8"/>'
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>', head, wall, *self.drawn]
        return "\n".join([*parts, "</svg>\n"])

    def _box(self, look: str, x: float, y: float, wide: float, tall: float, corner: int) -> None:
        size = f'x="{x:g}" y="{y:g}" width="{wide:g}" height="{tall:g}" rx="{corner}"'
        self.drawn.append(f'<rect class="{look}" {size}/>')

    def _line(self, x: float, y: float, content: str, look: str = "row") -> None:
        self.drawn.append(f'<text class="{look}" x="{x:g}" y="{y:g}">{content}</text>')

    def _rows(self, x: float, top: float, wide: float, rows: list[Row]) -> None:
        for quoted, group in groupby(rows, is_quoted):
            block = list(group)
            if quoted:
                self._box("quote", x, top, wide, len(block) * LINE, 3)
                self._box("bar", x, top, 3, len(block) * LINE, 1)
            for number, row in enumerate(block):
                self._line(x + INDENT * quoted, top + number * LINE + 16, _runs(row))
            top += len(block) * LINE

    def _file(self, x: float, name: str, content: bytes) -> None:
        y = self.y + PADDING
        self._box("disc", x, y, 40, 40, 20)
        page = f"M{x + 13:g} {y + 10:g}h9l6 6v14h-15zM{x + 22:g} {y + 10:g}v6h6"
        self.drawn.append(f'<path class="page" d="{page}"/>')
        self._line(x + 52, y + 16, escape(name), "b")
        self._line(x + 52, y + 36, f"{len(content) / 1024:.1f} KB", "size")

    def _keys(self, left: float, wide: float, labels: list[str]) -> None:
        each = (wide - 4 * (len(labels) - 1)) / len(labels)
        for number, label in enumerate(labels):
            x = left + number * (each + 4)
            self._box("key", x, self.y + 4, each, KEY, 7)
            self._line(x + each / 2, self.y + 25, escape(label), "label")
        self.y += KEY + 4


def _runs(row: Row) -> str:
    runs = []
    for looks, cells in groupby(row, lambda cell: {LOOKS[kind] for kind in cell[1] if kind in LOOKS}):
        text = escape(text_of(list(cells)))
        runs.append(f'<tspan class="{" ".join(sorted(looks))}">{text}</tspan>' if looks and text else text)
    return "".join(runs)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with serving() as (server, store):
        for number, (name, (title, steps)) in enumerate(TALKS.items(), 1):
            picture = Picture(f"Telegram 对话：{title}")
            for message in play(steps, server.user(number, "李主任"), server, store):
                picture.add(message)
            (PICTURES / f"chat-{name}.svg").write_text(picture.svg(), "utf-8")


if __name__ == "__main__":
    main()
