"""One command at a time on one environment: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ndc.kernel.errors import PlanRefused


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold ``lock`` until the block ends, or its process does, however it ends.

    Raises:
        PlanRefused: another process holds it; nothing was touched.
    """
    with lock.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise PlanRefused(
                f"another command works on environment {lock.parent.name}",
                expected="one `ndc up`, `down` or `destroy` at a time",
                actual=f"process {file.read().strip() or 'unknown'} holds {lock}",
                next_step="wait until it ends, then run the command again",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
