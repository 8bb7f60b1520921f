"""The Telegram bot as a process, under load and under kill -9, against the tests' Bot API server.

    python -m benchmarks.bot load [--chats 200] [--passages 10000] [--json PATH]
    python -m benchmarks.bot kill [--times 20] [--json PATH]

`load`: every chat asks at once, without a model; each must be answered once and no flood limit be broken.
Passages are those of `benchmarks.first_call`, with random vectors; questions are embedded by the local model.
The bot's own share is what passes between a question's arrival and its answer's departure less the engine's
time, as the bot's metrics say, and less the waiting that Telegram's limit of 30 messages a second asks for.

`kill`: chats ask and upload without pause while the process is killed and started again; in the end every
question is answered and every upload is on the shelf, and what was answered twice says that it may be.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from langchain_core.embeddings import Embeddings

from benchmarks.first_call import fill
from benchmarks.processes import with_children
from benchmarks.results import print_table, write
from store.embed import local_model
from store.library import Library
from store.split import CHUNKING_VERSION
from tests.telegram import Group, Message, TelegramServer, User

_HEALTH = "127.0.0.1:9478"
_SAMPLES = Path(__file__).parent.parent / "samples"
_QUESTIONS = (
    "存在哪些不足？",
    "下一步有什么计划？",
    "办理行政复议案件多少件？",
    "有哪些成效？",
    "开展普法宣传多少场次？",
)
_NUMBER = re.compile(r"第(\d+)问")


class _Random(Embeddings):
    """Vectors by chance: what they say does not matter to how long a search takes."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._random = random.Random(20261121)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [self._random.gauss(0, 1) for _ in range(self._dimensions)]


class Process:
    """`reportbot serve`, started and killed."""

    def __init__(self, server: TelegramServer, folder: Path, interval: str) -> None:
        self._server = server
        self._environment = {
            **os.environ,
            "REPORTBOT_DATA_DIR": str(folder),
            "REPORTBOT_HEALTH_LISTEN": _HEALTH,
            "TELEGRAM_BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "TELEGRAM_ADMIN_IDS": "1",
            "TELEGRAM_ALLOWED_IDS": ",".join(str(1000 + n) for n in range(1, 1001)),
            "TELEGRAM_MESSAGE_INTERVAL": interval,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        asked = len(self._server.calls_of("getUpdates"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], env=self._environment, stderr=subprocess.DEVNULL
        )
        self._server.wait_for(lambda: len(self._server.calls_of("getUpdates")) > asked, timeout=60)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> float:
        """Send a signal; gives the seconds until the process was gone."""
        process = self._process
        if process is None:
            return 0.0
        began = time.perf_counter()
        process.send_signal(number)
        process.wait(60)
        return time.perf_counter() - began

    def rss_mib(self) -> float:
        """Give the most memory the process and its engine have held."""
        return sum(map(_held_mib, with_children(self._process.pid))) if self._process else 0.0

    @staticmethod
    def metrics() -> dict[str, float]:
        with urllib.request.urlopen(f"http://{_HEALTH}/metrics", timeout=10) as response:  # noqa: S310
            lines = response.read().decode().splitlines()
        rows = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in rows}


def _held_mib(pid: int) -> float:
    held = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("utf-8"))
    return int(held[1]) / 1024 if held else 0.0


@contextmanager
def _bot(server: TelegramServer, interval: str, passages: int = 0) -> Iterator[Process]:
    with tempfile.TemporaryDirectory(prefix="reportbot-bench-") as folder:
        if passages:
            _fill(Path(folder), passages)
        process = Process(server, Path(folder), interval)
        process.start()
        try:
            yield process
        finally:
            process.kill()


def _fill(folder: Path, passages: int) -> None:
    local = local_model()
    if local is None or local.dimensions is None:
        sys.exit("benchmarks.bot needs the local embedding model")
    model = replace(local, embeddings=_Random(local.dimensions))
    with Library(folder, embedding=model, chunking_version=CHUNKING_VERSION) as library:
        fill(library, passages)


# --- load ---------------------------------------------------------------------------------------------


def load(chats: int, passages: int) -> dict[str, object]:
    with (
        TelegramServer(min_interval_s=1.0, global_per_second=30) as server,
        _bot(server, "1.0", passages) as process,
    ):
        users = [server.user(1000 + n, f"用户{n}") for n in range(1, chats + 1)]
        began = time.perf_counter()
        for number, user in enumerate(users):
            server.say(user, _QUESTIONS[number % len(_QUESTIONS)])
        server.wait_for(lambda: all(server.messages(user) for user in users), timeout=300)
        whole_s = time.perf_counter() - began
        answers = Counter(len(_firsts(server, user)) for user in users)
        found = process.metrics()
        row: dict[str, object] = {
            "chats": chats,
            "passages": passages,
            "answered once": answers[1],
            "violations": len(server.violations),
            "all answered s": round(whole_s, 1),
            "engine p95 ms": _quantile(found, "engine_seconds", 0.95),
            "own p50 ms": _quantile(found, "own_seconds", 0.5),
            "own p95 ms": _quantile(found, "own_seconds", 0.95),
            "rss MiB": round(process.rss_mib()),
        }
        for breach in server.violations[:5]:
            print(breach, file=sys.stderr)
        row["stop s"] = round(process.kill(signal.SIGTERM), 1)
    return row


