"""The broker: how workers are told that there is work. What is to be done stands in SQL (store.jobs)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from amqp.exceptions import AMQPError
from celery import Celery
from kombu import Connection
from kombu.exceptions import OperationalError

from bot import texts
from bot.texts import Say
from store.errors import AppError
from store.job_tables import Job, JobKind, Offer

TIME_LIMITS = {
    JobKind.FILE: timedelta(minutes=30),
    JobKind.UPLOAD: timedelta(minutes=30),
    JobKind.SUMMARY: timedelta(minutes=15),
    JobKind.DIGEST: timedelta(minutes=30),
}
LAST_WORDS = timedelta(minutes=1)
"""Before its time is over a task is asked to end; then its process is."""

VISIBILITY = timedelta(hours=1)
"""Redis hands a message out again when it was not acknowledged for so long: longer than any task may take."""

TASKS = {
    JobKind.FILE: "reportbot.ingest",
    JobKind.UPLOAD: "reportbot.ingest",
    JobKind.SUMMARY: "reportbot.summarise",
    JobKind.DIGEST: "reportbot.digest",
}
_CONNECT_S = 5
_REFUSALS = (OperationalError, AMQPError)
"""RabbitMQ says in words of its own that a password or a virtual host is wrong."""


class BrokerAwayError(AppError):
    """The broker does not answer."""

    retryable = True


class Queues:
    """Two queues for each database, so that nobody in a chat waits for a folder of a million files."""

    def __init__(self, shelf: str) -> None:
        """`shelf` tells databases apart that share a broker."""
        self.chat, self.bulk = (f"reportbot.{shelf[:16]}.{kind}" for kind in ("chat", "bulk"))

    @property
    def names(self) -> list[str]:
        """Both, the one that goes first in front."""
        return [self.chat, self.bulk]

    def of(self, kind: JobKind) -> str:
        return self.bulk if kind == JobKind.FILE else self.chat


def make_app(broker_url: str, queues: Queues) -> Celery:
    app = Celery("reportbot", broker=broker_url, set_as_current=False)
    # RabbitMQ gives back what a dead worker held by itself; the option is none of its own.
    redis = {
        "visibility_timeout": int(VISIBILITY.total_seconds()),
        "socket_connect_timeout": _CONNECT_S,
        "queue_order_strategy": "priority",
    }
    app.conf.update(
        broker_transport_options=redis if broker_url.startswith("redis") else {},
        broker_connection_timeout=_CONNECT_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=queues.bulk,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_publish_retry_policy={"max_retries": 2, "interval_start": 0.2, "interval_step": 0.5},
    )
    return app


class Bell:
    """Tells workers of jobs. Safe to share between threads."""

    def __init__(self, broker_url: str, shelf: str, say: Say) -> None:
        self._say = say
        self._queues = Queues(shelf)
        self._app = make_app(broker_url, self._queues)

    def ring(self, jobs: Iterable[Job | Offer]) -> None:
        """Raises BrokerAwayError; the jobs stay where they are, and workers find them by themselves later."""
        try:
            with self._app.producer_or_acquire() as producer:
                for job in jobs:
                    queue = self._queues.of(job.kind)
                    self._app.send_task(TASKS[job.kind], args=[job.id], queue=queue, producer=producer)
        except _REFUSALS as error:
            raise self._away(error) from error

    def answers(self) -> None:
        """Raises BrokerAwayError."""
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, timeout=_CONNECT_S)
        except _REFUSALS as error:
            raise self._away(error) from error

    def waiting(self) -> int:
        """Count the messages that no worker has taken yet."""
        try:
            with self._app.connection_for_read() as connection:
                return sum(_length(connection, name) for name in self._queues.names)
        except _REFUSALS as error:
            raise self._away(error) from error

    def close(self) -> None:
        self._app.close()

    def _away(self, error: Exception) -> BrokerAwayError:
        kind = type(error.__cause__ or error).__name__
        hint = self._say(texts.BROKER_REMEDY)
        return BrokerAwayError(self._say(texts.BROKER_AWAY, kind=kind), hint=hint)


def _length(connection: Connection, queue: str) -> int:
    """Count what is in a queue; one that nobody has used yet is not there."""
    opened: Any = connection.channel()  # what each transport has and the types leave out
    with opened as channel:
        try:
            return int(channel.queue_declare(queue=queue, passive=True).message_count)
        except connection.channel_errors:
            return 0
