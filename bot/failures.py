"""From an exception to one line and an exit code. The only place that catches `Exception`."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot import texts
from bot.output import Output, abandon_stdout
from bot.said import said
from bot.texts import Say
from store.errors import AppError

T = TypeVar("T")

log = logging.getLogger(__name__)
INTERRUPTED = 130
_ENDINGS = "。！？；.!?;"


class UnexpectedError(AppError):
    """A defect of ours, or a disk that is full: whatever nobody foresaw."""


def attempt(action: Callable[[], T], say: Say) -> T | AppError:
    """Do one of many things, so that its failure stops none of the others."""
    try:
        return action()
    except AppError as error:
        log.debug("foreseen failure", exc_info=True)
        return error
    except BrokenPipeError:
        raise  # nobody reads any more: that concerns all of them
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _unforeseen(error, say)


async def attempt_async(work: Awaitable[T], say: Say) -> T | AppError:
    """The same where it is waited for."""
    try:
        return await work
    except AppError as error:
        return error
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _unforeseen(error, say)


def run_guarded(action: Callable[[], int], output: Output, say: Say) -> int:
    """Give the exit code of `action`; whatever it raises is told in one line."""
    try:
        code = attempt(lambda: _flushed(action), say)
    except BrokenPipeError:
        abandon_stdout()
        return 1
    except KeyboardInterrupt:
        output.plain_note(say(texts.INTERRUPTED))
        return INTERRUPTED
    if isinstance(code, int):
        return code
    abandon_stdout()
    output.error(explain(code, say))
    return code.exit_code


def _flushed(action: Callable[[], int]) -> int:
    code = action()
    sys.stdout.flush()  # a full disk or a closed pipe must be met here
    return code


def why(error: OSError, say: Say) -> str:
    """Say why the system refused."""
    phrase = texts.OS_ERRORS.get(errno.errorcode.get(error.errno or 0, ""))
    return say(phrase) if phrase else error.strerror or type(error).__name__


def explain(error: AppError, say: Say) -> str:
    """Say what is wrong and what to do, in one line."""
    message = said(str(error).rstrip(), say)
    stop = "" if message.endswith(tuple(_ENDINGS)) else say(texts.STOP)
    hint = said(error.hint.rstrip(), say)
    end = "" if not hint or hint.endswith(tuple(_ENDINGS)) else say(texts.STOP).rstrip()
    return f"{message}{stop}{hint}{end}".strip()


def _unforeseen(error: Exception, say: Say) -> AppError:
    log.debug("unforeseen failure", exc_info=True)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}{say(texts.COLON)}" if error.filename else ""
        return UnexpectedError(f"{where}{why(error, say)}", hint=say(texts.SYSTEM_REMEDY))
    # Its message stays out: it may carry a key or a whole report.
    kind = type(error).__name__
    return UnexpectedError(say(texts.UNEXPECTED, kind=kind), hint=say(texts.UNEXPECTED_REMEDY))
