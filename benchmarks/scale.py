"""How search behaves as the shelf grows: time, memory, disk, and the time to fill it.

    python -m benchmarks.scale --passages 10000 100000 [--peer-at 100000] [--json FILE]
    python -m benchmarks.scale --passages 100000 1000000 --bulk-above 0 --folder DIR --json FILE --entry NAME

Passages are sentences of the genre made from a grammar (seeded), 50 to a report; their vectors are
random unit vectors, so the times are real and the similarities mean nothing. Searches are given the
query's vector: embedding it is not part of the time. Each shelf is searched in a process of its own,
so that the memory shown is that of a reader that has just opened it, --runs times, in turns with the
other shelves; the run with the middle p50 is shown.

Up to --bulk-above passages the shelf is filled through its one door, Library.add, report by report.
Beyond that the same rows and index entries are written in batches below the door, for the sake of
time, and the graph is made with BULK_EF_CONSTRUCTION: its links are as many and searched as widely, so
times are comparable, recall is not. Compare a size so filled with another so filled.

--json FILE --entry NAME keeps what FILE holds under other names.

The peer is LangChain's EnsembleRetriever over BM25Retriever and Chroma with its defaults and the same
vectors, once with BM25Retriever's own white-space tokens (a Chinese question is then one token that
hardly ever matches) and once with the bigrams it needs to find anything.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from benchmarks.results import percentiles, print_table, rss_mib, write
from store import db
from store.chroma import Embedded
from store.embed import EmbeddingModel
from store.library import Library
from store.models import DEFAULT_WORKSPACE, Document, Facts, Kind, PassageDraft, ReportKind, Scope, SourceText
from store.rows import content_hash, passage_id
from store.shelf import Shelf
from store.vectors import HNSW, collection_name
from store.words import WordEntry, WordIndex, tokens

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

SEED = 20261121
DIMENSIONS = 384
PASSAGES_A_REPORT = 50
BULK_ABOVE = 200_000
BULK_REPORTS = 100
BULK_EF_CONSTRUCTION = 40
"""Candidates for a new vector's links; the shelf's own 200 take twice the time to fill."""
BULK_SYNC = 50_000
"""Vectors between two writes of the graph to disk; Chroma's 1,000 write a large one over and over."""
CHROMA_SYNC = 1_000
SEARCHES = 200
WARM_UP = 20
WIDE_REPORTS = 30
K = 10
CHUNKING = 1

# --- the genre -------------------------------------------------------------------------------------


def _words(spaced: str) -> list[str]:
    return spaced.split()


