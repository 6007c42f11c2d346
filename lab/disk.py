"""A host's own disk: a file system on a device of its own, which a power cut can stop.

Without one a host's files lie on the machine's file system, whose cache no host's death empties:
what was written and never synced is there after a boot. On its own disk it is not.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core import files
from core.errors import Rejected
from core.mounts import mounted_at
from lab.mounts import unmount
from lab.tools import run

_SIZE_BYTES: Final = 16 * 2**30
"""of a sparse file: it takes what lies in it"""
_SHUTDOWN: Final = 0x8004587D
"""EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32): from then on the device gets no write"""
_WITHOUT_THE_LOG: Final = 2
"""EXT4_GOING_FLAGS_NOLOGFLUSH: not even what the journal holds in memory"""


@dataclass(frozen=True, slots=True)
class OwnDisk:
    """The disk of one host, below ``folder``."""

    folder: Path

    @property
    def file(self) -> Path:
        """The file that holds the device's content; a host has such a disk if it is there."""
        return self.folder / "disk.img"

    @property
    def mounted(self) -> Path:
        """The folder where the machine mounts it."""
        return self.folder / "disk"

    def make_of(self, content: Path) -> None:
        """Make it hold a copy of the folder ``content``, under the same name; all or nothing.

        Raises:
            Rejected: a program refused; there is no disk then.
        """
        draft = self.file.with_suffix(".new")
        unmount(self.mounted)
        draft.unlink(missing_ok=True)
        with draft.open("wb") as file:
            file.truncate(_SIZE_BYTES)
        run("mkfs.ext4", "-q", "-F", "-m", "0", "-J", "size=32", "-E", "nodiscard", draft)
        self._mount(draft)
        run("cp", "--archive", content, self.mounted)
        unmount(self.mounted)
        draft.rename(self.file)
        files.sync_folder(self.folder)

    def mount(self) -> None:
        """Mount it, if it is there and is not mounted."""
        if self.file.exists() and mounted_at(self.mounted) is None:
            self._mount(self.file)

    def reopen(self) -> None:
        """Mount it anew: what did not reach the device before it was cut is not there.

        Nobody may work in it. Another process may still hold the file system that was cut, in
        a mount namespace of its own; so the content is copied, and that one never comes back.
        """
        self.unmount()
        self.mount()
        if self._is_cut():
            self.unmount()
            copy = self.file.with_suffix(".new")
            run("cp", "--sparse=always", "--reflink=auto", self.file, copy)
            copy.rename(self.file)
            files.sync_folder(self.folder)
            self.mount()

    def unmount(self) -> None:
        """Unmount it, if it is mounted; its loop device goes with that."""
        unmount(self.mounted)

    def cut(self) -> None:
        """Let nothing more reach the device; what was not synced is gone once it is unmounted.

        Raises:
            Rejected: it is not mounted, or the kernel refused.
        """
        try:
            descriptor = os.open(self.mounted, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_THE_LOG))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Rejected(
                f"the disk {self.mounted} cannot be cut off",
                expected="an ext4 file system that this machine mounted",
                actual=error.strerror or str(error),
                next_step="ndc lab start HOST --own-disk, while the host is off, makes one",
            ) from error

    def _is_cut(self) -> bool:
        try:
            os.utime(self.mounted)
        except OSError as error:
            return error.errno == errno.EIO
        return False

    def _mount(self, file: Path) -> None:
        files.make_folder(self.mounted, mode=0o700)
        run("mount", "-o", "loop,noatime,nosuid,nodev,noinit_itable", file, self.mounted)
