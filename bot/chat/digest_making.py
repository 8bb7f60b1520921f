"""Digests made: once for all chats that see the same, kept so that their buttons can be pressed, worded as parts."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.chat import texts
from bot.chat.courier import Buttons
from bot.chat.desk import OffLoop
from bot.chat.digest_post import Piece
from bot.chat.digest_times import moment
from bot.chat.markup import Row, row, split, to_html, to_plain
from bot.texts import Say
from chains.digest.models import Digest, DigestInput, Series
from store.changes import Change
from store.digests import DigestStore
from store.models import DEFAULT_WORKSPACE, Report

_KEPT = 64
_FRESH_S = 60.0
"""For so long a digest stands for all who ask for the same; then the shelf is looked at anew."""


class Shelves(Protocol):
    """What of the library is asked before a digest is made."""

    def reports(self, workspaces: Sequence[str]) -> list[Report]: ...

    def changes(self, workspaces: Sequence[str], since: Any, until: Any) -> list[Change]: ...


class Maker(Protocol):
    async def __call__(self, asked: DigestInput, account: str) -> Digest: ...


Draw = Callable[[Sequence[Series], Say], Awaitable[bytes | None]]


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest and the id under which it is kept."""

    id: str
    digest: Digest


class Press:
    """Makes digests and keeps what they say."""

    def __init__(
        self,
        shelves: Shelves,
        make: Maker,
        draw: Draw,
        store: DigestStore,
        off_loop: OffLoop,
        clock: Callable[[], float],
    ) -> None:
        self._shelves = shelves
        self._make = make
        self._draw = draw
        self._store = store
        self._off_loop = off_loop
        self._clock = clock
        # What somebody waits for needs the processors more.
        self._at_once = asyncio.Semaphore(1)
        self._made: OrderedDict[DigestInput, tuple[float, asyncio.Task[Edition]]] = OrderedDict()

    async def edition(self, asked: DigestInput, *, urgent: bool = False) -> Edition:
        """Give the digest of a window on some shelves, the chat's own first. Raises AppError.

        `urgent`: somebody waits for it, and it waits for no other.
        """
        asked = await self._off_loop(self._without_empty, asked)
        held = self._made.get(asked)
        if held is None or not await self._may_show(*held):
            begun = self._made.get(asked)  # by somebody else, meanwhile
            held = begun if begun and begun is not held else self._begin(asked, urgent=urgent)
        return await asyncio.shield(held[1])

    def _begin(self, asked: DigestInput, *, urgent: bool) -> tuple[float, asyncio.Task[Edition]]:
        begun = self._made[asked] = (self._clock(), asyncio.ensure_future(self._new(asked, urgent=urgent)))
        self._made.move_to_end(asked)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return begun

    async def _may_show(self, made_at: float, made: asyncio.Task[Edition]) -> bool:
        """Tell whether a digest that was made lately holds still: another replica may have deleted a report."""
        if self._clock() - made_at > _FRESH_S or _failed(made):
            return False
        return not made.done() or await self._off_loop(self._store.edition, made.result().id) is not None

    def forget(self) -> None:
        """Make everything anew: a report was taken off a shelf."""
        self._made.clear()

    def _without_empty(self, asked: DigestInput) -> DigestInput:
        """Leave out a chat's own shelf where nothing is or was on it: what is left is the same for many."""
        told = tuple(
            name
            for name in asked.workspaces
            if name == DEFAULT_WORKSPACE
            or self._shelves.reports([name])
            or self._shelves.changes([name], asked.since, asked.until)
        )
        return replace(asked, workspaces=told or (DEFAULT_WORKSPACE,))

    async def _new(self, asked: DigestInput, *, urgent: bool) -> Edition:
        async with nullcontext() if urgent else self._at_once:
            digest = await self._make(asked, asked.workspaces[0])
        body = digest.model_dump_json()
        edition = Edition(hashlib.sha256(body.encode()).hexdigest()[:32], digest)
        await self._off_loop(self._store.keep_edition, edition.id, body)
        return edition

    async def kept(self, edition_id: str) -> Digest | None:
        """Give a digest that was made before; None where it holds what must no longer be shown, or is too old."""
        body = await self._off_loop(self._store.edition, edition_id)
        return Digest.model_validate_json(body) if body is not None else None

    async def chart(self, digest: Digest, say: Say) -> bytes | None:
        return await self._draw(digest.series, say) if digest.series else None


def _failed(task: asyncio.Task[Edition]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


# --- as parts ---------------------------------------------------------------------------------------

CHART = "chart"


def text_payloads(rows: Sequence[Row], buttons: Buttons) -> list[dict[str, Any]]:
    """Word a message as what is kept of it until it has left."""
    parts = split(rows)
    return [
        {
            "html": to_html(part),
            "plain": to_plain(part),
            "buttons": [list(line) for line in buttons] if n == len(parts) else [],
        }
        for n, part in enumerate(parts, 1)
    ]


def chart_payload(edition: Edition, zone: str, say: Say) -> dict[str, Any]:
    until = moment(edition.digest.until, zone, say)
    caption = [row(say(texts.DIGEST_CHART, until=until))]
    return {CHART: edition.id, "html": to_html(caption), "plain": to_plain(caption), "buttons": []}


def piece_of(payload: dict[str, Any], picture: bytes | None = None) -> Piece:
    buttons = [[(label, data) for label, data in line] for line in payload["buttons"]]
    return Piece(payload["html"], payload["plain"], buttons, picture)
