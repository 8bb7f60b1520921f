"""Who wants a digest when, and the ledger of those that were due: each slot once, whatever happens.

A slot goes due -> composing -> sending -> sent, quiet_sent or uncertain, or ends as folded, blocked or failed.
Its parts are written down before the first leaves; each is `sending` before its request and something else
after. Whoever finds one `sending` cannot know whether it arrived, and calls it uncertain.
Every write of a sender names its lease, so that one who lost it without noticing writes nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from store.db import fetch, fetch_value, insert_new, open_engine, reading, upsert, writing
from store.digest_tables import (
    DELIVERED,
    OPEN,
    Lease,
    Part,
    PartState,
    Slot,
    SlotState,
    Subscription,
    editions,
    lease,
    parts,
    slots,
    subscriptions,
)
from store.migrate import prepare

LEDGER_KEPT = timedelta(days=400)
WORDS_KEPT = timedelta(days=90)
"""As long as the buttons under a message (store.chats.CARDS_KEPT)."""

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_COVERED = "covered_until"
_LEASE_ID = 1


class LeaseLostError(Exception):
    """Another process sends now."""


class DigestStore:
    """Every statement about digests. Blocking; safe to share between threads and processes."""

    def __init__(self, url: str, *, now: Callable[[], datetime] | None = None) -> None:
        self._engine = open_engine(url)
        self._now = now or (lambda: datetime.now(UTC))
        prepare(self._engine)
        row = {"id": _LEASE_ID, "holder": "", "token": 0, "until": _LONG_AGO}
        self._write(insert_new(lease, [row], self._engine))

    def close(self) -> None:
        self._engine.dispose()

    # --- subscriptions ---------------------------------------------------------------------------

    def subscription(self, chat_id: int) -> Subscription | None:
        rows = self._rows(sa.select(subscriptions).where(subscriptions.c.chat_id == chat_id))
        return _subscription(rows[0]) if rows else None

    def subscribe(self, wanted: Subscription) -> None:
        """Keep what a chat wants. What it was told already stays as the ledger has it."""
        row = {**asdict(wanted), "watch": list(wanted.watch)}
        changed = {name: value for name, value in row.items() if name != _COVERED}
        self._write(upsert(subscriptions, row, self._engine, changed))

    def unsubscribe(self, chat_id: int) -> bool:
        """Stop a chat's digests; False where there were none."""
        mine = (subscriptions.c.chat_id == chat_id) & subscriptions.c.active
        with writing(self._engine) as connection:
            return connection.execute(subscriptions.update().where(mine).values(active=False)).rowcount > 0

    def due(self, limit: int) -> list[Subscription]:
        """Give subscriptions whose hour has come and is not in the ledger yet."""
        query = sa.select(subscriptions).where(subscriptions.c.active, subscriptions.c.next_at <= self._now())
        return [
            _subscription(row) for row in self._rows(query.order_by(subscriptions.c.next_at).limit(limit))
        ]

    def next_at(self) -> datetime | None:
        """Give when there will be something to do."""
        soonest = sa.select(sa.func.min(subscriptions.c.next_at)).where(subscriptions.c.active)
        again = sa.select(sa.func.min(slots.c.retry_at)).where(slots.c.state.in_(OPEN))
        times = [fetch_value(self._engine, query) for query in (soonest, again)]
        return min((time for time in times if time is not None), default=None)

    def last_delivered(self, chat_id: int) -> Slot | None:
        """Give the chat's last slot that was sent or is about to be."""
        wanted = (slots.c.chat_id == chat_id, slots.c.state.in_((*OPEN, *DELIVERED)))
        rows = self._rows(sa.select(slots).where(*wanted).order_by(slots.c.at.desc()).limit(1))
        return _slot(rows[0]) if rows else None

    # --- the lease -------------------------------------------------------------------------------

    def acquire(self, holder: str, lasts: timedelta) -> Lease | None:
        """Take the right to send where nobody has it; None while another does."""
        now = self._now()
        # One that runs longer than any is given comes from a clock that was put back since.
        free = (lease.c.until <= now) | (lease.c.until > now + 2 * lasts)
        taken = {"holder": holder, "token": lease.c.token + 1, "until": now + lasts}
        with writing(self._engine) as connection:
            if connection.execute(lease.update().where(free).values(taken)).rowcount == 0:
                return None
            return Lease(holder, int(connection.execute(sa.select(lease.c.token)).scalar_one()))

    def renew(self, held: Lease, lasts: timedelta) -> bool:
        """Hold the lease for longer; False where another has taken it."""
        until = self._now() + lasts
        with writing(self._engine) as connection:
            return connection.execute(_mine(held).values(until=until)).rowcount > 0

    def release(self, held: Lease) -> None:
        self._write(_mine(held).values(until=_LONG_AGO))

    # --- slots -----------------------------------------------------------------------------------

    def open(
        self,
        held: Lease,
        wanted: Subscription,
        due: datetime | None,
        passed: Sequence[datetime],
        next_at: datetime,
    ) -> bool:
        """Enter a chat's hours that have come: `due` is to be sent, those `passed` by are folded into it or the next.

        False where the subscription was changed meanwhile. Earlier slots of which nothing left are folded too.
        """
        now = self._now()
        mine = (
            (subscriptions.c.chat_id == wanted.chat_id)
            & (subscriptions.c.next_at == wanted.next_at)
            & subscriptions.c.active
        )
        with writing(self._engine) as connection:
            _fence(connection, held, now)
            moved = subscriptions.update().where(mine).values(next_at=next_at)
            if connection.execute(moved).rowcount == 0:
                return False
            self._supersede(connection, wanted)
            states = dict.fromkeys(passed, SlotState.FOLDED) | ({due: SlotState.DUE} if due else {})
            for at in states.keys() - _held(connection, wanted.chat_id, list(states)):
                row = {"chat_id": wanted.chat_id, "at": at, "state": states[at]}
                fixed = {"attempts": 0, "retry_at": now, "quiet": False}
                connection.execute(slots.insert().values(**row, **fixed))
        return True

    def _supersede(self, connection: Connection, wanted: Subscription) -> None:
        """Fold the chat's earlier slots of which nothing left; what is left of others is to be ended at once."""
        earlier = slots.update().where(
            slots.c.chat_id == wanted.chat_id, slots.c.at < wanted.next_at, slots.c.state.in_(OPEN)
        )
        left = sa.exists().where(
            parts.c.chat_id == slots.c.chat_id, parts.c.at == slots.c.at, parts.c.state != PartState.WAITING
        )
        connection.execute(earlier.where(~left).values(state=SlotState.FOLDED))
        connection.execute(earlier.values(retry_at=self._now()))

    def work(self, limit: int) -> list[Slot]:
        """Give slots that something is to be done for, the oldest first."""
        query = sa.select(slots).where(slots.c.state.in_(OPEN), slots.c.retry_at <= self._now())
        return [_slot(row) for row in self._rows(query.order_by(slots.c.at, slots.c.chat_id).limit(limit))]

    def claim(self, held: Lease, slot: Slot) -> Slot | None:
        """Begin work on a slot; None where it is over. Whatever is found `sending` becomes uncertain."""
        with writing(self._engine) as connection:
            _fence(connection, held, self._now())
            begun = slots.update().where(_is(slots, slot), slots.c.state.in_(OPEN))
            state = sa.case((slots.c.state == SlotState.DUE, SlotState.COMPOSING), else_=slots.c.state)
            if connection.execute(begun.values(attempts=slots.c.attempts + 1, state=state)).rowcount == 0:
                return None
            cut_off = parts.update().where(_is(parts, slot), parts.c.state == PartState.SENDING)
            found = self._whole(connection, slot)
            if found and connection.execute(cut_off.values(state=PartState.UNCERTAIN)).rowcount:
                self._close(connection, found)
                found = self._whole(connection, slot)
            return found if found and found.state in OPEN else None

    def compose(self, held: Lease, slot: Slot, payloads: Sequence[dict[str, Any]]) -> Slot | None:
        """Write down what will be sent, with the window it tells of; None where the slot is over or has moved."""
        made = {name: getattr(slot, name) for name in ("since", "until", "quiet", "edition")}
        with writing(self._engine) as connection:
            _fence(connection, held, self._now())
            ready = slots.update().where(_is(slots, slot), slots.c.state == SlotState.COMPOSING)
            if connection.execute(ready.values(**made, state=SlotState.SENDING)).rowcount == 0:
                return None
            fixed = {"chat_id": slot.chat_id, "at": slot.at, "state": PartState.WAITING, "token": 0}
            rows = [{**fixed, "n": n, "payload": payload} for n, payload in enumerate(payloads)]
            connection.execute(parts.insert(), rows)
        written = tuple(Part(n, payload, PartState.WAITING, None) for n, payload in enumerate(payloads))
        return replace(slot, state=SlotState.SENDING, parts=written)

    def recompose(self, held: Lease, slot: Slot) -> bool:
        """Drop what was written down and did not leave: it is no longer what should be said."""
        with writing(self._engine) as connection:
            _fence(connection, held, self._now())
            return self._recompose(connection, slot)

    def _recompose(self, connection: Connection, slot: Slot) -> bool:
        begun = parts.c.state != PartState.WAITING
        sending = slots.update().where(_is(slots, slot), slots.c.state == SlotState.SENDING)
        untouched = sending.where(~sa.exists().where(_is(parts, slot), begun))
        if connection.execute(untouched.values(state=SlotState.COMPOSING)).rowcount == 0:
            return False
        connection.execute(parts.delete().where(_is(parts, slot)))
        return True

    def postpone(self, chat_id: int, at: datetime, until: datetime) -> None:
        mine = (slots.c.chat_id == chat_id, slots.c.at == at, slots.c.state.in_(OPEN))
        self._write(slots.update().where(*mine).values(retry_at=until))

    def end(self, slot: Slot, state: SlotState) -> None:
        """Close a slot of which nothing more will be sent; what already left decides where anything did."""
        with writing(self._engine) as connection:
            _lock(connection, slot)
            waiting = parts.update().where(_is(parts, slot), parts.c.state == PartState.WAITING)
            connection.execute(waiting.values(state=PartState.REFUSED))
            found = self._whole(connection, slot)
            if found is None or found.state not in OPEN:
                return
            if any(part.state in (PartState.SENT, PartState.UNCERTAIN) for part in found.parts):
                self._close(connection, found)
            else:
                connection.execute(slots.update().where(_is(slots, slot)).values(state=state))

    # --- parts -----------------------------------------------------------------------------------

    def begin_part(self, held: Lease, slot: Slot, n: int) -> bool:
        """Note that a part leaves now; False where it must not."""
        with writing(self._engine) as connection:
            _fence(connection, held, self._now())
            sending = sa.exists().where(_is(slots, slot), slots.c.state == SlotState.SENDING)
            mine = parts.update().where(_is(parts, slot), parts.c.n == n, parts.c.state == PartState.WAITING)
            leaving = {"state": PartState.SENDING, "token": held.token}
            return connection.execute(mine.where(sending).values(leaving)).rowcount > 0

    def part_is(
        self, held: Lease, slot: Slot, n: int, state: PartState, *, message_id: int | None = None
    ) -> None:
        """Note what became of a part of a composed slot that left under this lease.

        Needs no lease any more: it is the truth, even where another process has called it uncertain by now.
        """
        mine = parts.update().where(
            _is(parts, slot),
            parts.c.n == n,
            parts.c.token == held.token,
            parts.c.state.in_((PartState.SENDING, PartState.UNCERTAIN)),
        )
        with writing(self._engine) as connection:
            _lock(connection, slot)
            if connection.execute(mine.values(state=state, message_id=message_id)).rowcount:
                self._close(connection, slot)

    def _close(self, connection: Connection, slot: Slot) -> None:
        """Where no part is left to send, say how a composed slot ended, and up to when the chat has been told."""
        query = sa.select(parts.c.state).where(_is(parts, slot))
        states = {PartState(row.state) for row in connection.execute(query)}
        if not states or states & {PartState.WAITING, PartState.SENDING}:
            return
        state = _outcome(states, quiet=slot.quiet)
        connection.execute(slots.update().where(_is(slots, slot)).values(state=state))
        if state in DELIVERED:
            told = subscriptions.update().where(subscriptions.c.chat_id == slot.chat_id)
            behind = (subscriptions.c.covered_until.is_(None)) | (subscriptions.c.covered_until < slot.until)
            connection.execute(told.where(behind).values(covered_until=slot.until))

    # --- looking back ----------------------------------------------------------------------------

    def slot(self, chat_id: int, at: datetime) -> Slot | None:
        with reading(self._engine) as connection:
            return self._whole(connection, _key(chat_id, at))

    def is_last(self, slot: Slot) -> bool:
        """Tell whether no later slot of the chat's is in the ledger."""
        later = (slots.c.chat_id == slot.chat_id, slots.c.at > slot.at)
        return not self._rows(sa.select(slots.c.at).where(*later).limit(1))

    def before(self, slot: Slot) -> list[Slot]:
        """Give the slots since the last that was delivered, it included, the newest first."""
        mine = (slots.c.chat_id == slot.chat_id, slots.c.at < slot.at)
        found: list[Slot] = []
        for row in self._rows(sa.select(slots).where(*mine).order_by(slots.c.at.desc()).limit(500)):
            found.append(_slot(row))
            if row.state in DELIVERED:
                break
        return found

    def counts(self) -> dict[SlotState, int]:
        query = sa.select(slots.c.state, sa.func.count().label("n")).group_by(slots.c.state)
        return {SlotState(row.state): int(row.n) for row in self._rows(query)}

    # --- editions --------------------------------------------------------------------------------

    def keep_edition(self, edition_id: str, body: str) -> None:
        """Keep what a digest says; an id stands for one body."""
        row = {"id": edition_id, "body": body, "made_at": self._now()}
        self._write(insert_new(editions, [row], self._engine))

    def edition(self, edition_id: str) -> str | None:
        rows = self._rows(sa.select(editions.c.body).where(editions.c.id == edition_id))
        return str(rows[0].body) if rows else None

    # --- moving and forgetting -------------------------------------------------------------------

    def migrate(self, old_id: int, new_id: int) -> None:
        """Follow a group that became a supergroup; what the new one has already stays."""
        with writing(self._engine) as connection:
            for table in (slots, parts):
                there = sa.select(table.c.at).where(table.c.chat_id == new_id)
                moved = table.update().where(table.c.chat_id == old_id, table.c.at.not_in(there))
                connection.execute(moved.values(chat_id=new_id))
            there = sa.select(subscriptions.c.chat_id).where(subscriptions.c.chat_id == new_id)
            old = subscriptions.c.chat_id == old_id
            if connection.execute(there).first() is None:
                connection.execute(subscriptions.update().where(old).values(chat_id=new_id))
            else:
                connection.execute(subscriptions.delete().where(old))

    def forget_report(self, report_id: str) -> None:
        """Drop whatever holds words of a report that was deleted; what did not leave yet is written anew."""
        named = f'"{report_id}"'
        with writing(self._engine) as connection:
            found = connection.execute(
                sa.select(editions.c.id).where(editions.c.body.contains(named, autoescape=True))
            )
            ids = [row.id for row in found]
            told = connection.execute(sa.select(slots).where(slots.c.edition.in_(ids))).fetchall()
            for row in told:
                if not self._recompose(connection, _slot(row)):
                    connection.execute(parts.update().where(_is(parts, _slot(row))).values(payload={}))
            connection.execute(editions.delete().where(editions.c.id.in_(ids)))

    def forget_old(self) -> None:
        now = self._now()
        with writing(self._engine) as connection:
            connection.execute(editions.delete().where(editions.c.made_at < now - WORDS_KEPT))
            old = (slots.c.at < now - LEDGER_KEPT) & slots.c.state.not_in(OPEN)
            connection.execute(slots.delete().where(old))
            connection.execute(parts.delete().where(parts.c.at < now - WORDS_KEPT))

    # --- how -------------------------------------------------------------------------------------

    def _whole(self, connection: Connection, slot: Slot) -> Slot | None:
        row = connection.execute(sa.select(slots).where(_is(slots, slot))).first()
        if row is None:
            return None
        found = connection.execute(sa.select(parts).where(_is(parts, slot)).order_by(parts.c.n))
        return replace(_slot(row), parts=tuple(map(_part, found)))

    def _write(self, statement: sa.Executable) -> None:
        with writing(self._engine) as connection:
            connection.execute(statement)

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return fetch(self._engine, query)


