"""Who may do what: the ids in the settings, what admins granted since, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum

from store.chats import ChatStore
from store.models import DEFAULT_WORKSPACE


class Standing(IntEnum):
    STRANGER = 0
    ALLOWED = 1
    ADMIN = 2


class Access:
    """Blocking: it reads the database."""

    def __init__(
        self,
        store: ChatStore,
        allowed: Iterable[int],
        admins: Iterable[int],
        on_migrated: Callable[[int, int], None] | None = None,
    ) -> None:
        """`on_migrated` moves what else is kept of a group, given its old id and its new one."""
        self._store = store
        self._on_migrated = on_migrated
        self._allowed = frozenset(allowed)
        self._admins = frozenset(admins)

    def standing(self, user_id: int | None, chat_id: int) -> Standing:
        """Judge a user in a chat."""
        return self.standings([(user_id, chat_id)])[0]

    def standings(self, speakers: Sequence[tuple[int | None, int]]) -> list[Standing]:
        """Judge users in chats, in order.

        An admin's /deny outweighs the settings' list. In a group that is allowed everybody may ask; in
        another only those who are allowed themselves.
        """
        granted = self._store.granted(*{id_ for speaker in speakers for id_ in speaker if id_ is not None})
        return [self._judged(user_id, chat_id, granted) for user_id, chat_id in speakers]

    def _judged(self, user_id: int | None, chat_id: int, granted: Mapping[int, bool]) -> Standing:
        if user_id in self._admins:
            return Standing.ADMIN
        asked = [id_ for id_ in (user_id, chat_id) if id_ is not None]
        if not all(granted.get(id_, True) for id_ in asked):
            return Standing.STRANGER
        may = any(granted.get(id_, id_ in self._allowed) for id_ in asked)
        return Standing.ALLOWED if may else Standing.STRANGER

    def is_admin(self, user_id: int) -> bool:
        return user_id in self._admins

    def migrate(self, old_id: int, new_id: int) -> None:
        """Follow a group that became a supergroup; what the settings allowed it stays allowed."""
        self._store.migrate(old_id, new_id)
        if self._on_migrated is not None:
            self._on_migrated(old_id, new_id)
        if self._store.granted(old_id).get(old_id, old_id in self._allowed):
            self._store.grant(new_id, allowed=True, by=0)


def may_delete(report_workspace: str, standing: Standing) -> bool:
    """Everybody who may use a chat may delete from its shelf; from the common one only admins."""
    return report_workspace != DEFAULT_WORKSPACE or standing is Standing.ADMIN
