"""Keeps the logs of one lab short while they are written."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from lab.ground import Ground

LARGEST_BYTES: Final = 8 * 2**20
"""of a log; as much again is kept of what it held before"""
_EVERY_SECONDS: Final = 10.0


@contextmanager
def short_logs(ground: Ground) -> Iterator[None]:
    """Keep the logs of the daemon, the relay and the hosts' consoles short within."""
    ended = threading.Event()

    def look_again() -> None:
        while not ended.wait(_EVERY_SECONDS):
            for log in (*ground.log.glob("*.log"), *ground.hosts.glob("*/console.log")):
                shorten(log)

    thread = threading.Thread(target=look_again, name="logs")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def shorten(log: Path, largest_bytes: int = LARGEST_BYTES) -> None:
    """Let ``log`` begin anew if it is larger; what it held is beside it then, as ``….before``.

    Who writes it appends, and goes on with the same file; a line that is written in this very
    moment may be lost. What the disk refuses is told, and tried again by the next call.
    """
    try:
        if log.stat().st_size > largest_bytes:
            with log.open("r+b") as file:
                with log.with_name(f"{log.name}.before").open("wb") as before:
                    shutil.copyfileobj(file, before)
                file.truncate(0)
    except FileNotFoundError:
        pass  # its host has gone
    except OSError as error:
        sys.stderr.write(f"{log} is not kept short: {error.strerror}\n")
