"""The cluster while everything in it is killed: what is lost, what comes twice, and whether all agree in the end.

    python -m benchmarks.chaos [--chats 100] [--reports 500] [--rounds 1] [--chroma-away 20] [--disturb COMMAND]

Three bots behind a front, two workers and a Chroma server (benchmarks/cluster.py), on a database of the run's own.
While chats ask and a folder is handed to the workers, each process in turn is killed with SIGKILL in the midst of
it: bots, workers, whichever bot holds the right to send digests, the process of a bot in which its engine runs, the
process of a worker in which it does its work, and the `ingest` that hands the files over. What is killed is started
again at once, but for the Chroma server, which stays away for `--chroma-away` seconds (0: it is left alone).
`--disturb` is run once a round, and may be given several times, such as `service postgresql restart`; nobody else
should use that server then.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.cluster import HOOK, POSTGRESQL, REDIS, Cluster, Part, make_database
from benchmarks.processes import children
from benchmarks.results import print_table, write
from bot.chat import texts
from store.jobs import JobStore
from store.words import WordIndex
from tests.bot.brokers import cleaned_up
from tests.telegram import Group, Message, TelegramServer, User

_QUESTIONS = ("有哪些不足？", "下一步有什么计划？", "罚款多少万元？", "有哪些成效？")
_MAYBE, _LOOKING, _FAILED = "可能重复", texts.LOOKING.zh, texts.FAILED.zh.partition("{")[0]
START_S, _ANSWERED_S, _TAKEN_IN_S = 180, 600, 3600
_BETWEEN_S = (1.0, 4.0)

_REPORT = """{place}水务局2024年法治政府建设工作报告

2024年，{place}水务局全面推进法治政府建设，现将有关情况报告如下。

一、主要工作成效
（一）执法力度不断加大。全年开展河道巡查{a}次，查处非法采砂案件{b}件，罚款{c}万元。
（二）普法宣传深入基层。组织宣传活动{d}场，发放资料手册{e}册。

二、存在的不足
（一）执法力量不足。持证执法人员仅有{f}人，难以满足日常巡查需要。

三、2025年工作打算
（一）充实执法队伍。计划招录执法人员{g}名，每季度开展一次业务培训。

{place}水务局
2025年1月15日
"""


@dataclass
class World:
    """What runs, and what was asked of it."""

    server: TelegramServer
    cluster: Cluster
    database: sa.Engine
    ingest: Part
    chats: list[tuple[User, Group]]
    chance: random.Random
    asked: list[tuple[Group, int]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def ask(self) -> None:
        """Have every chat ask once."""
        for user, group in self.chats:
            question = f"/ask {self.chance.choice(_QUESTIONS)}"
            self.asked.append((group, self.server.say(user, question, chat=group)))

    def open(self) -> int:
        """Count the questions without an answer."""
        return sum(not found for found in self.replies())

    def replies(self) -> list[list[Message]]:
        """Give what each question was answered."""
        return [[m for m in said if m.text != _LOOKING] for said in self._said()]

    def left_over(self) -> int:
        """Count the messages that say an answer is being written."""
        return sum(m.text == _LOOKING for said in self._said() for m in said)

    def _said(self) -> list[list[Message]]:
        return [
            [m for m in self.server.messages(group) if m.reply_to == question and not m.deleted]
            for group, question in self.asked
        ]


# --- disturbing ---------------------------------------------------------------------------------------


def disturb(world: World, chroma_away_s: float, commands: Sequence[str]) -> None:
    """Kill each kind of process in turn, in the midst of its work."""
    parts = world.cluster.parts
    for name in ("bot-1", "worker-1", "holder", "bot-2", "worker-2", "bot-3"):
        world.ask()
        time.sleep(world.chance.uniform(*_BETWEEN_S))
        _kill(world, _holder(world) if name == "holder" else parts[name])
    for part in (parts["bot-1"], parts["worker-1"]):
        world.ask()
        time.sleep(world.chance.uniform(*_BETWEEN_S))
        _kill_inside(world, part)
    if world.ingest.is_running:
        _kill(world, world.ingest)
        world.ingest.start()
    if chroma_away_s:
        world.ask()
        _take_away(world, world.cluster.parts["chroma"], chroma_away_s)
    for command in commands:
        world.ask()
        subprocess.run(shlex.split(command), check=True)
        world.killed.append(command)
    world.ask()


def _kill(world: World, part: Part) -> None:
    part.signal(signal.SIGKILL)
    world.killed.append(part.name)


def _kill_inside(world: World, part: Part) -> None:
    """Kill the processes that do a part's work, and leave the one that watches over them."""
    if part.process is None:
        return
    for pid in children(part.process.pid):
        with suppress(OSError):  # it may have ended by itself
            os.kill(pid, signal.SIGKILL)
    world.killed.append(f"inside {part.name}")


