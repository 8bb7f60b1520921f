"""Bot API methods about the bot itself and the chats it is in."""

from __future__ import annotations

import re
from typing import Any

from tests.telegram import rules
from tests.telegram.methods import method
from tests.telegram.params import Params
from tests.telegram.rules import bad_request
from tests.telegram.world import Group, User, World

ADMIN_RIGHTS = [
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
]
GIFTS = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"]
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


def member_json(user: User, status: str) -> dict[str, Any]:
    member: dict[str, Any] = {"user": user.as_user(), "status": status}
    if status == "administrator":
        member |= dict.fromkeys(ADMIN_RIGHTS, False) | {"can_manage_chat": True, "can_delete_messages": True}
    elif status == "creator":
        member["is_anonymous"] = False
    elif status == "kicked":
        member["until_date"] = 0
    return member


@method
def get_me(world: World, params: Params) -> Any:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": world.can_read_all_group_messages,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return world.bot.as_user() | abilities


def scope_of(world: World, params: Params) -> tuple[str, str]:
    """The key of a command list: scope with its chat and user, and language."""
    scope = params.json("scope") or {"type": "default"}
    if scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    parts = [str(scope["type"])]
    if scope["type"] in {"chat", "chat_administrators", "chat_member"}:
        parts.append(str(world.chat(scope.get("chat_id")).id))
    if scope["type"] == "chat_member":
        parts.append(str(world.chat(scope.get("user_id")).id))
    return ":".join(parts), rules.language(params.text("language_code"))


@method
def set_my_commands(world: World, params: Params) -> Any:
    commands = rules.commands(params.json("commands"))
    key = scope_of(world, params)
    world.profile["commands"].pop(key, None)
    if commands:
        world.profile["commands"][key] = commands
    return True


@method
def get_my_commands(world: World, params: Params) -> Any:
    return world.profile["commands"].get(scope_of(world, params), [])


@method
def delete_my_commands(world: World, params: Params) -> Any:
    world.profile["commands"].pop(scope_of(world, params), None)
    return True


def set_text(world: World, params: Params, name: str, limit: int) -> bool:
    text = params.text(name)
    if len(text) > limit:
        raise bad_request(f"BOT_{name.upper()}_TOO_LONG")
    world.profile[name]["", rules.language(params.text("language_code"))] = text
    return True


def get_text(world: World, params: Params, name: str, default: str = "") -> dict[str, str]:
    kept = world.profile[name]
    language = rules.language(params.text("language_code"))
    return {name: kept.get(("", language)) or kept.get(("", "")) or default}


@method
def set_my_description(world: World, params: Params) -> Any:
    return set_text(world, params, "description", 512)


@method
def get_my_description(world: World, params: Params) -> Any:
    return get_text(world, params, "description")


@method
def set_my_short_description(world: World, params: Params) -> Any:
    return set_text(world, params, "short_description", 120)


@method
def get_my_short_description(world: World, params: Params) -> Any:
    return get_text(world, params, "short_description")


@method
def set_my_name(world: World, params: Params) -> Any:
    return set_text(world, params, "name", 64)


@method
def get_my_name(world: World, params: Params) -> Any:
    return get_text(world, params, "name", world.bot.first_name)


@method
def get_chat(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    gifts = dict.fromkeys(GIFTS, True)
    return chat.as_chat() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


@method
def get_chat_member(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    user_id = params.integer("user_id")
    if user_id == world.bot.id:
        return member_json(world.bot, chat.bot_status if isinstance(chat, Group) else "member")
    user = world.chats.get(user_id or 0)
    if not isinstance(user, User):
        raise bad_request("invalid user_id specified")
    if isinstance(chat, Group):
        return member_json(user, chat.status_of(user))
    if user is not chat:
        raise bad_request("member not found")
    return member_json(user, "member")


@method
def get_chat_administrators(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    if not isinstance(chat, Group):
        raise bad_request("there are no administrators in the private chat")
    statuses = [(user, chat.status_of(user)) for user in chat.members.values()]
    found = [member_json(user, status) for user, status in statuses if status in {"creator", "administrator"}]
    if chat.bot_status == "administrator":
        found.append(member_json(world.bot, "administrator"))
    return found


@method
def leave_chat(world: World, params: Params) -> Any:
    chat = world.writable(params.values.get("chat_id"))
    if not isinstance(chat, Group):
        raise bad_request("chat not found")
    move_bot(world, chat, "left", world.bot)
    return True


def move_bot(world: World, chat: Group | User, status: str, by: User) -> None:
    """Change the bot's standing in a chat and tell it by a my_chat_member update."""
    if isinstance(chat, Group):
        before, chat.bot_status = chat.bot_status, status
    else:
        before, chat.blocked = "kicked" if chat.blocked else "member", status == "kicked"
    change = {
        "chat": chat.as_chat(),
        "from": by.as_user(),
        "date": world.now(),
        "old_chat_member": member_json(world.bot, before),
        "new_chat_member": member_json(world.bot, status),
    }
    world.updates.put("my_chat_member", change)


def check_secret(secret: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    return secret
