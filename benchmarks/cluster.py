"""The large layout on one machine, without containers: bots behind a front, workers and a Chroma server.

    python -m benchmarks.cluster [--bots 3] [--workers 2] [--front 127.0.0.1:8480] [--folder data/cluster]

PostgreSQL and Redis (or RabbitMQ) must run already; they are taken from DATABASE_URL and CELERY_BROKER_URL, else
looked for on this machine. Bots are told of messages by webhook: TELEGRAM_WEBHOOK_URL must lead to the front, which
hands each call to the next bot. Without a TELEGRAM_BOT_TOKEN the tests' Bot API server stands in for Telegram.
What ends is started again; Ctrl+C ends all. Logs are in the folder, one file for each process.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from dotenv import dotenv_values
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from tests.telegram import TelegramServer

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/reportbot_cluster"
REDIS = "redis://127.0.0.1:6379/1"
HOOK = "/hook"
_LOOK_EVERY_S = 0.5
_PATIENCE_S = 15.0


@dataclass
class Part:
    """A process of the cluster, started again when it ends, unless it is to be `away`."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    away: bool = False

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl+C is for the cluster, which ends its parts in order.
            self.process = subprocess.Popen(
                self.command, env={**self.env}, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the process and to those it has started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def ask_to_end(self) -> None:
        # Only the process itself: a worker lets those it has started finish what they are at.
        if self.process is not None and self.is_running:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.signal(signal.SIGKILL)
        self.process.wait()  # what was killed is no longer there, and its remains are gone too


class Front:
    """Hands each call to the next bot, and to the one after it where that does not answer."""

    def __init__(self, listen: str, bots: Sequence[str]) -> None:
        self._listen = listen
        self._bots = bots
        self._turn = itertools.count()
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="front", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise SystemExit(f"the front cannot listen on {self._listen}")

    def stop(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def hand_on(self, request: HTTPRequest, path: str) -> int:
        """Give the status of the first bot that answers, 502 where none does."""
        client, first = AsyncHTTPClient(), next(self._turn)
        for n in range(len(self._bots)):
            request.url = f"http://{self._bots[(first + n) % len(self._bots)]}{path}"
            try:
                return (await client.fetch(request, raise_error=False)).code
            except (OSError, HTTPClientError):
                continue
        return 502

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        host, _, port = self._listen.rpartition(":")
        application = Application([("/.*", _Call, {"front": self})], log_function=lambda _: None)
        server: HTTPServer = application.listen(int(port), host)
        self._ready.set()
        await self._over.wait()
        server.stop()


class _Call(RequestHandler):
    def initialize(self, front: Front) -> None:
        self._front = front

    async def post(self) -> None:
        kept = {name: value for name, value in self.request.headers.items() if name.lower() not in _HOP}
        request = HTTPRequest("", "POST", kept, self.request.body, connect_timeout=2, request_timeout=60)
        code = await self._front.hand_on(request, self.request.path)
        # A bot that died in the middle: 599 is tornado's own and nobody else's.
        self.set_status(502 if code == 599 else code)  # noqa: PLR2004


_HOP = ("host", "connection", "content-length", "transfer-encoding", "keep-alive")


@dataclass
class Cluster:
    """What runs, by name: bot-1, worker-1, chroma."""

    folder: Path
    base: Mapping[str, str]
    bots: int = 3
    workers: int = 2
    front_at: str = "127.0.0.1:8480"
    parts: dict[str, Part] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        host, _, port = self.front_at.rpartition(":")
        numbers = itertools.count(int(port) + 1)

        def address() -> str:
            return f"{host}:{next(numbers)}"

        chroma = address()
        self.shared = shared = {**self.base, "CHROMA_URL": self.base.get("CHROMA_URL") or f"http://{chroma}"}
        if not self.base.get("CHROMA_URL"):
            path = str((self.folder / "chroma").absolute())
            run = [
                _tool("chroma"),
                "run",
                "--path",
                path,
                "--host",
                host,
                "--port",
                chroma.rpartition(":")[2],
            ]
            # It logs every request otherwise.
            self._add("chroma", run, {**shared, "RUST_LOG": "error"})
        addresses = [address() for _ in range(self.bots)]
        for n, listen in enumerate(addresses, 1):
            own = {"TELEGRAM_LISTEN": listen, "REPORTBOT_HEALTH_LISTEN": address()}
            self._add(f"bot-{n}", [sys.executable, "-m", "bot", "serve"], {**shared, **own})
        for n in range(1, self.workers + 1):
            self._add(f"worker-{n}", [sys.executable, "-m", "bot", "worker"], shared)
        self.front = Front(self.front_at, addresses)

    def _add(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        # Each keeps a word index of its own; nothing else is in there.
        data = str((self.folder / name).absolute())
        log = self.folder / f"{name}.log"
        self.parts[name] = Part(name, command, {**os.environ, **env, "REPORTBOT_DATA_DIR": data}, log)

    def start(self) -> None:
        self.front.start()
        for part in self.parts.values():
            part.start()

    def watch(self) -> None:
        """Start again what ends, until `end` is called."""
        while not self._over.wait(_LOOK_EVERY_S):
            for part in self.parts.values():
                if not part.is_running and not part.away:
                    print(f"{part.name} ended and is started again", flush=True)
                    part.start()

    def end(self) -> None:
        self._over.set()

    def stop(self) -> None:
        for part in self.parts.values():
            if part.name != "chroma":
                part.ask_to_end()
        for part in sorted(self.parts.values(), key=lambda part: part.name == "chroma"):
            part.ask_to_end()
            part.wait(_PATIENCE_S)
        self.front.stop()


def _tool(name: str) -> str:
    """Find a program that was installed beside Python."""
    return str(Path(sys.executable).with_name(name))


def make_database(url: str) -> None:
    """Make the database of a PostgreSQL server where it is not there yet."""
    wanted = sa.make_url(url)
    engine = sa.create_engine(wanted.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = connection.scalar(
            sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": wanted.database}
        )
        if not there:
            connection.exec_driver_sql(f'CREATE DATABASE "{wanted.database}"')
    engine.dispose()


def settings() -> dict[str, str]:
    """Take what is set, in the environment first, and fill in what this machine has."""
    named = {**dotenv_values(".env"), **os.environ}
    kept = {name: value for name, value in named.items() if value and name not in os.environ}
    kept["DATABASE_URL"] = named.get("DATABASE_URL") or POSTGRESQL
    kept["CELERY_BROKER_URL"] = named.get("CELERY_BROKER_URL") or REDIS
    for name in ("CHROMA_URL", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_URL"):
        kept[name] = named.get(name) or ""
    return kept


def _pretended(front_at: str, stack: ExitStack) -> Iterator[tuple[str, str]]:
    """Give the settings of a Telegram of our own."""
    server = stack.enter_context(TelegramServer())
    yield from {
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "TELEGRAM_WEBHOOK_URL": f"https://{front_at}{HOOK}",
        "TELEGRAM_WEBHOOK_SECRET": "cluster",
        "TELEGRAM_ADMIN_IDS": "1",
    }.items()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bots", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--front", default="127.0.0.1:8480")
    parser.add_argument("--folder", type=Path, default=Path("data/cluster"))
    asked = parser.parse_args()
    base = settings()
    if base["DATABASE_URL"].startswith("postgresql"):
        make_database(base["DATABASE_URL"])
    with ExitStack() as stack:
        if not base["TELEGRAM_BOT_TOKEN"]:
            base |= dict(_pretended(asked.front, stack))
            print(f"No TELEGRAM_BOT_TOKEN: a Bot API server of the tests' is at {base['TELEGRAM_API_URL']}")
        elif not base["TELEGRAM_WEBHOOK_URL"]:
            raise SystemExit(
                "Several bots need TELEGRAM_WEBHOOK_URL, an https address that leads to the front."
            )
        cluster = Cluster(asked.folder, base, asked.bots, asked.workers, asked.front)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: cluster.end())
        stack.callback(cluster.stop)
        cluster.start()
        names = ", ".join(cluster.parts)
        print(f"{names} run; the front is at http://{asked.front}{HOOK}, logs are in {asked.folder}")
        print("For `reportbot ingest`, `jobs` and `doctor` beside it:")
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CHROMA_URL"):
            print(f"  export {name}={cluster.shared[name]}", flush=True)
        cluster.watch()
        print("Stopping ...", flush=True)


if __name__ == "__main__":
    main()
