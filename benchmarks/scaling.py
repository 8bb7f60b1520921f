"""Answered questions a minute with one, two and four bots, where a model takes two seconds.

    python -m benchmarks.scaling [--bots 1 2 4] [--seconds 40] [--chats 48] [--json PATH]

Each run is a cluster of its own (benchmarks/cluster.py: a front, PostgreSQL, a Chroma server, no workers) before the
tests' Bot API server, with the reports of samples/ on its shelf. Every chat asks again as soon as it was answered.
The model is a server here that answers each call after two seconds with the first sentence of the first passage it
was shown. A bot makes four calls at a time (chains/llm.py): what one bot can answer in a minute is 120 at best.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tornado.web import Application, RequestHandler

from benchmarks.chaos import START_S, database
from benchmarks.cluster import HOOK, REDIS, Cluster
from benchmarks.results import print_table, write
from bot.chat.updates import STOP_PREFIX
from store.jobs import JobStore
from tests.bot.brokers import cleaned_up
from tests.telegram import TelegramServer, User

MODEL_S = 2.0
_PORT, _MODEL_PORT = 8680, 8679
_WARM_S = 10.0
_SAMPLES = Path(__file__).parent.parent / "samples"
_QUESTIONS = (
    "执法人员有多少人？",
    "办理行政复议案件多少件？",
    "开展普法宣传多少场次？",
    "查处违法案件多少件？",
)
_PASSAGE = re.compile(r'<passage id="([^"]+)"[^>]*>\n(.*?)\n</passage>', re.DOTALL)


class _Model(RequestHandler):
    async def post(self) -> None:
        asked = json.loads(self.request.body)
        await asyncio.sleep(MODEL_S)
        said = json.dumps(_reply(asked["messages"][-1]["content"]), ensure_ascii=False)
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        if not asked.get("stream"):
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self.write({**_frame("chat.completion"), "choices": [choice], "usage": usage})
            return
        self.set_header("Content-Type", "text/event-stream")
        delta = {"index": 0, "delta": {"role": "assistant", "content": said}, "finish_reason": None}
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        for extra in ({"choices": [delta]}, {"choices": [end]}, {"choices": [], "usage": usage}):
            frame = {**_frame("chat.completion.chunk"), **extra}
            self.write(f"data: {json.dumps(frame, ensure_ascii=False)}\n\n")
        self.write("data: [DONE]\n\n")


def _frame(kind: str) -> dict[str, Any]:
    return {"id": "1", "object": kind, "created": 0, "model": "two-seconds"}


def _reply(prompt: str) -> dict[str, Any]:
    """Say the first sentence of the first passage, quoted."""
    shown = _PASSAGE.search(prompt)
    if shown is None:
        return {"refused": True, "claims": []}
    sentence = re.split(r"(?<=。)", shown[2].strip())[0]
    return {"claims": [{"text": sentence, "quotes": [{"id": shown[1], "quote": sentence}]}]}


@contextmanager
def _model() -> Iterator[str]:
    ready = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        over = asyncio.Event()
        running.append((asyncio.get_running_loop(), over))
        server = Application([("/.*", _Model)], log_function=lambda _: None).listen(_MODEL_PORT, "127.0.0.1")
        ready.set()
        await over.wait()
        server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait(10)
    yield f"http://127.0.0.1:{_MODEL_PORT}/v1"
    loop, over = running[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(10)


def run(bots: int, seconds: float, chats: int) -> dict[str, object]:
    with ExitStack() as stack:
        server = stack.enter_context(TelegramServer())
        users = [server.user(1000 + n, f"用户{n}") for n in range(1, chats + 1)]
        url, broker = database(stack), os.environ.get("CELERY_BROKER_URL") or REDIS
        jobs = JobStore(url)
        stack.enter_context(cleaned_up(broker, jobs.identity()))
        jobs.close()
        base = {
            "DATABASE_URL": url,
            "CELERY_BROKER_URL": broker,
            "CHROMA_URL": "",
            "OPENAI_API_KEY": "none",
            "OPENAI_BASE_URL": stack.enter_context(_model()),
            "OPENAI_MODEL": "two-seconds",
            "DAILY_TOKEN_BUDGET": "1000000000",
            "TELEGRAM_BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "TELEGRAM_WEBHOOK_URL": f"https://127.0.0.1:{_PORT}{HOOK}",
            "TELEGRAM_WEBHOOK_SECRET": "scaling",
            "TELEGRAM_ALLOWED_IDS": ",".join(str(user.id) for user in users),
            "TELEGRAM_MESSAGE_INTERVAL": "0",
        }
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reportbot-scaling-")))
        cluster = Cluster(folder, base, bots=bots, workers=0, front_at=f"127.0.0.1:{_PORT}")
        stack.callback(cluster.stop)
        cluster.parts["chroma"].start()
        _fill(cluster, folder)
        cluster.front.start()
        for name, part in cluster.parts.items():
            if name != "chroma":
                part.start()
        server.wait_for(lambda: len(server.calls_of("setWebhook")) >= bots, timeout=START_S)
        answered, spent_s = _keep_asking(server, users, seconds)
        marked = sum("[1]" in message.text for user in users for message in server.messages(user))
    return {
        "bots": bots,
        "chats": chats,
        "answered": answered,
        "a minute": round(answered * 60 / spent_s, 1),
        "with marks, in all": marked,
        "violations": len(server.violations),
    }


def _fill(cluster: Cluster, folder: Path) -> None:
    env = {**cluster.parts["bot-1"].env, "REPORTBOT_DATA_DIR": str(folder / "ingest")}
    subprocess.run(
        [sys.executable, "-m", "bot", "ingest", "--local", str(_SAMPLES)],
        env=env,
        check=True,
        capture_output=True,
    )


def _keep_asking(server: TelegramServer, users: list[User], seconds: float) -> tuple[int, float]:
    """Have each chat ask again as soon as it was answered; gives the answers after a while of warming up."""
    open_: dict[int, int] = {}
    began = time.monotonic()
    counted, since = 0, began + _WARM_S
    turn = 0
    while (now := time.monotonic()) < since + seconds:
        for user in users:
            answers = _answers(server, user)
            if answers < open_.get(user.id, 0):
                continue
            if user.id in open_ and now >= since:
                counted += 1
            open_[user.id] = answers + 1
            turn += 1
            server.say(user, f"{_QUESTIONS[turn % len(_QUESTIONS)]}（第{turn}次问）")
        time.sleep(0.05)
    return counted, seconds


def _answers(server: TelegramServer, user: User) -> int:
    """Count the answers a chat has got in full: those with buttons, but for the one that stops an answer."""
    return sum(
        bool(message.keyboard)
        and not any(
            button["callback_data"].startswith(STOP_PREFIX) for line in message.keyboard for button in line
        )
        for message in server.messages(user)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bots", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--chats", type=int, default=48)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    rows = [run(bots, asked.seconds, asked.chats) for bots in asked.bots]
    alone = rows[0]["a minute"]
    rows = [{**row, "times the first": round(row["a minute"] / alone, 2)} for row in rows]  # type: ignore[operator]
    print_table("scaling", rows)
    if asked.json:
        write(asked.json, settings={"seconds": asked.seconds, "model_s": MODEL_S}, results=rows)


if __name__ == "__main__":
    main()
