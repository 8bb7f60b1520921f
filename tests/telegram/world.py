"""Who is there and what was said: the state behind the Bot API."""

from __future__ import annotations

import itertools
import re
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.telegram.rules import ApiError, bad_request

OPT_IN_UPDATES = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(eq=False)
class User:
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    met: bool = False
    """The bot has seen this user in a group; only `started` lets it write first."""
    started: bool = False
    blocked: bool = False

    def as_user(self) -> dict[str, Any]:
        optional = {"username": self.username, "language_code": self.language_code}
        known = {key: value for key, value in optional.items() if value}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name, **known}

    def as_chat(self) -> dict[str, Any]:
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": "private", "first_name": self.first_name, **named}


@dataclass(eq=False)
class Group:
    id: int
    title: str
    is_forum: bool = False
    members: dict[int, User] = field(default_factory=dict)
    owner_id: int | None = None
    admin_ids: set[int] = field(default_factory=set)
    bot_status: str = "member"
    """member, administrator, left or kicked"""
    topics: dict[int, str] = field(default_factory=dict)
    last_bot_id: int | None = None

    def as_chat(self) -> dict[str, Any]:
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "type": "supergroup", "title": self.title, **forum}

    def status_of(self, user: User) -> str:
        if user.id not in self.members:
            return "left"
        if user.id == self.owner_id:
            return "creator"
        return "administrator" if user.id in self.admin_ids else "member"


Chat = User | Group


@dataclass(eq=False)
class StoredFile:
    name: str
    data: bytes
    file_id: str
    mime_type: str
    claimed_size: int

    @property
    def path(self) -> str:
        return f"documents/{self.file_id}{'.' + self.name.rsplit('.', 1)[1] if '.' in self.name else ''}"

    def as_json(self) -> dict[str, Any]:
        ids = {"file_id": self.file_id, "file_unique_id": f"u{self.file_id}"}
        return {**ids, "file_size": self.claimed_size}


@dataclass(eq=False)
class Message:
    message_id: int
    chat: Chat
    sender: User
    text: str = ""
    """As shown: after entity parsing; of a document, the caption."""
    html: str = ""
    """As the bot wrote it."""
    entities: list[dict[str, Any]] = field(default_factory=list)
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    reply_to: int | None = None
    thread_id: int | None = None
    document: tuple[str, bytes] | None = None
    attachment: dict[str, Any] = field(default_factory=dict)
    """What goes into the JSON besides text: a document, a sticker, a service notice."""
    edits: list[str] = field(default_factory=list)
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited_at: datetime | None = None
    deleted: bool = False
    silent: bool = False
    reactions: list[str] = field(default_factory=list)

    @property
    def chat_id(self) -> int:
        return self.chat.id

    @property
    def is_text(self) -> bool:
        return not self.attachment.keys() - {"media_group_id"}

    @property
    def buttons(self) -> list[list[tuple[str, str]]]:
        """Rows of (text, callback data or URL)."""
        return [
            [(b["text"], str(b.get("callback_data", b.get("url", "")))) for b in row] for row in self.keyboard
        ]

    def content(self) -> tuple[object, ...]:
        return self.text, self.entities, self.keyboard


@dataclass
class CallbackAnswer:
    text: str
    show_alert: bool
    url: str


@dataclass
class Callback:
    id: str
    pressed_at: float
    answer: CallbackAnswer | None = None


@dataclass
class Draft:
    draft_id: int
    text: str
    entities: list[dict[str, Any]]
    sent_at: datetime


class Updates:
    """The queue a bot polls, or that is posted to its webhook."""

    def __init__(self) -> None:
        self.pending: dict[int, dict[str, Any]] = {}
        self.sent: dict[int, dict[str, Any]] = {}
        self.allowed: list[str] = []
        self._again: set[int] = set()
        self._numbers = itertools.count(700_000_001)

    def put(self, kind: str, payload: Any) -> int | None:
        wanted = kind in self.allowed if self.allowed else kind not in OPT_IN_UPDATES
        if not wanted:
            return None
        return self.put_raw({kind: payload})

    def put_raw(self, update: dict[str, Any]) -> int:
        number = int(update.get("update_id") or next(self._numbers))
        self.pending[number] = self.sent[number] = {"update_id": number, **update}
        return number

    def put_again(self, update_id: int) -> None:
        self.pending = {update_id: self.sent[update_id], **self.pending}
        self._again.add(update_id)

    def confirm(self, offset: int) -> None:
        if offset < 0:
            kept = list(self.pending)[offset:]
            self.pending = {number: self.pending[number] for number in kept}
        for number in [n for n in self.pending if n < offset and n not in self._again]:
            del self.pending[number]

    def ready(self, limit: int) -> list[dict[str, Any]]:
        first = dict(itertools.islice(self.pending.items(), limit))
        self._again -= set(first)
        return list(first.values())


