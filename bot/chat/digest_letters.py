"""A scheduled digest as it is written to one chat: its parts, and a word on those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.chat import texts
from bot.chat.desk import OffLoop
from bot.chat.digest_making import Edition, Press, chart_payload, text_payloads
from bot.chat.digest_messages import digest_buttons, digest_rows
from bot.chat.digest_times import moment
from bot.digest import is_quiet
from bot.texts import Say
from store.chats import ChatStore, Place
from store.digest_tables import Slot, SlotState, Subscription

KIND = "digest"
"""Of the card that holds which digest a message's buttons are about."""


_LOST = (SlotState.FOLDED, SlotState.BLOCKED, SlotState.FAILED)


@dataclass(frozen=True, slots=True)
class Written:
    payloads: list[dict[str, Any]]
    quiet: bool


class Letters:
    def __init__(self, chats: ChatStore, press: Press, off_loop: OffLoop) -> None:
        self._chats = chats
        self._press = press
        self._off_loop = off_loop

    async def written(
        self, wanted: Subscription, slot: Slot, edition: Edition, before: Sequence[Slot], *, late: bool
    ) -> Written:
        """Word a digest for a chat. `before`: its slots since the last that was delivered, the newest first."""
        say = Say("en" if wanted.language == "en" else "zh")
        digest, zone = edition.digest, wanted.zone
        unsure = next((past for past in before if past.state is SlotState.UNCERTAIN), None)
        remarks = list(_remarks(slot, before, unsure, zone, say, late=late))
        place = Place(wanted.chat_id, wanted.thread_id)
        card = {"edition": edition.id, "zone": zone, "again": unsure.edition if unsure else None}
        card_id = await self._off_loop(self._chats.add_card, place, KIND, card)
        rows = digest_rows(digest, say, zone, watch=wanted.watch, remarks=remarks)
        buttons = digest_buttons(digest, card_id, say, again=unsure is not None)
        payloads = text_payloads(rows, buttons)
        if await self._press.chart(digest, say):
            payloads.append({**chart_payload(edition, zone, say), "language": say.language})
        return Written([{**payload, "late": late} for payload in payloads], is_quiet(digest))


def _remarks(
    slot: Slot, before: Sequence[Slot], unsure: Slot | None, zone: str, say: Say, *, late: bool
) -> list[str]:
    lost = [past for past in before if past.state in _LOST]
    remarks = []
    if late:
        remarks.append(say(texts.DIGEST_LATE, at=moment(slot.at, zone, say)))
    if lost:
        phrase = texts.DIGEST_FOLDED_MANY if len(lost) > 1 else texts.DIGEST_FOLDED
        remarks.append(say(phrase, at=moment(lost[-1].at, zone, say), n=len(lost)))
    if unsure:
        remarks.append(say(texts.DIGEST_UNCERTAIN, at=moment(unsure.at, zone, say)))
    return remarks
