"""What the chats leave behind: conversations, what buttons refer to, and who may do what.

Times are aware UTC. `thread_id` is 0 outside a forum's topics.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, Text

from store.db import Utc, fetch, insert_new, metadata, open_engine, upsert, writing
from store.inbox import Inbox, open_inbox
from store.migrate import prepare

CARDS_KEPT = timedelta(days=90)
TURNS_KEPT = 20
_CARD_BYTES = 9

_chats = Table(
    "chats",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("workspace", String(200), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(2)),
    # False once the bot was blocked or removed: nothing is sent there unasked.
    Column("active", Boolean, nullable=False),
)
_focus = Table(
    "chat_focus",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("report_id", String(12), nullable=False),
)
_turns = Table(
    "chat_turns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("about", JSON, nullable=False),
    sa.Index("turns_by_talk", "chat_id", "thread_id", "user_id", "id"),
)
_cards = Table(
    "chat_cards",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("asked_in", BigInteger),
    Column("shown_in", JSON, nullable=False),
    Column("at", Utc, nullable=False, index=True),
    sa.Index("cards_by_question", "chat_id", "asked_in"),
)
_votes = Table(
    "chat_votes",
    metadata,
    Column("card_id", String(16), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("good", Boolean, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("at", Utc, nullable=False),
)
_access = Table(
    "chat_access",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("allowed", Boolean, nullable=False),
    Column("granted_by", BigInteger, nullable=False),
    Column("at", Utc, nullable=False),
)
_strangers = Table(
    "chat_strangers",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("told_at", Utc, nullable=False),
)
_activity = Table(
    "chat_activity",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", String(10), primary_key=True),
    Column("what", String(12), primary_key=True),
    Column("count", Integer, nullable=False),
)
GONE = "gone"
"""In a card whose report was deleted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation goes on: a chat, and in a forum one of its topics."""

    chat_id: int
    thread_id: int = 0


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's conversation in a place: in a group nobody goes on where another left off."""

    place: Place
    user_id: int


@dataclass(frozen=True, slots=True)
class ChatRecord:
    chat_id: int
    workspace: str
    kind: str
    title: str
    language: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What the buttons under a message refer to. `shown_in` are the messages' ids, in order."""

    id: str
    place: Place
    kind: str
    payload: dict[str, Any]
    asked_in: int | None
    shown_in: tuple[int, ...]


