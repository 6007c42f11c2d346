"""Small texts that must survive a power cut: replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import Rejected


def replace(path: Path, text: str, mode: int = 0o600) -> None:
    """Make ``path`` hold ``text``; when it returns, both name and text are on disk.

    Raises:
        Rejected: it could not be written; the old text is still there.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise Rejected(
            f"{path} could not be written",
            expected="a folder that takes a new file",
            actual=error.strerror or str(error),
            next_step="make room or mend the permissions, then run the command again",
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
