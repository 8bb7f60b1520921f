"""The pages that are made from the program say what the program says."""

from __future__ import annotations

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_of_commands_holds_the_help_of_every_command() -> None:
    generator = runpy.run_path(str(DOCS / "generate_cli.py"))
    page = (DOCS / "cli.md").read_text("utf-8")
    assert generator["BEGIN"] in page
    assert generator["page"](page) == page, "run python docs/generate_cli.py"
