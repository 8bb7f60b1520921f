"""The cluster of benchmarks/cluster.py as a test sees it: started, asked how it is, and ended, as one process is."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from benchmarks.cluster import HOOK, Cluster, Part
from store.jobs import JobStore
from tests.bot.brokers import broker_url, cleaned_up
from tests.store.databases import prepared_template, url_of
from tests.telegram import TelegramServer

ROOT = Path(__file__).parents[3]
_BOTS, _WORKERS = 3, 1
_START_S = 120
_SAMPLE = re.compile(r"^([a-z_]+(?:\{[^}]*\})?) ([0-9.e+-]+)$", re.MULTILINE)


class ClusterProcess:
    """Bots behind a front, a worker and a Chroma server on the PostgreSQL and the Redis that run here."""

    def __init__(self, server: TelegramServer, folder: Path, stack: ExitStack) -> None:
        self._server = server
        self._folder = folder
        self._stack = stack
        self._cluster: Cluster | None = None

    def start(self, **env: str) -> None:
        health = env.pop("REPORTBOT_HEALTH_LISTEN", "")
        port = free_ports(2 + 2 * _BOTS)
        base = {
            **self._state(),
            **env,
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_WEBHOOK_URL": f"https://127.0.0.1:{port}{HOOK}",
            "TELEGRAM_WEBHOOK_SECRET": "cluster",
        }
        self._cluster = Cluster(self._folder, base, _BOTS, _WORKERS, f"127.0.0.1:{port}")
        self._stack.callback(self._cluster.stop)
        self._cluster.start()
        self._server.wait_for(self._is_up, timeout=_START_S)
        if health:
            addresses = [part.env["REPORTBOT_HEALTH_LISTEN"] for part in self._bots()]
            self._stack.enter_context(_health_of_all(health, addresses))

    def end(self) -> int:
        """End every process; gives the highest exit code of ours."""
        if self._cluster is None:
            return 0
        self._cluster.stop()
        ours = [part for part in self._cluster.parts.values() if part.name != "chroma"]
        return max(part.process.returncode if part.process else 1 for part in ours)

    def _state(self) -> dict[str, str]:
        """Make a database of the test's own, and give where it and the broker are."""
        broker = broker_url("redis")
        database = url_of(self._stack.enter_context(prepared_template()))
        jobs = JobStore(database)
        self._stack.enter_context(cleaned_up(broker, jobs.identity()))
        self._jobs = jobs
        self._stack.callback(jobs.close)
        return {"DATABASE_URL": database, "CELERY_BROKER_URL": broker}

    def _is_up(self) -> bool:
        """Every bot listens, and workers are there."""
        return len(self._server.calls_of("setWebhook")) >= _BOTS and bool(self._jobs.workers())

    def _bots(self) -> list[Part]:
        parts = self._cluster.parts.values() if self._cluster else ()
        return [part for part in parts if part.name.startswith("bot")]


def free_ports(count: int) -> int:
    """Find ports that are free one after the other, and give the first."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, count):
        with ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")


@contextmanager
def _health_of_all(listen: str, addresses: Iterable[str]) -> Iterator[None]:
    """Answer for all bots as a monitor adds them up: well if all are, and the sums of their numbers."""
    bots = list(addresses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = [httpx.get(f"http://{bot}{self.path}") for bot in bots]
            body = added(each.text for each in told) if self.path == "/metrics" else told[0].text
            self.send_response(max(each.status_code for each in told))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    host, _, port = listen.rpartition(":")
    http = ThreadingHTTPServer((host, int(port)), Handler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield
    http.shutdown()
    http.server_close()
    thread.join()


def added(expositions: Iterable[str]) -> str:
    """Add up what several processes count."""
    sums: Counter[str] = Counter()
    for text in expositions:
        for name, value in _SAMPLE.findall(text):
            sums[name] += float(value)  # type: ignore[assignment]
    return "\n".join(f"{name} {value}" for name, value in sums.items())
