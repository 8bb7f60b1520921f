"""A newcomer's first minutes with the bot."""

from __future__ import annotations

from collections.abc import Callable

from tests.bot.chat.conftest import Bot
from tests.telegram import Message, TelegramServer, User


def test_a_newcomer_is_told_what_to_send(server: TelegramServer, bot: Bot, user: User) -> None:
    server.say(user, "/start")
    assert "先发一份报告文件" in server.wait_message(user, containing="您好").text


def test_a_question_is_answered_with_its_quote(
    server: TelegramServer, bot: Bot, user: User, upload: Callable[..., Message]
) -> None:
    upload(user)
    server.say(user, "存在哪些不足？")
    answer = server.wait_message(user, containing="原文出处")
    assert "<blockquote expandable>" in answer.html
    assert server.violations == []
