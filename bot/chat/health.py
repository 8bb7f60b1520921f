"""/healthz and /metrics, for whoever watches over the process."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from bot.chat.metrics import Metrics


class _Healthz(RequestHandler):
    def initialize(self, is_well: Callable[[], bool]) -> None:
        self._is_well = is_well

    def get(self) -> None:
        well = self._is_well()
        self.set_status(200 if well else 503)
        self.write({"status": "ok" if well else "no updates from Telegram"})


class _Metrics(RequestHandler):
    def initialize(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.write(self._metrics.exposition())


class HealthServer:
    """Listens on `listen` ("host:port") while it is entered; on nothing where that is None."""

    def __init__(self, listen: str | None, metrics: Metrics, is_well: Callable[[], bool]) -> None:
        self._listen = listen
        self._application = Application(
            [
                ("/healthz", _Healthz, {"is_well": is_well}),
                ("/metrics", _Metrics, {"metrics": metrics}),
            ],
            log_function=lambda _: None,
        )
        self._server: HTTPServer | None = None

    def __enter__(self) -> Self:
        if self._listen is not None:
            host, _, port = self._listen.rpartition(":")
            self._server = self._application.listen(int(port), host.strip("[]"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()
