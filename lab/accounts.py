"""Whose numbers a host's files bear: those of its image, which another image must not change."""

from __future__ import annotations

from pathlib import Path

from core import files
from core.errors import Rejected


def demand_the_same(image: Path, host: Path) -> None:
    """Return if every account and group in ``image`` has its number in ``host``; both are ``etc``.

    A host that never made one has no list of its own, and takes the image's.

    Raises:
        Rejected: one has another number, or is not there: files would be somebody else's.
    """
    for name in ("passwd", "group"):
        text = files.read_if_there(host / name)
        if text is None:
            continue
        of_image, of_host = _numbers(files.read_if_there(image / name) or ""), _numbers(text)
        if unlike := sorted(one for one in of_image if of_host.get(one) != of_image[one]):
            raise Rejected(
                f"this host cannot stand on the golden image of {image.parent.parent.name[:12]}",
                expected=", ".join(f"{one} with number {of_image[one]}" for one in unlike),
                actual=", ".join(f"{one}: {of_host.get(one, 'unknown')}" for one in unlike),
                next_step="make the host anew: ndc down, then ndc up; its data goes",
            )


def _numbers(text: str) -> dict[str, str]:
    """Return the number of each account, or group, by its name."""
    lines = (line.split(":") for line in text.splitlines())
    return {name: number for name, _, number, *_ in lines}
