"""The root file system of a host: its own changes over a golden image that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected
from lab.mounts import mounted_at, unmount
from lab.tools import run


@dataclass(frozen=True, slots=True)
class Overlay:
    """The folders of one host's root file system, below ``folder``."""

    folder: Path

    @property
    def upper(self) -> Path:
        """What differs from the image."""
        return self.folder / "upper"

    @property
    def root(self) -> Path:
        """The image with the changes over it, while mounted."""
        return self.folder / "root"

    def make(self) -> None:
        """Make the empty folders."""
        for path in (self.upper, self.folder / "work", self.root):
            path.mkdir(parents=True, exist_ok=True)

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
        layers = f"lowerdir={image},upperdir={self.upper},workdir={self.folder / 'work'}"
        run("mount", "-t", "overlay", "overlay", "-o", layers, self.root)

    def mounted_image(self) -> Path | None:
        """Return the image that is really mounted; None if none is."""
        mount = mounted_at(self.root)
        return Path(mount.option("lowerdir")) if mount else None

    def unmount(self) -> None:
        """Unmount, if it is mounted."""
        unmount(self.root)


def _another_image(root: Path, image: Path, lower: Path) -> Rejected:
    return Rejected(
        f"{root} lies over another image",
        expected=str(image),
        actual=str(lower),
        next_step="ndc up makes the host anew, and its data goes",
    )
