"""A Chroma server: how it is reached, how long it is waited for, and when it is left alone for a while."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from store.errors import UsageError
from store.health import IndexDamagedError, VectorsAwayError

if TYPE_CHECKING:
    import httpx
    from chromadb.api.client import Client

CONNECT_S, ANSWER_S = 3.0, 15.0
"""A search that meets a server which has just died waits no longer than the first."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
"""How long a server that did not answer is not asked again: doubled each time, up to the second."""

_BUSY = frozenset((429, 502, 503, 504))
_PARAMETERS = frozenset(("token", "api_key", "tenant", "database"))


class Served:
    """The Chroma server at `url`.

    http(s)://host:port/path, with `user:password@`, `?token=`, or for Chroma Cloud `?api_key=`; and where the
    server has several, `tenant=` and `database=`. Safe to share between threads.
    """

    is_shared = True
    # A request with vectors of 3,072 numbers stays below 20 MB.
    batch_size = 500

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = urlsplit(url if "//" in url else f"//{url}")
        self._asked = _parameters(self._url)
        self._clock = clock
        self._pause_s = 0.0
        self._closed_until = 0.0

    @property
    def address(self) -> str:
        """Name the server without what is secret in its URL."""
        host = self._url.hostname or "localhost"
        return f"{self._scheme}://{f'[{host}]' if ':' in host else host}:{self._port}{self._url.path.rstrip('/')}"

    @property
    def is_away(self) -> bool:
        return self._pause_s > 0

    def connect(self) -> Client:
        import chromadb
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        # chromadb's own client has no time limit until it is made, and asks while it is being made.
        self._knock()
        settings = Settings(anonymized_telemetry=False)
        place = {name: self._asked[name] for name in ("tenant", "database") if name in self._asked}
        try:
            if "api_key" in self._asked:
                client = chromadb.CloudClient(
                    api_key=self._asked["api_key"],
                    cloud_host=self.address,
                    cloud_port=self._port,
                    enable_ssl=self._scheme == "https",
                    settings=settings,
                    **place,
                )
            else:
                client = chromadb.HttpClient(
                    host=self.address,
                    port=self._port,
                    ssl=self._scheme == "https",
                    headers=self._headers(),
                    settings=settings,
                    **place,
                )
        except ChromaError as error:
            raise IndexDamagedError(
                f"Chroma 服务器 {self.address} 拒绝访问：{error}", hint=_REFUSED
            ) from error
        except ValueError as error:  # how chromadb reports a server it cannot reach, or a wrong tenant
            raise self._away() from error
        self._limit(cast("Client", client))
        return cast("Client", client)

    def disconnect(self, client: Client) -> None:
        for session in _sessions(client):  # which chromadb leaves open
            session.close()
        client.close()

    @contextmanager
    def guard(self) -> Iterator[None]:
        import httpx

        if self._clock() < self._closed_until:
            raise self._away()
        if self.is_away:  # one at a time tries whether it is back
            self._closed_until = self._clock() + self._pause_s
        try:
            yield
        except httpx.TransportError as error:
            self._give_up()
            raise self._away() from error
        except VectorsAwayError:
            self._give_up()
            raise
        self._pause_s = self._closed_until = 0.0

    def wait(self, deadline: float) -> bool:
        while True:
            left_s = deadline - self._clock()
            try:
                with self.guard():
                    self._knock()
            except VectorsAwayError:
                if left_s <= 0:
                    return False
                time.sleep(min(left_s, max(0.05, self._closed_until - self._clock())))
            else:
                return True

    def wipe(self) -> None:
        raise IndexDamagedError(f"Chroma 服务器 {self.address} 的集合无法删除", hint=_REFUSED)

    @property
    def _scheme(self) -> str:
        return self._url.scheme or "http"

    @property
    def _port(self) -> int:
        return self._url.port or (443 if self._scheme == "https" else 8000)

    def _headers(self) -> dict[str, str]:
        if "token" in self._asked:
            token = self._asked["token"]
            return {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}
        if self._url.username:
            pair = f"{unquote(self._url.username)}:{unquote(self._url.password or '')}"
            return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
        return {}

    def _knock(self) -> None:
        import httpx

        answer = httpx.get(
            f"{self.address}/api/v2/heartbeat", headers=self._headers(), timeout=self._limits()
        )
        self._look_at(answer)

    def _limits(self) -> httpx.Timeout:
        import httpx

        return httpx.Timeout(ANSWER_S, connect=CONNECT_S)

    def _limit(self, client: Client) -> None:
        for session in _sessions(client):
            session.timeout = self._limits()
            session.event_hooks = {"response": [self._look_at]}

    def _look_at(self, answer: httpx.Response) -> None:
        """Tell a server, or a proxy before it, that has no time from one that answers."""
        if answer.status_code in _BUSY:
            raise self._away()

    def _give_up(self) -> None:
        self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s or FIRST_PAUSE_S)
        self._closed_until = self._clock() + self._pause_s

    def _away(self) -> VectorsAwayError:
        return VectorsAwayError(f"连不上 Chroma 服务器 {self.address}")


def _sessions(client: Client) -> list[httpx.Client]:
    """Give what a client's requests go through, its own and its administrator's; there is no public way to them."""
    parts: tuple[Any, ...] = (client, client._admin_client)  # noqa: SLF001
    return [part._server._session for part in parts]  # noqa: SLF001


_REFUSED = "请检查 CHROMA_URL 里的地址、令牌、tenant 与 database。"


def _parameters(url: SplitResult) -> dict[str, str]:
    asked = dict(parse_qsl(url.query))
    unknown = asked.keys() - _PARAMETERS
    if unknown:
        names = "、".join(sorted(unknown))
        raise UsageError(
            f"CHROMA_URL 里的参数 {names} 不认识", hint="可用的参数：token、api_key、tenant、database。"
        )
    return asked
