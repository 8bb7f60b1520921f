"""Many questions with one start-up: a JSON object a line in, one a line out, in the same order."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bot import texts
from bot.failures import attempt, explain, why
from bot.shell import Shell
from bot.texts import Say
from store.errors import AppError, UsageError

Result = dict[str, object]
Work = Callable[[str, str | None], Result]
"""From a question or query, and the id of the report it is about, to what is printed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a batch. `named` is {"id": …} as it stood there, or nothing."""

    named: Result
    words: str
    report_id: str | None


class BadLineError(AppError):
    """A line that holds no question. `named` as in Asked."""

    hint = ""

    def __init__(self, message: str, named: Result | None = None) -> None:
        super().__init__(message)
        self.named = named or {}


def run_batch(shell: Shell, path: str, field: str, work: Work) -> int:
    """Print a result or {"id", "error"} for every line that is not blank; 1 when any has an error."""
    total = failed = 0
    with _opened(path, shell.say) as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                result = _result(shell.say, raw, number, field, work)
                shell.output.json(result)
                total += 1
                failed += "error" in result
    if failed:
        shell.output.error(shell.say(texts.BATCH_FAILED, total=total, failed=failed))
    return 1 if failed else 0


@contextmanager
def _opened(path: str, say: Say) -> Iterator[Iterator[bytes]]:
    if path == "-":
        yield iter(sys.stdin.buffer.readline, b"")
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed below; only opening may be at fault here
    except (OSError, ValueError) as error:
        reason = why(error, say) if isinstance(error, OSError) else say(texts.OS_ERRORS["ENOENT"])
        message = say(texts.BATCH_UNREADABLE, path=path, why=reason)
        raise UsageError(message, hint=say(texts.CHECK_PATH)) from error
    with file:
        yield iter(file.readline, b"")


def _result(say: Say, raw: bytes, number: int, field: str, work: Work) -> Result:
    asked = attempt(partial(_read_line, say, raw, number, field), say)
    if isinstance(asked, BadLineError):
        return {"id": asked.named.get("id"), "error": explain(asked, say)}
    if isinstance(asked, AppError):
        return {"id": None, "error": explain(asked, say)}
    outcome = attempt(partial(work, asked.words, asked.report_id), say)
    if isinstance(outcome, AppError):
        return {"id": asked.named.get("id"), "error": explain(outcome, say)}
    return {**asked.named, **outcome}


def _read_line(say: Say, raw: bytes, number: int, field: str) -> Asked:
    try:
        record = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLineError(say(texts.LINE_NOT_UTF8, line=number)) from error
    except ValueError as error:
        raise BadLineError(say(texts.LINE_NOT_JSON, line=number)) from error
    if not isinstance(record, dict):
        raise BadLineError(say(texts.LINE_NOT_JSON, line=number))
    named = {"id": record["id"]} if "id" in record else {}
    words, report_id = record.get(field), record.get("report")
    if not isinstance(words, str) or not words.strip():
        raise BadLineError(say(texts.LINE_WITHOUT, line=number, field=field), named)
    if report_id is not None and not isinstance(report_id, str):
        raise BadLineError(say(texts.LINE_REPORT, line=number), named)
    return Asked(named, words, report_id)
