"""Bot API methods that write, change or take back messages."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.telegram import markup, rules
from tests.telegram.params import Params, Upload
from tests.telegram.rules import ApiError, bad_request
from tests.telegram.world import CallbackAnswer, Chat, Draft, Group, Message, StoredFile, User, World

Method = Callable[[World, Params], Any]
METHODS: dict[str, Method] = {}

MAX_ENTITIES, MAX_TEXT, MAX_CAPTION = 100, 4096, 1024
MAX_UPLOAD, MAX_DOWNLOAD = 50 * 1024 * 1024, 20 * 1024 * 1024
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def method(function: Method) -> Method:
    """Serve `send_message` as sendMessage; the real server ignores case as well."""
    METHODS[function.__name__.replace("_", "")] = function
    return function


def formatted(world: World, params: Params, name: str, limit: int, too_long: str) -> markup.Formatted:
    source = params.text(name)
    given = params.json("caption_entities" if name == "caption" else "entities")
    if given and not params.text("parse_mode"):
        result = markup.from_entities(source, given)
    else:
        result = markup.read_text(source, params.text("parse_mode"))
    if markup.utf16_length(result.text) > limit:
        raise bad_request(too_long)
    markup.with_found_entities(result)
    world.violations += [f"{name}: {complaint}: {source[:60]!r}" for complaint in result.complaints]
    if len(result.spans) > MAX_ENTITIES:
        world.violations.append(f"{name}: {len(result.spans)} entities, those after 100 are dropped")
        result.spans = result.spans[:MAX_ENTITIES]
    return result


def message_text(world: World, params: Params) -> markup.Formatted:
    result = formatted(world, params, "text", MAX_TEXT, "message is too long")
    if not result.text:
        raise bad_request("message text is empty")
    return result


def replied_id(world: World, chat: Chat, params: Params) -> int | None:
    reply = params.json("reply_parameters") or {}
    message_id = reply.get("message_id") or params.integer("reply_to_message_id")
    if message_id is None:
        return None
    replied = world.find(chat, int(message_id))
    if replied is None:
        if reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")
    if reply.get("quote") and markup.read_text(reply["quote"], "").text not in replied.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return int(message_id)


def thread(chat: Chat, params: Params) -> int | None:
    thread_id = params.integer("message_thread_id")
    if thread_id and not (isinstance(chat, Group) and thread_id in chat.topics):
        raise bad_request("message thread not found")
    return thread_id or None


def new_message(world: World, params: Params) -> Message:
    """Everything a send has in common; its text is not read yet."""
    chat = world.writable(params.values.get("chat_id"))
    message = Message(0, chat, world.bot, silent=params.flag("disable_notification"))
    message.thread_id = thread(chat, params)
    message.reply_to = replied_id(world, chat, params)
    message.keyboard = rules.inline_keyboard(params.json("reply_markup"))
    replied = world.find(chat, message.reply_to)
    if replied and message.thread_id is None and isinstance(chat, Group) and chat.is_forum:
        message.thread_id = replied.thread_id
    return message


def post(world: World, message: Message) -> dict[str, Any]:
    message.message_id = world.next_message_id(message.chat)
    message.sent_at = datetime.now(UTC)
    world.keep(message)
    return world.as_json(message)


@method
def send_message(world: World, params: Params) -> Any:
    message = new_message(world, params)
    text = message_text(world, params)
    message.text, message.html, message.entities = text.text, params.text("text"), text.entities
    return post(world, message)


def put_caption(world: World, message: Message, params: Params) -> None:
    caption = formatted(world, params, "caption", MAX_CAPTION, "message caption is too long")
    message.text, message.html, message.entities = caption.text, params.text("caption"), caption.entities


def sent_file(world: World, params: Params, name: str) -> StoredFile:
    upload: Upload | None = params.upload(name)
    if upload is None:
        known = world.files.get(params.text(name))
        if known is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known
    if not upload.data:
        raise bad_request("file must be non-empty")
    if len(upload.data) > MAX_UPLOAD:
        raise ApiError(413, "Request Entity Too Large")
    return world.keep_file(upload.name, upload.data, upload.mime_type, None)


@method
def send_document(world: World, params: Params) -> Any:
    message = new_message(world, params)
    put_caption(world, message, params)
    file = sent_file(world, params, "document")
    message.document = (file.name, file.data)
    described = {"file_name": file.name, "mime_type": file.mime_type}
    message.attachment = {"document": {**file.as_json(), **described}}
    return post(world, message)


@method
def send_photo(world: World, params: Params) -> Any:
    message = new_message(world, params)
    put_caption(world, message, params)
    file = sent_file(world, params, "photo")
    message.document = (file.name, file.data)
    message.attachment = {"photo": [{**file.as_json(), "width": 800, "height": 600}]}
    return post(world, message)


def own_message(world: World, params: Params) -> Message:
    chat = world.writable(params.values.get("chat_id"))
    message = world.find(chat, params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender is not world.bot:
        raise bad_request("message can't be edited")
    return message


def change(world: World, message: Message, params: Params, text: markup.Formatted | None, html: str) -> Any:
    """Edit text and keyboard together: an edit without a keyboard takes the old one away."""
    before = message.content()
    keyboard = rules.inline_keyboard(params.json("reply_markup"))
    after = (text.text, text.entities, keyboard) if text else (message.text, message.entities, keyboard)
    if before == after:
        raise bad_request(NOT_MODIFIED)
    if text:
        message.edits.append(message.text)
        message.text, message.entities, message.html = text.text, text.entities, html
    message.keyboard = keyboard
    message.edited_at = datetime.now(UTC)
    return world.as_json(message)


@method
def edit_message_text(world: World, params: Params) -> Any:
    message = own_message(world, params)
    if not message.is_text:
        raise bad_request("there is no text in the message to edit")
    return change(world, message, params, message_text(world, params), params.text("text"))


@method
def edit_message_caption(world: World, params: Params) -> Any:
    message = own_message(world, params)
    if message.is_text:
        raise bad_request("there is no caption in the message to edit")
    caption = formatted(world, params, "caption", MAX_CAPTION, "message caption is too long")
    return change(world, message, params, caption, params.text("caption"))


@method
def edit_message_reply_markup(world: World, params: Params) -> Any:
    return change(world, own_message(world, params), params, None, "")


@method
def delete_message(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    message = world.find(chat, params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    may_delete = isinstance(chat, User) or chat.bot_status == "administrator"
    if message.sender is not world.bot and not may_delete:
        raise bad_request("message can't be deleted")
    message.deleted = True
    return True


@method
def send_message_draft(world: World, params: Params) -> Any:
    chat = world.writable(params.integer("chat_id"))
    if isinstance(chat, Group):
        raise bad_request("TEXTDRAFT_PEER_INVALID")
    draft_id = params.integer("draft_id")
    if not draft_id:
        raise bad_request("TEXTDRAFT_ID_INVALID")
    thread(chat, params)
    text = formatted(world, params, "text", MAX_TEXT, "message is too long")
    world.drafts[chat.id].append(Draft(draft_id, text.text, text.entities, datetime.now(UTC)))
    return True


@method
def send_chat_action(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    action = params.text("action")
    if action not in rules.ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread_id = params.integer("message_thread_id")
    if thread_id not in {None, 1}:  # typing in "General" is the one use of thread 1
        thread(chat, params)
    world.actions[chat.id].append(action)
    return True


@method
def answer_callback_query(world: World, params: Params) -> Any:
    callback = world.callbacks.get(params.text("callback_query_id"))
    too_late = callback and time.monotonic() - callback.pressed_at > world.callback_lifetime_s
    if callback and callback.answer:
        world.violations.append(f"callback query {callback.id} was answered twice")
    if callback is None or callback.answer or too_late:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answer = CallbackAnswer(text, params.flag("show_alert"), params.text("url"))
    return True


@method
def set_message_reaction(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    message = world.find(chat, params.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    message.reactions = rules.reactions(params.json("reaction"))
    return True


@method
def get_file(world: World, params: Params) -> Any:
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if file.claimed_size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**file.as_json(), "file_path": file.path}