def _fence(connection: Connection, held: Lease, now: datetime) -> None:
    """Lock the lease's row for this transaction. Raises LeaseLostError where it is another's, or has run out."""
    if connection.execute(_mine(held).where(lease.c.until > now).values(token=held.token)).rowcount == 0:
        raise LeaseLostError(held.holder)


def _lock(connection: Connection, slot: Slot) -> None:
    """Let nobody else decide about a slot in this transaction: each would miss what the other notes.

    SQLite, which knows no row locks, has one writer at a time anyway.
    """
    connection.execute(sa.select(slots.c.at).where(_is(slots, slot)).with_for_update())


def _mine(held: Lease) -> sa.Update:
    return lease.update().where(lease.c.holder == held.holder, lease.c.token == held.token)


def _outcome(states: set[PartState], *, quiet: bool) -> SlotState:
    if PartState.UNCERTAIN in states:
        return SlotState.UNCERTAIN
    if PartState.SENT not in states:
        return SlotState.FAILED
    return SlotState.QUIET_SENT if quiet else SlotState.SENT


def _held(connection: Connection, chat_id: int, times: list[datetime]) -> set[datetime]:
    query = sa.select(slots.c.at).where(slots.c.chat_id == chat_id, slots.c.at.in_(times))
    return {row.at for row in connection.execute(query)}


def _is(table: sa.Table, slot: Slot) -> sa.ColumnElement[bool]:
    return (table.c.chat_id == slot.chat_id) & (table.c.at == slot.at)


def _key(chat_id: int, at: datetime) -> Slot:
    return Slot(chat_id, at, SlotState.DUE, 0, None, None, at, quiet=False, edition=None)


def _subscription(row: sa.Row[Any]) -> Subscription:
    return Subscription(**{**row._mapping, "watch": tuple(row.watch)})


def _slot(row: sa.Row[Any]) -> Slot:
    return Slot(**{**row._mapping, "state": SlotState(row.state)})


def _part(row: sa.Row[Any]) -> Part:
    return Part(row.n, row.payload, PartState(row.state), row.message_id)
