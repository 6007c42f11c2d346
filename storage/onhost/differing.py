"""What `btrfs receive --dump` says of a stream, counted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from storage.points import PointDifference

_NO_CHANGE: Final = {"snapshot", "utimes"}
"""of what is sent: which point it is, and when somebody looked"""
_LINE: Final = re.compile(r"(\w+)\s+((?:\\.|[^\\\s])+)")
"""a command, and the path that it is about, in which a space has a backslash"""
_OTHER_NAME: Final = re.compile(r"\bdest=((?:\\.|[^\\\s])+)")
_LENGTH: Final = re.compile(r"\blen=(\d+)\b")


def listed_difference(lines: Iterable[str]) -> PointDifference:
    """Return how many files and folders ``lines`` are about, and how much was written to them.

    What is new has a name of btrfs' own until it is given its own, and what is named anew has both
    names for a moment: each counts once.
    """
    paths: set[str] = set()
    former: set[str] = set()
    size_bytes = 0
    for line in lines:
        entry = _LINE.match(line)
        if entry is None or entry[1] in _NO_CHANGE:
            continue
        path, dest, length = entry[2], _OTHER_NAME.search(line), _LENGTH.search(line)
        match entry[1]:
            case "rename" if dest is not None:
                paths.discard(path)
                path = dest[1]
            case "link" if dest is not None:
                former.add(dest[1])
            case "unlink" if _within(path) in former:
                continue
        paths.add(path)
        size_bytes += int(length[1]) if length else 0
    return PointDifference(len(paths), size_bytes)


def _within(path: str) -> str:
    """Return ``path`` without the folder of the point that it is in."""
    return path.split("/", 2)[-1]
