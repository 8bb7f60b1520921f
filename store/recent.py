"""What this process has lately read of the shelf, kept for as long as nobody writes to it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from store.models import Report
from store.shelf import Body, Shelf, ShelfState

REPORTS_KEPT = 50_000
"""Of all shelves together: about 1.5 KB each."""

LISTS_KEPT = 2_000
"""Shelves whose reports are remembered, those of chats that have none among them."""

CHARS_KEPT = 8_000_000
"""Of the reports' texts: up to 16 MB."""


class Recent:
    """Reads reports and texts through the shelf, each once while nothing changes. Safe to share between threads.

    Every change raises the shelf's generation, which each call looks at first: what was deleted is not given.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        reports_kept: int = REPORTS_KEPT,
        lists_kept: int = LISTS_KEPT,
        chars_kept: int = CHARS_KEPT,
    ) -> None:
        self._shelf = shelf
        self._reports_kept = reports_kept
        self._lists_kept = lists_kept
        self._chars_kept = chars_kept
        self._lock = threading.Lock()
        self._state: ShelfState | None = None
        self._placed: OrderedDict[str, list[tuple[int, Report]]] = OrderedDict()
        self._ids: dict[str, frozenset[str]] = {}
        self._bodies: OrderedDict[str, Body] = OrderedDict()
        self._chars = 0

    def reports(self, workspaces: Sequence[str]) -> list[Report]:
        """Every report of these workspaces, the newest taken in last."""
        state = self._current()
        placed = [pair for name in dict.fromkeys(workspaces) for pair in self._reports_of(name, state)]
        return [report for _, report in sorted(placed, key=lambda pair: pair[0])]

    def are_all(self, report_ids: frozenset[str], workspaces: Sequence[str]) -> bool:
        """Tell whether these reports are all that the workspaces hold."""
        state = self._current()
        return all(self._ids_of(name, state) <= report_ids for name in workspaces)

    def bodies(self, report_ids: Iterable[str], workspaces: Sequence[str]) -> dict[str, Body]:
        """Report id -> its text, of those that may be seen."""
        state = self._current()
        wanted = list(dict.fromkeys(report_ids))
        with self._lock:
            held = {key: self._bodies[key] for key in wanted if key in self._bodies}
        read = self._shelf.bodies([key for key in wanted if key not in held])
        found = {**held, **read}
        self._keep_bodies(found, state)
        return {key: found[key] for key in wanted if key in found and found[key].workspace in workspaces}

    # --- how ---------------------------------------------------------------------------------

    def _current(self) -> ShelfState:
        """Forget everything if anybody has written since."""
        state = self._shelf.state()
        with self._lock:
            if state != self._state:
                self._state = state
                self._placed.clear()
                self._ids.clear()
                self._bodies.clear()
                self._chars = 0
        return state

    def _reports_of(self, workspace: str, state: ShelfState) -> list[tuple[int, Report]]:
        with self._lock:
            if workspace in self._placed:
                self._placed.move_to_end(workspace)
                return self._placed[workspace]
        placed = self._shelf.placed(workspace)
        with self._lock:
            # Read after somebody wrote again it may be of before or after that.
            if state == self._state:
                self._placed[workspace] = placed
                self._make_room()
        return placed

    def _make_room(self) -> None:
        while len(self._placed) > 1 and (
            len(self._placed) > self._lists_kept or sum(map(len, self._placed.values())) > self._reports_kept
        ):
            self._ids.pop(self._placed.popitem(last=False)[0], None)

    def _ids_of(self, workspace: str, state: ShelfState) -> frozenset[str]:
        with self._lock:
            if state == self._state and workspace in self._ids:
                return self._ids[workspace]
        ids = frozenset(report.id for _, report in self._reports_of(workspace, state))
        with self._lock:
            if state == self._state and workspace in self._placed:
                self._ids[workspace] = ids
        return ids

    def _keep_bodies(self, used: dict[str, Body], state: ShelfState) -> None:
        with self._lock:
            if state != self._state:
                return
            for key, body in used.items():
                if key not in self._bodies:
                    self._bodies[key] = body
                    self._chars += len(body.text)
                self._bodies.move_to_end(key)
            while self._chars > self._chars_kept and len(self._bodies) > 1:
                self._chars -= len(self._bodies.popitem(last=False)[1].text)
