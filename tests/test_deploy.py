"""What docs/deploy/ says is true: its files can be read, its settings exist, its backups come back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.db import sqlite_url
from store.library import Library
from store.split import CHUNKING_VERSION
from tests.fakes import document, fake_model
from tests.store.databases import server_database, url_of

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "docs" / "deploy"
NAMES = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
MANIFESTS = sorted(DEPLOY.rglob("*.y*ml"))
IMAGE = "reportbot"


def documents(path: Path) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(path.read_text("utf-8")) if found]


def of_ours(found: dict[str, Any]) -> Iterator[str]:
    """Name the settings that one document gives to our image."""
    for service in found.get("services", {}).values():
        if service["image"] == IMAGE:
            yield from service.get("environment", {})
    if found.get("kind") in ("ConfigMap", "Secret") and found["metadata"]["name"] == IMAGE:
        yield from {**found.get("data", {}), **found.get("stringData", {})}
    template = found.get("spec", {}).get("template", {}).get("spec", {})
    for container in template.get("containers", []):
        if container["image"] == IMAGE:
            yield from (entry["name"] for entry in container.get("env", []))


def test_every_layout_has_its_files() -> None:
    assert {path.name for path in MANIFESTS} >= {"compose.small.yml", "compose.large.yml", "bot.yaml"}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_setting_in_a_manifest_is_one_of_ours(path: Path) -> None:
    found = documents(path)
    assert found
    assert {name for one in found for name in of_ours(one)} <= NAMES


def test_the_large_layouts_say_where_state_is() -> None:
    shared = {"DATABASE_URL", "CHROMA_URL", "CELERY_BROKER_URL"}
    (large,) = documents(DEPLOY / "compose.large.yml")
    for name in ("bot", "worker"):
        assert shared <= set(large["services"][name]["environment"]), name
    assert large["services"]["bot"]["deploy"]["replicas"] == 3
    told = {
        name for path in (DEPLOY / "kubernetes").iterdir() for one in documents(path) for name in of_ours(one)
    }
    assert shared <= told


def test_the_image_runs_commands_that_exist_and_no_root() -> None:
    from bot.cli import ENTRIES

    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER reportbot" in lines
    given = {name for line in lines for name in re.findall(r"\b([A-Z_]+)=", line) if line[0] in "E "}
    assert given - {"PATH", "PIP_NO_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK"} <= NAMES | {
        "PYTHONUNBUFFERED",
        "MPLCONFIGDIR",
    }
    commands = [one["command"] for path in MANIFESTS for one in commanded(path)]
    assert commands
    assert {command[:1] == ["reportbot"] and command[1] in ENTRIES for command in commands} == {True}


def commanded(path: Path) -> Iterator[dict[str, Any]]:
    for found in documents(path):
        template = found.get("spec", {}).get("template", {}).get("spec", {})
        for part in [*found.get("services", {}).values(), *template.get("containers", [])]:
            if part.get("image") == IMAGE and "command" in part:
                yield part


@pytest.mark.parametrize("unit", ["reportbot.service", "reportbot-worker@.service"])
def test_units_run_commands_that_exist(unit: str) -> None:
    from bot.cli import ENTRIES

    (command,) = re.findall(
        r"^ExecStart=\S+/reportbot (\S+)$", (DEPLOY / unit).read_text("utf-8"), re.MULTILINE
    )
    assert command in ENTRIES


def test_no_pod_is_told_of_services_by_variables() -> None:
    """CHROMA_PORT=tcp://… of a service named chroma would be read as a setting of Chroma."""
    pods = [
        found["spec"]["template"]["spec"]
        for path in MANIFESTS
        for found in documents(path)
        if "template" in found.get("spec", {})
    ]
    assert pods
    assert {pod.get("enableServiceLinks") for pod in pods} == {False}


def test_an_env_file_with_empty_lines_does_not_undo_the_image() -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    set_in_image = {name for name in NAMES if re.search(rf"^(?:ENV|    ).*\b{name}=", image, re.MULTILINE)}
    assert set_in_image
    for layout in ("compose.small.yml", "compose.large.yml"):
        (found,) = documents(DEPLOY / layout)
        for service in found["services"].values():
            if service["image"] == IMAGE:
                assert set_in_image <= set(service["environment"])


# --- backups rehearsed ----------------------------------------------------------------------------


def run(script: str, file: Path, env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEPLOY / script, file],
        env={**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def listed(env: dict[str, str], folder: Path, *command: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command, "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_comes_back_whole_with_both_indexes(kind: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        before, after = {}, {}
        if kind == "postgresql":
            if shutil.which("pg_dump") is None:
                pytest.skip("no pg_dump")
            before["DATABASE_URL"] = url_of(stack.enter_context(server_database()))
            after["DATABASE_URL"] = url_of(stack.enter_context(server_database()))
        before["REPORTBOT_DATA_DIR"], after["REPORTBOT_DATA_DIR"] = (
            str(tmp_path / "old"),
            str(tmp_path / "new"),
        )
        held = Library(
            tmp_path / "old",
            embedding=fake_model(),
            chunking_version=CHUNKING_VERSION,
            database_url=before.get("DATABASE_URL") or sqlite_url(tmp_path / "old"),
        )
        with held as library:  # open and in use, as while a bot runs
            library.add(document("全年立案查处违法案件412件。", "整改问题37个。", source="甲.txt"))
            library.add(document("新建口袋公园6座。", source="乙.txt"))
            done = run("backup.sh", tmp_path / "backup", before, tmp_path)
            assert done.returncode == 0, done.stderr
        shelf = listed(before, tmp_path, "list")
        shutil.rmtree(tmp_path / "old")
        done = run("restore.sh", tmp_path / "backup", after, tmp_path)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
        assert listed(after, tmp_path, "list") == shelf
        (found,) = listed(after, tmp_path, "search", "口袋公园", "-k", "1")
        assert "口袋公园6座" in found["results"][0]["text"]
        again = run("restore.sh", tmp_path / "backup", after, tmp_path)
        assert again.returncode != 0  # nothing that is there is overwritten
        assert listed(after, tmp_path, "list") == shelf


@pytest.mark.parametrize("url", ["", "postgresql+psycopg://postgres@127.0.0.1:1/none"])
def test_a_file_of_another_kind_is_not_restored(url: str, tmp_path: Path) -> None:
    (tmp_path / "backup").write_bytes(b"neither of the two")
    done = run(
        "restore.sh",
        tmp_path / "backup",
        {"DATABASE_URL": url, "REPORTBOT_DATA_DIR": str(tmp_path / "d")},
        tmp_path,
    )
    assert done.returncode == 1
    assert "is no" in done.stderr
    assert not (tmp_path / "d").exists()


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    done = run("backup.sh", tmp_path / "backup", {"REPORTBOT_DATA_DIR": str(tmp_path / "none")}, tmp_path)
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