_PLACE_CHARS = "安宁长河江山东西南北上下城阳州清平海湖林泉丰和新金玉石龙凤云岭溪川原沙桥塘湾港梅竹兰松柏"
_DEPARTMENTS = _words(
    "规划和自然资源局 住房和城乡建设局 生态环境局 交通运输局 教育局 司法局 水利局 农业农村局 市场监督管理局 "
    "应急管理局 卫生健康局 民政局 人力资源和社会保障局 城市管理局 文化和旅游局 财政局 审计局 发展和改革委员会"
)
_TOPICS = _words(
    "低效用地再开发 老旧小区改造 耕地保护 行政执法监督 普法宣传 河道治理 空气质量改善 农村公路建设 学前教育普及 "
    "食品安全监管 安全生产检查 养老服务 就业帮扶 垃圾分类 文化惠民 政府采购 重大项目审计 营商环境优化 行政复议 "
    "政务公开 不动产登记 违法建设治理 饮用水水源保护 高标准农田建设 社区矫正 法律援助 招商引资 科技创新 数字化改革 "
    "防汛抗旱 信访积案化解 公共法律服务 特种设备检验 地质灾害防治 城市更新 托育服务 医疗保障 基层治理 物业管理 停车设施"
)
_VERBS = _words(
    "完成 推进 开展 落实 组织 新建 改造 整治 办结 受理 化解 查处 清理 培训 走访 排查 修订 出台 审核 验收"
)
_OBJECTS = _words(
    "项目 地块 案件 小区 道路 管网 学校 企业 门店 隐患点 台账 制度 规范性文件 合同 档案 场所 泵站 监测点 村庄 线索 "
    "信访件 执法人员 志愿者 培训班 宣传活动 示范点 服务站 设施 图斑 宗地"
)
_UNITS = _words("个 件 宗 亩 公里 万平方米 户 人次 场 份 亿元 万元 家 处 项 起")
_ADVERBS = _words("扎实 持续 深入 稳步 全面 着力 统筹 严格 加快 有序 依法 切实")
_RESULTS = _words(
    "群众满意度达到{p}% 同比增长{p}% 同比下降{p}% 办结率{p}% 位居全市第{n} 获评省级示范 得到群众好评 超额完成年度任务 "
    "形成长效机制 实现全覆盖 较上年提升{n}个百分点 被{place}市通报表扬"
)
_PROBLEMS = _words(
    "基层力量不足 部分制度执行不够到位 宣传形式较为单一 信息共享不够顺畅 历史遗留问题较多 专业人才短缺 资金保障压力较大 "
    "部门协同有待加强 执法规范化水平不高 群众知晓率偏低 督促检查不够经常 数字化应用不深"
)
_HEADINGS = {
    Kind.ACHIEVEMENTS: "一、主要工作和成效",
    Kind.SHORTCOMINGS: "二、存在的问题和不足",
    Kind.PLANS: "三、下一步工作计划",
}


@dataclass(frozen=True)
class Query:
    text: str
    report: int


def make_report(number: int, passages: int = PASSAGES_A_REPORT) -> Document:
    """Write the report with this number: always the same one."""
    chance = random.Random(SEED + number)
    agency, year = _agency(chance), chance.randint(2015, 2025)
    drafts: list[PassageDraft] = []
    text = ""
    for ordinal in range(passages):
        kind = _kind(ordinal / passages)
        body = _passage(chance, agency, year, kind)
        prefix = f"{agency}{year}年 {_HEADINGS[kind]}"
        drafts.append(
            PassageDraft(
                ordinal, len(text), len(text) + len(body), body, prefix, _HEADINGS[kind], kind, page=None
            )
        )
        text += body + "\n"
    title = f"{agency}{year}年度工作报告"
    facts = Facts(title, agency, agency[:3], (year,), ReportKind.ANNUAL_REPORT, None, "hans")
    origin = SourceText(text, "text", "utf-8", title)
    return Document(f"{number:06d}.txt", origin, text, facts, (), tuple(drafts))


def make_queries(count: int, reports: int) -> Iterator[Query]:
    """Ask about reports that exist, in about 25 characters."""
    chance = random.Random(SEED - 1)
    for _ in range(count):
        number = chance.randrange(reports)
        facts = make_report(number, passages=1).facts
        topic, thing, unit = chance.choice(_TOPICS), chance.choice(_OBJECTS), chance.choice(_UNITS)
        yield Query(
            f"{facts.agency}{facts.period[0]}年{topic}{chance.choice(_VERBS)}{thing}多少{unit}？", number
        )


def _agency(chance: random.Random) -> str:
    place = "".join(chance.sample(_PLACE_CHARS, 2))
    return f"{place}{chance.choice('市区县')}{chance.choice(_DEPARTMENTS)}"


def _kind(position: float) -> Kind:
    if position < 0.6:
        return Kind.ACHIEVEMENTS
    return Kind.SHORTCOMINGS if position < 0.72 else Kind.PLANS


def _passage(chance: random.Random, agency: str, year: int, kind: Kind) -> str:
    sentence = {
        Kind.ACHIEVEMENTS: _achievement,
        Kind.SHORTCOMINGS: _shortcoming,
        Kind.PLANS: partial(_plan, year=year + 1),
    }[kind]
    text = f"{chance.choice(_ADVERBS)}推进{chance.choice(_TOPICS)}。"
    while len(text) < 200:
        text += sentence(chance)
    return text


