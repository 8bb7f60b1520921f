"""The front and the watch of `make cluster`."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from benchmarks.cluster import Cluster, Front, Part
from tests.telegram import allow_loopback


class Bot:
    """Takes calls on a port and remembers them."""

    def __init__(self, status: int = 200) -> None:
        self.calls: list[tuple[str, bytes, str | None]] = []
        calls = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                calls.append((self.path, body, self.headers["X-Telegram-Bot-Api-Secret-Token"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing is logged."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def stack(no_network: None) -> Iterator[ExitStack]:
    allow_loopback()
    with ExitStack() as stack:
        yield stack


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def front_for(stack: ExitStack, *addresses: str) -> str:
    listen = f"127.0.0.1:{free_port()}"
    front = Front(listen, addresses)
    front.start()
    stack.callback(front.stop)
    return f"http://{listen}/hook"


def bot(stack: ExitStack, status: int = 200) -> Bot:
    started = Bot(status)
    stack.callback(started.stop)
    return started


def post(url: str) -> int:
    secret = {"X-Telegram-Bot-Api-Secret-Token": "s"}
    return httpx.post(url, content=b'{"update_id": 1}', headers=secret).status_code


def test_calls_go_to_each_bot_in_turn_with_their_secret(stack: ExitStack) -> None:
    bots = [bot(stack) for _ in range(3)]
    url = front_for(stack, *(each.address for each in bots))
    assert [post(url) for _ in range(6)] == [200] * 6
    assert [each.calls for each in bots] == [[("/hook", b'{"update_id": 1}', "s")] * 2] * 3


def test_a_bot_that_is_down_is_passed_over(stack: ExitStack) -> None:
    alive = bot(stack)
    url = front_for(stack, f"127.0.0.1:{free_port()}", alive.address)
    assert [post(url) for _ in range(4)] == [200] * 4
    assert len(alive.calls) == 4


def test_without_any_bot_telegram_is_told_to_come_again(stack: ExitStack) -> None:
    assert post(front_for(stack, f"127.0.0.1:{free_port()}")) == 502


def test_what_a_bot_answers_is_passed_on(stack: ExitStack) -> None:
    assert post(front_for(stack, bot(stack, 403).address)) == 403


def test_what_ends_is_started_again_until_the_end(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, {"CHROMA_URL": "http://127.0.0.1:1"}, bots=0, workers=0)
    part = Part("short", [sys.executable, "-c", ""], {}, tmp_path / "short.log")
    cluster.parts = {"short": part}
    watching = threading.Thread(target=cluster.watch)
    watching.start()
    started = threading.Event()
    start = part.start

    def count() -> None:
        start()
        if part.starts >= 2:
            started.set()

    part.start = count  # type: ignore[method-assign]
    assert started.wait(60)
    cluster.end()
    watching.join(60)
    assert not watching.is_alive()
    part.wait(60)


def test_each_process_has_its_own_folder_and_ports_and_shares_the_state(tmp_path: Path) -> None:
    parts = Cluster(tmp_path, {"DATABASE_URL": "postgresql://db"}, front_at="127.0.0.1:7000").parts
    assert set(parts) == {"chroma", "bot-1", "bot-2", "bot-3", "worker-1", "worker-2"}
    ours = [part for name, part in parts.items() if name != "chroma"]
    assert len({part.env["REPORTBOT_DATA_DIR"] for part in ours}) == 5
    bots = [part for part in ours if part.name.startswith("bot")]
    named = [part.env[name] for part in bots for name in ("TELEGRAM_LISTEN", "REPORTBOT_HEALTH_LISTEN")]
    assert len(set(named)) == 6
    assert {part.env["CHROMA_URL"] for part in ours} == {"http://127.0.0.1:7001"}
    assert {part.env["DATABASE_URL"] for part in ours} == {"postgresql://db"}
