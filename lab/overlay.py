"""The root file system of a host: its own changes over a golden image that never changes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from core import files
from core.errors import Rejected
from core.host_paths import PROGRAM_IN_USE, VENV
from core.mounts import mounted_at
from lab import accounts
from lab.disk import OwnDisk
from lab.mounts import unmount
from lab.tools import run

_HARMLESS = "nosuid,nodev"
"""whoever is root in a host cannot leave a program that makes others root on the machine"""

_PATCHABLE = "redirect_dir=off,index=off,xino=off,metacopy=off"
"""without these the kernel lets the image under the changes be another one, while unmounted"""

_OF_THE_IMAGE = ("usr", VENV.relative_to("/"), "var/lib/dpkg", "var/cache", "etc/ld.so.cache")
"""programs, and what is computed from them"""
_OURS = PROGRAM_IN_USE.relative_to("/")
"""is `ndc up`'s among them, and needed at the next boot"""


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
        _demand_image(image)
        layers = f"{_PATCHABLE},lowerdir={image},upperdir={self.upper},workdir={self.work}"
        run(
            "mount",
            "-t",
            "overlay",
            "overlay",
            "-o",
            f"{_HARMLESS},{layers}",
            self.root,
        )

    def mounted_image(self) -> Path | None:
        """Return the image that is really mounted; None if none is."""
        mount = mounted_at(self.root)
        return Path(mount.option("lowerdir")) if mount else None

    def change_image(self, image: Path) -> None:
        """Let the changes lie over ``image`` from the next mount on; the host must be off.

        What the host holds of its own stays. What lies over programs of the image goes.

        Raises:
            Rejected: there is no such image, or it knows an account that the host does not.
        """
        _demand_image(image)
        self.unmount()
        self.make()
        accounts.demand_the_same(image / "etc", self.upper / "etc")
        for relative in _OF_THE_IMAGE:
            _remove(self.upper / relative, keep=self.upper / _OURS)

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

    def remove(self) -> None:
        """Make all of it gone, with the data.

        Raises:
            Rejected: somebody works in it.
        """
        self.unmount()
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Rejected(
                f"{self.folder} could not be removed",
                expected="the files of a host that is off",
                actual=str(error),
                next_step="see what uses it, then run the command again",
            ) from error

    @property
    def _changes(self) -> Path:
        return self.disk.mounted if self.disk.file.exists() else self.folder


def _demand_image(image: Path) -> None:
    if not (image / "usr").is_dir():
        raise Rejected(
            f"there is no golden image at {image}",
            expected="a root file system",
            actual="no such folder",
            next_step="make up builds it",
        )


def _remove(path: Path, *, keep: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for entry in path.iterdir():
            if entry != keep:
                _remove(entry, keep=keep)
        if not any(path.iterdir()):
            path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _another_image(root: Path, image: Path, lower: Path) -> Rejected:
    return Rejected(
        f"{root} lies over another image",
        expected=str(image),
        actual=str(lower),
        next_step="ndc up --new-image changes it, and the data stays",
    )
