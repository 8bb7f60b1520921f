"""Prompts as files: a version and the variables in front, then a text for each role.

    ---
    version: 3
    variables: title, passages
    ---
    # system
    …
    # user
    … $title …

`$name` stands for a variable (string.Template), so that braces of JSON need no care.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Literal

Language = Literal["zh", "en"]
NAMES = ("summary", "answer", "condense")
_FILE = re.compile(
    r"---\nversion: (?P<version>\d+)\nvariables: (?P<variables>[\w, ]*)\n---\n(?P<body>.*)", re.DOTALL
)
_ROLE = re.compile(r"^# (system|user)\n", re.MULTILINE)


class PromptError(ValueError):
    """A prompt's file is not what its front matter says, or a variable is missing."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file gives it; `parts` are (role, template) in order."""

    name: str
    version: int
    variables: frozenset[str]
    parts: tuple[tuple[str, str], ...]

    def fill(self, **values: str) -> list[tuple[str, str]]:
        """Give (role, text) with every variable put in. Raises PromptError unless just the declared ones are given."""
        if values.keys() != self.variables:
            raise PromptError(f"{self.name}: wants {sorted(self.variables)}, was given {sorted(values)}")
        return [(role, Template(text).substitute(values)) for role, text in self.parts]


@cache
def load_prompt(name: str, language: Language) -> Prompt:
    """Read `name` in a language. Raises PromptError where the file is not as declared."""
    return parse_prompt(files("prompts").joinpath(f"{name}.{language}.md").read_text("utf-8"), name)


def parse_prompt(text: str, name: str) -> Prompt:
    """Read a prompt's text."""
    match = _FILE.fullmatch(text)
    if match is None:
        raise PromptError(f"{name}: no front matter of version and variables")
    pieces = _ROLE.split(match["body"])
    if pieces[0].strip() or len(pieces) < 3:
        raise PromptError(f"{name}: a prompt begins with # system or # user")
    parts = tuple((role, body.strip()) for role, body in zip(pieces[1::2], pieces[2::2], strict=True))
    declared = frozenset(filter(None, re.split(r",\s*", match["variables"].strip())))
    used = {found for _, body in parts for found in Template(body).get_identifiers()}
    if used != declared:
        raise PromptError(f"{name}: declares {sorted(declared)}, uses {sorted(used)}")
    return Prompt(name, int(match["version"]), declared, parts)
