"""What can go wrong with a model, mapped once from HTTP statuses and the client's exceptions.

Statuses and codes are those of OpenAI's API (https://platform.openai.com/docs/guides/error-codes), which
compatible endpoints follow more or less; where one does not, its status alone decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from store.errors import AppError

_TOO_LONG = re.compile(
    r"context[ _](?:length|window|size)|maximum context|too (?:long|many tokens|large)|max(?:imum)?[ _]?(?:input |prompt )?(?:tokens|length)|上下文|超长|超出.{0,6}长度",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient[ _](?:quota|balance|credit|funds)|billing|exceeded your current quota|arrear|欠费|余额|额度",
    re.IGNORECASE,
)

_DEPTH = 10
_CLIENTS = {"openai", "httpx", "httpx2", "httpcore", "httpcore2", "anyio"}


class ModelError(AppError):
    """The model gave nothing that can be used. `retry_after_s` is what the endpoint asked to wait."""

    hint = "本次改由原文直接摘取；稍后可再试。"
    outage = False

    def __init__(self, message: str, *, hint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class BadKeyError(ModelError):
    """401 or 403."""

    hint = "请检查 OPENAI_API_KEY 是否有效、是否属于 OPENAI_BASE_URL 所指的服务。"


class NoCreditError(ModelError):
    """402, or 429 for want of credit."""

    hint = "请为该账户充值或提高额度，或改用另一个 OPENAI_API_KEY。"


class UnknownModelError(ModelError):
    """404: neither the model nor, perhaps, the path is known."""

    hint = "请检查 OPENAI_MODEL 的写法与 OPENAI_BASE_URL（通常以 /v1 结尾）。"


class ContextTooLongError(ModelError):
    """The prompt does not fit into the model's context."""

    hint = "请换用上下文更长的 OPENAI_MODEL。"


class RejectedError(ModelError):
    """400: the endpoint does not take the request as it is."""

    hint = "请检查 OPENAI_MODEL 是否为对话模型。"


class RateLimitedError(ModelError):
    """429."""

    hint = "请稍后再试，或提高该账户的速率上限。"
    retryable = True


class OutageError(ModelError):
    """5xx, a time-out, a connection that failed or broke."""

    hint = "请检查网络与 OPENAI_BASE_URL，或稍后再试。"
    retryable = True
    outage = True


class UnusableReplyError(ModelError):
    """The model answered, but with nothing that can be read as what it was asked for."""

    hint = "可换用更强的 OPENAI_MODEL。"


class BudgetReachedError(ModelError):
    """The tokens of the day are used up."""

    hint = "明天会恢复；可调高 DAILY_TOKEN_BUDGET。"


def of_status(status: int, body: object, headers: Mapping[str, str], model: str) -> ModelError:
    """Map an endpoint's refusal."""
    told = _told(body)
    brief = f"（{told[:120]}）" if told else ""
    if status == 402 or (status in (403, 429) and _NO_CREDIT.search(told)):
        return NoCreditError("模型服务的账户余额或额度不足")
    if status in (401, 403):
        return BadKeyError("模型服务不接受这个密钥")
    if status == 404:
        return UnknownModelError(f"模型服务上没有“{model}”{brief}")
    if status == 413 or (status in (400, 422) and _TOO_LONG.search(told)):
        return ContextTooLongError(f"提示超过了“{model}”的上下文长度")
    if status == 429:
        return RateLimitedError("模型服务限速", retry_after_s=retry_after_s(headers))
    if status in (408, 409, 425) or status >= 500:
        return OutageError(f"模型服务暂不可用（HTTP {status}）", retry_after_s=retry_after_s(headers))
    return RejectedError(f"模型服务拒绝了请求（HTTP {status}）{brief}")


def of_exception(error: BaseException, model: str) -> ModelError | None:
    """Map what the client raised, looking through what it wraps; None for what is not the endpoint's doing."""
    seen: BaseException | None = error
    for _ in range(_DEPTH):  # chains of causes can close to a ring
        if seen is None:
            break
        if isinstance(seen, ModelError):
            return seen
        status = getattr(seen, "status_code", None)
        if isinstance(status, int):
            headers = getattr(getattr(seen, "response", None), "headers", {})
            return of_status(status, getattr(seen, "body", None) or str(seen), headers, model)
        seen = seen.__cause__ or seen.__context__
    kind = type(error).__name__
    families = {base.__module__.partition(".")[0] for base in type(error).__mro__}
    if "timeout" in kind.lower():
        return OutageError("模型服务没有在限定时间内答复")
    if families & _CLIENTS or isinstance(error, OSError):
        return OutageError(f"与模型服务的连接失败（{kind}）")
    if isinstance(error, (ValueError, TypeError, KeyError, AttributeError, IndexError)):
        # An endpoint that answers 200 with something else, read by the client.
        return UnusableReplyError("模型服务的答复不是约定的格式")
    return None


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, 10.2.3); None where it is absent or senseless."""
    value = headers.get("retry-after") or headers.get("Retry-After")
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    from datetime import UTC, datetime

    return max((at - datetime.now(UTC)).total_seconds(), 0.0) if at.tzinfo else None


def _told(body: object) -> str:
    """Give what an endpoint said, in one line; bodies differ between vendors."""
    found: Any = body
    for key in ("error", "message"):
        if isinstance(found, Mapping):
            found = found.get(key, found)
    if isinstance(body, Mapping) and isinstance(body.get("error"), Mapping):
        code = body["error"].get("code") or body["error"].get("type") or ""
        found = f"{code} {found}" if isinstance(found, str) else code
    return " ".join(str(found or "").split())
