"""A real Chroma server, and what becomes of a library while it is away."""

from __future__ import annotations

import multiprocessing
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

from store.errors import UsageError
from store.health import VectorsAwayError
from store.library import Library
from store.models import Scope
from store.served import Served
from tests.fakes import document, fake_model

CHROMA = shutil.which("chroma", path=str(Path(sys.executable).parent))
START_S = 60

LAND = "全年完成低效用地再开发2084.1亩"
LAW = "普法宣传形式较为单一"

pytestmark = pytest.mark.skipif(CHROMA is None, reason="no chroma command beside this Python")


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """Leave this machine's own addresses open."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1"])
    yield
    socket_allow_hosts(None)


class Server:
    """`chroma run`, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        place = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen([str(CHROMA), "run", *place], stdout=quiet, stderr=quiet)
        assert Served(self.url).wait(time.monotonic() + START_S)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "chroma")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def open_library(tmp_path: Path, server: Server) -> Iterator[Callable[..., Library]]:
    opened: list[Library] = []

    def open_one(folder: str = "shelf", **changes: object) -> Library:
        settings: dict[str, object] = {
            "embedding": fake_model(),
            "chunking_version": 1,
            "chroma_url": server.url,
            "vectors_patience_s": 0.0,
        }
        opened.append(Library(tmp_path / folder, **{**settings, **changes}))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def found(library: Library, query: str) -> list[tuple[str, bool]]:
    """What a search finds, and whether the vectors had a say."""
    return [(hit.passage.text, hit.dense is not None) for hit in library.search(query, Scope())]


def problems(library: Library) -> list[str]:
    return [f"{f.subject}: {f.detail}" for f in library.check() if f.level != "ok"]


def test_a_server_holds_the_vectors_of_a_shelf(open_library: Callable[..., Library], tmp_path: Path) -> None:
    library = open_library()
    _, old = library.add(document(LAND, LAW, source="甲"))
    library.add(document(LAND, "新的一段", source="甲"))
    assert found(library, LAND)[0] == (LAND, True)
    assert old not in library.reports(["shared"])
    library.reindex()
    assert found(library, LAND)[0] == (LAND, True)
    library.delete(library.reports(["shared"])[0].id, "shared")
    assert found(library, LAND) == []
    assert problems(library) == []
    assert library.notices() == []
    assert not (tmp_path / "shelf" / "vectors").exists()


def test_two_databases_on_one_server_leave_each_other_alone(open_library: Callable[..., Library]) -> None:
    one, other = open_library("one"), open_library("other")
    one.add(document(LAND, source="甲"))
    other.add(document(LAW, source="乙"))
    assert problems(one) == problems(other) == []
    other.reindex()
    assert problems(one) == problems(other) == []
    assert found(one, LAND)[0] == (LAND, True)


def test_searches_go_by_words_while_the_server_is_away_and_say_so(
    open_library: Callable[..., Library], server: Server
) -> None:
    library = open_library()
    library.add(document(LAND, LAW))
    assert found(library, LAND)[0] == (LAND, True)
    server.stop()
    assert found(library, LAND)[0] == (LAND, False)
    assert library.notices() == ["连不上 Chroma 服务器，暂时只按词语检索"]
    # A process that starts now does as well as one that has been running.
    assert found(open_library("other", database_url=f"sqlite:///{_database(library)}"), LAND)[0] == (
        LAND,
        False,
    )
    server.start()
    assert library._indexes.wait_for_vectors(time.monotonic() + START_S)  # noqa: SLF001
    assert found(library, LAND)[0] == (LAND, True)
    assert library.notices() == []


def _database(library: Library) -> str:
    return str(library._engine.url.database)  # noqa: SLF001


def test_what_cannot_be_written_is_refused_in_one_line_and_leaves_nothing(
    open_library: Callable[..., Library], server: Server
) -> None:
    library = open_library()
    _, kept = library.add(document(LAW, source="乙"))
    server.stop()
    with pytest.raises(VectorsAwayError, match=server.url) as refusal:
        library.add(document(LAND, source="甲"))
    assert "\n" not in str(refusal.value)
    assert library.reports(["shared"]) == [kept]
    assert [text for text, _ in found(library, LAND)] == []
    server.start()
    assert library._indexes.wait_for_vectors(time.monotonic() + START_S)  # noqa: SLF001
    assert library.add(document(LAND, source="甲"))[0] == "added"
    assert problems(library) == []