def _firsts(server: TelegramServer, user: User) -> list[str]:
    """Give a chat's messages, the parts of one answer counted once."""
    return [m.text for m in server.messages(user) if not re.search(r"（[2-9]/\d+）$", m.text)]


def _quantile(found: dict[str, float], name: str, share: float) -> int:
    """Give the upper bound of the bucket that holds the quantile, in milliseconds."""
    total = found[f"reportbot_{name}_count"]
    for key, value in found.items():
        bound = re.fullmatch(rf'reportbot_{name}_bucket{{le="([\d.]+)"}}', key)
        if bound and value >= share * total:
            return round(float(bound[1]) * 1000)
    return -1


# --- kill ---------------------------------------------------------------------------------------------


def kill(times: int, chats: int = 12) -> dict[str, object]:
    """In groups, where each answer quotes its question."""
    chance = random.Random(7)
    reports = [path.read_text("utf-8", "ignore") for path in sorted(_SAMPLES.glob("*.txt"))]
    asked: list[tuple[Group, int]] = []
    uploads: list[tuple[Group, str]] = []
    with (
        TelegramServer(can_read_all_group_messages=True) as server,
        _bot(server, "0.02") as process,
    ):
        users = [server.user(1000 + n, f"用户{n}") for n in range(1, chats + 1)]
        groups = [server.group(-1000 - user.id, f"群{user.id}", members=[user]) for user in users]
        for round_ in range(times):
            for user, group in zip(users, groups, strict=True):
                question = f"/ask {chance.choice(_QUESTIONS)}"
                asked.append((group, server.say(user, question, chat=group)))
            user, group = users[round_ % chats], groups[round_ % chats]
            uploads.append((group, f"报告{round_}.txt"))
            text = f"{reports[round_ % len(reports)]}\n附注：第{round_}次报送。"
            server.send_document(user, uploads[-1][1], text.encode(), caption="/share", chat=group)
            time.sleep(chance.uniform(0.05, 1.5))
            process.kill()
            process.start()
        with suppress(AssertionError):  # what is still open counts as lost
            server.wait_for(lambda: not _open(server, asked, uploads), timeout=120)
        found = process.metrics()
        return {
            "kills": times,
            **_tally(server, asked, uploads),
            "resumed last": found["reportbot_resumed_total"],
        }


def _open(
    server: TelegramServer, asked: Sequence[tuple[Group, int]], uploads: Sequence[tuple[Group, str]]
) -> bool:
    """Tell whether anything is still without its answer."""
    told = any(not _replies(server, group, question) for group, question in asked)
    return told or any(not _taken(server, group, name) for group, name in uploads)


def _replies(server: TelegramServer, group: Group, question: int) -> list[Message]:
    return [m for m in server.messages(group) if m.reply_to == question]


def _taken(server: TelegramServer, group: Group, name: str) -> bool:
    return any(re.search(rf"[✅♻]\ufe0f? {re.escape(name)}", m.text) for m in server.messages(group))


def _tally(
    server: TelegramServer, asked: Sequence[tuple[Group, int]], uploads: Sequence[tuple[Group, str]]
) -> dict[str, object]:
    replies = [_replies(server, group, question) for group, question in asked]
    again = [found for found in replies if len(found) > 1]
    silent = [found for found in again if sum("可能重复" in m.text for m in found) < len(found) - 1]
    return {
        "questions": len(asked),
        "lost": sum(not found for found in replies),
        "twice": len(again),
        "twice unsaid": len(silent),
        "uploads": len(uploads),
        "uploads lost": sum(not _taken(server, group, name) for group, name in uploads),
        "violations": len(server.violations),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=["load", "kill"])
    arguments.add_argument("--chats", type=int, default=200)
    arguments.add_argument("--passages", type=int, default=10_000)
    arguments.add_argument("--times", type=int, default=20)
    arguments.add_argument("--json", type=Path)
    options = arguments.parse_args()
    row = load(options.chats, options.passages) if options.what == "load" else kill(options.times)
    print_table(options.what, [row])
    if options.json:
        write(
            options.json,
            settings={"chats": options.chats, "passages": options.passages, "times": options.times},
            results=row,
            entry=options.what,
        )


if __name__ == "__main__":
    main()