def _take_away(world: World, part: Part, seconds: float) -> None:
    part.away = True
    _kill(world, part)
    time.sleep(seconds)
    part.away = False


def _holder(world: World) -> Part:
    """Find the bot that may send digests; the first where nobody has the right just now."""
    with world.database.connect() as connection:
        holder = connection.scalar(sa.text("SELECT holder FROM digest_lease WHERE until > now()")) or ""
    bots = [part for name, part in world.cluster.parts.items() if name.startswith("bot")]
    pids = {str(part.process.pid): part for part in bots if part.process is not None}
    return next((part for pid, part in pids.items() if f":{pid}:" in holder), bots[0])


# --- running ------------------------------------------------------------------------------------------


def run(chats: int, reports: int, rounds: int, chroma_away_s: float, commands: Sequence[str]) -> list[dict]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reportbot-chaos-")))
        world = _started(stack, folder, chats)
        _make_reports(world.chance, folder / "reports", reports)
        stack.callback(world.ingest.wait, 0)
        world.ingest.start()
        began = time.monotonic()
        for _ in range(rounds):
            disturb(world, chroma_away_s, commands)
        with suppress(AssertionError):  # what is still open counts as lost
            world.server.wait_for(lambda: not world.open(), timeout=_ANSWERED_S)
        answered_s = time.monotonic() - began
        ended = _end_of(world.ingest)
        taken_s = time.monotonic() - began
        lag = _followed(world)
        row = {
            "killed": len(world.killed),
            **tally(world),
            **shelf(world, reports),
            "ingest ended with": ended,
            "words lag": lag,
            "answered s": round(answered_s),
            "taken in s": round(taken_s),
        }
        world.cluster.end()
        world.cluster.stop()
        return [{**row, "indexes apart": _apart(world)}]


def _started(stack: ExitStack, folder: Path, chats: int) -> World:
    server = stack.enter_context(TelegramServer(can_read_all_group_messages=True))
    url, broker = database(stack), os.environ.get("CELERY_BROKER_URL") or REDIS
    jobs = JobStore(url)
    stack.enter_context(cleaned_up(broker, jobs.identity()))
    jobs.close()
    port = int(os.environ.get("REPORTBOT_CHAOS_PORT", "8580"))
    members = [server.user(1000 + n, f"用户{n}") for n in range(1, chats + 1)]
    base = {
        "DATABASE_URL": url,
        "CELERY_BROKER_URL": broker,
        "CHROMA_URL": "",
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "TELEGRAM_WEBHOOK_URL": f"https://127.0.0.1:{port}{HOOK}",
        "TELEGRAM_WEBHOOK_SECRET": "chaos",
        "TELEGRAM_ADMIN_IDS": "1",
        "TELEGRAM_ALLOWED_IDS": ",".join(str(user.id) for user in members),
        "TELEGRAM_MESSAGE_INTERVAL": "0.02",
    }
    cluster = Cluster(folder, base, front_at=f"127.0.0.1:{port}")
    stack.callback(cluster.stop)
    cluster.start()
    server.wait_for(lambda: len(server.calls_of("setWebhook")) >= cluster.bots, timeout=START_S)
    watching = threading.Thread(target=cluster.watch, daemon=True)
    watching.start()
    stack.callback(cluster.end)
    engine = sa.create_engine(url, pool_pre_ping=True)
    stack.callback(engine.dispose)
    groups = [server.group(-1000 - user.id, f"群{user.id}", members=[user]) for user in members]
    ingest = Part(
        "ingest",
        [sys.executable, "-m", "bot", "ingest", str(folder / "reports")],
        {**cluster.parts["worker-1"].env, "REPORTBOT_DATA_DIR": str(folder / "ingest")},
        folder / "ingest.log",
    )
    chats_of = list(zip(members, groups, strict=True))
    return World(server, cluster, engine, ingest, chats_of, random.Random(7))


