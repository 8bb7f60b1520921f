"""What is counted and timed of the running bot, for Prometheus. No ids and no texts."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from store.errors import AppError
from store.replica import WordsLag

_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """A registry of one bot's own: two in one process do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.updates = self._counter("updates", "Updates taken in, each once")
        self.redelivered = self._counter("redelivered", "Updates delivered again and dropped")
        self.questions = self._counter("questions", "Questions answered")
        self.refusals = self._counter("refusals", "Questions whose answer no report holds")
        self.failures = self._counter("failures", "Updates whose handling failed")
        self.uploads = self._counter("uploads", "Files taken in, replaced or found unchanged")
        self.flood_waits = self._counter("flood_waits", "Times Telegram asked to wait (429)")
        self.plain_fallbacks = self._counter("plain_fallbacks", "Messages sent without markup")
        self.uncertain_sends = self._counter(
            "uncertain_sends", "Messages sent again, the first may have arrived"
        )
        self.digest_parts = self._counter("digest_parts", "Messages of scheduled digests that arrived")
        self.digest_uncertain = self._counter(
            "digest_uncertain", "Messages of scheduled digests that may have arrived and are not sent again"
        )
        self.resumed = self._counter("resumed", "Updates taken up again after a restart")
        self.conflicts = self._counter("conflicts", "Polls refused because another process polls (409)")
        self.at_work = Gauge("reportbot_at_work", "Updates being handled", registry=self._registry)
        self.answer_s = self._histogram(
            "answer_seconds", "From a question's arrival to its answer's departure"
        )
        self.own_s = self._histogram(
            "own_seconds", "Of that, all but the engine's time and the waiting that Telegram's limits ask for"
        )
        self.engine_s = self._histogram("engine_seconds", "Time the engine took to answer")

        self._lag = Gauge("reportbot_words_lag", "Changes the word index lacks", registry=self._registry)
        self._lag_s = Gauge(
            "reportbot_words_lag_seconds", "Since the first of them was made", registry=self._registry
        )
        self._words_lag: Callable[[], WordsLag] | None = None

    def watch_words(self, lag: Callable[[], WordsLag]) -> None:
        """Ask `lag` each time somebody reads the numbers."""
        self._words_lag = lag

    def exposition(self) -> bytes:
        if self._words_lag is not None:
            self._measure_words(self._words_lag)
        return generate_latest(self._registry)

    def _measure_words(self, words_lag: Callable[[], WordsLag]) -> None:
        try:
            lag = words_lag()
        except AppError:  # the database is away, and with it what there is to follow
            self._lag.set(float("nan"))
            self._lag_s.set(float("nan"))
        else:
            self._lag.set(lag.changes)
            self._lag_s.set(lag.seconds)

    def _counter(self, name: str, what: str) -> Counter:
        return Counter(f"reportbot_{name}", what, registry=self._registry)

    def _histogram(self, name: str, what: str) -> Histogram:
        return Histogram(f"reportbot_{name}", what, buckets=_SECONDS, registry=self._registry)
