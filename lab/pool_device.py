"""The device of a storage pool: a sparse file with btrfs in it, on a loop device."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.errors import Rejected
from core.mounts import mounted_at
from lab.mounts import unmount
from lab.tools import run


@dataclass(frozen=True, slots=True)
class PoolDevice:
    """One pool's device, below ``folder``."""

    folder: Path

    @property
    def file(self) -> Path:
        """The file that holds the device's content."""
        return self.folder / "device.img"

    @property
    def mounted(self) -> Path:
        """The folder where the machine mounts it."""
        return self.folder / "pool"

    def size_bytes(self) -> int:
        """Return the size of the device; 0 if there is none."""
        return self.file.stat().st_size if self.file.exists() else 0

    def ensure(self, size_bytes: int) -> None:
        """Make the device ``size_bytes`` large, formatted and mounted; it can only grow.

        Raises:
            Rejected: it is larger already, and as it was; or a program refused.
        """
        self._refuse_to_shrink(size_bytes)
        if not self.file.exists():
            self._format(size_bytes)
        self.mount()
        if self.size_bytes() < size_bytes:
            self._grow(size_bytes)

    def mount(self) -> None:
        """Mount it, if it is there and is not mounted."""
        if self.file.exists() and mounted_at(self.mounted) is None:
            files.make_folder(self.mounted, mode=0o700)
            run("mount", "-o", "loop,noatime,nosuid,nodev,compress=zstd:1", self.file, self.mounted)

    def unmount(self) -> None:
        """Unmount it, if it is mounted; its loop device goes with that."""
        unmount(self.mounted)

    def cut(self) -> None:
        """Set aside what has reached the device by now: ``reopen`` makes that its content.

        btrfs never writes over what its last superblock names, and that block is copied first: a
        copy that takes less than two commits apart, 30 s each, is the content of one instant.
        """
        run("cp", "--sparse=always", "--reflink=auto", self.file, self._set_aside)

    def reopen(self) -> None:
        """Mount it anew; after a cut, what had not reached the device then is not there.

        Nobody may work in it.
        """
        if self._set_aside.exists():
            self.unmount()
            self._set_aside.rename(self.file)
            files.sync_folder(self.folder)
        self.mount()

    def remove(self) -> None:
        """Make it gone, with the data.

        Raises:
            Rejected: somebody works in it.
        """
        self.unmount()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _set_aside(self) -> Path:
        return self.folder / "device.cut"

    def _refuse_to_shrink(self, size_bytes: int) -> None:
        current_bytes = self.size_bytes()
        if current_bytes > size_bytes:
            raise Rejected(
                f"{self.file} cannot shrink",
                expected=f"{current_bytes} bytes or more",
                actual=f"{size_bytes} bytes",
                next_step="declare the size that it has, or remove the pool with its data",
            )

    def _format(self, size_bytes: int) -> None:
        # under another name until it is formatted: a file of that name can be mounted
        files.make_folder(self.folder, mode=0o700)
        draft = self.folder / "device.new"
        with draft.open("wb") as file:
            file.truncate(size_bytes)
        run("mkfs.btrfs", "--quiet", "--force", "--metadata", "single", draft)
        draft.rename(self.file)
        files.sync_folder(self.folder)

    def _grow(self, size_bytes: int) -> None:
        mount = mounted_at(self.mounted)
        with self.file.open("r+b") as file:
            file.truncate(size_bytes)
        if mount is not None:
            run("losetup", "--set-capacity", mount.source)
            run("btrfs", "filesystem", "resize", "max", self.mounted)
