"""The wheel of this checkout: the one form in which our code reaches hosts."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from ndc.adapters.toolchain.cache import Recipe, contents, digest_of, made
from ndc.adapters.toolchain.places import CHECKOUT
from ndc.adapters.toolchain.workshop import Say, Workshop

_PACKAGES = ("ndc", "inventory", "stacks", "monitors", "dr", "tui")
_METADATA = ("pyproject.toml", "README.md", "LICENSE")


def ensure_wheel(cache: Path, say: Say) -> Path:
    """Return the wheel file; the same path as long as no file of the packages changes.

    Raises:
        Rejected: it could not be built; the next step names the log.
    """
    sources = [CHECKOUT / name for name in (*_PACKAGES, *_METADATA)]
    recipe = Recipe(
        kind="wheel",
        what="the wheel of this checkout",
        digest=digest_of(contents(CHECKOUT, *sources)),
        expected=timedelta(seconds=2),
        needed_bytes=50 * 2**20,
        yields="*.whl",
    )
    (wheel,) = made(cache, recipe, _build, say).glob("*.whl")
    return wheel


def _build(workshop: Workshop) -> None:
    workshop.run(
        "building the wheel",
        *(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", workshop.draft),
        folder=CHECKOUT,
    )
