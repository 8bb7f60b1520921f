"""Everything digests need, put together."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from telegram import Bot

from bot.chat.access import Access
from bot.chat.desk import OffLoop
from bot.chat.digest_letters import Letters
from bot.chat.digest_making import Press
from bot.chat.digest_post import Post
from bot.chat.digests import Clock, DigestSender, Kit
from bot.chat.metrics import Metrics
from bot.chat.pacing import Pacer
from bot.subjects import digest_subject
from bot.texts import Say
from chains.aside import aside
from chains.digest.models import Digest, DigestInput, Series
from store.chats import ChatStore
from store.digests import DigestStore
from store.job_tables import JobKind, Offer

if TYPE_CHECKING:
    from bot.chat.engine import ChatEngine
    from bot.chat.hands import Hands
    from bot.services import Services


def _offer(asked: DigestInput, account: str) -> Offer:
    return Offer(secrets.token_hex(16), JobKind.DIGEST, account, digest_subject(asked))


@dataclass(frozen=True, slots=True)
class DigestDesk:
    store: DigestStore
    press: Press
    sender: DigestSender
    clock: Clock


def digest_desk(
    services: Services,
    store: DigestStore,
    bot: Bot,
    *,
    engine: ChatEngine,
    chats: ChatStore,
    access: Access,
    pacer: Pacer,
    metrics: Metrics,
    off_loop: OffLoop,
    on_moved: Callable[[int, int], Awaitable[None]],
    on_gone: Callable[[int], Awaitable[None]],
    hands: Hands | None,
) -> DigestDesk:
    async def make(asked: DigestInput, account: str) -> Digest:
        written = await hands.fetch(_offer(asked, account)) if hands is not None else None
        if written is not None:
            return Digest.model_validate_json(written)
        return await engine.digest(asked, account)

    async def draw(series: Sequence[Series], say: Say) -> bytes | None:
        from bot.chart import draw_series  # slow to load, and seldom needed

        return await aside(draw_series, series, say)

    press = Press(services.library, make, draw, store, off_loop, time.monotonic)
    clock = Clock()
    kit = Kit(
        store=store,
        chats=chats,
        access=access,
        press=press,
        letters=Letters(chats, press, off_loop),
        post=Post(bot, pacer, metrics),
        pacer=pacer,
        metrics=metrics,
        off_loop=off_loop,
        clock=clock,
        on_moved=on_moved,
        on_gone=on_gone,
    )
    holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    return DigestDesk(store, press, DigestSender(kit, holder), clock)
