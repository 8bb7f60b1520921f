"""What must be known before the settings are read: they take 0.15 s to load, and may be what is wrong.

With settings.py the only reader of the environment.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.texts import Language

ENV_FILE = Path(".env")


def language() -> Language:
    """Give the language to speak in; anything but `en` is Chinese, settings.py complains about it."""
    return "en" if _value("REPORTBOT_LANGUAGE").lower() == "en" else "zh"


def debug() -> bool:
    return _value("REPORTBOT_DEBUG").lower() in {"1", "true", "yes", "on"}


def colour_wanted() -> bool:
    """Follow https://no-color.org."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _value(name: str) -> str:
    # The environment wins over the file, and an empty value is none, as in settings.py.
    return (os.environ.get(name) or _file_value(name)).strip()


def _file_value(name: str) -> str:
    if not ENV_FILE.is_file():
        return ""
    from dotenv import dotenv_values

    try:
        return dotenv_values(ENV_FILE).get(name) or ""
    except (OSError, UnicodeDecodeError):
        return ""
