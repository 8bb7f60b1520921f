"""The scoreboard: measures, writes `results/board.json`, and makes `docs/benchmarks.md` and its pictures of it.

    python -m benchmarks.board [PART ...]     # all parts, or those named; the others keep their last results
    python -m benchmarks.board --check        # a quick part of it; 1 where a figure has fallen below its bar
    python -m benchmarks.board --last         # measure nothing: the page and the check from the last results

REPORTBOT_BENCH_DATA names the folder of the public sets (../shared/data unless told), REPORTBOT_BENCH_CACHE where vectors
are kept from run to run (benchmarks/.cache).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.board import bars, page, pictures
from benchmarks.board.found import Found
from benchmarks.board.parts import PARTS, QUICK, measure
from benchmarks.results import print_table, write

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "board.json"
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    arguments = argparse.ArgumentParser(
        prog="python -m benchmarks.board",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    arguments.add_argument(
        "--check", action="store_true", help="hold the figures against benchmarks/bars.json"
    )
    arguments.add_argument("--last", action="store_true", help="take the last results")
    arguments.add_argument("--one", choices=PARTS, help=argparse.SUPPRESS)
    arguments.add_argument("--to", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    if options.one:
        _measure_one(options.one, options.to or RESULTS)
        return
    sys.exit(_run(options))


def _run(options: argparse.Namespace) -> int:
    chosen = options.parts or (QUICK if options.check and not options.last else list(PARTS))
    # What is only checked leaves the page alone.
    results = RESULTS.with_name("check.json") if options.check and not options.last else RESULTS
    if not options.last:
        for part in chosen:
            _in_own_process(part, results)
    held = json.loads(results.read_text("utf-8"))
    if results == RESULTS:
        make_page(held)
    found = {part: Found.of_json(held[part]["results"]) for part in chosen if part in held}
    return check(found) if options.check else 0


def make_page(held: Mapping[str, Any]) -> None:
    found = {part: Found.of_json(entry["results"]) for part, entry in held.items()}
    drawn = pictures.draw(found)
    page.write(held, PAGE)
    print(f"written: {PAGE.relative_to(ROOT)}, {', '.join(path.name for path in drawn)}")


def check(found: Mapping[str, Found], path: Path = bars.BARS) -> int:
    """Say each figure that fell on stderr; 1 where there is one."""
    said: Sequence[str] = bars.fallen(bars.read(path), found)
    for line in said:
        print(f"bench-check: {line}", file=sys.stderr)
    figures = sum(len(each.figures) for each in found.values())
    print(
        f"bench-check: {figures} figures of {', '.join(found)}: {f'{len(said)} fell' if said else 'none fell'}"
    )
    return 1 if said else 0


def _in_own_process(part: str, results: Path) -> None:
    """Measure a part where the memory and the imports of the others cannot be felt."""
    print(f"== {part}", flush=True)
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.board", "--one", part, "--to", str(results)],
        check=True,
        cwd=ROOT,
    )


def _measure_one(part: str, results: Path) -> None:
    found, spent = measure(part)
    for table in found.tables:
        print_table(table.title, table.rows)
    write(results, settings=spent, results=found.as_json(), peers=True, entry=part)


if __name__ == "__main__":
    main()