def _achievement(chance: random.Random) -> str:
    place = "".join(chance.sample(_PLACE_CHARS, 2))
    result = chance.choice(_RESULTS).format(p=chance.randint(1, 99), n=chance.randint(1, 9), place=place)
    return (
        f"{chance.choice(_ADVERBS)}{chance.choice(_VERBS)}{place}{chance.choice(_OBJECTS)}"
        f"{chance.randint(2, 9999)}{chance.choice(_UNITS)}，{chance.choice(_VERBS)}{chance.choice(_TOPICS)}"
        f"{chance.choice(_OBJECTS)}{chance.randint(2, 999)}{chance.choice(_UNITS)}，{result}。"
    )


def _shortcoming(chance: random.Random) -> str:
    return f"{chance.choice(_TOPICS)}方面{chance.choice(_PROBLEMS)}，{chance.choice(_OBJECTS)}{chance.choice(_PROBLEMS)}。"


def _plan(chance: random.Random, *, year: int) -> str:
    return (
        f"{year}年，{chance.choice(_ADVERBS)}{chance.choice(_VERBS)}{chance.choice(_TOPICS)}，力争"
        f"{chance.choice(_VERBS)}{chance.choice(_OBJECTS)}{chance.randint(2, 999)}{chance.choice(_UNITS)}。"
    )


