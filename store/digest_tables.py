"""The tables of subscriptions and of the digests that were sent for them, and what is read from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from store.db import Utc, metadata

subscriptions = Table(
    "digest_subscriptions",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, nullable=False),
    # Who asked for it last: what they may see is judged anew each time.
    Column("user_id", BigInteger, nullable=False),
    Column("language", String(2), nullable=False),
    Column("day", String(5), nullable=False),
    Column("minute", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("watch", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("next_at", Utc, nullable=False),
    # Up to when the chat was told what is new; None: never yet.
    Column("covered_until", Utc),
    Index("digest_subscriptions_due", "active", "next_at"),
)
slots = Table(
    "digest_slots",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Utc, primary_key=True),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("since", Utc),
    Column("until", Utc),
    # Nothing is tried before: Telegram asked to wait, or the last try failed.
    Column("retry_at", Utc, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("edition", String(32)),
    Index("digest_slots_open", "state", "retry_at"),
)
parts = Table(
    "digest_parts",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Utc, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(12), nullable=False),
    # Of the lease under which it left.
    Column("token", Integer, nullable=False),
    Column("message_id", BigInteger),
)
# What a digest says, kept once however many chats it goes to.
editions = Table(
    "digest_editions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("body", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
)
# One row: who sends. The token rises with each new holder.
lease = Table(
    "digest_lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(80), nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", Utc, nullable=False),
)


class SlotState(StrEnum):
    """What became of a digest at its hour."""

    DUE = "due"
    COMPOSING = "composing"
    SENDING = "sending"
    SENT = "sent"
    QUIET_SENT = "quiet_sent"
    UNCERTAIN = "uncertain"
    """A part left and no answer came: it may have arrived, and is not sent again."""
    FOLDED = "folded"
    """Not sent; the next digest reaches back over its time."""
    BLOCKED = "blocked"
    FAILED = "failed"


OPEN = (SlotState.DUE, SlotState.COMPOSING, SlotState.SENDING)
DELIVERED = (SlotState.SENT, SlotState.QUIET_SENT, SlotState.UNCERTAIN)


class PartState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    """Telegram would not take it, or it came too late to matter."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`minute` counts from the local midnight of `zone`; `next_at` is the next slot."""

    chat_id: int
    thread_id: int
    user_id: int
    language: str
    day: str
    minute: int
    zone: str
    watch: tuple[str, ...]
    active: bool
    next_at: datetime
    covered_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a digest."""

    n: int
    payload: dict[str, Any]
    state: PartState
    message_id: int | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A chat's digest of one hour. Its parts are there once it was composed."""

    chat_id: int
    at: datetime
    state: SlotState
    attempts: int
    since: datetime | None
    until: datetime | None
    retry_at: datetime
    quiet: bool
    edition: str | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send, as long as nobody has taken it over."""

    holder: str
    token: int
