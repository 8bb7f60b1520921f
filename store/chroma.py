"""Where Chroma's data is: a folder of this process, or a server (store.served)."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from filelock import FileLock

from store.health import IndexDamagedError

if TYPE_CHECKING:
    from chromadb.api.client import Client


class Backend(Protocol):
    """Something vectors can be kept in."""

    @property
    def is_shared(self) -> bool:
        """Tell whether other processes' writes are seen without looking anew, and calls may overlap."""

    @property
    def is_away(self) -> bool:
        """Tell whether it did not answer when it was last asked."""

    @property
    def batch_size(self) -> int | None:
        """The most vectors to hand over at once, None for as many as Chroma takes."""

    def connect(self) -> Client: ...

    def disconnect(self, client: Client) -> None: ...

    def guard(self) -> AbstractContextManager[None]:
        """Turn what a call meets on its way there into a VectorsAwayError."""

    def wait(self, deadline: float) -> bool:
        """Wait until it answers; False where it does not before `deadline` (time.monotonic)."""

    def wipe(self) -> None:
        """Throw away a store that cannot be read. Raises IndexDamagedError where that is not ours to do."""


class Embedded:
    """Chroma within this process, its data in `folder`."""

    is_shared = False
    is_away = False
    batch_size = None

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

    def disconnect(self, client: Client) -> None:
        client.close()

    def guard(self) -> AbstractContextManager[None]:
        return nullcontext()

    def wait(self, deadline: float) -> bool:
        del deadline  # it is here
        return True

    def wipe(self) -> None:
        shutil.rmtree(self._folder)
