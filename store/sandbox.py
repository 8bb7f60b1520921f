"""Runs a parser in a process of its own, with little memory, time and nothing of our environment.

A hostile or broken file then costs one child and not the bot. The parent sends the bytes on stdin
and gets JSON back; what a parser prints or how it dies never reaches the user.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.errors import ReadError
from store.formats import Parsed

TOO_HARD_HINT = "文件可能已损坏或过于复杂；请另存为新文件、拆成几个文件，或转成 DOCX、文本后再试。"


@dataclass(frozen=True, slots=True)
class Limits:
    """`wall_s` and `cpu_s` in seconds; `memory_bytes` of address space, where the system can hold to it."""

    wall_s: float = 60.0
    cpu_s: int = 60
    memory_bytes: int = 1_500_000_000


LIMITS = Limits()


def parse(module: str, data: bytes, limits: Limits = LIMITS) -> Parsed:
    """Call `module`.parse(data) in a child process. Raises ReadError for whatever goes wrong there."""
    command = [sys.executable, "-P", "-B", "-m", "store.sandbox", module, json.dumps(asdict(limits))]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter and module; the file is only data
            command, input=data, capture_output=True, timeout=limits.wall_s, env=_environment(), check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReadError(f"解析超过 {limits.wall_s:g} 秒，已中止", hint=TOO_HARD_HINT) from error
    except OSError as error:
        raise ReadError("无法启动解析进程", hint="请检查系统的进程数与内存限制后再试。") from error
    return _result(child.returncode, child.stdout)


def _environment() -> dict[str, str]:
    """Only what Python needs: keys and tokens stay out of a process that reads strangers' files."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    root = str(Path(__file__).resolve().parent.parent)
    return kept | {"PYTHONPATH": root, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _result(code: int, output: bytes) -> Parsed:
    try:
        answer: dict[str, Any] = json.loads(output) if code == 0 else {}
    except ValueError:
        answer = {}
    if "error" in answer:
        raise ReadError(answer["error"], hint=answer["hint"])
    if "text" not in answer:
        raise ReadError(_cause_of_death(code), hint=TOO_HARD_HINT)
    pages, warnings = tuple(answer.pop("page_starts")), tuple(answer.pop("warnings"))
    return Parsed(**answer, page_starts=pages, warnings=warnings)


def _cause_of_death(code: int) -> str:
    """A negative code is the signal that killed the child: out of CPU time, out of memory, a crash."""
    return "解析时内存或时间超出限制，已中止" if code < 0 else "解析失败，文件可能已损坏"


def _limit(limits: Limits) -> None:
    import resource  # not on Windows, and only the child needs it

    wanted = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_s,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for kind, amount in wanted.items():
        try:
            resource.setrlimit(kind, (amount, amount))
        except (ValueError, OSError):  # macOS has no RLIMIT_AS to set: the time-out is left
            continue


def _answer(module: str, data: bytes) -> dict[str, Any]:
    try:
        parsed: Parsed = importlib.import_module(module).parse(data)
        return asdict(parsed)
    except ReadError as error:
        return {"error": str(error), "hint": error.hint}
    except MemoryError:
        return {"error": "解析时内存超出限制，已中止", "hint": TOO_HARD_HINT}


def main() -> None:
    """Entry of the child: `python -m store.sandbox MODULE LIMITS`, the file on stdin, JSON on stdout."""
    module, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    out, sys.stdout = sys.stdout, sys.stderr  # a parser that prints must not spoil the JSON
    _limit(limits)
    json.dump(_answer(module, sys.stdin.buffer.read()), out)


if __name__ == "__main__":
    main()
