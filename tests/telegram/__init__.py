"""A Telegram Bot API server for tests: `from tests.telegram import TelegramServer, allow_loopback`."""

from __future__ import annotations

from pytest_socket import enable_socket, socket_allow_hosts

from tests.telegram.server import TelegramServer
from tests.telegram.world import Group, Message, User

__all__ = ["Group", "Message", "TelegramServer", "User", "allow_loopback"]


def allow_loopback() -> None:
    """Open 127.0.0.1 and nothing else for this test.

    To be called in a fixture that asks for `no_network` (tests/conftest.py), which closes
    everything before and again after the test:

        @pytest.fixture
        def server(no_network: None) -> Iterator[TelegramServer]:
            allow_loopback()
            with TelegramServer() as server:
                yield server
    """
    enable_socket()
    socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)
