from __future__ import annotations

import sys

import pytest

from store.db import open_engine
from store.errors import UsageError


@pytest.mark.parametrize(
    ("url", "module", "package"),
    [
        ("postgresql+psycopg://me:hunter2@host/db", "psycopg", "psycopg[binary]"),
        ("postgresql+psycopg2://me:hunter2@host/db", "psycopg2", "psycopg2-binary"),
        ("postgresql+pg8000://me:hunter2@host/db", "pg8000", "pg8000"),
    ],
)
def test_a_missing_driver_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, url: str, module: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(UsageError, match=f"驱动 {module} 没有安装") as refusal:
        open_engine(url)
    assert f'-m pip install "{package}"' in refusal.value.hint
    assert "hunter2" not in f"{refusal.value}{refusal.value.hint}"


def test_an_unknown_kind_of_database_is_named() -> None:
    with pytest.raises(UsageError, match="数据库 nosuch 不认识") as refusal:
        open_engine("nosuch://me:hunter2@host/db")
    assert "postgresql+psycopg://" in refusal.value.hint
    assert "hunter2" not in f"{refusal.value}"
