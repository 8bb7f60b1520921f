from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

from bot.broker import Bell, BrokerAwayError
from bot.texts import Say
from tests.bot.brokers import broker_url

REFUSED = ["amqp://guest:wrong@127.0.0.1:5672//", "amqp://guest:guest@127.0.0.1:5672/none"]


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Leave this machine's own addresses open."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])
    yield
    socket_allow_hosts(None)


@pytest.mark.parametrize("wrong", REFUSED, ids=["password", "virtual host"])
def test_a_broker_that_refuses_is_one_that_cannot_be_reached(wrong: str) -> None:
    broker_url("rabbitmq")  # skips where none runs
    bell = Bell(wrong, "0" * 16, Say("zh"))
    with pytest.raises(BrokerAwayError, match="连不上") as refused:
        bell.answers()
    assert refused.value.hint
    bell.close()