class World:
    def __init__(self, bot: User, can_read_all_group_messages: bool, changed: Callable[[], None]) -> None:
        self.bot = bot
        self.can_read_all_group_messages = can_read_all_group_messages
        self.lock = threading.RLock()
        self.condition = threading.Condition(self.lock)
        self.chats: dict[int, Chat] = {}
        self.history: dict[int, dict[int, Message]] = defaultdict(dict)
        self.files: dict[str, StoredFile] = {}
        self.callbacks: dict[str, Callback] = {}
        self.drafts: dict[int, list[Draft]] = defaultdict(list)
        self.actions: dict[int, list[str]] = defaultdict(list)
        self.profile: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
        self.violations: list[str] = []
        self.callback_lifetime_s = 15.0
        self.updates = Updates()
        self._changed = changed
        self._private_ids = itertools.count(101)
        self._group_ids: dict[int, itertools.count[int]] = defaultdict(lambda: itertools.count(2))
        self._file_ids = itertools.count(1)

    def now(self) -> int:
        return int(datetime.now(UTC).timestamp())

    def changed(self) -> None:
        with self.condition:
            self.condition.notify_all()
        self._changed()

    def chat(self, chat_id: int | str | None) -> Chat:
        known = re.fullmatch(r"-?\d+", str(chat_id))  # no chat here has a public @name
        chat = self.chats.get(int(known.group())) if known else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, chat_id: int | str | None) -> Chat:
        """The chat, or Telegram's reason why the bot cannot write there."""
        chat = self.chat(chat_id)
        if isinstance(chat, Group):
            if chat.bot_status == "kicked":
                raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
            if chat.bot_status == "left":
                raise ApiError(403, "Forbidden: bot is not a member of the supergroup chat")
        elif chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        elif chat.is_bot:
            raise ApiError(403, "Forbidden: bot can't send messages to bots")
        elif not chat.started:
            if chat.met:
                raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
            raise bad_request("chat not found")
        return chat

    def next_message_id(self, chat: Chat) -> int:
        """Private chats of a bot share one sequence; every supergroup counts for itself."""
        return next(self._group_ids[chat.id] if isinstance(chat, Group) else self._private_ids)

    def find(self, chat: Chat, message_id: int | None) -> Message | None:
        message = self.history[chat.id].get(message_id or 0)
        return None if message is None or message.deleted else message

    def keep(self, message: Message) -> Message:
        self.history[message.chat.id][message.message_id] = message
        if isinstance(message.chat, Group) and message.sender.is_bot:
            message.chat.last_bot_id = message.sender.id
        return message

    def keep_file(self, name: str, data: bytes, mime_type: str, claimed_size: int | None) -> StoredFile:
        size = len(data) if claimed_size is None else claimed_size
        file = StoredFile(name, data, f"BQACAgUAAx{next(self._file_ids):06d}", mime_type, size)
        self.files[file.file_id] = file
        return file

    def as_json(self, message: Message, nested: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "message_id": message.message_id,
            "from": message.sender.as_user(),
            "chat": message.chat.as_chat(),
            "date": int(message.sent_at.timestamp()),
            **message.attachment,
            **self._thread_json(message),
        }
        if message.text:
            text, entities = ("text", "entities") if message.is_text else ("caption", "caption_entities")
            answer |= {text: message.text} | ({entities: message.entities} if message.entities else {})
        if message.edited_at:
            answer["edit_date"] = int(message.edited_at.timestamp())
        if message.keyboard:
            answer["reply_markup"] = {"inline_keyboard": message.keyboard}
        if not nested:
            answer |= self._reply_json(message)
        return answer

    def _thread_json(self, message: Message) -> dict[str, Any]:
        if not isinstance(message.chat, Group):
            return {}
        if message.thread_id is not None:
            return {"message_thread_id": message.thread_id, "is_topic_message": True}
        if message.reply_to is not None and not message.chat.is_forum:
            # Outside forums too a chain of replies carries a thread id, which cannot be sent to.
            return {"message_thread_id": self._root(message)}
        return {}

    def _root(self, message: Message) -> int:
        while message.reply_to in self.history[message.chat.id]:
            message = self.history[message.chat.id][message.reply_to]
        return message.message_id

    def _reply_json(self, message: Message) -> dict[str, Any]:
        replied = self.find(message.chat, message.reply_to)
        if replied:
            return {"reply_to_message": self.as_json(replied, nested=True)}
        opening = self.find(message.chat, message.thread_id)
        if opening and message.reply_to is None:
            # In a topic every message without a reply of its own "replies" to the topic's opening.
            return {"reply_to_message": self.as_json(opening, nested=True)}
        return {}

    def deliver(self, kind: str, message: Message) -> int | None:
        """Queue a user's message, if the bot may see it."""
        if isinstance(message.chat, Group):
            message.sender.met = True
        if not self.reaches_bot(message):
            return None
        return self.updates.put(kind, self.as_json(message))

    def reaches_bot(self, message: Message) -> bool:
        """Privacy mode as core.telegram.org/bots/features#privacy-mode states it."""
        group = message.chat
        if not isinstance(group, Group):
            return True
        if message.sender.is_bot or group.bot_status in {"left", "kicked"}:
            return False
        if self.can_read_all_group_messages or group.bot_status == "administrator":
            return True
        replied = self.find(group, message.reply_to)
        if replied and (replied.sender is self.bot or self._is_command_to_bot(replied)):
            return True
        if replied and replied.sender.is_bot:
            return False  # a reply to bot A holding a command for bot B reaches A alone
        return self._is_command_to_bot(message)

    def _is_command_to_bot(self, message: Message) -> bool:
        first = next((e for e in message.entities if e["type"] == "bot_command" and e["offset"] == 0), None)
        if first is None or not isinstance(message.chat, Group):
            return False
        _, _, addressee = message.text[: first["length"]].partition("@")
        if addressee:
            return addressee.lower() == (self.bot.username or "").lower()
        return message.chat.last_bot_id in {None, self.bot.id}
