"""Files of folders one after the other, however many there are: none is held, and so they come in no order."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path


def is_passed_over(name: str) -> bool:
    """Tell hidden files, and what an office program leaves beside a file that is open ("~$")."""
    return name.startswith((".", "~$"))


def writable(name: str) -> str:
    """Name a file in real characters; file systems allow bytes that are none."""
    return name.encode("utf-8", "backslashreplace").decode()


@dataclass
class Walk:
    """A walk through a folder; what it met is counted as it goes."""

    folder: Path
    found: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    unreadable: list[OSError] = field(default_factory=list)

    def files(self) -> Iterator[Path]:
        """Give the files that look like reports, those that are refused with a remedy among them."""
        waiting = [os.fspath(self.folder)]
        while waiting:
            try:
                entries = os.scandir(waiting.pop())
            except OSError as error:
                self.unreadable.append(error)
                continue
            with closing(entries):
                for entry in entries:
                    if is_passed_over(entry.name):
                        continue
                    if entry.is_dir():
                        # A link may lead back to where we came from.
                        waiting += [] if entry.is_symlink() else [entry.path]
                    elif self._wanted(entry.name):
                        yield Path(entry.path)

    def _wanted(self, name: str) -> bool:
        from store.read import READABLE_SUFFIXES, REFUSED_SUFFIXES

        suffix = Path(name).suffix.lower()
        if suffix in READABLE_SUFFIXES or suffix in REFUSED_SUFFIXES:
            self.found += 1
            return True
        self.skipped[suffix] += 1
        return False


def in_order(files: Iterable[Path]) -> list[Path]:
    """Sort files by name, those of a folder before those of the folders in it."""
    return sorted(files, key=lambda file: [*((1, part) for part in file.parts[:-1]), (0, file.name)])
