"""`reportbot serve` as a process of its own: a newcomer's first ten minutes, kill -9, the webhook, the logs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.bot.chat.cluster_process import ClusterProcess
from tests.bot.samples import NIGHTFALL, RIVERSIDE
from tests.telegram import Group, Message, TelegramServer, User

ROOT = Path(__file__).parents[3]
ANSWER = "复议应诉能力有待提升"


class Process:
    """A bot that can be killed and started again on the same data."""

    def __init__(self, server: TelegramServer, log: Path) -> None:
        self._server = server
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **env: str) -> None:
        polled = len(self._server.calls_of("getUpdates")) + len(self._server.calls_of("setWebhook"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"],
                env={**os.environ, "PYTHONPATH": str(ROOT), **env},
                stderr=log,
            )

        def listens() -> bool:
            asked = len(self._server.calls_of("getUpdates")) + len(self._server.calls_of("setWebhook"))
            return asked > polled

        self._server.wait_for(listens, timeout=60)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(15)
        self._process = None
        return code

    @property
    def said(self) -> str:
        return self._log.read_text("utf-8")


@pytest.fixture
def process(
    request: pytest.FixtureRequest, server: TelegramServer, settings: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Process | ClusterProcess]:
    """One process, or where a test asks for EACH a whole cluster as well."""
    if getattr(request, "param", "one") == "cluster":
        with ExitStack() as stack:
            yield ClusterProcess(server, tmp_path / "cluster", stack)
        return
    running = Process(server, tmp_path / "serve.log")
    yield running
    running.end(signal.SIGKILL)


EACH = pytest.mark.parametrize("process", ["one", "cluster"], indirect=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@EACH
def test_a_newcomer_s_first_ten_minutes(server: TelegramServer, process: Process, user: User) -> None:
    health = f"127.0.0.1:{free_port()}"
    process.start(REPORTBOT_HEALTH_LISTEN=health)
    server.say(user, "/start")
    assert "先发一份报告文件" in server.wait_message(user, containing="您好").text

    server.send_document(user, "河滨.txt", RIVERSIDE.encode())
    taken_in = server.wait_message(user, containing="✅", timeout=30)
    assert "河滨区水务局2024年法治政府建设工作报告" in taken_in.text

    server.say(user, "存在哪些不足？")
    answer = server.wait_message(user, containing="原文出处", timeout=20)
    assert "<blockquote expandable>" in answer.html

    server.press(user, answer, "[1]")
    passage = server.wait_message(user, containing="第 ", after=answer.message_id)
    assert "<b>" in passage.html

    server.press(user, taken_in, "📋 摘要")
    summary = server.wait_message(user, containing="【存在不足】", timeout=20)
    assert [label for label, _ in summary.buttons[1]] == ["📄 HTML", "📝 Markdown"]

    server.say(user, "2019年的罚款是多少？")
    assert "报告中没有找到答案" in server.wait_message(user, containing="没有找到").text

    server.say(user, "/delete 河滨")
    sure = server.wait_message(user, containing="删除《")
    server.press(user, sure, "🗑 删除")
    server.wait_for(lambda: "已删除" in sure.text)

    assert httpx.get(f"http://{health}/healthz").json() == {"status": "ok"}
    assert "reportbot_questions_total 2.0" in httpx.get(f"http://{health}/metrics").text
    assert process.end() == 0
    assert server.unanswered == []
    assert server.violations == []


def test_neither_the_token_nor_a_question_reaches_the_log(
    server: TelegramServer, process: Process, user: User
) -> None:
    process.start()
    server.faults.fail_next("sendMessage", status=400, description="Bad Request: something odd")
    server.say(user, "张三的身份证号是多少？")
    server.wait_for(lambda: "failed" in process.said)
    server.say(user, "还有李四呢？")
    server.wait_message(user)
    assert process.end() == 0
    assert server.token not in process.said
    assert not any(name in process.said for name in ("张三", "李四"))


def test_killed_again_and_again_nothing_is_lost(
    server: TelegramServer, process: Process, user: User, other: User
) -> None:
    groups = [server.group(-2001, "甲", members=[user]), server.group(-2002, "乙", members=[other])]
    asked: list[tuple[Group, int]] = []
    process.start()
    for round_ in range(3):
        for member, group in zip((user, other), groups, strict=True):
            asked.append((group, server.say(member, "/ask 存在哪些不足？", chat=group)))
        text = RIVERSIDE if round_ % 2 else NIGHTFALL
        server.send_document(
            user, f"第{round_}份.txt", f"{text}\n附注{round_}。".encode(), caption="/help", chat=groups[0]
        )
        # Somewhere in the midst: the first answer is on its way, the file is not yet taken in.
        server.wait_for(lambda: any(_replies(server, *question) for question in asked[-2:]), timeout=30)
        process.end(signal.SIGKILL)
        process.start()
    server.wait_for(lambda: all(_replies(server, *question) for question in asked), timeout=60)
    server.wait_for(lambda: all(_taken(server, groups[0], n) for n in range(3)), timeout=60)
    again = [found for question in asked if len(found := _replies(server, *question)) > 1]
    assert all("可能重复" in found[-1].text for found in again)
    assert server.violations == []


def _replies(server: TelegramServer, group: Group, question: int) -> list[Message]:
    return [m for m in server.messages(group) if m.reply_to == question]


def _taken(server: TelegramServer, group: Group, round_: int) -> bool:
    marks = ("✅", "♻")
    lines = [line for m in server.messages(group) for line in m.text.splitlines()]
    return any(line.startswith(marks) and f"第{round_}份.txt" in line for line in lines)


def test_a_webhook_wants_its_secret_and_answers(server: TelegramServer, process: Process, user: User) -> None:
    port = free_port()
    process.start(
        TELEGRAM_WEBHOOK_URL="https://bot.example.org/hook",
        TELEGRAM_WEBHOOK_SECRET="s-e-c-r-e-t",
        TELEGRAM_LISTEN=f"127.0.0.1:{port}",
    )
    (call,) = server.calls_of("setWebhook")
    assert (call.params["url"], call.params["secret_token"]) == (
        "https://bot.example.org/hook",
        "s-e-c-r-e-t",
    )
    server.say(user, "/help")
    (update,) = server.pending_updates()
    url = f"http://127.0.0.1:{port}/hook"
    assert httpx.post(url, json=update).status_code == 403
    secret = {"X-Telegram-Bot-Api-Secret-Token": "s-e-c-r-e-t"}
    for _ in range(2):  # Telegram sends again what it thinks was lost
        assert httpx.post(url, json=update, headers=secret).status_code == 200
    server.wait_message(user, containing="怎么用")
    assert process.end() == 0
    assert len([m for m in server.messages(user) if "怎么用" in m.text]) == 1


@pytest.mark.parametrize(
    ("token", "said"),
    [("", "还没有设置 TELEGRAM_BOT_TOKEN"), ("1:wrong", "Telegram 不认这个 TELEGRAM_BOT_TOKEN")],
)
def test_without_a_usable_token_it_says_where_to_get_one(
    server: TelegramServer, settings: pytest.MonkeyPatch, token: str, said: str
) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TELEGRAM_BOT_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"], env=env, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 2
    (line,) = done.stderr.decode().splitlines()
    assert said in line
    assert "@BotFather" in line


def test_a_network_that_is_down_at_first_is_waited_for(
    server: TelegramServer, process: Process, user: User
) -> None:
    server.faults.fail_next("getMe", status=502, times=1)
    process.start()
    server.say(user, "/help")
    server.wait_message(user, containing="怎么用", timeout=20)
    assert "秒后再试" in process.said


@pytest.fixture
def doctor(server: TelegramServer, settings: pytest.MonkeyPatch) -> Callable[..., str]:
    def look(**env: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"],
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return done.stdout.decode() + done.stderr.decode()

    return look


def test_doctor_finds_what_stands_in_the_bot_s_way(
    server: TelegramServer, doctor: Callable[..., str]
) -> None:
    fine = doctor()
    assert "@report_test_bot 可用" in fine
    assert "群隐私模式开着" in fine
    assert "不认这个 TELEGRAM_BOT_TOKEN" in doctor(TELEGRAM_BOT_TOKEN="1:wrong")
    blocked = doctor(TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}")
    assert "连不上" in blocked
    assert "HTTPS_PROXY" in blocked
    server.conflict = True
    assert "另有一个进程" in doctor()
