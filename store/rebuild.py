"""Both indexes built anew from the stored text, and the health check."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Protocol

from store.errors import AppError
from store.health import Finding
from store.indexes import Indexes
from store.models import Document, SourceText
from store.rows import indexed_text, passage_id
from store.shelf import Shelf
from store.vectors import VectorIndex

Progress = Callable[[int, int], None]


class Parse(Protocol):
    """Work a document out from a decoded text, as store.document.parse does."""

    def __call__(self, source_text: SourceText, /, *, source: str) -> Document: ...


_REINDEX = "请运行 `reportbot reindex`。"


def rebuild(
    shelf: Shelf, indexes: Indexes, shape: str, parse: Parse | None, progress: Progress | None
) -> list[Finding]:
    """Rebuild under the write lock.

    SQL says first that no report is indexed and that a rebuild is under way; each report is then
    marked as it is done, so that a rebuild that was cut off goes on. Words come last, in bulk.
    """
    if shelf.state().rebuilding_as != shape:
        shelf.begin_rebuilding(shape)
        if indexes.vectors is not None:
            indexes.vectors.drop_all()
    ready = shelf.all_ready()
    findings: list[Finding] = []
    for done, (report_id, workspace, built_as) in enumerate(ready):
        if progress is not None:
            progress(done, len(ready))
        if built_as != shape:
            findings += _rebuild_one(shelf, indexes, shape, (report_id, workspace), parse)
    _leave_only_wanted(shelf, indexes)
    shelf.end_rebuilding()
    indexes.words.rebuild(shelf.state())
    if progress is not None:
        progress(len(ready), len(ready))
    return findings


def _rebuild_one(
    shelf: Shelf, indexes: Indexes, shape: str, report: tuple[str, str], parse: Parse | None
) -> list[Finding]:
    report_id, workspace = report
    findings: list[Finding] = []
    document: Document | None = None
    if parse is not None:
        try:
            document = parse(shelf.origin(report_id), source=shelf.source(report_id))
        except AppError as error:
            findings.append(Finding("warning", report_id, f"保留原有结构：{error}"))
    if document is None:
        texts = {p.id: indexed_text(p) for p in shelf.passages(report_id, [workspace])}
    else:
        texts = {passage_id(report_id, draft.ordinal): draft.indexed_text for draft in document.passages}
    indexes.replace_vectors(workspace, report_id, texts)
    if document is None:
        shelf.set_shape(report_id, shape)
    else:
        shelf.restructure(report_id, document, shape)
    return findings


def _leave_only_wanted(shelf: Shelf, indexes: Indexes) -> None:
    if indexes.vectors is None:
        return
    workspaces = shelf.passage_counts()
    indexes.vectors.drop(indexes.vectors.stale(workspaces))
    for workspace in workspaces:
        indexes.mend_vectors(workspace, whatever_it_takes=True)


def check(shelf: Shelf, indexes: Indexes, mismatch: str | None) -> list[Finding]:
    """Hold both indexes against SQL, id by id, and say what to do."""
    findings = [_shelf_finding(shelf), _words_finding(shelf, indexes)]
    lag = indexes.words.lag(shelf.state())
    if lag.changes:
        behind = f"落后 {lag.changes} 处改动，{lag.seconds:.0f} 秒"
        findings.append(Finding("warning", "词语索引进度", behind, "另一个进程正在更新，请稍后再看。"))
    if mismatch is not None:
        findings.append(Finding("error", "索引版本", mismatch, _REINDEX))
    elif indexes.vectors is not None:
        findings += [_vectors_finding(shelf, indexes.vectors, name) for name in shelf.passage_counts()]
        findings += _stale_findings(shelf, indexes.vectors)
    versions = ", ".join(f"{name} {version(name)}" for name in ("chromadb", "tantivy", "sqlalchemy"))
    return [*findings, Finding("ok", "组件版本", versions)]


def _shelf_finding(shelf: Shelf) -> Finding:
    unfinished = len(shelf.unfinished())
    reports, passages = sum(shelf.report_counts().values()), sum(shelf.passage_counts().values())
    detail = f"{reports} 份报告，{passages} 段"
    if unfinished:
        return Finding("warning", "书架", f"{detail}；{unfinished} 份未完成", "下次写入时会自动清理。")
    return Finding("ok", "书架", detail)


def _words_finding(shelf: Shelf, indexes: Indexes) -> Finding:
    wanted = {key for name in shelf.passage_counts() for key in shelf.passage_ids(name)}
    return _compared("词语索引", wanted, indexes.words.index.ids())


def _vectors_finding(shelf: Shelf, vectors: VectorIndex, workspace: str) -> Finding:
    wanted = set(shelf.passage_ids(workspace))
    return _compared(f"向量索引（{workspace}）", wanted, vectors.ids(workspace))


def _stale_findings(shelf: Shelf, vectors: VectorIndex) -> list[Finding]:
    stale = [name for name in vectors.stale(shelf.passage_counts()) if vectors.collections()[name]]
    if not stale:
        return []
    return [Finding("warning", "旧向量", f"{len(stale)} 个集合不再使用", _REINDEX)]


def _compared(subject: str, wanted: set[str], held: set[str]) -> Finding:
    missing, orphans = len(wanted - held), len(held - wanted)
    if missing or orphans:
        return Finding("error", subject, f"缺 {missing} 段，多 {orphans} 段", _REINDEX)
    return Finding("ok", subject, f"{len(held)} 段，与书架一致")
