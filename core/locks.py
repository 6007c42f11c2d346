"""One command at a time on one environment: a lock that dies with its holder."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from core.errors import PlanRefused, Rejected


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold ``lock`` until the block ends, or its process does, however it ends.

    Raises:
        PlanRefused: another process holds it; nothing was touched.
        Rejected: there can be no lock there; nothing was touched.
    """
    with _opened(lock) as file:
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
        with contextlib.suppress(OSError):  # who holds it is a courtesy; a full disk has no room
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), f"{os.getpid()}\n".encode())
        yield


def _opened(lock: Path) -> TextIO:
    try:
        return lock.open("a+", encoding="utf-8")
    except OSError as error:
        raise Rejected(
            f"environment {lock.parent.name} cannot be locked",
            expected=f"a user who may write to {lock}",
            actual=error.strerror or str(error),
            next_step="run the command as root, make room or mend the permissions",
        ) from error
