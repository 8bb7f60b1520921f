"""What can be wrong with a shelf, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from store.errors import AppError


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a health check. `remedy` is empty where there is nothing to do."""

    level: Literal["ok", "warning", "error"]
    subject: str
    detail: str
    remedy: str = ""


class DatabaseError(AppError):
    """The database cannot be opened, read or written."""

    hint = "请检查 REPORTBOT_DATA_DIR 的权限与磁盘空间，或 DATABASE_URL。"


class IndexDamagedError(AppError):
    """An index cannot be read, or does not do what it was told."""

    hint = "请运行 `reportbot reindex` 重建索引；原文不受影响。"


class VectorsAwayError(AppError):
    """The Chroma server does not answer."""

    hint = "请检查 CHROMA_URL 与 Chroma 服务器；恢复后会自动接上。"
    retryable = True
