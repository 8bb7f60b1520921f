"""A worker with a fake embedding, run by tests as a process.

While the file named by WAIT_UNTIL is not there, it waits at a report that holds the words of WAIT_AT, so that it
can be killed at work. A dead worker's job is given to another after a second.
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

from store import jobs

jobs.LEASE = timedelta(seconds=1.5)
jobs.GRACE = timedelta(seconds=0.5)

from bot import tasks  # noqa: E402 - the times above must be set before they are read
from bot.logs import log_to_stderr  # noqa: E402
from bot.services import Services  # noqa: E402
from bot.settings import load_settings  # noqa: E402
from bot.texts import Say  # noqa: E402
from bot.work import Workbench  # noqa: E402
from store.embed import EmbeddingModel  # noqa: E402
from tests.fakes import DIMENSIONS, WordOverlapEmbeddings  # noqa: E402

tasks.LOOK_EVERY = timedelta(seconds=0.3)


class Waiting(WordOverlapEmbeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        mark, gate = os.environ.get("WAIT_AT"), Path(os.environ.get("WAIT_UNTIL", os.devnull))
        while mark and any(mark in text for text in texts) and not gate.exists():
            threading.Event().wait(0.05)
        return super().embed_documents(texts)


def main() -> int:
    say = Say("zh")
    settings = load_settings(say)
    log_to_stderr(settings)
    assert settings.celery_broker_url is not None
    model = EmbeddingModel("word-overlap", DIMENSIONS, Waiting())
    bench = Workbench(lambda: Services(settings, lambda: model), say)
    return tasks.run_worker(
        settings.celery_broker_url.get_secret_value(),
        Services(settings, lambda: model).database_url,
        bench,
        processes=1,
        say=say,
        on_ready=lambda: print("ready", flush=True),
        on_trouble=print,
    )


if __name__ == "__main__":
    raise SystemExit(main())