def database(stack: ExitStack) -> str:
    """Make a database for this run, dropped when it is over."""
    server = sa.make_url(os.environ.get("DATABASE_URL") or POSTGRESQL)
    url = server.set(database=f"reportbot_chaos_{uuid4().hex}")
    make_database(url.render_as_string(hide_password=False))
    admin = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def drop() -> None:
        with admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{url.database}" WITH (FORCE)')
        admin.dispose()

    stack.callback(drop)
    return url.render_as_string(hide_password=False)


def _make_reports(chance: random.Random, source: Path, reports: int) -> None:
    source.mkdir()
    for n in range(reports):
        figures = {name: chance.randrange(10, 9000) for name in "abcdefg"}
        (source / f"{n:05}.txt").write_text(_REPORT.format(place=f"第{n}区", **figures), "utf-8")


def _end_of(ingest: Part) -> int | None:
    """Wait until all files are taken in; gives the exit code, None where that takes too long."""
    if ingest.process is not None:
        with suppress(subprocess.TimeoutExpired):
            return ingest.process.wait(_TAKEN_IN_S)
    return None


def _followed(world: World) -> float:
    """Wait until every bot's word index has what the database has; gives how far the last is behind."""
    deadline = time.monotonic() + 60
    while (lag := max(_lags(world))) > 0 and time.monotonic() < deadline:
        time.sleep(0.5)
    return lag


def _lags(world: World) -> Iterator[float]:
    for name, part in world.cluster.parts.items():
        if not name.startswith("bot"):
            continue
        url = f"http://{part.env['REPORTBOT_HEALTH_LISTEN']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
            lines = response.read().decode().splitlines()
        yield next(float(line.split()[1]) for line in lines if line.startswith("reportbot_words_lag "))


# --- counting -----------------------------------------------------------------------------------------


def tally(world: World) -> dict[str, object]:
    """Count questions lost, told that they could not be answered, and answered twice with and without a word on it."""
    replies = world.replies()
    again = [found for found in replies if len(found) > 1]
    silent = [found for found in again if sum(_MAYBE in m.text for m in found) < len(found) - 1]
    for found in silent:
        print("twice, unsaid:", *(f"\n    {m.text[:200]!r}" for m in found))
    return {
        "questions": len(replies),
        "lost": sum(not found for found in replies),
        "failed": sum(m.text.startswith(_FAILED) for found in replies for m in found),
        "twice": len(again),
        "twice unsaid": len(silent),
        "begun and left": world.left_over(),
    }


def shelf(world: World, reports: int) -> dict[str, object]:
    """Count reports that are missing from the shelf, there twice, or neither in nor out."""
    count = "SELECT count(*), count(DISTINCT content_hash) FROM reports WHERE state = 'ready'"
    with world.database.connect() as connection:
        ready, different = connection.execute(sa.text(count)).one()
        between = connection.scalar(sa.text("SELECT count(*) FROM reports WHERE state <> 'ready'"))
        sources = connection.scalar(sa.text("SELECT count(*) FROM sources"))
    return {
        "reports": sources,
        "missing": reports - different,
        "there twice": ready - different,
        "in between": between,
    }


def _apart(world: World) -> int:
    """Count the bots whose word index holds other passages than the database."""
    with world.database.connect() as connection:
        held = {row.id for row in connection.execute(sa.text("SELECT id FROM passages"))}
    folders = [
        Path(part.env["REPORTBOT_DATA_DIR"]) / "words"
        for name, part in world.cluster.parts.items()
        if name.startswith("bot")
    ]
    return sum(WordIndex(folder).ids() != held for folder in folders)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--chats", type=int, default=100)
    parser.add_argument("--reports", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--chroma-away", type=float, default=20)
    parser.add_argument("--disturb", action="append", default=[], metavar="COMMAND")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = run(asked.chats, asked.reports, asked.rounds, asked.chroma_away, asked.disturb)
    print_table("chaos", rows)
    if asked.json:
        settings = json.loads(json.dumps(vars(asked), default=str))
        write(asked.json, settings=settings, results=rows)
    bad = (
        "ingest ended with",
        "lost",
        "failed",
        "twice unsaid",
        "missing",
        "there twice",
        "in between",
        "words lag",
        "indexes apart",
    )
    if any(row[name] != 0 for row in rows for name in bad):
        sys.exit(1)


if __name__ == "__main__":
    main()
