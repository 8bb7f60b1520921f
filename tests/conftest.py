"""No test reaches the network or the user's data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from pytest_socket import disable_socket, enable_socket

# How long an example takes is the machine's affair, not the test's.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    # Unix sockets stay: asyncio's event loop wakes itself through one.
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the product at an empty folder of this test's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("REPORTBOT_DATA_DIR", str(folder))
    return folder