class ChatStore:
    """Every statement about chats. Blocking; safe to share between threads and processes."""

    def __init__(self, url: str, *, now: Callable[[], datetime] | None = None) -> None:
        self._engine = open_engine(url)
        self._now = now or (lambda: datetime.now(UTC))
        prepare(self._engine)

    @cached_property
    def inbox(self) -> Inbox:
        """The updates these chats sent, in the same database."""
        return open_inbox(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def forget_old(self) -> None:
        """Drop cards whose buttons are long scrolled away."""
        self._write(_cards.delete().where(_cards.c.at < self._now() - CARDS_KEPT))

    # --- chats -----------------------------------------------------------------------------------

    def meet(self, chats: Mapping[int, tuple[str, str]]) -> dict[int, ChatRecord]:
        """Give what is known of chats, by id, given their kinds and titles; new ones get a shelf of their own."""
        known = self._records(chats)
        new = [
            ChatRecord(id_, f"chat:{id_}", kind, title, None, True)
            for id_, (kind, title) in chats.items()
            if id_ not in known
        ]
        if new:
            self._insert_new(new)
        for id_, (_, title) in chats.items():
            if id_ in known and (known[id_].title, known[id_].active) != (title, True):
                changed = {"title": title, "active": True}
                self._write(_chats.update().where(_chats.c.chat_id == id_).values(changed))
        return {**{record.chat_id: record for record in new}, **known}

    def _records(self, ids: Iterable[int]) -> dict[int, ChatRecord]:
        rows = self._rows(sa.select(_chats).where(_chats.c.chat_id.in_(list(ids))))
        return {row.chat_id: ChatRecord(**row._mapping) for row in rows}

    def chat(self, chat_id: int) -> ChatRecord | None:
        return self._records([chat_id]).get(chat_id)

    def speak(self, chat_id: int, language: str | None) -> None:
        """Set a chat's language; None follows its members'."""
        self._write(_chats.update().where(_chats.c.chat_id == chat_id).values(language=language))

    def leave(self, chat_id: int) -> None:
        """Note that the bot was blocked or removed."""
        self._write(_chats.update().where(_chats.c.chat_id == chat_id).values(active=False))

    def migrate(self, old_id: int, new_id: int) -> None:
        """Follow a group that became a supergroup: shelf, conversation and rights go with it."""
        known = self.chat(old_id)
        if known is None:
            return
        self.meet({new_id: ("supergroup", known.title)})
        moved = {"workspace": known.workspace, "language": known.language}
        self._write(_chats.update().where(_chats.c.chat_id == new_id).values(moved))
        if self._rows(sa.select(_focus.c.chat_id).where(_focus.c.chat_id == old_id)):
            self._write(_focus.delete().where(_focus.c.chat_id == new_id))
        for table in (_turns, _cards, _focus):
            self._write(table.update().where(table.c.chat_id == old_id).values(chat_id=new_id))
        for right in self.granted(old_id).values():
            self.grant(new_id, allowed=right, by=0)
        self.leave(old_id)

    # --- conversations ---------------------------------------------------------------------------

    def focus(self, talk: Talk) -> str | None:
        """Give the one report that somebody's questions are put to, None for all."""
        query = sa.select(_focus.c.report_id).where(*_of(_focus, talk))
        rows = self._rows(query)
        return str(rows[0].report_id) if rows else None

    def set_focus(self, talk: Talk, report_id: str | None) -> None:
        if report_id is None:
            self._write(_focus.delete().where(*_of(_focus, talk)))
        else:
            row = {**_columns(talk), "report_id": report_id}
            self._write(upsert(_focus, row, self._engine, {"report_id": report_id}))

    def add_turn(self, talk: Talk, question: str, answer: str, about: Sequence[str] = ()) -> None:
        """Keep a question and its answer, which quotes the reports in `about`."""
        row = {**_columns(talk), "question": question, "answer": answer, "about": sorted(set(about))}
        with writing(self._engine) as connection:
            connection.execute(_turns.insert().values(row))
            kept = sa.select(_turns.c.id).where(*_of(_turns, talk)).order_by(_turns.c.id.desc())
            last = connection.execute(kept.offset(TURNS_KEPT).limit(1)).scalar()
            if last is not None:
                connection.execute(_turns.delete().where(*_of(_turns, talk), _turns.c.id <= last))

    def turns(self, talk: Talk, count: int) -> list[tuple[str, str]]:
        """Give the last questions and answers, oldest first."""
        query = sa.select(_turns).where(*_of(_turns, talk)).order_by(_turns.c.id.desc()).limit(count)
        return [(row.question, row.answer) for row in reversed(self._rows(query))]

    def forget(self, talk: Talk) -> None:
        """Begin anew: no earlier question, no report fixed."""
        with writing(self._engine) as connection:
            connection.execute(_turns.delete().where(*_of(_turns, talk)))
            connection.execute(_focus.delete().where(*_of(_focus, talk)))

    # --- cards -----------------------------------------------------------------------------------

    def add_card(
        self,
        place: Place,
        kind: str,
        payload: dict[str, Any],
        *,
        asked_in: int | None = None,
        card_id: str | None = None,
    ) -> str:
        """Keep what a message's buttons refer to; the id is short enough to stand in each of them."""
        card_id = card_id or new_card_id()
        row = {
            "id": card_id,
            "chat_id": place.chat_id,
            "thread_id": place.thread_id,
            "kind": kind,
            "payload": payload,
            "asked_in": asked_in,
            "shown_in": [],
            "at": self._now(),
        }
        self._write(_cards.insert().values(row))
        return card_id

    def show_card(self, card_id: str, message_ids: Sequence[int]) -> None:
        self._write(_cards.update().where(_cards.c.id == card_id).values(shown_in=list(message_ids)))

    def fill_card(self, card_id: str, payload: dict[str, Any]) -> None:
        self._write(_cards.update().where(_cards.c.id == card_id).values(payload=payload))

    def card(self, card_id: str, chat_id: int) -> Card | None:
        """Give a card to the chat it was made for, and to no other."""
        rows = self._rows(sa.select(_cards).where(_cards.c.id == card_id, _cards.c.chat_id == chat_id))
        return _card(rows[0]) if rows else None

    def card_of(self, chat_id: int, asked_in: int, kind: str) -> Card | None:
        """Give the latest card made for a message of the chat's."""
        query = (
            sa.select(_cards)
            .where(_cards.c.chat_id == chat_id, _cards.c.asked_in == asked_in, _cards.c.kind == kind)
            .order_by(_cards.c.at.desc())
        )
        rows = self._rows(query.limit(1))
        return _card(rows[0]) if rows else None

    def vote(self, card: Card, user_id: int, *, good: bool) -> None:
        """Keep what a reader thinks of an answer, with the question and the evidence; the last word counts."""
        row = {
            "card_id": card.id,
            "user_id": user_id,
            "good": good,
            "chat_id": card.place.chat_id,
            "question": card.payload.get("question", ""),
            "answer": card.payload.get("answer", ""),
            "evidence": card.payload.get("citations", []),
            "at": self._now(),
        }
        self._write(upsert(_votes, row, self._engine, row))

    def votes(self) -> dict[bool, int]:
        query = sa.select(_votes.c.good, sa.func.count().label("n")).group_by(_votes.c.good)
        return {bool(row.good): int(row.n) for row in self._rows(query)}

    def forget_report(self, report_id: str) -> None:
        """Drop whatever holds words of a report that was deleted.

        Cards stay with nothing but GONE in them, and votes without what they are on.
        """

        def names(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
            return sa.cast(column, Text).contains(f'"{report_id}"', autoescape=True)

        blank = {"answer": "", "evidence": []}
        with writing(self._engine) as connection:
            connection.execute(_cards.update().where(names(_cards.c.payload)).values(payload={GONE: True}))
            connection.execute(_turns.delete().where(names(_turns.c.about)))
            connection.execute(_votes.update().where(names(_votes.c.evidence)).values(blank))

    # --- who may ---------------------------------------------------------------------------------

    def granted(self, *ids: int) -> dict[int, bool]:
        """Tell which of these users and chats an admin allowed (True) or denied (False)."""
        query = sa.select(_access.c.id, _access.c.allowed).where(_access.c.id.in_(ids))
        return {row.id: bool(row.allowed) for row in self._rows(query)}

    def grant(self, id_: int, *, allowed: bool, by: int) -> None:
        row = {"id": id_, "allowed": allowed, "granted_by": by, "at": self._now()}
        self._write(upsert(_access, row, self._engine, row))

    def may_tell(self, id_: int, *, every: timedelta = timedelta(days=1)) -> bool:
        """Tell whether a stranger is due a word again, and note that it is given now."""
        now = self._now()
        row = {"id": id_, "told_at": now}
        due = _strangers.c.told_at <= now - every
        tell = upsert(_strangers, row, self._engine, row, where=due).returning(_strangers.c.id)
        with writing(self._engine) as connection:
            return connection.execute(tell).first() is not None

    # --- counting --------------------------------------------------------------------------------

    def count(self, chat_id: int, day: str, what: str) -> None:
        """Count one question, failure or upload of a chat's."""
        row = {"chat_id": chat_id, "day": day, "what": what, "count": 1}
        self._write(upsert(_activity, row, self._engine, {"count": _activity.c.count + 1}))

    def counts(self, since: str) -> dict[int, dict[str, int]]:
        """Give what was counted from the day `since` on, by chat."""
        query = (
            sa.select(_activity.c.chat_id, _activity.c.what, sa.func.sum(_activity.c.count).label("n"))
            .where(_activity.c.day >= since)
            .group_by(_activity.c.chat_id, _activity.c.what)
        )
        found: dict[int, dict[str, int]] = {}
        for row in self._rows(query):
            found.setdefault(row.chat_id, {})[row.what] = int(row.n)
        return found

    # --- how -------------------------------------------------------------------------------------

    def _insert_new(self, records: Sequence[ChatRecord]) -> None:
        """Insert chats, but for those that another process has just inserted."""
        rows = [{name: getattr(record, name) for name in ChatRecord.__slots__} for record in records]
        self._write(insert_new(_chats, rows, self._engine))

    def _write(self, statement: sa.Executable) -> None:
        with writing(self._engine) as connection:
            connection.execute(statement)

    def _rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        return fetch(self._engine, query)


def new_card_id() -> str:
    return secrets.token_urlsafe(_CARD_BYTES)


def _columns(talk: Talk) -> dict[str, int]:
    return {"chat_id": talk.place.chat_id, "thread_id": talk.place.thread_id, "user_id": talk.user_id}


def _of(table: Table, talk: Talk) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in _columns(talk).items()]


def _card(row: sa.Row[Any]) -> Card:
    place = Place(row.chat_id, row.thread_id)
    return Card(row.id, place, row.kind, row.payload, row.asked_in, tuple(row.shown_in))
