"""What every command is handed: the language, the output, and the services when it needs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from bot import texts
from bot.output import Output
from bot.texts import Language, Say

if TYPE_CHECKING:
    from bot.services import Services
    from bot.settings import Settings
    from store.library import Library


class Shell:
    """One run of the command line."""

    def __init__(self, language: Language, build: Callable[[Say], Services] | None = None) -> None:
        self.say = Say(language)
        self.output = Output(self.say)
        self._build = build or _services

    @cached_property
    def services(self) -> Services:
        return self._build(self.say)

    @property
    def settings(self) -> Settings:
        return self.services.settings

    @property
    def library(self) -> Library:
        return self.services.library

    def searching_library(self) -> Library:
        """Open the library for a command that indexes or searches, and say so when it goes by words alone."""
        if self.services.embedding is None:
            self.output.note(self.say(texts.WORDS_ALONE))
        return self.library

    def tell_notices(self) -> None:
        """Say what keeps the answers just given from being what they should be."""
        from bot.said import said

        for notice in self.library.notices():
            self.output.note(said(notice, self.say))

    def close(self) -> None:
        if "services" in self.__dict__:
            self.services.close()


def _services(say: Say) -> Services:
    from bot.services import build_services
    from bot.settings import load_settings

    return build_services(load_settings(say), say)
