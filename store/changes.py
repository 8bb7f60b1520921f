"""What came onto a shelf and what left it, noted in the very transaction that makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, insert, literal, select

from store.db import changes, reports

KEPT = timedelta(days=400)
ChangeKind = Literal["added", "replaced", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a report. `former` is the id of the report a replacement stands for."""

    workspace: str
    at: datetime
    kind: ChangeKind
    report_id: str
    content_hash: str
    title: str
    agency: str
    former: str | None = None


def utc_now() -> datetime:
    return datetime.now(UTC)


def note_coming(connection: Connection, report_id: str, at: datetime, *, former: str | None) -> None:
    """Note a report that is visible from now on, and which one it stands for."""
    _note(connection, report_id, at, "replaced" if former else "added", former)


def note_leaving(connection: Connection, report_id: str, at: datetime) -> None:
    """Note a report that is visible no more; its row must still be there."""
    _note(connection, report_id, at, "removed", None)


def _note(connection: Connection, report_id: str, at: datetime, kind: ChangeKind, former: str | None) -> None:
    fixed = {"at": at, "kind": kind, "former": former}
    taken = ("workspace", "content_hash", "title", "agency")
    told = select(
        reports.c.id,
        *(reports.c[name] for name in taken),
        *(literal(value, changes.c[name].type) for name, value in fixed.items()),
    ).where(reports.c.id == report_id)
    connection.execute(insert(changes).from_select(["report_id", *taken, *fixed], told))


def prune(connection: Connection, now: datetime) -> None:
    """Drop what nobody will ask for any more."""
    connection.execute(changes.delete().where(changes.c.at < now - KEPT))


def rows_between(
    connection: Connection, workspaces: Sequence[str], since: datetime, until: datetime
) -> list[Change]:
    """Read the changes of a window in the order in which they were made."""
    query = select(changes).where(
        changes.c.workspace.in_(list(workspaces)),
        changes.c.at >= since,
        changes.c.at < until,
    )
    return [_change_of(row) for row in connection.execute(query.order_by(changes.c.id))]


def _change_of(row: Row[Any]) -> Change:
    return Change(
        workspace=row.workspace,
        at=row.at,
        kind=cast("ChangeKind", row.kind),
        report_id=row.report_id,
        content_hash=row.content_hash,
        title=row.title,
        agency=row.agency,
        former=row.former,
    )


def net(rows: Iterable[Change]) -> list[Change]:
    """Balance changes: what a reader of the shelf before and after would see, in order of its last change.

    A text is on a shelf once, so that it comes and goes by turns: where it first went and came last, or
    first came and went last, nothing has changed.
    """
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    former: dict[str, str] = {}
    texts = _Texts()
    for row in rows:
        text = texts.of(row)
        first.setdefault(text, row)
        last.pop(text, None)
        last[text] = row
        if row.former is not None:
            before = texts.ids.get(row.former, row.former)
            former[text] = former.get(before, before)
    changed = {text: row for text, row in last.items() if _goes(first[text]) == _goes(row)}
    return list(_paired(changed, former))


class _Texts:
    """Knows a text again by its report's id, and where it was taken off and in again by its content.

    Either may change: the content's hash by a reindex, the id by what is taken in after one.
    """

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self._hashes: dict[tuple[str, str], str] = {}

    def of(self, row: Change) -> str:
        content = row.workspace, row.content_hash
        known = self.ids.get(row.report_id) or self._hashes.get(content) or row.report_id
        self.ids[row.report_id] = self._hashes[content] = known
        return known


def _goes(row: Change) -> bool:
    return row.kind == "removed"


def _paired(changed: dict[str, Change], former: dict[str, str]) -> Iterator[Change]:
    """Make one replacement of what came and what it stands for, where that has gone."""
    stands_for: dict[str, str] = {}
    for text, row in changed.items():
        before = former.get(text, "")
        gone = before in changed and _goes(changed[before]) and before not in stands_for.values()
        if gone and not _goes(row):
            stands_for[text] = before
    for text, row in changed.items():
        if text in stands_for:
            yield replace(row, kind="replaced", former=changed[stands_for[text]].report_id)
        elif not _goes(row):
            yield replace(row, kind="added", former=None)
        elif text not in stands_for.values():
            yield row