def test_a_write_waits_for_a_server_that_comes_back(
    open_library: Callable[..., Library], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(vectors_patience_s=float(START_S))
    library.add(document(LAW, source="乙"))
    server.stop()
    # The server comes back while the library waits for it.
    wait = Served.wait

    def come_back(served: Served, deadline: float) -> bool:
        monkeypatch.setattr(Served, "wait", wait)
        server.start()
        return served.wait(deadline)

    monkeypatch.setattr(Served, "wait", come_back)
    assert library.add(document(LAND, source="甲"))[0] == "added"
    assert found(library, LAND)[0] == (LAND, True)
    assert problems(library) == []


def test_a_report_deleted_while_the_server_is_away_is_gone_and_its_vectors_go_later(
    open_library: Callable[..., Library], server: Server
) -> None:
    library = open_library()
    _, report = library.add(document(LAND, source="甲"))
    server.stop()
    with pytest.raises(VectorsAwayError, match="已下架"):
        library.delete(report.id, "shared")
    assert library.reports(["shared"]) == []
    assert found(library, LAND) == []
    server.start()
    assert library._indexes.wait_for_vectors(time.monotonic() + START_S)  # noqa: SLF001
    library.add(document(LAW, source="乙"))
    assert problems(library) == []


def test_a_server_that_does_not_answer_is_left_alone_for_longer_each_time() -> None:
    now = 0.0
    served = Served("http://127.0.0.1:9", clock=lambda: now)
    tried = 0

    def connect() -> None:
        nonlocal tried
        with served.guard():
            tried += 1
            served.connect()

    def try_it() -> None:
        with pytest.raises(VectorsAwayError, match=r"http://127\.0\.0\.1:9"):
            connect()

    try_it()
    assert served.is_away
    try_it()
    assert tried == 1, "asked again at once"
    now = 0.6
    try_it()
    assert tried == 2
    now = 1.4
    try_it()
    assert tried == 2, "the second pause is no longer than the first"


@pytest.mark.parametrize(
    ("url", "address", "headers"),
    [
        ("http://chroma.example:9000", "http://chroma.example:9000", {}),
        ("http://chroma.example", "http://chroma.example:8000", {}),
        ("https://chroma.example/vectors/", "https://chroma.example:443/vectors", {}),
        (
            "https://chroma.example?token=s3cret",
            "https://chroma.example:443",
            {"Authorization": "Bearer s3cret", "X-Chroma-Token": "s3cret"},
        ),
        (
            "https://me:a%40b@chroma.example",
            "https://chroma.example:443",
            {"Authorization": "Basic bWU6YUBi"},
        ),
    ],
)
def test_an_address_may_carry_who_asks_and_never_shows_it(
    url: str, address: str, headers: dict[str, str]
) -> None:
    served = Served(url)
    assert served.address == address
    assert served._headers() == headers  # noqa: SLF001


def test_a_parameter_that_means_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="tokne"):
        Served("https://chroma.example?tokne=s3cret")


def take_in(folder: Path, url: str, chroma_url: str, name: str, count: int) -> None:
    settings = {
        "embedding": fake_model(),
        "chunking_version": 1,
        "database_url": url,
        "chroma_url": chroma_url,
    }
    with Library(folder, **settings) as library:  # type: ignore[arg-type]
        for i in range(count):
            library.add(document(f"{LAND}{name}之{i}", LAW, source=f"{name}{i}"), workspace=f"w{i % 2}")


def test_machines_that_share_both_servers_write_at_the_same_time(
    server: Server, server_url: str, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    children = [
        context.Process(target=take_in, args=(tmp_path / name, server_url, server.url, name, 6))
        for name in ("甲", "乙", "丙")
    ]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    settings = {"chunking_version": 1, "database_url": server_url, "chroma_url": server.url}
    with Library(tmp_path / "甲", embedding=fake_model(), **settings) as library:  # type: ignore[arg-type]
        assert [len(library.reports([w])) for w in ("w0", "w1")] == [9, 9]
        assert problems(library) == []
        assert all(hit.dense is not None for hit in library.search(LAND, Scope(("w0",)), k=5))
