"""Look at everything the other commands need, and say what to do where it is not in order."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from bot import texts
from bot.commandline import command
from bot.commands.options import workspace_option
from bot.failures import attempt, why
from bot.layout import Line, Run, Style, cell_width, padded
from bot.said import said
from bot.shell import Shell
from bot.texts import Phrase, Say
from chains.llm_errors import ModelError
from store.errors import AppError, UsageError
from store.health import Finding

Findings = Iterator[Finding]
WRONG_SETTINGS = UsageError.exit_code
_MARKS: dict[str, tuple[str, Style]] = {"ok": ("✓", "good"), "warning": ("!", "warn"), "error": ("✗", "bad")}


@command("doctor", texts.HELP_DOCTOR)
@workspace_option
@click.pass_obj
def doctor(shell: Shell, workspace: str) -> int:
    findings: list[Finding] = []
    for subject, check in _checks(workspace):
        outcome = attempt(partial(_listed, check, shell), shell.say)
        if isinstance(outcome, AppError):
            detail, remedy = (said(text, shell.say) for text in (str(outcome), outcome.hint))
            findings.append(Finding("error", shell.say(subject), detail, remedy))
            if outcome.exit_code == WRONG_SETTINGS:  # nothing more can be looked at with these
                _conclude(shell, findings)
                return WRONG_SETTINGS
        else:
            findings += outcome
    return _conclude(shell, findings)


def _checks(workspace: str) -> Iterator[tuple[Phrase, Callable[[Shell], Findings]]]:
    yield texts.CHECK_PYTHON, _python
    yield texts.CHECK_SETTINGS, _settings
    yield texts.CHECK_ENGINE, _engine
    yield texts.CHECK_TOKENS, _tokens
    yield texts.CHECK_EMBEDDING, _embedding
    yield texts.CHECK_DATA_DIR, _data_dir
    yield texts.CHECK_SHELF, partial(_shelf, workspace)
    yield texts.CHECK_BROKER, _workers
    yield texts.CHECK_BOT, _bot


def _listed(check: Callable[[Shell], Findings], shell: Shell) -> list[Finding]:
    return list(check(shell))


def _python(shell: Shell) -> Findings:
    yield Finding("ok", shell.say(texts.CHECK_PYTHON), platform.python_version())


def _settings(shell: Shell) -> Findings:
    settings = shell.settings
    detail = shell.say(texts.SETTINGS_FINE, language=settings.language, timezone=settings.timezone)
    yield Finding("ok", shell.say(texts.CHECK_SETTINGS), detail)


def _engine(shell: Shell) -> Findings:
    from bot.engines import Extractive

    engine, say = shell.services.engine, shell.say
    subject = say(texts.CHECK_ENGINE)
    if isinstance(engine, Extractive):
        yield Finding("ok", subject, say(texts.ENGINE_EXTRACTIVE))
        return
    try:
        name = engine.try_out()
    except ModelError as error:
        detail = say(texts.ENGINE_FAILS, why=said(str(error), say))
        yield Finding("warning", subject, detail, said(error.hint, say))
    else:
        yield Finding("ok", subject, say(texts.ENGINE_WRITES, name=name))


def _tokens(shell: Shell) -> Findings:
    from store.tokens import count_tokens

    count_tokens("工作报告")
    yield Finding("ok", shell.say(texts.CHECK_TOKENS), shell.say(texts.TOKENS_WORK))


def _embedding(shell: Shell) -> Findings:
    say, model = shell.say, shell.services.embedding
    subject = say(texts.CHECK_EMBEDDING)
    if model is None:
        yield Finding("warning", subject, say(texts.EMBEDDING_NONE), say(texts.EMBEDDING_REMEDY))
    else:
        dimensions = len(model.embeddings.embed_query("工作报告"))
        yield Finding("ok", subject, say(texts.EMBEDDING_WORKS, name=model.name, dimensions=dimensions))


def _bot(shell: Shell) -> Findings:
    # Without a token nothing of Telegram is imported: it takes half a second.
    if shell.settings.telegram_bot_token is None:
        yield Finding("ok", shell.say(texts.CHECK_BOT), shell.say(texts.BOT_NOT_SET))
        return
    from bot.chat.check import look_at

    yield from look_at(shell.settings, shell.settings.telegram_bot_token.get_secret_value(), shell.say)
    yield from _digests(shell)


def _digests(shell: Shell) -> Findings:
    from store.digest_tables import SlotState as State
    from store.digests import DigestStore

    store = DigestStore(shell.services.database_url)
    try:
        counts = store.counts()
    finally:
        store.close()
    sent = counts.get(State.SENT, 0) + counts.get(State.QUIET_SENT, 0)
    detail = shell.say(
        texts.DIGESTS_SENT,
        sent=sent,
        uncertain=counts.get(State.UNCERTAIN, 0),
        failed=counts.get(State.FAILED, 0),
    )
    subject = shell.say(texts.CHECK_BOT)
    if counts.get(State.FAILED, 0):
        yield Finding("warning", subject, detail, shell.say(texts.DIGESTS_REMEDY))
    else:
        yield Finding("ok", subject, detail)


def _workers(shell: Shell) -> Findings:
    say, bell = shell.say, shell.services.bell
    subject = say(texts.CHECK_BROKER)
    if bell is None:
        yield Finding("ok", subject, say(texts.BROKER_NOT_SET))
        return
    from bot.commands.jobs import counted
    from store.job_tables import JobState

    bell.answers()
    counts, alive = counted(shell), shell.services.jobs.workers()
    if alive:
        yield Finding("ok", subject, say(texts.WORKERS_ALIVE, n=len(alive), counts=counts))
    else:
        detail = say(texts.NO_WORKERS, counts=counts)
        yield Finding("warning", subject, detail, say(texts.NO_WORKERS_REMEDY))
    failed = shell.services.jobs.counts().get(JobState.FAILED, 0)
    if failed:
        detail = say(texts.SOME_FAILED_JOBS, n=failed)
        yield Finding("warning", subject, detail, say(texts.SOME_FAILED_JOBS_REMEDY))


def _data_dir(shell: Shell) -> Findings:
    say, folder = shell.say, shell.settings.data_dir.absolute()
    subject = say(texts.CHECK_DATA_DIR)
    try:
        _try_writing(folder)
    except OSError as error:
        detail = say(texts.NOT_WRITABLE, path=folder, why=why(error, say))
        yield Finding("error", subject, detail, say(texts.DATA_DIR_REMEDY))
    else:
        yield Finding("ok", subject, say(texts.WRITABLE, path=folder))


def _try_writing(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0")
        os.fsync(file.fileno())


def _shelf(workspace: str, shell: Shell) -> Findings:
    count = len(shell.library.reports([workspace]))
    subject = shell.say(texts.THIS_SHELF, workspace=workspace)
    yield Finding("ok", subject, shell.say(texts.SHELF_HOLDS, n=count))
    yield Finding("ok", shell.say(texts.CHECK_STORES), _stores(shell))
    for finding in shell.library.check():
        yield in_our_words(finding, shell.say)


def _stores(shell: Shell) -> str:
    """Name the database and where the vectors are, without what is secret in their addresses."""
    from store.db import shown_url
    from store.served import Served

    chroma = shell.settings.chroma_url
    return shell.say(
        texts.KEPT_IN,
        database=shown_url(shell.services.database_url),
        vectors=Served(chroma.get_secret_value()).address
        if chroma
        else shell.settings.data_dir.absolute() / "vectors",
    )


def in_our_words(finding: Finding, say: Say) -> Finding:
    """Say in the user's language what the shelf says of itself, as it stands where we have no words for it."""
    subject, detail, remedy = (said(text, say) for text in (finding.subject, finding.detail, finding.remedy))
    if finding.subject == "书架":  # ours is of this one shelf
        subject = say(texts.ALL_SHELVES)
    return Finding(finding.level, subject, detail, remedy)


def finding_lines(findings: list[Finding]) -> list[Line]:
    """One row each: mark, subject, detail, and below it what to do."""
    room = max(cell_width(finding.subject) for finding in findings) + 2
    lines = []
    for finding in findings:
        mark, style = _MARKS[finding.level]
        runs: tuple[Run, ...] = (
            (mark, style),
            (f" {padded(finding.subject, room)}{finding.detail}", "plain"),
        )
        lines.append(Line(runs, hang=room + 2))
        if finding.remedy:
            lines.append(Line(((f"→ {finding.remedy}", "bold"),), indent=room + 2, hang=2))
    return lines


def _conclude(shell: Shell, findings: list[Finding]) -> int:
    shell.output.lines(finding_lines(findings))
    broken = sum(finding.level == "error" for finding in findings)
    warned = sum(finding.level == "warning" for finding in findings)
    phrase = texts.SOME_BROKEN if broken else texts.SOME_WARNINGS if warned else texts.ALL_WELL
    shell.output.plain_note(shell.say(phrase, n=broken or warned))
    return 1 if broken else 0
