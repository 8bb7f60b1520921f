"""A shelf as one file: from one layout to the other and back, with nothing lost."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store import transfer
from store.chats import ChatStore, Place, Talk
from store.db import sqlite_url
from store.digest_tables import Subscription
from store.digests import DigestStore
from store.errors import ReadError, UsageError
from store.inbox import Arrival
from store.library import Library
from store.models import Scope
from store.usage import UsageStore
from tests.fakes import WordOverlapEmbeddings, document, fake_model

LAND = "全年完成低效用地再开发2084.1亩"
LAW = "普法宣传形式较为单一"
FOREVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
QUERIES = ("低效用地", "普法", "新版")
TALK = Talk(Place(7), 7)


class Site:
    """A library with its database, somewhere."""

    def __init__(self, folder: Path, url: str | None = None, **changes: object) -> None:
        self.url = url or sqlite_url(folder)
        settings: dict[str, object] = {
            "embedding": fake_model(),
            "chunking_version": 1,
            "database_url": self.url,
        }
        self.library = Library(folder, **{**settings, **changes})  # type: ignore[arg-type]

    def answers(self) -> list[object]:
        """All that can be asked of a shelf."""
        told: list[object] = [self.library.changes([w], *FOREVER) for w in ("shared", "chat:7")]
        for workspace in ("shared", "chat:7"):
            for report in self.library.reports([workspace]):
                own = (report.id, [workspace])
                told += [
                    report,
                    self.library.text(*own),
                    self.library.origin(*own),
                    self.library.passages(*own),
                ]
            told += [self.library.search(query, Scope((workspace,))) for query in QUERIES]
        return told


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    made: list[Site] = []

    def one(name: str, url: str | None = None, **changes: object) -> Site:
        made.append(Site(tmp_path / name, url, **changes))
        return made[-1]

    yield one
    for each in made:
        each.library.close()


def fill(library: Library) -> None:
    library.add(document(LAND, LAW, source="甲", title="甲报告"))
    library.add(document(LAND, LAW, source="甲的副本", title="甲报告"))
    library.add(document(LAND, "旧版", source="乙"), workspace="chat:7")
    library.add(document(LAND, "新版", source="乙"), workspace="chat:7")
    library.add(document(LAW, source="丙"))
    library.delete(library.reports(["shared"])[-1].id, "shared")


def test_from_small_to_large_and_back_nothing_is_lost(
    site: Callable[..., Site], server_url: str, tmp_path: Path
) -> None:
    small, large, back = site("small"), site("large", server_url), site("back")
    fill(small.library)
    wanted = small.answers()
    transfer.export(small.library, small.url, tmp_path / "out.zip", None)
    assert transfer.import_(large.library, large.url, tmp_path / "out.zip").reports == 2
    assert large.answers() == wanted
    transfer.export(large.library, large.url, tmp_path / "home.zip", None)
    transfer.import_(back.library, back.url, tmp_path / "home.zip")
    assert back.answers() == wanted
    for each in (large, back):
        assert [f.detail for f in each.library.check() if f.level != "ok"] == []


def test_what_comes_is_not_embedded_again_where_the_model_is_the_same(
    site: Callable[..., Site], tmp_path: Path
) -> None:
    here = site("here")
    fill(here.library)
    transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    same, other = fake_model(), fake_model("other", 32)
    for model in (same, other):
        there = site(model.name, embedding=model)
        transfer.import_(there.library, there.url, tmp_path / "out.zip")
        assert there.library.search(LAW, Scope())[0].passage.text == LAW
        assert [f.detail for f in there.library.check() if f.level != "ok"] == []
    assert isinstance(same.embeddings, WordOverlapEmbeddings)
    assert isinstance(other.embeddings, WordOverlapEmbeddings)
    assert same.embeddings.calls == []
    assert len(other.embeddings.calls) == 2


def test_taking_a_file_in_twice_changes_nothing(site: Callable[..., Site], tmp_path: Path) -> None:
    here, there = site("here"), site("there")
    fill(here.library)
    transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    transfer.import_(there.library, there.url, tmp_path / "out.zip")
    first = there.answers()
    again = transfer.import_(there.library, there.url, tmp_path / "out.zip")
    assert (again.reports, again.unchanged) == (0, 2)
    assert there.answers() == first


def test_one_workspace_alone_leaves_the_others_where_they_are(
    site: Callable[..., Site], tmp_path: Path
) -> None:
    here, there = site("here"), site("there")
    fill(here.library)
    moved = transfer.export(here.library, here.url, tmp_path / "out.zip", ["chat:7"])
    assert (moved.reports, moved.rows) == (1, {})
    transfer.import_(there.library, there.url, tmp_path / "out.zip")
    assert there.library.reports(["shared"]) == []
    assert there.library.reports(["chat:7"]) == here.library.reports(["chat:7"])


def test_a_shelf_that_has_something_keeps_it(site: Callable[..., Site], tmp_path: Path) -> None:
    here, there = site("here"), site("there")
    fill(here.library)
    _, own = there.library.add(document("自己的一份", source="甲"))
    _, same = there.library.add(document(LAND, "新版", source="别处"), workspace="chat:7")
    transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    transfer.import_(there.library, there.url, tmp_path / "out.zip")
    assert own in there.library.reports(["shared"])
    assert there.library.reports(["chat:7"]) == [same]
    assert there.library.add(document("自己的一份", source="甲"))[0] == "unchanged"


def test_chats_subscriptions_and_usage_go_along_with_everything(
    site: Callable[..., Site], server_url: str, tmp_path: Path
) -> None:
    here, there = site("here"), site("there", server_url)
    wanted = Subscription(
        7, 0, 7, "zh", "mon", 540, "Asia/Shanghai", ("普法",), True, datetime(2026, 3, 2, 1, tzinfo=UTC)
    )
    _with_stores(here.url, lambda chats, digests, usage: _leave_behind(chats, digests, usage, wanted))
    transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    for _ in range(2):
        transfer.import_(there.library, there.url, tmp_path / "out.zip")

    def look(chats: ChatStore, digests: DigestStore, usage: UsageStore) -> None:
        assert chats.turns(TALK, 9) == [("问", "答"), ("再问", "再答")]
        assert chats.granted(7) == {7: True}
        chats.inbox.join()
        assert [each.payload for each in chats.inbox.look()] == [{"text": "未完"}]
        chats.inbox.leave()
        assert digests.subscription(7) == wanted
        assert usage.today("shared") == 12
        chats.add_turn(TALK, "三问", "三答")  # the database counts on from what came
        assert digests.acquire("me", timedelta(minutes=1)) is not None

    _with_stores(there.url, look)


def _leave_behind(chats: ChatStore, digests: DigestStore, usage: UsageStore, wanted: Subscription) -> None:
    chats.meet({7: ("private", "李")})
    chats.add_turn(TALK, "问", "答")
    chats.add_turn(TALK, "再问", "再答", ["0" * 12])
    chats.grant(7, allowed=True, by=1)
    chats.inbox.take_in([Arrival(5, 7, {"text": "未完"})])
    digests.subscribe(wanted)
    digests.acquire("whoever sends there", timedelta(days=1))
    usage.record("shared", 10, 2)


def _with_stores(url: str, act: Callable[[ChatStore, DigestStore, UsageStore], None]) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    stores = ChatStore(url), DigestStore(url), UsageStore(url, zone=ZoneInfo("UTC"), now=day.astimezone)
    try:
        act(*stores)
    finally:
        for store in stores:
            store.close()


@pytest.mark.parametrize("kind", ["no archive", "an archive of something else", "cut off"])
def test_a_file_that_is_none_of_ours_is_refused(site: Callable[..., Site], tmp_path: Path, kind: str) -> None:
    here, file = site("here"), tmp_path / "什么.zip"
    fill(here.library)
    if kind == "no archive":
        file.write_text("不是压缩包", "utf-8")
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("reports.jsonl", "" if kind == "cut off" else "x")
    before = here.answers()
    with pytest.raises(ReadError, match="什么.zip"):
        transfer.import_(here.library, here.url, file)
    assert here.answers() == before


def test_passages_that_were_cut_otherwise_are_refused(site: Callable[..., Site], tmp_path: Path) -> None:
    here, there = site("here"), site("there", chunking_version=2)
    fill(here.library)
    transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    with pytest.raises(UsageError, match="c1"):
        transfer.import_(there.library, there.url, tmp_path / "out.zip")
    assert there.library.reports(["shared"]) == []


def test_a_newer_format_is_refused(site: Callable[..., Site], tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": transfer.FORMAT + 1}))
    with pytest.raises(ReadError, match="新"):
        transfer.import_(site("here").library, site("here").url, file)


def test_an_export_that_fails_leaves_no_file(
    site: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site("here")
    fill(here.library)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("store.transfer._write_tables", full)
    with pytest.raises(OSError, match="No space"):
        transfer.export(here.library, here.url, tmp_path / "out.zip", None)
    assert list(tmp_path.glob("out.zip*")) == []
