"""The device of a host's storage pool: a sparse file with btrfs in it, on a loop device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected
from lab.mounts import mounted_at, unmount
from lab.tools import run


@dataclass(frozen=True, slots=True)
class Store:
    """The pool's device of one host, below ``folder``."""

    folder: Path

    @property
    def file(self) -> Path:
        """The file that holds the device's content."""
        return self.folder / "store.img"

    @property
    def mounted(self) -> Path:
        """The folder where the machine mounts it; the host sees it as /srv/store."""
        return self.folder / "store"

    def size_bytes(self) -> int:
        """Return the size of the device; 0 if there is none."""
        return self.file.stat().st_size if self.file.exists() else 0

    def refuse_to_shrink(self, size_bytes: int) -> None:
        """Return if the device can become ``size_bytes`` large.

        Raises:
            Rejected: it is larger already.
        """
        current_bytes = self.size_bytes()
        if current_bytes > size_bytes:
            raise Rejected(
                f"{self.file} cannot shrink",
                expected=f"{current_bytes} bytes or more",
                actual=f"{size_bytes} bytes",
                next_step="declare the size that it has, or remove the host with its data",
            )

    def ensure(self, size_bytes: int) -> None:
        """Make the device ``size_bytes`` large, formatted and mounted; it can only grow.

        Raises:
            Rejected: a program refused.
        """
        if not self.file.exists():
            self._format(size_bytes)
        self.mounted.mkdir(exist_ok=True)
        if mounted_at(self.mounted) is None:
            run("mount", "-o", "loop,noatime,compress=zstd:1", self.file, self.mounted)
        if self.size_bytes() < size_bytes:
            self._grow(size_bytes)

    def unmount(self) -> None:
        """Unmount, if it is mounted; its loop device goes with that."""
        unmount(self.mounted)

    def _format(self, size_bytes: int) -> None:
        # under another name until it is formatted: a file of that name can be mounted
        draft = self.file.with_suffix(".new")
        with draft.open("wb") as file:
            file.truncate(size_bytes)
        run("mkfs.btrfs", "--quiet", "--force", "--metadata", "single", draft)
        draft.rename(self.file)

    def _grow(self, size_bytes: int) -> None:
        mount = mounted_at(self.mounted)
        with self.file.open("r+b") as file:
            file.truncate(size_bytes)
        if mount is not None:
            run("losetup", "--set-capacity", mount.source)
            run("btrfs", "filesystem", "resize", "max", self.mounted)
