"""Work given to workers from a chat: handed over, watched until it is over, and told of on the way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.chat.desk import OffLoop
from store.errors import AppError
from store.job_tables import OVER, Job, JobState, Offer, Outcome

if TYPE_CHECKING:
    from bot.broker import Bell
    from store.jobs import JobStore

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.3
TELL_EVERY_S = 3.0
"""How often a state that lasts is told again: the first time may have come when the chat had to wait."""

Tell = Callable[[Job], Awaitable[None]]


class Hands:
    """Workers, as the bot sees them. One question to the database covers everything that is waited for."""

    def __init__(self, jobs: JobStore, bell: Bell, off_loop: OffLoop) -> None:
        self._jobs = jobs
        self._bell = bell
        self._off_loop = off_loop
        self._waiting: dict[str, asyncio.Queue[Outcome]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def are_there(self) -> bool:
        """Tell whether any worker is alive."""
        return bool(await self._off_loop(self._jobs.workers))

    async def do(self, offer: Offer, tell: Tell) -> Outcome | None:
        """Have a job done, `tell` of each state it comes to, and give how it ended; None where nobody works.

        Then the job is withdrawn. One of the same id that is under way or done is not begun anew: whoever asks
        again after a restart is given what came of it.
        """
        await self._off_loop.file(self._hand_over, offer)
        came: asyncio.Queue[Outcome] = asyncio.Queue()
        self._waiting[offer.id] = came
        self._look()
        try:
            return await self._followed(came, tell)
        finally:
            self._waiting.pop(offer.id, None)

    async def fetch(self, offer: Offer) -> str | None:
        """Have something written and give it as JSON, None where nobody works. Raises AppError."""
        if not await self.are_there():
            return None
        outcome = await self.do(offer, _say_nothing)
        if outcome is None:
            return None
        await self._off_loop(self._jobs.drop, offer.id)
        if outcome.job.result is None:
            raise AppError(outcome.job.error, hint=outcome.job.hint)
        return outcome.job.result

    def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()

    def _hand_over(self, offer: Offer) -> None:
        if any(known.job.state != JobState.FAILED for known in self._jobs.outcomes([offer.id])):
            return
        self._jobs.offer([offer])
        try:
            self._bell.ring([offer])
        except AppError as error:  # the job is kept: workers find it when the broker is back
            log.warning("workers were not told of a job: %s", error)

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        while self._waiting:
            try:
                outcomes = await self._off_loop(self._jobs.outcomes, list(self._waiting))
            except AppError as error:
                log.warning("cannot see how jobs fare: %s", error)
                outcomes = []
            for outcome in outcomes:
                if (came := self._waiting.get(outcome.job.id)) is not None:
                    came.put_nowait(outcome)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _followed(self, came: asyncio.Queue[Outcome], tell: Tell) -> Outcome | None:
        told: JobState | None = None
        at = 0.0
        while True:
            outcome = await came.get()
            state = outcome.job.state
            if state in OVER:
                return outcome
            if state == told and time.monotonic() - at < TELL_EVERY_S:
                continue
            told, at = state, time.monotonic()
            if state == JobState.QUEUED and await self._is_withdrawn(outcome.job):
                return None
            await tell(outcome.job)

    async def _is_withdrawn(self, job: Job) -> bool:
        """Take a job off the queue where nobody would do it."""
        return not await self.are_there() and await self._off_loop(self._jobs.withdraw, job.id)


async def _say_nothing(job: Job) -> None:
    """Nobody watches."""
