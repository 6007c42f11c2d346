"""``plug.py PID SOURCE TARGET``: what is mounted at SOURCE is also at TARGET in PID's mounts.

A program of its own: who changes to other mounts must have one thread, and stays there.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Final

_OPEN_TREE: Final = 428
_MOVE_MOUNT: Final = 429
_HERE: Final = -100
"""AT_FDCWD"""
_CLONE: Final = 1
"""OPEN_TREE_CLONE: a mount of its own, seen nowhere yet"""
_OF_THE_DESCRIPTOR: Final = 4
"""MOVE_MOUNT_F_EMPTY_PATH"""
_MOUNTS: Final = 0x00020000
"""CLONE_NEWNS"""
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def main(pid: str, source: str, target: str) -> None:
    """Plug it in, or end with what the kernel said."""
    tree = _demand(_LIBC.syscall(_OPEN_TREE, _HERE, source.encode(), _CLONE), source)
    place = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
    _demand(_LIBC.setns(place, _MOUNTS), f"the mounts of {pid}")
    Path(target).mkdir(parents=True, exist_ok=True)
    moved = _LIBC.syscall(_MOVE_MOUNT, tree, b"", _HERE, target.encode(), _OF_THE_DESCRIPTOR)
    _demand(moved, target)


def _demand(answer: int, what: str) -> int:
    if answer < 0:
        sys.exit(f"{what}: {os.strerror(ctypes.get_errno())}")
    return answer


if __name__ == "__main__":
    main(*sys.argv[1:])
