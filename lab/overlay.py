"""The root file system of a host: its own changes over a golden image that never changes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.errors import Rejected
from lab.disk import OwnDisk
from lab.mounts import mounted_at, unmount
from lab.tools import run

_HARMLESS = "nosuid,nodev"
"""whoever is root in a host cannot leave a program that makes others root on the machine"""


@dataclass(frozen=True, slots=True)
class Overlay:
    """The folders of one host's root file system, below ``folder``."""

    folder: Path

    @property
    def disk(self) -> OwnDisk:
        """The disk on which the changes lie, if it is there; else they lie in ``folder``."""
        return OwnDisk(self.folder)

    @property
    def upper(self) -> Path:
        """What differs from the image."""
        return self._changes / "upper"

    @property
    def work(self) -> Path:
        """What the kernel needs beside ``upper``, on the same file system."""
        return self._changes / "work"

    @property
    def root(self) -> Path:
        """The image with the changes over it, while mounted."""
        return self.folder / "root"

    def make(self) -> None:
        """Make the empty folders; nobody of this machine passes ``folder`` but its owner.

        The mode of ``upper`` is that of ``/`` inside, which every user of the host passes.

        Raises:
            Rejected: a folder cannot be made.
        """
        files.make_folder(self.folder, mode=0o700)
        self.disk.mount()
        files.make_folder(self.work)
        files.make_folder(self.upper, mode=0o755)
        files.make_folder(self.root)

    def mount(self, image: Path) -> None:
        """Mount ``image`` with the changes over it, unless that is mounted.

        Raises:
            Rejected: there is no such image, another is mounted, or the kernel refused.
        """
        if (lower := self.mounted_image()) is not None:
            if lower != image:
                raise _another_image(self.root, image, lower)
            return
        if not (image / "usr").is_dir():
            raise Rejected(
                f"there is no golden image at {image}",
                expected="a root file system",
                actual="no such folder",
                next_step="make up builds it",
            )
        layers = f"lowerdir={image},upperdir={self.upper},workdir={self.work}"
        run("mount", "-t", "overlay", "overlay", "-o", f"{_HARMLESS},{layers}", self.root)

    def mounted_image(self) -> Path | None:
        """Return the image that is really mounted; None if none is."""
        mount = mounted_at(self.root)
        return Path(mount.option("lowerdir")) if mount else None

    def unmount(self) -> None:
        """Unmount everything of it that is mounted."""
        unmount(self.root)
        self.disk.unmount()

    def reopen(self) -> None:
        """Mount the disk anew, if there is one: as after a power cut, what was synced is there.

        The host must be off.
        """
        if self.disk.file.exists():
            self.unmount()
            self.disk.reopen()

    def move_to_disk(self) -> None:
        """Let the changes lie on a disk of the host's own, if they do not; the host must be off.

        Raises:
            Rejected: a program refused; they lie where they lay.
        """
        if not self.disk.file.exists():
            self.unmount()
            self.disk.make_of(self.folder / "upper")
        for old in (self.folder / "upper", self.folder / "work"):
            shutil.rmtree(old, ignore_errors=True)
        self.make()

    @property
    def _changes(self) -> Path:
        return self.disk.mounted if self.disk.file.exists() else self.folder


def _another_image(root: Path, image: Path, lower: Path) -> Rejected:
    return Rejected(
        f"{root} lies over another image",
        expected=str(image),
        actual=str(lower),
        next_step="ndc up makes the host anew, and its data goes",
    )