class RandomVectors(Embeddings):
    """Stands in for an embedding model: random unit vectors, the same ones for the same seed and order."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = np.random.default_rng(seed)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        drawn = self._random.standard_normal((len(texts), DIMENSIONS), dtype=np.float32)
        units: list[list[float]] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).tolist()
        return units

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def random_model() -> EmbeddingModel:
    return EmbeddingModel("random", DIMENSIONS, RandomVectors())


def open_library(folder: Path) -> Library:
    return Library(folder, embedding=random_model(), chunking_version=CHUNKING)


# --- filling ---------------------------------------------------------------------------------------


def fill(folder: Path, passages: int, *, in_bulk: bool) -> dict[str, object]:
    """Put so many passages on a shelf; say how long that took."""
    reports = passages // PASSAGES_A_REPORT
    started = time.perf_counter()
    parts = _fill_in_bulk(folder, reports) if in_bulk else _fill_through_door(folder, reports)
    return {"fill_s": round(time.perf_counter() - started, 1), **parts, "disk_mib": _disk(folder)}


def _fill_through_door(folder: Path, reports: int) -> dict[str, object]:
    seconds = []
    with open_library(folder) as library:
        for number in range(reports):
            document = make_report(number)
            started = time.perf_counter()
            library.add(document)
            seconds.append(time.perf_counter() - started)
            _say_progress(number, reports)
    last = seconds[-max(reports // 10, 1) :]
    return {"filled": "door", "last_tenth_ms_a_report": percentiles(last)}


def _fill_in_bulk(folder: Path, reports: int) -> dict[str, object]:
    """Write what Library.add would write, many reports at a time."""
    with open_library(folder) as library:
        shape = library.shape
    shelf = Shelf(db.open_engine(db.sqlite_url(folder)))
    words, vectors = WordIndex(folder / "words"), _bulk_collection(folder / "vectors", shape)
    model, clock = RandomVectors(), dict.fromkeys(("make", "sql", "words", "vectors"), 0.0)
    for first in range(0, reports, BULK_REPORTS):
        started = time.perf_counter()
        batch = [make_report(number) for number in range(first, min(first + BULK_REPORTS, reports))]
        ids = [shelf.free_id(DEFAULT_WORKSPACE, content_hash(document.text)) for document in batch]
        entries = list(_entries(batch, ids))
        drawn = model.embed_documents([""] * len(entries))
        clock["make"] += time.perf_counter() - started
        _timed(clock, "sql", lambda b=batch, i=ids: _add_rows(shelf, b, i, shape))
        _timed(clock, "words", lambda e=entries: words.add(e))
        _timed(clock, "vectors", lambda e=entries, d=drawn: _add_vectors(vectors, e, d))
        _say_progress(first, reports, clock)
    vectors.modify(configuration={"hnsw": {"sync_threshold": CHROMA_SYNC}})
    return {"filled": "in bulk", "fill_parts_s": {name: round(spent, 1) for name, spent in clock.items()}}


def _add_rows(shelf: Shelf, batch: Sequence[Document], ids: Sequence[str], shape: str) -> None:
    for report_id, document in zip(ids, batch, strict=True):
        shelf.insert(report_id, document, DEFAULT_WORKSPACE, shape)
        shelf.publish(report_id, DEFAULT_WORKSPACE, document.source)


def _entries(batch: Sequence[Document], ids: Sequence[str]) -> Iterator[WordEntry]:
    for report_id, document in zip(ids, batch, strict=True):
        for draft in document.passages:
            key = passage_id(report_id, draft.ordinal)
            yield WordEntry(key, report_id, DEFAULT_WORKSPACE, draft.indexed_text)


def _bulk_collection(folder: Path, shape: str) -> Collection:
    """Begin the collection that VectorIndex would, to be filled faster."""
    return (
        Embedded(folder)
        .connect()
        .create_collection(
            collection_name(DEFAULT_WORKSPACE, shape),
            configuration={
                "hnsw": {**HNSW, "ef_construction": BULK_EF_CONSTRUCTION, "sync_threshold": BULK_SYNC}
            },
            embedding_function=None,
        )
    )


def _add_vectors(vectors: Collection, entries: Sequence[WordEntry], drawn: list[list[float]]) -> None:
    vectors.upsert(
        ids=[entry.passage_id for entry in entries],
        embeddings=drawn,
        metadatas=[{"report": entry.report_id} for entry in entries],
    )


def _timed(clock: dict[str, float], name: str, call: Callable[[], None]) -> None:
    started = time.perf_counter()
    call()
    clock[name] += time.perf_counter() - started


def _say_progress(done: int, reports: int, clock: dict[str, float] | None = None) -> None:
    if done % 1000 == 0 and done:
        spent = {name: round(seconds) for name, seconds in (clock or {}).items()}
        print(f"  {done}/{reports} reports {spent or ''}", file=sys.stderr, flush=True)


def _disk(folder: Path) -> dict[str, float]:
    """Measure each part of a shelf on disk, in MiB."""
    parts = {"sql": "reports.sqlite3*", "words": "words/**/*", "vectors": "vectors/**/*"}
    return {
        name: round(sum(p.stat().st_size for p in folder.glob(pattern) if p.is_file()) / 2**20, 1)
        for name, pattern in parts.items()
    }


# --- searching -------------------------------------------------------------------------------------


def measure(folder: Path) -> dict[str, object]:
    """Open a shelf as a new process would, and search it."""
    before = rss_mib()
    started = time.perf_counter()
    with open_library(folder) as library:
        reports = [report.id for report in library.reports([DEFAULT_WORKSPACE])]
        queries = list(make_queries(WARM_UP + SEARCHES, len(reports)))
        vectors = RandomVectors(SEED - 2).embed_documents([query.text for query in queries])
        library.search(queries[0].text, Scope(), vector=vectors[0])
        opened = time.perf_counter() - started
        scopes = _scopes(queries, reports)
        times = {name: _search_all(library, queries, vectors, scopes[name]) for name in scopes}
        memory = rss_mib()
        changes = _add_and_delete(library, len(reports))
    return {
        "passages": len(reports) * PASSAGES_A_REPORT,
        "search": times,
        "open_and_first_search_s": round(opened, 2),
        "rss_mib": memory,
        "rss_before_opening_mib": before,
        "a_report": changes,
    }


def _scopes(queries: Sequence[Query], reports: Sequence[str]) -> dict[str, list[Scope]]:
    chance = random.Random(SEED)
    wide = min(WIDE_REPORTS, len(reports))
    return {
        "everything": [Scope() for _ in queries],
        "one report": [Scope(report_ids=frozenset([reports[query.report]])) for query in queries],
        f"{WIDE_REPORTS} reports": [
            Scope(report_ids=frozenset([reports[query.report], *chance.sample(reports, wide - 1)]))
            for query in queries
        ],
    }


def _search_all(
    library: Library, queries: Sequence[Query], vectors: Sequence[list[float]], scopes: Sequence[Scope]
) -> dict[str, float]:
    seconds = []
    for query, vector, scope in zip(queries, vectors, scopes, strict=True):
        started = time.perf_counter()
        hits = library.search(query.text, scope, k=K, vector=vector)
        seconds.append(time.perf_counter() - started)
        if len(hits) != K:
            raise SystemExit(f"a search gave {len(hits)} hits")
    return percentiles(seconds[WARM_UP:])


def _add_and_delete(library: Library, first: int, count: int = 20) -> dict[str, dict[str, float]]:
    """Take reports in and off again: what one more costs on a shelf of this size."""
    spent: dict[str, list[float]] = {"add": [], "delete": []}
    for number in range(first, first + count):
        document = make_report(number)
        started = time.perf_counter()
        _, report = library.add(document)
        added = time.perf_counter()
        library.delete(report.id, DEFAULT_WORKSPACE)
        spent["add"].append(added - started)
        spent["delete"].append(time.perf_counter() - added)
    return {name: percentiles(seconds) for name, seconds in spent.items()}


# --- the peer ----------------------------------------------------------------------------------------


def measure_peer(folder: Path, passages: int) -> dict[str, object]:
    """Build LangChain's stock ensemble over the same passages and vectors, and search it."""
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever

    texts = [
        draft.indexed_text
        for number in range(passages // PASSAGES_A_REPORT)
        for draft in make_report(number).passages
    ]
    shutil.rmtree(folder, ignore_errors=True)  # Chroma would add to what an earlier run left
    started = time.perf_counter()
    chroma = Chroma(persist_directory=str(folder / "peer"), embedding_function=RandomVectors())
    for start in range(0, len(texts), 5_000):
        chroma.add_texts(texts[start : start + 5_000])
    built = {"chroma_s": round(time.perf_counter() - started, 1)}
    dense = chroma.as_retriever(search_kwargs={"k": K})
    results: dict[str, object] = {}
    for name, preprocess in (("default tokens", str.split), ("bigrams", tokens)):
        started = time.perf_counter()
        bm25 = BM25Retriever.from_texts(texts, preprocess_func=preprocess, k=K)
        built[f"bm25_{name}_s"] = round(time.perf_counter() - started, 1)
        ensemble = EnsembleRetriever(retrievers=[bm25, dense], weights=[0.5, 0.5])
        results[name] = _peer_times(ensemble.invoke, passages)
        results[f"rss_mib, {name}"] = rss_mib()
        del bm25, ensemble
    return {"passages": passages, "search": results, "build": built}


def _peer_times(invoke: Callable[[str], object], passages: int, count: int = 30) -> dict[str, float]:
    seconds = []
    for query in make_queries(count + 3, passages // PASSAGES_A_REPORT):
        started = time.perf_counter()
        invoke(query.text)
        seconds.append(time.perf_counter() - started)
    return percentiles(seconds[3:])


# --- the program -------------------------------------------------------------------------------------


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument(
        "--peer-at", type=int, default=None, help="measure LangChain's ensemble at this size"
    )
    arguments.add_argument("--folder", type=Path, help="keep the shelves here, and use those already here")
    arguments.add_argument(
        "--bulk-above", type=int, default=BULK_ABOVE, help="fill shelves of more passages below the door"
    )
    arguments.add_argument("--runs", type=int, default=5, help="measure every shelf so often")
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--entry", default="through the door", help="name of these results in FILE")
    arguments.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--measure-peer", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
    elif options.measure_peer:
        print(json.dumps(measure_peer(options.measure_peer, options.peer_at)))
    elif options.folder:
        _run(options, options.folder)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> None:
    for size in options.passages:
        _fill_once(folder / f"{size}", size, in_bulk=size > options.bulk_above)
    results = _measure_in_turns([folder / f"{size}" for size in options.passages], options.runs)
    peer = None
    if options.peer_at:
        peer = in_a_child(
            "--peer-at", str(options.peer_at), "--measure-peer", str(folder / f"peer{options.peer_at}")
        )
    if options.json:  # before they are shown: what took hours is safe
        write(
            options.json,
            settings=_settings(options.runs),
            results={"shelf": results, "peer": peer},
            peers=bool(peer),
            entry=options.entry,
        )
    _show(results, peer)


def _settings(runs: int) -> dict[str, object]:
    return {
        "seed": SEED,
        "dimensions": DIMENSIONS,
        "vectors": "random",
        "k": K,
        "searches": SEARCHES,
        "runs": runs,
        "graph": dict(HNSW),
        "bulk_ef_construction": BULK_EF_CONSTRUCTION,
    }


def _fill_once(folder: Path, passages: int, *, in_bulk: bool) -> None:
    """Fill a shelf that is not there, and note beside it what that took."""
    note = folder / "filled.json"
    if not note.exists():
        print(f"filling {passages:,} passages", file=sys.stderr, flush=True)
        note.write_text(json.dumps(fill(folder, passages, in_bulk=in_bulk)), "utf-8")


def _measure_in_turns(shelves: Sequence[Path], runs: int) -> list[dict[str, object]]:
    """Give for each shelf the middle one of its runs, and every run's p50.

    Shelves take turns, so that what else the machine does meets them alike.
    """
    rounds = [[in_a_child("--measure", str(folder)) for folder in shelves] for _ in range(runs)]
    return [
        {**_middle(measured), **json.loads((folder / "filled.json").read_text("utf-8"))}
        for folder, measured in zip(shelves, zip(*rounds, strict=True), strict=True)
    ]


def _middle(runs: Sequence[dict]) -> dict[str, object]:
    ordered = sorted(runs, key=_p50_ms)
    return {**ordered[len(ordered) // 2], "p50_ms_of_runs": [_p50_ms(run) for run in runs]}


def _p50_ms(run: dict) -> float:
    return float(run["search"]["everything"]["p50_ms"])


def in_a_child(*words: str) -> dict[str, object]:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.scale", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, object] = json.loads(said.stdout.splitlines()[-1])
    return result


def _show(results: Sequence[dict], peer: dict | None) -> None:
    for scope in results[0]["search"]:
        rows = [{"passages": result["passages"], **result["search"][scope]} for result in results]
        print_table(f"search, {scope}", rows)
    print_table(
        "shelf",
        [
            {
                "passages": result["passages"],
                "rss MiB": result["rss_mib"],
                **{f"{part} MiB": size for part, size in result["disk_mib"].items()},
                "fill s": result["fill_s"],
                "open s": result["open_and_first_search_s"],
                "add a report ms": result["a_report"]["add"]["p50_ms"],
                "delete one ms": result["a_report"]["delete"]["p50_ms"],
            }
            for result in results
        ],
    )
    if peer:
        ours = next((r for r in results if r["passages"] == peer["passages"]), results[-1])
        base = _p50_ms(ours)
        rows = [
            {"BM25Retriever with": name, **times, "times slower": round(times["p50_ms"] / base, 1)}
            for name, times in peer["search"].items()
            if isinstance(times, dict)
        ]
        print_table(f"EnsembleRetriever at {peer['passages']:,}", rows)


if __name__ == "__main__":
    main()
