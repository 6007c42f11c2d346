"""The files of a log, as they lie on a host."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_FILE: Final = re.compile("[0-9A-F]{24}")


def file_bytes(log: Path) -> int:
    """Return how long each file of ``log`` is.

    Raises:
        StopIteration: it has none.
    """
    return next(one.stat().st_size for one in log.iterdir() if _FILE.fullmatch(one.name))
