"""Brokers for tests: Redis and RabbitMQ, where they run; what a test leaves in them is removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kombu import Connection
from kombu.exceptions import OperationalError

from bot.broker import Queues

URLS = {
    "redis": os.environ.get("REPORTBOT_TEST_REDIS", "redis://127.0.0.1:6379/13"),
    "rabbitmq": os.environ.get("REPORTBOT_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
}


def broker_url(kind: str) -> str:
    """Give a broker's address; skips where none answers."""
    try:
        with Connection(URLS[kind], connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
    except OperationalError:
        pytest.skip(f"no {kind} at REPORTBOT_TEST_{kind.upper()}")
    return URLS[kind]


@contextmanager
def cleaned_up(url: str, shelf: str) -> Iterator[None]:
    """Remove the queues of a database; their names are nobody else's."""
    try:
        yield
    finally:
        with Connection(url, connect_timeout=2) as connection:
            for name in Queues(shelf).names:
                with connection.channel() as channel:
                    channel.queue_delete(name)
                with connection.channel() as channel:
                    channel.exchange_delete(name)
            if url.startswith("redis"):
                client = connection.default_channel.client
                for key in client.keys(f"*{shelf[:16]}*"):
                    client.delete(key)
