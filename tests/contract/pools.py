"""Two storage pools that send to each other, and who uses them, in memory and on btrfs."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from storage.points import RecoveryPoint
from storage.pool import MemoryPool, StoragePool

DATASET = "maps"
OWNER = 265_283


class Hands(Protocol):
    """Whoever writes to a dataset of one pool, and reads what is in a point of the other."""

    def owner(self) -> int:
        """Return which account the dataset of the near pool belongs to."""

    def write(self, text: str) -> None:
        """Let the dataset of the near pool hold ``text``, and nothing else."""

    def read(self, point: RecoveryPoint) -> str:
        """Return what ``point`` holds in the far pool."""

    def fill(self) -> None:
        """Leave no room in the far pool."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A pool that sends, one that receives, and who uses them."""

    near: StoragePool
    far: StoragePool
    hands: Hands


@dataclass(frozen=True, slots=True)
class HandsInMemory:
    """Of two pools in memory."""

    near: MemoryPool
    far: MemoryPool

    def owner(self) -> int:
        return self.near.owners[DATASET]

    def write(self, text: str) -> None:
        self.near.texts[DATASET] = text

    def read(self, point: RecoveryPoint) -> str:
        return self.far.kept[DATASET][point]

    def fill(self) -> None:
        self.far.full = True


@dataclass(frozen=True, slots=True)
class HandsOnDisk:
    """Of two pools that are mounted at ``near`` and ``far``."""

    near: Path
    far: Path

    def owner(self) -> int:
        return (self.near / DATASET).stat().st_uid

    def write(self, text: str) -> None:
        (self.near / DATASET / "file").write_text(text, "utf-8")

    def read(self, point: RecoveryPoint) -> str:
        return (self.far / ".points" / DATASET / point.name / "file").read_text("utf-8")

    def fill(self) -> None:
        with suppress(OSError), (self.far / "fill").open("wb", buffering=0) as file:
            while True:
                file.write(secrets.token_bytes(2**20))
