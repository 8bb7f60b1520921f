from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

from bot.broker import Bell, BrokerAwayError
from bot.texts import Say
from tests.bot.brokers import broker_url


@pytest.mark.parametrize(
    "wrong", ["amqp://guest:wrong@127.0.0.1:5672//", "amqp://guest:guest@127.0.0.1:5672/none"]
)
def test_a_broker_that_refuses_is_one_that_cannot_be_reached(wrong: str) -> None:
    broker_url("rabbitmq")  # skips where none runs
    bell = Bell(wrong, "0" * 16, Say("zh"))
    with pytest.raises(BrokerAwayError, match="连不上") as refused:
        bell.answers()
    assert refused.value.hint
    bell.close()
