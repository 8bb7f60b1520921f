"""Weeks of digests to many chats, while processes are killed at every step and Telegram fails.

    python -m benchmarks.soak [--chats 1000] [--weeks 12] [--seed 1] [--json PATH]

The sender, the store on disk and the wording are the product's; time is virtual and Telegram simulated at the
bot that the sender is given. Two processes run side by side, each killed at random before and after any
statement and at any moment of a request, and started again from what is on disk; three outages stop both.
Afterwards the ledger and what Telegram saw are held against the plans, reckoned anew.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import quantiles

import sqlalchemy as sa

from benchmarks.results import print_table, write
from benchmarks.soak_world import PACE, Chaos, Faults, Process, SimulatedTelegram
from benchmarks.virtual_time import VirtualClock, run_virtually
from bot.chat.digests import FIRST_WINDOW, Pace, plan_of
from bot.chat.schedule import DAILY, DAYS, Plan, changed_slot, slots
from store.chats import ChatStore
from store.db import sqlite_url
from store.digest_tables import DELIVERED, OPEN, PartState, Slot, SlotState, Subscription
from store.digest_tables import slots as slot_table
from store.digests import DigestStore

START = datetime(2026, 3, 1, tzinfo=UTC)
"""Until the end of May the clocks change in New York, Berlin, Santiago and Sydney, both ways."""

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "America/Santiago",
    "Asia/Kathmandu",
)
CALM = timedelta(days=2)
_KILLS = 1 / 1500
_DAILY, _CHANGES, _MOVES, _BLOCKS = 0.05, 0.05, 0.03, 0.02
# When nothing runs, as parts of the whole: for hours, for more than a day, for three weeks of twelve.
_OUTAGES = ((0.15, timedelta(hours=5)), (0.25, timedelta(hours=30)), (0.4, timedelta(weeks=3)))


@dataclass
class Chat:
    """A subscribed chat, the slots it should have, and when something happens to it (None: never)."""

    id: int
    plan: Plan
    expected: list[datetime] = field(default_factory=list)
    changes_at: datetime | None = None
    moves_at: datetime | None = None
    blocks_at: datetime | None = None


@dataclass(frozen=True)
class Size:
    chats: int
    weeks: int
    seed: int
    kill_chance: float = _KILLS
    pace: Pace = PACE

    @property
    def end(self) -> datetime:
        return START + timedelta(weeks=self.weeks)


class Soak:
    def __init__(self, size: Size, folder: Path) -> None:
        self.size = size
        self.url = sqlite_url(folder)
        self.rng = random.Random(size.seed)
        self.clock = VirtualClock(START)
        self.telegram = SimulatedTelegram(self.clock, random.Random(size.seed + 1), Faults())
        self.kills = 0
        self.chats = [self._chat(number) for number in range(size.chats)]
        self._outages = [
            (
                START + (size.end - START) * at,
                START + (size.end - START) * at + lasts * min(size.weeks / 12, 1),
            )
            for at, lasts in _OUTAGES
        ]

    # --- the world -----------------------------------------------------------------------------------

    def _chat(self, number: int) -> Chat:
        rng = self.rng
        group = number % 10 < 3
        day = DAILY if rng.random() < _DAILY else rng.choice(("mon", "mon", "mon", *DAYS))
        minute = 9 * 60 if rng.random() < 0.6 else rng.randrange(24 * 60)
        if number % 20 == 7:
            minute = 2 * 60 + 30  # the hour that clocks skip and repeat
        chat = Chat(-1000 - number if group else 1000 + number, Plan(day, minute, rng.choice(ZONES)))
        if rng.random() < _CHANGES:
            chat.changes_at = self._some_time()
        elif group and rng.random() < _MOVES / 0.3:
            chat.moves_at = self._some_time()
        elif rng.random() < _BLOCKS:
            chat.blocks_at = self._some_time()
        return chat

    def _some_time(self) -> datetime:
        return START + (self.size.end - START) * self.rng.uniform(0.1, 0.8)

    async def run(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the dead have nobody to tell
        store, chats = DigestStore(self.url, now=self.clock.now), ChatStore(self.url, now=self.clock.now)
        chats.meet({c.id: ("group" if c.id < 0 else "private", "") for c in self.chats})
        for chat in self.chats:
            chats.grant(chat.id, allowed=True, by=0)
            self._subscribe(store, chat)
        lives = [asyncio.ensure_future(self._process(name)) for name in ("left", "right")]
        await asyncio.gather(*lives, self._events(store))
        store.close()
        chats.close()

    def _subscribe(self, store: DigestStore, chat: Chat) -> None:
        watch = ("违建",) if chat.id % 5 == 0 else ()
        first = changed_slot(chat.plan, START, None, None)
        plan = chat.plan
        store.subscribe(
            Subscription(chat.id, 0, chat.id, "zh", plan.day, plan.minute, plan.zone, watch, True, first)
        )
        chat.expected = self._slots_until_end(plan, START - timedelta(microseconds=1))

    def _slots_until_end(self, plan: Plan, after: datetime) -> list[datetime]:
        found: list[datetime] = []
        for slot in slots(plan, after):
            if slot > self.size.end:
                return found
            found.append(slot)
        return found

    async def _process(self, name: str) -> None:
        """Run one process after another until all is over and calm."""
        turn = 0
        while self.clock.now() < self.size.end + CALM:
            await self._wait_out_outage()
            turn += 1
            chaos = Chaos(self.rng, self.size.kill_chance)
            process = Process(self.url, self.clock, self.telegram, chaos, f"{name}{turn}", self.size.pace)
            living = asyncio.ensure_future(process.live())
            while not living.done():
                await asyncio.wait([living], timeout=self._until_stop_s())
                if self._out() or self.clock.now() >= self.size.end + CALM:
                    chaos.dead = True
                    process.sender.wake()
                elif self.clock.now() >= self.size.end:
                    chaos.chance = 0.0
            self.kills += 1
            await asyncio.sleep(self.rng.choice((1, 20, 90, 600, 3000)))

    def _out(self) -> bool:
        return any(begins <= self.clock.now() < ends for begins, ends in self._outages)

    def _until_stop_s(self) -> float:
        now = self.clock.now()
        coming = [at for outage in self._outages for at in outage if at > now]
        stops = [*coming, *(at for at in (self.size.end, self.size.end + CALM) if at > now)]
        return min(stops, default=now).timestamp() - now.timestamp() + 1

    async def _wait_out_outage(self) -> None:
        now = self.clock.now()
        ends = [end for begin, end in self._outages if begin <= now < end]
        await asyncio.sleep((max(ends) - now).total_seconds() if ends else 0)

    async def _events(self, store: DigestStore) -> None:
        """Users change their plans, groups move, bots are blocked."""
        timed = [
            (at, act, chat)
            for chat in self.chats
            for at, act in (
                (chat.changes_at, self._change),
                (chat.moves_at, self._move),
                (chat.blocks_at, self._block),
            )
            if at is not None
        ]
        timed.append((self.size.end, self._calm, self.chats[0]))
        for at, act, chat in sorted(timed, key=lambda event: event[0]):
            await asyncio.sleep(max((at - self.clock.now()).total_seconds(), 0))
            act(store, chat)

    def _change(self, store: DigestStore, chat: Chat) -> None:
        """Another zone, day and time, as /subscribe does it."""
        held, now = store.subscription(chat.id), self.clock.now()
        if held is None:
            raise AssertionError("a chat lost its subscription")
        plan = Plan(self.rng.choice((*DAYS, DAILY)), self.rng.randrange(24 * 60), self.rng.choice(ZONES))
        last = store.last_delivered(chat.id)
        first = changed_slot(plan, now, plan_of(held), last.at if last else None)
        named = {"day": plan.day, "minute": plan.minute, "zone": plan.zone}
        store.subscribe(replace(held, **named, next_at=first))  # type: ignore[arg-type]
        entered = {slot.at for slot in ledger(store, chat.id)}
        chat.expected = [at for at in chat.expected if at in entered]
        chat.expected += self._slots_until_end(plan, first - timedelta(microseconds=1))

    def _move(self, store: DigestStore, chat: Chat) -> None:
        self.telegram.moved[chat.id] = chat.id - 1_000_000

    def _block(self, store: DigestStore, chat: Chat) -> None:
        self.telegram.blocked.add(chat.id)

    def _calm(self, store: DigestStore, chat: Chat) -> None:
        self.telegram.faults.__init__(0, 0, 0, 0, 0)  # type: ignore[misc]


# --- judging ----------------------------------------------------------------------------------------


def ledger(store: DigestStore, chat_id: int) -> list[Slot]:
    with store._engine.connect() as connection:
        query = sa.select(slot_table.c.at).where(slot_table.c.chat_id == chat_id).order_by(slot_table.c.at)
        times = [row.at for row in connection.execute(query)]
    found = [store.slot(chat_id, at) for at in times]
    return [slot for slot in found if slot is not None]


@dataclass
class Verdict:
    """What the ledger and Telegram say, held against the plans. `wrong` names every breach."""

    slots: int = 0
    states: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    late_s: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def judge(soak: Soak, store: DigestStore) -> Verdict:
    verdict = Verdict(wrong=list(soak.telegram.violations))
    back = {new: old for old, new in soak.telegram.moved.items()}
    arrived: dict[int, list[tuple[str, str, int, datetime]]] = defaultdict(list)
    for message in soak.telegram.delivered:
        key = back.get(message.chat_id, message.chat_id)
        arrived[key].append((message.kind, message.words, message.message_id, message.at))
    for chat in soak.chats:
        new_id = soak.telegram.moved.get(chat.id)
        entered = [*ledger(store, chat.id), *(ledger(store, new_id) if new_id else [])]
        _judge_chat(chat, sorted(entered, key=lambda slot: slot.at), arrived[chat.id], soak.size.end, verdict)
    return verdict


def _judge_chat(
    chat: Chat,
    everything: list[Slot],
    arrived: list[tuple[str, str, int, datetime]],
    end: datetime,
    verdict: Verdict,
) -> None:
    entered = [slot for slot in everything if slot.at <= end]  # what is due later may still be under way
    verdict.slots += len(entered)
    verdict.states.update(slot.state for slot in entered)
    times = [slot.at for slot in entered]
    stopped = entered and entered[-1].state is SlotState.BLOCKED
    if times != chat.expected[: len(times)] or (len(times) < len(chat.expected) and not stopped):
        verdict.wrong.append(f"{chat.id}: {len(times)} slots entered, {len(chat.expected)} expected")
    seen = Counter((kind, words) for kind, words, _, _ in arrived)
    verdict.duplicates += sum(count - 1 for count in seen.values())
    ids = {message_id for _, _, message_id, _ in arrived}
    texts = {words: at for kind, words, _, at in arrived if kind == "text"}
    for slot in entered:
        _judge_slot(chat, slot, ids, texts, verdict)
    unknown = texts.keys() - {slot.at.isoformat() for slot in everything}
    verdict.wrong += [f"{chat.id}: nothing in the ledger of the digest of {words}" for words in unknown]
    told = [slot for slot in entered if slot.state in DELIVERED]
    if told and told[0].since != entered[0].at - FIRST_WINDOW:
        verdict.wrong.append(f"{chat.id}: the first window begins at {told[0].since}")
    verdict.wrong += [
        f"{chat.id}: window ends {a.until}, next begins {b.since}"
        for a, b in pairwise(told)
        if a.until != b.since
    ]


def _judge_slot(chat: Chat, slot: Slot, ids: set[int], texts: dict[str, datetime], verdict: Verdict) -> None:
    at = texts.get(slot.at.isoformat())
    if slot.state in OPEN:
        verdict.wrong.append(f"{chat.id}: {slot.at} is still {slot.state}")
    if slot.state in (SlotState.SENT, SlotState.QUIET_SENT) and at is None:
        verdict.wrong.append(f"{chat.id}: {slot.at} is {slot.state}, and never arrived")
    if slot.state not in DELIVERED and at is not None:
        verdict.wrong.append(f"{chat.id}: {slot.at} is {slot.state}, and arrived")
    for part in slot.parts:
        if part.state is PartState.SENT and part.message_id not in ids:
            verdict.wrong.append(f"{chat.id}: {slot.at} names a message that is not there")
    if at is not None:
        verdict.late_s.append((at - slot.at).total_seconds())


# --- the benchmark ----------------------------------------------------------------------------------


def soak(size: Size, folder: Path) -> tuple[Soak, Verdict]:
    ran = Soak(size, folder)
    run_virtually(ran.run())
    store = DigestStore(ran.url)
    try:
        return ran, judge(ran, store)
    finally:
        store.close()


def figures(ran: Soak, verdict: Verdict, seconds: float) -> dict[str, object]:
    cuts = quantiles(verdict.late_s, n=100) if len(verdict.late_s) > 1 else [0.0] * 99
    return {
        "chats": ran.size.chats,
        "weeks": ran.size.weeks,
        "kills": ran.kills,
        "faults": dict(ran.telegram.met),
        "slots": verdict.slots,
        "states": {str(state): n for state, n in sorted(verdict.states.items())},
        "messages": len(ran.telegram.delivered),
        "duplicates": verdict.duplicates,
        "breaches": len(verdict.wrong),
        "late_s_p50": round(cuts[49], 1),
        "late_s_p90": round(cuts[89], 1),
        "late_s_p99": round(cuts[98], 1),
        "took_s": round(seconds, 1),
    }


def _shown(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name} {n}" for name, n in value.items())
    return value


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(argv)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        ran, verdict = soak(Size(given.chats, given.weeks, given.seed), Path(folder))
    result = figures(ran, verdict, time.monotonic() - began)
    print_table("soak", [{"what": name, "figure": _shown(value)} for name, value in result.items()])
    for line in verdict.wrong[:20]:
        print(line)
    if given.json:
        settings = {"chats": given.chats, "weeks": given.weeks, "seed": given.seed}
        write(given.json, settings=settings, results=result)
    return 1 if verdict.wrong or verdict.duplicates else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
