"""Every setting, from the environment or `.env` in the current directory. An empty value counts as unset."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from bot import texts
from bot.environment import ENV_FILE
from bot.texts import Language, Say
from store.errors import UsageError

_SCHEDULE = re.compile(r"(mon|tue|wed|thu|fri|sat|sun|daily) ([01]?\d|2[0-3]):[0-5]\d")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})")


def _matching(pattern: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.match(pattern, value):
            raise ValueError
        return value

    return AfterValidator(check)


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # a folder, a path, an unknown name
        raise ValueError from error
    return name


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _schedule(value: str) -> str:
    lowered = " ".join(value.lower().split())
    if not _SCHEDULE.fullmatch(lowered):
        raise ValueError
    return lowered


def _listen(value: str) -> str:
    found = _LISTEN.fullmatch(value)
    if found is None or not 0 < int(found[2]) < 65536:
        raise ValueError
    return value


def _ids(value: object) -> object:
    """Read "1, -100200" as ids; in groups they are negative."""
    return (
        tuple(int(part) for part in re.split(r"[,，\s]+", value) if part) if isinstance(value, str) else value
    )


def _database(value: SecretStr) -> SecretStr:
    if "://" not in value.get_secret_value():
        raise ValueError
    return value


def _server(value: SecretStr) -> SecretStr:
    """Check the address of a server whose token may stand in it."""
    if not re.match(r"https?://[^\s/]", value.get_secret_value()):
        raise ValueError
    return value


def _broker(value: SecretStr) -> SecretStr:
    if not re.match(r"(rediss?|amqps?)://[^\s/]", value.get_secret_value()):
        raise ValueError
    return value


Url = Annotated[str, _matching(r"https?://[^\s/]")]
Ids = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_ids)]


def _named(name: str, default: Any = None, **bounds: Any) -> Any:
    return Field(default, validation_alias=name, **bounds)


class Settings(BaseSettings):
    """See `.env.example` for what each is for; names here are those there, shortened."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        str_strip_whitespace=True,
    )

    data_dir: Annotated[Path, AfterValidator(Path.expanduser)] = _named("REPORTBOT_DATA_DIR", Path("data"))
    language: Annotated[Language, BeforeValidator(_lowered)] = _named("REPORTBOT_LANGUAGE", "zh")
    timezone: Annotated[str, AfterValidator(_time_zone)] = _named("REPORTBOT_TIMEZONE", "Asia/Shanghai")
    debug: bool = _named("REPORTBOT_DEBUG", False)

    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = _named("DATABASE_URL")
    chroma_url: Annotated[SecretStr, AfterValidator(_server)] | None = _named("CHROMA_URL")
    celery_broker_url: Annotated[SecretStr, AfterValidator(_broker)] | None = _named("CELERY_BROKER_URL")

    openai_api_key: SecretStr | None = _named("OPENAI_API_KEY")
    openai_base_url: Url | None = _named("OPENAI_BASE_URL")
    openai_model: str | None = _named("OPENAI_MODEL")
    openai_embedding_model: str | None = _named("OPENAI_EMBEDDING_MODEL")

    telegram_bot_token: SecretStr | None = _named("TELEGRAM_BOT_TOKEN")
    telegram_api_url: Url | None = _named("TELEGRAM_API_URL")
    telegram_allowed_ids: Ids = _named("TELEGRAM_ALLOWED_IDS", ())
    telegram_admin_ids: Ids = _named("TELEGRAM_ADMIN_IDS", ())
    telegram_webhook_url: Annotated[str, _matching(r"https://[^\s/]")] | None = _named("TELEGRAM_WEBHOOK_URL")
    telegram_webhook_secret: SecretStr | None = _named("TELEGRAM_WEBHOOK_SECRET")
    telegram_listen: Annotated[str, AfterValidator(_listen)] = _named("TELEGRAM_LISTEN", "127.0.0.1:8443")
    telegram_message_interval_s: float = _named(
        "TELEGRAM_MESSAGE_INTERVAL", 1.0, ge=0, le=3600, allow_inf_nan=False
    )

    health_listen: Annotated[str, AfterValidator(_listen)] | None = _named("REPORTBOT_HEALTH_LISTEN")

    digest_schedule: Annotated[str, AfterValidator(_schedule)] = _named("DIGEST_SCHEDULE", "mon 09:00")
    daily_token_budget: int = _named("DAILY_TOKEN_BUDGET", 200_000, ge=0)


NAMES: tuple[str, ...] = tuple(str(field.validation_alias) for field in Settings.model_fields.values())


def load_settings(say: Say) -> Settings:
    """Read the settings. Raises UsageError naming every variable that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = dict.fromkeys(str(detail["loc"][0]) for detail in error.errors(include_input=False))
        raise _refused(list(wrong), say) from None  # the cause would carry the values
    except (SettingsError, OSError, UnicodeDecodeError):
        raise UsageError(say(texts.ENV_FILE_UNREADABLE), hint=say(texts.ENV_FILE_REMEDY)) from None


def _refused(names: list[str], say: Say) -> UsageError:
    remedies = [say(texts.SETTING_REMEDIES[name]) for name in names]
    if len(names) > 1:
        remedies = [f"{name}{say(texts.COLON)}{remedy}" for name, remedy in zip(names, remedies, strict=True)]
    joined = say(texts.COMMA).join(names)
    return UsageError(say(texts.SETTING_WRONG, names=joined), hint=say(texts.SEMICOLON).join(remedies))
