"""Where Chroma's data is: a folder of this process, or a server."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from filelock import FileLock

from store.health import IndexDamagedError

if TYPE_CHECKING:
    from chromadb.api.client import Client


class Backend(Protocol):
    """Something vectors can be kept in."""

    def connect(self) -> Client: ...

    def wipe(self) -> None:
        """Throw away a store that cannot be read. Raises IndexDamagedError where that is not ours to do."""


class Embedded:
    """Chroma within this process, its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def connect(self) -> Client:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        self._folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(anonymized_telemetry=False)
        try:
            # Two processes that start at once would both lay out Chroma's database.
            with FileLock(self._folder / "create.lock"):
                return cast("Client", chromadb.PersistentClient(str(self._folder), settings=settings))
        except ChromaError as error:
            # Chroma keeps the half-started system and would trip over it the next time.
            SharedSystemClient.clear_system_cache()
            raise IndexDamagedError(f"向量索引无法打开：{error}") from error

    def wipe(self) -> None:
        shutil.rmtree(self._folder)


class Served:
    """A Chroma server at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def connect(self) -> Client:
        import chromadb
        from chromadb.config import Settings

        parts = urlsplit(self._url if "//" in self._url else f"//{self._url}")
        secure = parts.scheme == "https"
        try:
            client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if secure else 8000),
                ssl=secure,
                settings=Settings(anonymized_telemetry=False),
            )
        except ValueError as error:  # how chromadb reports a server it cannot reach
            raise self._unreachable() from error
        return cast("Client", client)

    def wipe(self) -> None:
        raise self._unreachable()

    def _unreachable(self) -> IndexDamagedError:
        return IndexDamagedError(f"连不上 Chroma：{self._url}", hint="请检查 CHROMA_URL 与服务器。")
