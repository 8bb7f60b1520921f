"""Search by words: BM25 over character bigrams and rare characters, in a tantivy index that follows the shelf."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from store.health import IndexDamagedError
from store.script import fold

if TYPE_CHECKING:
    import tantivy

WORDS_VERSION = 2
"""Rises with every change to `terms` or to the schema: the index is then built anew."""

COMMON_SHARE = 0.15
"""A query token that more than this share of the passages holds says little and costs the most."""
COMMON_FROM_DOCS = 2_000
"""Below this many passages no token is dropped: cost does not matter and shares are noisy."""
ENOUGH_TOKENS = 4
"""Common tokens are only dropped while at least this many rarer ones stay."""
RARE_SHARE, RARE_UP_TO = 0.01, 2
"""A single character is asked for where no larger share of the passages holds it, or no more than
so many do: names are often written otherwise in the question than in the report, all but one character."""
MAX_QUERY_TOKENS = 256
"""A pasted page is cut here: rarest tokens first."""

_HEAP_BYTES = 32_000_000
_LETTER_RUN = re.compile(
    r"(?P<han>[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\uac00-\ud7af\U00020000-\U00031fff]+)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*)"
    r"|(?P<word>[^\W\d_\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\uac00-\ud7af\U00020000-\U00031fff]+)"
)
_ASKING = re.compile(
    r"为什么|为甚么|什么时[候间]|什么|甚么|(?<!任)何[时地处种人]|为何|如何|是否|有没有|请问|谁"
    r"|哪[一些个里儿种位年项家]个?|多少|多久|怎么样?|怎样|几[个年次项件名人种家处条月]|[吗呢](?=\W|$)"
)
"""What only asks (folded): statements hold it by chance, so rarely that BM25 would take it for a name."""


@dataclass(frozen=True, slots=True)
class WordEntry:
    """A passage as the word index takes it in."""

    passage_id: str
    report_id: str
    workspace: str
    text: str


@dataclass(frozen=True, slots=True)
class WordHits:
    """Passage id -> BM25 score, best first.

    `coverage` is the share of query tokens the index knows; single characters count where it knows no other.
    """

    scores: dict[str, float]
    coverage: float


def tokens(text: str) -> list[str]:
    """Cut folded `text` into tokens, in order.

    Han, kana and hangul runs give overlapping bigrams (a lone character itself); other letters
    give words; numbers stay whole: "完成2,084.1亩，33%" -> 完成 2084.1 亩 33.
    """
    return [token for is_han, run in _runs(fold(text)) for token in (_bigrams(run) if is_han else (run,))]


def terms(text: str) -> list[str]:
    """Give what the index holds of a text: its tokens, and each character of its Han runs by itself."""
    characters = (char for is_han, run in _runs(fold(text)) if is_han and len(run) > 1 for char in run)
    return [*tokens(text), *characters]


def query_terms(query: str) -> tuple[list[str], list[str]]:
    """Give the distinct tokens and the distinct Han characters of a question, without what only asks."""
    folded = fold(query)
    runs = list(_runs(_ASKING.sub(" ", folded))) or list(_runs(folded))
    whole = (token for is_han, run in runs for token in (_bigrams(run) if is_han else (run,)))
    characters = dict.fromkeys(char for is_han, run in runs if is_han for char in run)
    return [token for token in dict.fromkeys(whole) if token not in characters], list(characters)


def _runs(folded: str) -> Iterator[tuple[bool, str]]:
    """Give each run of letters or digits, and whether it is Han (or kana, or hangul)."""
    for match in _LETTER_RUN.finditer(folded):
        run = match.group()
        yield match.lastgroup == "han", run.replace(",", "") if match.lastgroup == "number" else run


def _bigrams(run: str) -> Iterable[str]:
    return (run[i : i + 2] for i in range(len(run) - 1)) if len(run) > 1 else (run,)


class WordIndex:
    """The tantivy index in one folder. One process writes at a time; the caller holds the lock."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`; create it when there is none that can be read."""
        self.folder = folder / f"v{WORDS_VERSION}"
        self._index = _opened(self.folder) or _created(folder, self.folder.name)

    def reload(self) -> None:
        """See what other processes committed since."""
        self._index.reload()

    def add(self, entries: Iterable[WordEntry], *, replacing: Iterable[str] = ()) -> None:
        """Add passages in one commit, first dropping the reports named in `replacing`."""
        with self._writer() as writer:
            for report_id in replacing:
                writer.delete_documents_by_term("report", report_id)
            for entry in entries:
                writer.add_document(_document(entry))

    def delete_reports(self, report_ids: Iterable[str]) -> None:
        self.add((), replacing=report_ids)

    def delete_passages(self, passage_ids: Iterable[str]) -> None:
        with self._writer() as writer:
            for passage_id in passage_ids:
                writer.delete_documents_by_term("id", passage_id)

    def replace_all(self, entries: Iterable[WordEntry]) -> None:
        """Hold these passages and no others, in one commit."""
        with self._writer() as writer:
            writer.delete_all_documents()
            for entry in entries:
                writer.add_document(_document(entry))

    def count(self) -> int:
        return int(self._index.searcher().num_docs)

    def count_report(self, report_id: str) -> int:
        searcher = self._index.searcher()
        result = searcher.search(self._term("report", report_id), 1, count=True)
        return int(result.count)  # type: ignore[attr-defined]  # missing from tantivy's stub

    def ids(self) -> set[str]:
        """Read every passage id (for repairs; proportional to the index)."""
        import tantivy

        searcher = self._index.searcher()
        if not searcher.num_docs:
            return set()
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        return {searcher.doc(address)["id"][0] for _, address in hits}

    def search(
        self,
        query: str,
        limit: int,
        *,
        workspaces: Sequence[str] | None = None,
        report_ids: Iterable[str] | None = None,
    ) -> WordHits:
        """Rank passages by BM25. `workspaces` None: every document may answer."""
        searcher = self._index.searcher()
        wanted, characters = query_terms(query)
        known, singles = self._known(searcher, wanted), self._known(searcher, characters)
        asked = known | self._rare(singles, searcher.num_docs) or singles
        if not asked:
            return WordHits({}, 0.0)
        parsed = self._query(self._telling(asked, searcher.num_docs), workspaces, report_ids)
        hits = searcher.search(parsed, limit, count=False).hits
        scores = {searcher.doc(address)["id"][0]: float(score) for score, address in hits}
        return WordHits(scores, len(known) / len(wanted) if known else len(asked) / len(characters))

    @staticmethod
    def _known(searcher: tantivy.Searcher, wanted: Sequence[str]) -> dict[str, int]:
        frequencies = ((token, searcher.doc_freq("body", token)) for token in wanted)
        return {token: count for token, count in frequencies if count}

    @staticmethod
    def _rare(singles: dict[str, int], docs: int) -> dict[str, int]:
        limit = max(RARE_UP_TO, docs * RARE_SHARE)
        return {char: count for char, count in singles.items() if count <= limit}

    @staticmethod
    def _telling(asked: dict[str, int], docs: int) -> list[str]:
        """Rarest first, without the common ones where enough others remain."""
        rarest = sorted(asked, key=asked.__getitem__)[:MAX_QUERY_TOKENS]
        if docs < COMMON_FROM_DOCS:
            return rarest
        limit = docs * COMMON_SHARE
        return [token for rank, token in enumerate(rarest) if rank < ENOUGH_TOKENS or asked[token] <= limit]

    def _query(
        self, words: Sequence[str], workspaces: Sequence[str] | None, report_ids: Iterable[str] | None
    ) -> tantivy.Query:
        import tantivy

        any_word = tantivy.Query.boolean_query([(tantivy.Occur.Should, self._term("body", w)) for w in words])
        filters = [("workspace", workspaces), ("report", report_ids)]
        named = [(name, list(values)) for name, values in filters if values is not None]
        if not named:
            return any_word
        must = [(tantivy.Occur.Must, self._one_of(name, values)) for name, values in named]
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, any_word), *must])

    def _one_of(self, field: str, values: Sequence[str]) -> tantivy.Query:
        import tantivy

        query = (
            self._term(field, values[0])
            if len(values) == 1
            else tantivy.Query.term_set_query(self._index.schema, field, values)
        )
        return tantivy.Query.const_score_query(query, 0.0)

    def _term(self, field: str, value: str) -> tantivy.Query:
        import tantivy

        kept = "freq" if field == "body" else "basic"
        return tantivy.Query.term_query(self._index.schema, field, value, kept)

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """Commit on success. Opened for each write: it takes 0.3 ms and holds tantivy's own lock."""
        try:
            writer = self._index.writer(_HEAP_BYTES, 1)
            # A killed writer leaves files that no segment names, under the very names the next one takes.
            writer.garbage_collect_files()
            try:
                yield writer
                writer.commit()
            finally:
                # Without this wait merges are abandoned, segments pile up and searches slow down.
                writer.wait_merging_threads()
            self._index.reload()
        except ValueError as error:  # all that tantivy raises
            raise IndexDamagedError(f"词语索引无法写入：{error}") from error


def _opened(folder: Path) -> tantivy.Index | None:
    """Open an index that is there and can be read."""
    import tantivy

    if not (folder / "meta.json").exists():
        return None
    try:
        index = tantivy.Index(_schema(), path=str(folder))
        index.config_reader("manual")
        index.reload()
    except ValueError:
        return None
    return index


def _created(folder: Path, version: str) -> tantivy.Index:
    """Begin an empty index in place of what is there (older, damaged): SQL holds the truth.

    Under a lock of its own, so that two processes that start at once do not undo each other.
    """
    import tantivy

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "create.lock"):
        index = _opened(folder / version)
        if index is None:
            for old in folder.glob("v*"):
                shutil.rmtree(old)
            (folder / version).mkdir()
            index = tantivy.Index(_schema(), path=str(folder / version))
            index.config_reader("manual")
        return index


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("report", "workspace"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("body", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(entry: WordEntry) -> tantivy.Document:
    import tantivy

    return tantivy.Document(
        id=entry.passage_id,
        report=entry.report_id,
        workspace=entry.workspace,
        body=" ".join(terms(entry.text)),
    )
