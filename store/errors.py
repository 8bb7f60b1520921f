"""Every error a user can meet, on one page.

`str(error)` is one line that says what is wrong and with what; `hint` is the remedy. Foreign
exceptions are mapped to these once, where the foreign library is called, with the cause kept.
"""

from __future__ import annotations


class AppError(Exception):
    """Base of all foreseen failures. `exit_code` is the command line's."""

    hint = "出错了，请稍后再试。"
    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class UsageError(AppError):
    """A setting or an argument that cannot be used as it is."""

    hint = "请检查参数与设置；`reportbot doctor` 会逐项说明。"
    exit_code = 2


class ReadError(AppError):
    """A file that cannot be taken in; nothing of it is stored."""

    hint = "请换一个文件。"


class NotFoundError(AppError):
    """No report with this id on the shelves asked for."""

    hint = "用 `reportbot list` 查看现有报告的编号。"


class IndexMismatchError(AppError):
    """The stored indexes were built with another embedding model or chunking."""

    hint = "请运行 `reportbot reindex` 重建索引。"


class LibraryBusyError(AppError):
    """Another process is writing to the same data directory."""

    hint = "另一个进程正在写入，请等它结束后再试。"
    retryable = True


class TakenOverError(AppError):
    """Another process handles this update now: it took this one for dead."""


class EmbeddingError(AppError):
    """The embedding model or its endpoint did not answer."""

    hint = "请检查 OPENAI_EMBEDDING_MODEL 与 OPENAI_BASE_URL，或去掉它们以使用本地模型。"
    retryable = True
