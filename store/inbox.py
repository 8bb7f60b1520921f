"""The updates that Telegram sent: kept before it is told that they arrived, struck off when they were handled.

`Inbox` is that of one process alone. `SharedInbox` is that of several replicas, any of which may be handed any
update: a chat belongs to one of them at a time, and that one handles all that the chat sends, in order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from store.db import Utc, fetch, insert_new, is_shared, metadata, writing
from store.errors import TakenOverError
from store.pulse import Pulse, is_alive, replicas

WAITING, SENDING, DONE = "waiting", "sending", "done"
_OPEN = (WAITING, SENDING)

STAYS = timedelta(seconds=10)
"""How long a chat stays with the replica that handled its last update, for what comes close together: an album."""

_CHATS = 0x63686174
"""Tells our locks from others in the database."""

_ADOPTED = 20
"""Chats of dead replicas taken over at a time, so that all who live get their share."""

inbox = Table(
    "chat_inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    # 0 where an update is of no chat.
    Column("chat_id", BigInteger, nullable=False, server_default="0"),
    Column("payload", JSON, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    # Which replica handles it; empty where there is only one process.
    Column("owner", String(32), nullable=False, server_default=""),
    Column("at", Utc, nullable=False),
    Index("inbox_by_chat", "chat_id", "at"),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update as Telegram delivered it."""

    update_id: int
    chat_id: int
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery. `new` were not kept before; `here` are open updates of the same chats that
    are this process's to handle, the new ones among them.
    """

    new: frozenset[int]
    here: frozenset[int]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that is not finished. `sent`: its answer may have left already; `left`: by a process that died."""

    update_id: int
    payload: dict[str, Any]
    attempts: int
    sent: bool
    left: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A row of a chat that tells whose the chat is. `alive`: its owner is."""

    update_id: int
    chat_id: int
    owner: str
    state: str
    alive: bool


def open_inbox(engine: sa.Engine) -> Inbox:
    """Give the inbox of a database: shared where other machines may have it open."""
    return SharedInbox(engine) if is_shared(engine) else Inbox(engine)


class Inbox:
    """The inbox of one process. Blocking; safe to share between threads.

    `engine` is that of the chats (ChatStore), which closes it: what is written for one update in turns would
    otherwise have each connection read anew what the other has changed.
    """

    is_shared = False

    def __init__(
        self, engine: sa.Engine, *, now: Callable[[], datetime] | None = None, name: str = ""
    ) -> None:
        self._engine = engine
        self._now = now or (lambda: datetime.now(UTC))
        self._name = name

    def join(self) -> None:
        """Begin to handle what comes."""

    def leave(self) -> None:
        """Handle nothing more; what is open is for others, or for the next start."""

    def take_in(self, arrivals: Sequence[Arrival]) -> Taken:
        """Keep updates, all or none of them."""
        if not arrivals:
            return Taken(frozenset(), frozenset())
        with writing(self._engine) as connection:
            new = self._keep(connection, arrivals, {})
        return Taken(new, new)

    def begin(self, update_id: int) -> None:
        """Note that work on an update begins. Raises TakenOverError."""
        self._change([update_id], attempts=inbox.c.attempts + 1)

    def about_to_send(self, update_id: int) -> None:
        """Note that the answer leaves now: after a crash from here on it may be there already. Raises TakenOverError."""
        self._change([update_id], state=SENDING)

    def finish(self, update_ids: Sequence[int]) -> None:
        """Strike updates off. Raises TakenOverError."""
        self._change(update_ids, state=DONE, payload={})

    def look(self, held: Collection[int] = ()) -> list[Waiting]:
        """Give what is to be handled here beside what is `held` already, in the order Telegram gave it."""
        query = sa.select(inbox.c.update_id).where(inbox.c.state.in_(_OPEN))
        return self.fetch({row.update_id for row in fetch(self._engine, query)}.difference(held), left=True)

    def fetch(self, update_ids: Iterable[int], *, left: bool = False) -> list[Waiting]:
        """Give those of these updates that are open and are to be handled here, in order."""
        if not (ids := list(update_ids)):
            return []
        query = sa.select(inbox).where(*self._ours(ids), inbox.c.state.in_(_OPEN))
        return [
            Waiting(row.update_id, row.payload, row.attempts, row.state == SENDING, left)
            for row in fetch(self._engine, query.order_by(inbox.c.update_id))
        ]

    def forget_old(self, older_than: timedelta = timedelta(days=3)) -> None:
        """Drop finished updates that Telegram will not deliver again."""
        old = (inbox.c.state == DONE) & (inbox.c.at < self._now() - older_than)
        with writing(self._engine) as connection:
            connection.execute(inbox.delete().where(old))

    def _keep(
        self, connection: sa.Connection, arrivals: Sequence[Arrival], owners: dict[int, str]
    ) -> frozenset[int]:
        fixed = {"state": WAITING, "attempts": 0, "at": self._arrived_at()}
        rows = [
            {
                "update_id": each.update_id,
                "chat_id": each.chat_id,
                "payload": each.payload,
                "owner": owners.get(each.chat_id, self._name),
                **fixed,
            }
            for each in sorted(arrivals, key=lambda each: each.update_id)
        ]
        # Another process may be handed the same update at this moment: the key decides who keeps it.
        keep = insert_new(inbox, rows, self._engine).returning(inbox.c.update_id)
        return frozenset(row.update_id for row in connection.execute(keep))

    def _change(self, update_ids: Sequence[int], **values: Any) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(inbox.update().where(*self._ours(update_ids)).values(**values))
        if not changed.rowcount and self.is_shared:
            raise TakenOverError(f"update {update_ids[0]} is another process's now")

    def _arrived_at(self) -> Any:
        return self._now()

    def _ours(self, update_ids: Sequence[int]) -> list[sa.ColumnElement[bool]]:
        first, *more = update_ids
        return [inbox.c.update_id.in_(update_ids) if more else inbox.c.update_id == first]


class SharedInbox(Inbox):
    """The inbox of several replicas on a database server.

    A chat belongs to the replica that its open updates, or else its latest one of the last seconds, belong to,
    as long as that replica lives; whoever is handed an update keeps it for that one. Who it is gets decided under a
    lock of the chat, so that two never begin on one chat at the same time. What a replica does to an update it does
    only while the update is its own: one that was taken for dead and comes back finds that out before it answers.
    """

    is_shared = True

    def __init__(self, engine: sa.Engine, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__(engine, now=now, name=uuid4().hex)
        self._pulse = Pulse(self._engine, self._name)

    def join(self) -> None:
        self._pulse.start()

    def leave(self) -> None:
        self._pulse.stop()

    def take_in(self, arrivals: Sequence[Arrival]) -> Taken:
        if not arrivals:
            return Taken(frozenset(), frozenset())
        with writing(self._engine) as connection:
            before = self._settle(connection, {each.chat_id for each in arrivals})
            owners = {row.chat_id: row.owner for row in before}
            new = self._keep(connection, arrivals, owners)
        mine = {each.update_id for each in arrivals if owners.get(each.chat_id, self._name) == self._name}
        held = {row.update_id for row in before if row.owner == self._name and row.state != DONE}
        return Taken(new, frozenset(held | (new & mine)))

    def look(self, held: Collection[int] = ()) -> list[Waiting]:
        mine, orphans = self._open_here()
        if orphans and self._pulse.is_steady:
            with writing(self._engine) as connection:
                self._settle(connection, sorted(set(orphans.values()))[:_ADOPTED])
            mine, _ = self._open_here()
        missing = mine.difference(held)
        given = self.fetch(missing - orphans.keys())
        return sorted([*given, *self.fetch(missing & orphans.keys(), left=True)], key=lambda w: w.update_id)

    def _open_here(self) -> tuple[set[int], dict[int, int]]:
        """Give the open updates of this replica, and those of dead ones with their chats."""
        here = (inbox.c.owner == self._name) | _is_orphan()
        query = sa.select(inbox.c.update_id, inbox.c.chat_id, inbox.c.owner)
        rows = fetch(self._engine, query.where(inbox.c.state.in_(_OPEN), here))
        mine = {row.update_id for row in rows if row.owner == self._name}
        return mine, {row.update_id: row.chat_id for row in rows if row.owner != self._name}

    def _settle(self, connection: sa.Connection, chats: Collection[int]) -> list[_Known]:
        """Decide whose these chats are, for as long as the transaction lasts.

        What dead replicas left goes to whom each chat belongs now, to us where it is nobody's. Gives the open
        and the latest updates with their owners, that of the chat last.
        """
        _lock(connection, chats)
        known = _known(connection, chats)
        dead = [row for row in known if not row.alive] if self._pulse.is_steady else []
        # Whoever has something open, else whoever had the latest update.
        living = sorted((row for row in known if row not in dead), key=lambda row: row.state != DONE)
        owners = {row.chat_id: row.owner for row in living}
        adopted = [
            replace(row, owner=owners.get(row.chat_id, self._name)) for row in dead if row.state != DONE
        ]
        for owner in {row.owner for row in adopted}:
            theirs = inbox.c.update_id.in_([row.update_id for row in adopted if row.owner == owner])
            connection.execute(inbox.update().where(theirs).values(owner=owner))
        return [*living, *adopted]

    def _arrived_at(self) -> Any:
        return sa.func.now()  # one clock for all replicas

    def _ours(self, update_ids: Sequence[int]) -> list[sa.ColumnElement[bool]]:
        return [*super()._ours(update_ids), inbox.c.owner == self._name]


def _lock(connection: sa.Connection, chats: Iterable[int]) -> None:
    """Let nobody else decide whose these chats are until the transaction ends."""
    # In order, so that two never wait for each other.
    keys = sorted({chat_id & 0x7FFFFFFF for chat_id in chats})
    take = "SELECT pg_advisory_xact_lock(:chats, key) FROM unnest(CAST(:keys AS int[])) AS key"
    connection.execute(sa.text(take), {"chats": _CHATS, "keys": keys})


def _known(connection: sa.Connection, chats: Iterable[int]) -> list[_Known]:
    """Read what decides whose these chats are: what is open and what came lately, in order."""
    lately = inbox.c.at > sa.func.now() - STAYS
    alive = inbox.c.owner.in_(_living())
    query = (
        sa.select(inbox.c.update_id, inbox.c.chat_id, inbox.c.owner, inbox.c.state, alive)
        .where(inbox.c.chat_id.in_(list(chats)), inbox.c.state.in_(_OPEN) | lately)
        .order_by(inbox.c.update_id)
    )
    return [_Known(*row) for row in connection.execute(query)]


def _living() -> sa.Select[Any]:
    return sa.select(replicas.c.id).where(is_alive())


def _is_orphan() -> sa.ColumnElement[bool]:
    return inbox.c.owner.not_in(_living())
