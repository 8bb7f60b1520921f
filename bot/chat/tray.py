"""The one message that tells how the files of an upload fare, edited as they are taken in."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.chat.courier import Buttons, Letter
from bot.chat.markup import Row, row

if TYPE_CHECKING:
    from bot.chat.context import ChatContext

_JOIN_S = 1.0
_KEPT = 2_000


@dataclass
class Tray:
    lines: list[str] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    said: tuple[list[Row], Buttons] | None = None
    group: str | None = None
    used_at: float = 0.0


class Trays:
    """The last upload of each chat. Files of one album, or sent close together, share a message."""

    def __init__(self) -> None:
        self._trays: OrderedDict[object, Tray] = OrderedDict()

    def tray(self, context: ChatContext, group: str | None) -> Tray:
        place = context.who.place
        tray = self._trays.get(place)
        now = time.monotonic()
        if tray is None or not ((group and tray.group == group) or now - tray.used_at < _JOIN_S):
            tray = self._trays[place] = Tray(group=group)
            self._trays.move_to_end(place)
            if len(self._trays) > _KEPT:
                self._trays.popitem(last=False)
        tray.used_at = now
        return tray


class TrayLine:
    """One file's line in the tray."""

    def __init__(self, context: ChatContext, tray: Tray) -> None:
        self._context = context
        self._tray = tray
        self._place = len(tray.lines)
        tray.lines.append("")

    async def say(self, lines: Sequence[str], *, last: bool = False, buttons: Buttons = ()) -> None:
        """Show how the file fares; what is not `last` is left out where the chat must wait for it."""
        tray, context = self._tray, self._context
        tray.lines[self._place] = "\n".join(lines)
        courier, place = context.desk.courier, context.who.place
        waits = courier.wait_s(place) > 0
        more_to_come = context.desk.dispatcher.pending(place.chat_id) > 0
        if tray.shown and waits and (not last or more_to_come):
            return
        rows = [row(line) for told in tray.lines for line in told.splitlines()]
        if len(tray.lines) > 1:
            buttons = ()
        if tray.shown and (rows, buttons) == tray.said:
            return
        tray.said = (rows, buttons)
        if tray.shown:
            tray.shown = await courier.edit(place, tray.shown, Letter(rows, buttons))
        else:
            tray.shown = await courier.send(place, Letter(rows, buttons, reply_to=context.quoted()))
        tray.used_at = time.monotonic()
