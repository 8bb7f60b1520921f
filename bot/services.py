"""What the edges need, put together in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot import texts
from bot.settings import Settings
from bot.texts import Say
from store.errors import UsageError

if TYPE_CHECKING:
    from bot.broker import Bell
    from bot.engines import Extractive, Written
    from store.embed import EmbeddingModel
    from store.jobs import JobStore
    from store.library import Library
    from store.usage import UsageStore


@dataclass
class Services:
    """The parts, each made when it is first asked for: most commands need few, and all are slow to load."""

    settings: Settings
    make_embedding: Callable[[], EmbeddingModel | None]

    @cached_property
    def embedding(self) -> EmbeddingModel | None:
        return self.make_embedding()

    @cached_property
    def library(self) -> Library:
        from store.library import Library
        from store.split import CHUNKING_VERSION

        database, chroma = self.settings.database_url, self.settings.chroma_url
        return Library(
            self.settings.data_dir,
            embedding=self.embedding,
            chunking_version=CHUNKING_VERSION,
            database_url=database.get_secret_value() if database else None,
            chroma_url=chroma.get_secret_value() if chroma else None,
        )

    @cached_property
    def database_url(self) -> str:
        """The database named in the settings, or SQLite in the data directory, which is made if need be."""
        from store.db import sqlite_url

        named = self.settings.database_url
        if named is not None:
            return named.get_secret_value()
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        return sqlite_url(self.settings.data_dir)

    @cached_property
    def usage(self) -> UsageStore:
        from zoneinfo import ZoneInfo

        from store.usage import UsageStore

        return UsageStore(self.database_url, zone=ZoneInfo(self.settings.timezone))

    @cached_property
    def jobs(self) -> JobStore:
        from store.jobs import JobStore

        return JobStore(self.database_url)

    @cached_property
    def bell(self) -> Bell | None:
        """What tells workers of jobs; None where work runs in the process."""
        if self.settings.celery_broker_url is None:
            return None
        from bot.broker import Bell

        url = self.settings.celery_broker_url.get_secret_value()
        return Bell(url, self.jobs.identity(), Say(self.settings.language))

    @cached_property
    def engine(self) -> Extractive | Written:
        from bot.engines import make_engine

        return make_engine(self.settings, lambda: self.usage)

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.close()
        if "usage" in self.__dict__:
            self.usage.close()
        if (bell := self.__dict__.get("bell")) is not None:
            bell.close()
        if "jobs" in self.__dict__:
            self.jobs.close()
        if "library" in self.__dict__:
            self.library.close()


def build_services(settings: Settings, say: Say) -> Services:
    return Services(settings, lambda: choose_embedding(settings, say))


def choose_embedding(settings: Settings, say: Say) -> EmbeddingModel | None:
    """Take the endpoint's model when one is named, else the local one; None where neither can be had."""
    from store.embed import EmbeddingModel, local_model, openai_embeddings

    name = settings.openai_embedding_model
    if name is None:
        return local_model()
    key = settings.openai_api_key
    if key is None and settings.openai_base_url is None:
        raise UsageError(say(texts.KEY_MISSING), hint=say(texts.KEY_REMEDY))
    # A server of one's own often wants no key, but the client insists on one.
    secret = key.get_secret_value() if key else "none"
    embeddings = openai_embeddings(name, api_key=secret, base_url=settings.openai_base_url)
    return EmbeddingModel(name, None, embeddings)
