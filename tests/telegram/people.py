"""The people who talk to the bot: what they say, press and do to it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.telegram import markup
from tests.telegram.methods import MAX_TEXT
from tests.telegram.profile import member_json, move_bot
from tests.telegram.world import Callback, Chat, Group, Message, StoredFile, User, World


class People:
    def __init__(self, world: World) -> None:
        self.world = world
        self.bot = world.bot
        self._callback_ids = count(4_000_000_001)

    def user(
        self,
        user_id: int,
        first_name: str,
        *,
        language_code: str | None = "zh-hans",
        username: str | None = None,
        is_bot: bool = False,
        started: bool = False,
    ) -> User:
        """A person. The bot cannot write to them before they wrote to it, or `started` is set."""
        user = User(user_id, first_name, username, language_code, is_bot, started=started)
        self.world.chats[user_id] = user
        return user

    def group(
        self,
        group_id: int,
        title: str,
        members: Iterable[User] = (),
        *,
        is_forum: bool = False,
        owner: User | None = None,
        admins: Iterable[User] = (),
        bot_status: str = "member",
    ) -> Group:
        """A supergroup; the first member owns it unless `owner` is given."""
        everyone = {user.id: user for user in (*members, *admins, *([owner] if owner else []))}
        owner_id = owner.id if owner else next(iter(everyone), None)
        group = Group(group_id, title, is_forum, everyone, owner_id, {a.id for a in admins}, bot_status)
        self.world.chats[group_id] = group
        return group

    def say(
        self,
        user: User,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: int | Message | None = None,
        thread_id: int | None = None,
    ) -> int:
        """Write as `user`, to the bot in private or in a group; return the message id."""
        if not text.strip() or markup.utf16_length(text) > MAX_TEXT:
            raise ValueError("Telegram's apps send 1-4096 characters; cut longer texts as they do")
        return self._send(user, text.strip(), {}, chat, reply_to, thread_id)

    def edit(self, user: User, message_id: int, text: str, *, chat: Chat | None = None) -> None:
        with self.world.lock:
            message = self.world.history[(chat or user).id][message_id]
            message.edits.append(message.text)
            self._write(message, text)
            message.edited_at = datetime.now(UTC)
            self.world.deliver("edited_message", message)
        self.world.changed()

    def delete(self, user: User, message_id: int, *, chat: Chat | None = None) -> None:
        """The person takes a message away; bots are never told."""
        self.world.history[(chat or user).id][message_id].deleted = True

    def send_document(
        self,
        user: User,
        name: str,
        data: bytes,
        *,
        caption: str | None = None,
        media_group_id: str | None = None,
        chat: Chat | None = None,
        reply_to: int | Message | None = None,
        thread_id: int | None = None,
        claimed_size: int | None = None,
        mime_type: str = "application/octet-stream",
    ) -> int:
        file = self.world.keep_file(name, data, mime_type, claimed_size)
        attachment: dict[str, Any] = {
            "document": file.as_json() | {"file_name": name, "mime_type": mime_type}
        }
        if media_group_id:
            attachment["media_group_id"] = media_group_id
        return self._send(user, caption or "", attachment, chat, reply_to, thread_id, file)

    def sticker(self, user: User, *, chat: Chat | None = None) -> int:
        file = self.world.keep_file("s.webp", b"RIFF", "image/webp", None)
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send(user, "", {"sticker": file.as_json() | looks}, chat)

    def voice(self, user: User, *, chat: Chat | None = None) -> int:
        file = self.world.keep_file("v.oga", b"OggS", "audio/ogg", None)
        return self._send(user, "", {"voice": file.as_json() | {"duration": 3}}, chat)

    def photo(self, user: User, *, caption: str = "", chat: Chat | None = None) -> int:
        file = self.world.keep_file("p.jpg", b"\xff\xd8\xff", "image/jpeg", None)
        return self._send(user, caption, {"photo": [file.as_json() | {"width": 800, "height": 600}]}, chat)

    def press(self, user: User, message: Message, button: str) -> str:
        """Press the button with this text or callback data; return the callback query's id."""
        buttons = [b for row in message.keyboard for b in row if "callback_data" in b]
        found = [b for b in buttons if button in {b["text"], b["callback_data"]}]
        if not found or message.deleted:
            raise AssertionError(f"no button {button!r}; there are {message.buttons}")
        return self.press_raw(user, message.chat, message.message_id, found[0]["callback_data"])

    def press_raw(self, user: User, chat: Chat, message_id: int, data: str) -> str:
        """A press the way a forged or outdated client makes it: any data, any message id."""
        callback = Callback(str(next(self._callback_ids)), time.monotonic())
        with self.world.lock:
            message = self.world.find(chat, message_id)
            gone = {"chat": chat.as_chat(), "message_id": message_id, "date": 0}
            query = {
                "id": callback.id,
                "from": user.as_user(),
                "message": self.world.as_json(message) if message else gone,
                "chat_instance": str(chat.id),
                "data": data,
            }
            self.world.callbacks[callback.id] = callback
            self.world.updates.put("callback_query", query)
        self.world.changed()
        return callback.id

    def _send(
        self,
        user: User,
        text: str,
        attachment: dict[str, Any],
        chat: Chat | None,
        reply_to: int | Message | None = None,
        thread_id: int | None = None,
        file: StoredFile | None = None,
    ) -> int:
        place = chat or user
        with self.world.lock:
            self._enter(user, place)
            message = Message(self.world.next_message_id(place), place, user, attachment=attachment)
            message.reply_to = reply_to.message_id if isinstance(reply_to, Message) else reply_to
            message.thread_id = self._thread(place, thread_id)
            message.document = (file.name, file.data) if file else None
            self._write(message, text)
            self.world.deliver("message", self.world.keep(message))
        self.world.changed()
        return message.message_id

    def _enter(self, user: User, place: Chat) -> None:
        if isinstance(place, User):
            if place is not user:
                raise ValueError("a person's private chat is their own")
            if user.blocked:
                move_bot(self.world, user, "member", user)
            user.started = True
        elif user.id not in place.members and not user.is_bot:
            raise ValueError(f"{user.first_name} is not in {place.title}")

    def _thread(self, place: Chat, thread_id: int | None) -> int | None:
        if thread_id is None:
            return None
        if not isinstance(place, Group) or not place.is_forum:
            raise ValueError("only forums have topics")
        place.topics.setdefault(thread_id, f"话题{thread_id}")
        return thread_id

    def _write(self, message: Message, text: str) -> None:
        found = markup.with_found_entities(markup.Formatted(text, []))
        message.text, message.html, message.entities = text, text, found.entities

    # -- groups ------------------------------------------------------------------------------

    def topic(self, user: User, group: Group, name: str) -> int:
        """Open a forum topic; return its thread id, that of the service message opening it."""
        notice = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        group.is_forum = True
        thread_id = self._send(user, "", notice, group)
        group.topics[thread_id] = name
        self.world.history[group.id][thread_id].thread_id = thread_id
        return thread_id

    def add_to_group(self, adder: User, group: Group, *, as_admin: bool = False) -> None:
        with self.world.lock:
            group.members.setdefault(adder.id, adder)
            adder.met = True
            move_bot(self.world, group, "administrator" if as_admin else "member", adder)
            self._notice(adder, group, {"new_chat_members": [self.bot.as_user()]})
        self.world.changed()

    def remove_from_group(self, remover: User, group: Group) -> None:
        with self.world.lock:
            move_bot(self.world, group, "kicked", remover)
        self.world.changed()

    def promote_bot(self, by: User, group: Group, *, admin: bool = True) -> None:
        with self.world.lock:
            move_bot(self.world, group, "administrator" if admin else "member", by)
        self.world.changed()

    def join(self, user: User, group: Group) -> None:
        self._move_member(user, group, "new_chat_members", [user.as_user()])

    def leave(self, user: User, group: Group) -> None:
        self._move_member(user, group, "left_chat_member", user.as_user())

    def _move_member(self, user: User, group: Group, notice: str, who: Any) -> None:
        with self.world.lock:
            before = group.status_of(user)
            if notice == "left_chat_member":
                group.members.pop(user.id, None)
            else:
                group.members[user.id] = user
            change = {
                "chat": group.as_chat(),
                "from": user.as_user(),
                "date": self.world.now(),
                "old_chat_member": member_json(user, before),
                "new_chat_member": member_json(user, group.status_of(user)),
            }
            self.world.updates.put("chat_member", change)
            self._notice(user, group, {notice: who})
        self.world.changed()

    def _notice(self, user: User, group: Group, notice: dict[str, Any]) -> None:
        message = Message(self.world.next_message_id(group), group, user, attachment=notice)
        self.world.keep(message)
        if group.bot_status not in {"left", "kicked"}:
            user.met = True
            self.world.updates.put("message", self.world.as_json(message))

    def block(self, user: User) -> None:
        self._block(user, "kicked")

    def unblock(self, user: User) -> None:
        self._block(user, "member")

    def _block(self, user: User, status: str) -> None:
        with self.world.lock:
            move_bot(self.world, user, status, user)
        self.world.changed()

    # -- updates by hand ---------------------------------------------------------------------

    def raw_update(self, update: dict[str, Any]) -> int:
        """Send any update; without an update_id it gets the next one."""
        json.dumps(update)
        with self.world.lock:
            number = self.world.updates.put_raw(update)
        self.world.changed()
        return number

    def redeliver(self, update_id: int) -> None:
        """Send an update once more, as after a lost confirmation."""
        with self.world.lock:
            self.world.updates.put_again(update_id)
        self.world.changed()

    @property
    def update_ids(self) -> list[int]:
        """Every update made so far, oldest first."""
        return list(self.world.updates.sent)
