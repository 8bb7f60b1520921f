"""Click in the user's language: help pages, and wrong usage as one line with its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

import click

from bot import texts
from bot.shell import Shell
from bot.texts import Phrase, Say
from store.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])
CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"]}
_PATTERN_WIDTH = 26


class Option(click.Option):
    def __init__(self, *args: Any, phrase: Phrase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phrase = phrase


class Argument(click.Argument):
    def __init__(self, *args: Any, phrase: Phrase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phrase = phrase


class Command(click.Command):
    """A command whose help and complaints are in the user's language."""

    phrase: Phrase

    def __init__(self, *args: Any, phrase: Phrase, **kwargs: Any) -> None:
        kwargs.setdefault("context_settings", CONTEXT_SETTINGS)
        super().__init__(*args, **kwargs)
        self.phrase = phrase
        self.allow_extra_args = True  # refused below, in our own words

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            say = say_of(ctx)
            command = say(texts.SEE_HELP, command=ctx.command_path)
            names = " ".join(rest)
            raise UsageError(say(texts.EXTRA_ARGUMENTS, names=names), hint=say(texts.QUOTE_HINT) + command)
        return rest

    def get_help(self, ctx: click.Context) -> str:
        say = say_of(ctx)
        params = self.get_params(ctx)
        arguments = [(p.make_metavar(ctx), say(p.phrase)) for p in params if isinstance(p, Argument)]
        usage = " ".join([ctx.command_path, *(name for name, _ in arguments), f"[{say(texts.OPTIONS)}]"])
        blocks = [
            f"{say(texts.USAGE)}{say(texts.COLON)}{usage}",
            say(self.phrase),
            table(say(texts.ARGUMENTS), arguments, say),
            table(say(texts.OPTIONS), option_rows(params, ctx, say), say),
        ]
        return "\n\n".join(block for block in blocks if block)


class Entry(NamedTuple):
    """Where a command is, and what it does."""

    module: str
    attribute: str
    phrase: Phrase


class Commands(click.Group):
    """A group that imports a command when it is called, not to list it."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **kwargs: Any) -> None:
        super().__init__(*args, context_settings=CONTEXT_SETTINGS, **kwargs)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            raise self._no_such(cmd_name, say_of(ctx))
        command: click.Command = getattr(import_module(entry.module), entry.attribute)
        return command

    def _no_such(self, name: str, say: Say) -> UsageError:
        close = get_close_matches(name, self.entries)
        hint = say(texts.SEE_HELP, command="reportbot")
        return UsageError(say(texts.NO_SUCH_COMMAND, name=name), hint=did_you_mean(close, say) + hint)

    def get_help(self, ctx: click.Context) -> str:
        say = say_of(ctx)
        usage = f"{ctx.command_path} {say(texts.COMMANDS)} …"
        blocks = [
            f"{say(texts.USAGE)}{say(texts.COLON)}{usage}",
            say(texts.ABOUT),
            table(
                say(texts.COMMANDS), [(name, say(entry.phrase)) for name, entry in self.entries.items()], say
            ),
            table(say(texts.OPTIONS), option_rows(self.get_params(ctx), ctx, say), say),
            say(texts.HELP_FOOTER),
        ]
        return "\n\n".join(blocks)


def option(*names: str, phrase: Phrase, **kwargs: Any) -> Callable[[F], F]:
    return click.option(*names, cls=Option, phrase=phrase, **kwargs)


def argument(name: str, phrase: Phrase, **kwargs: Any) -> Callable[[F], F]:
    return click.argument(name, cls=Argument, phrase=phrase, **kwargs)


def command(name: str, phrase: Phrase) -> Callable[[Callable[..., Any]], Command]:
    return click.command(name, cls=Command, phrase=phrase)


def table(heading: str, rows: Iterable[tuple[str, str]], say: Say) -> str:
    listed = [f"  {name:<{_PATTERN_WIDTH}}{what}" for name, what in rows]
    return "\n".join([f"{heading}{say(texts.COLON).rstrip()}", *listed]) if listed else ""


def option_rows(params: Iterable[click.Parameter], ctx: click.Context, say: Say) -> list[tuple[str, str]]:
    rows = []
    for param in params:
        if isinstance(param, click.Option):
            names = ", ".join(sorted(param.opts, key=len))
            value = "" if param.is_flag else f" {param.make_metavar(ctx)}"
            phrase = param.phrase if isinstance(param, Option) else texts.HELP_HELP
            rows.append((names + value, say(phrase)))
    return rows


def shell_of(ctx: click.Context) -> Shell:
    shell: Shell = ctx.ensure_object(Shell)
    return shell


def say_of(ctx: click.Context) -> Say:
    return shell_of(ctx).say


def did_you_mean(names: Iterable[str], say: Say) -> str:
    joined = say(texts.COMMA).join(names)
    return say(texts.DID_YOU_MEAN, names=joined) if joined else ""


def in_our_words(error: click.UsageError, say: Say) -> UsageError:
    """Say what click found wrong in the user's language."""
    path = error.ctx.command_path if error.ctx else "reportbot"
    hint = say(texts.SEE_HELP, command=path)
    if isinstance(error, click.NoSuchOption):
        hint = did_you_mean(error.possibilities or (), say) + hint
    return UsageError(_complaint(error, say), hint=hint)


def _complaint(error: click.UsageError, say: Say) -> str:
    if isinstance(error, click.NoSuchOption):
        return say(texts.NO_SUCH_OPTION, name=error.option_name)
    if isinstance(error, click.MissingParameter):
        return say(texts.MISSING_PARAMETER, what=_name(error.param, say))
    if isinstance(error, click.BadOptionUsage):
        return say(texts.NO_VALUE, name=error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        if isinstance(error.param.type, click.Choice):
            choices = say(texts.COMMA).join(map(str, error.param.type.choices))
            return say(texts.BAD_CHOICE, name=_name(error.param, say), choices=choices)
        return say(texts.BAD_VALUE, name=_name(error.param, say), value=error.message)
    return say(texts.BAD_USAGE, detail=error.format_message().rstrip("."))


def _name(param: click.Parameter | None, say: Say) -> str:
    if isinstance(param, Argument):
        return f"{say(texts.ARGUMENT)} {param.human_readable_name.rstrip('.')}".strip()
    return max(param.opts, key=len) if param is not None else ""
