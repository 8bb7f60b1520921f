"""The command line in this process: the real commands and the real shelf, with a fake embedding."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.cli import run
from bot.services import Services
from bot.settings import NAMES, load_settings
from bot.shell import Shell
from bot.texts import Language, Say
from store.embed import EmbeddingModel
from tests.bot.samples import NIGHTFALL, RIVERSIDE
from tests.fakes import fake_model


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def record(self) -> dict[str, Any]:
        (only,) = self.records
        return only


class Cli(Protocol):
    def __call__(self, *args: str | Path, stdin: str | bytes = "", language: Language = "zh") -> Outcome: ...


@pytest.fixture(autouse=True)
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_data_dir: Path) -> None:
    """No setting of the machine's reaches a test, nor a `.env` of the folder it runs in."""
    for name in NAMES:
        if name != "REPORTBOT_DATA_DIR":
            monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def make_embedding() -> Callable[[], EmbeddingModel | None]:
    return fake_model


@pytest.fixture
def cli(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    make_embedding: Callable[[], EmbeddingModel | None],
) -> Cli:
    def build(say: Say) -> Services:
        return Services(load_settings(say), make_embedding)

    def invoke(*args: str | Path, stdin: str | bytes = "", language: Language = "zh") -> Outcome:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        capsys.readouterr()
        code = run([str(arg) for arg in args], Shell(language, build))
        return Outcome(code, *capsys.readouterr())

    return invoke


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of two reports."""
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "河滨.txt").write_text(RIVERSIDE, encoding="utf-8")
    (folder / "夜坪.txt").write_text(NIGHTFALL, encoding="utf-8")
    return folder


@pytest.fixture
def riverside(reports: Path) -> Path:
    return reports / "河滨.txt"


@pytest.fixture
def shelf(cli: Cli, reports: Path) -> dict[str, str]:
    """Both reports taken in: file stem -> id."""
    outcome = cli("ingest", "--json", reports)
    assert outcome.code == 0, outcome.err
    return {Path(record["path"]).stem: record["report"]["id"] for record in outcome.records}
