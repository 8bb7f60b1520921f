"""A thread that keeps a word index up to date while nobody searches."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from store.errors import AppError

EVERY_S = 0.5
"""What was deleted is out of the index of every process that runs within twice this time."""

log = logging.getLogger(__name__)


class Follower:
    """Calls `follow` again and again until it is stopped."""

    def __init__(self, follow: Callable[[], object], every_s: float = EVERY_S) -> None:
        self._follow = follow
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="words", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._every_s):
            try:
                self._follow()
            except AppError:  # a database that is away for a while: the next turn tries again
                log.warning("the word index could not be brought up to date", exc_info=True)
