"""What a summary or a digest is to be of, as it is written in the row of its job."""

from __future__ import annotations

from pydantic import TypeAdapter

from chains.digest.models import DigestInput

_SUMMARIES = TypeAdapter(tuple[str, str])
_DIGESTS = TypeAdapter(DigestInput)


def summary_subject(report_id: str, workspace: str) -> str:
    return _SUMMARIES.dump_json((report_id, workspace)).decode()


def summary_of(subject: str) -> tuple[str, str]:
    """Give the report's id and its shelf."""
    return _SUMMARIES.validate_json(subject)


def digest_subject(asked: DigestInput) -> str:
    return _DIGESTS.dump_json(asked).decode()


def digest_of(subject: str) -> DigestInput:
    return _DIGESTS.validate_json(subject)
