"""The wheel for hosts: the modules that hosts start and those that they need, and no others."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Final

from core.errors import Rejected
from core.host_paths import PATRONI_VERSION
from core.text import Say
from toolchain.build.cache import Recipe, contents, digest_of, made
from toolchain.build.closure import closure
from toolchain.build.places import CHECKOUT
from toolchain.build.workshop import Workshop

RUNS_ON_HOSTS: Final = (
    "dr/onhost",
    "leadership",
    "monitors/onhost",
    "routing/onhost",
    "storage/onhost",
    "reference",
)
"""the folders whose modules hosts start"""

_PROJECT: Final = """\
[project]
name = "ndc"
version = "{version}"
description = "What hosts run of ndc"
requires-python = ">=3.11"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = {rooms}
"""


def ensure_wheel(cache: Path, say: Say) -> Path:
    """Return the wheel file; the same path as long as no file that hosts need changes.

    Raises:
        Rejected: it could not be built, where a step failed the next step names the log; or hosts
            would get another Patroni than it is made for.
    """
    demand_patroni((CHECKOUT / "requirements-host.lock").read_text("utf-8"))
    recipe = Recipe(
        kind="wheel",
        what="the wheel of this checkout",
        digest=digest_of(contents(CHECKOUT, *on_hosts(), CHECKOUT / "pyproject.toml")),
        expected=timedelta(seconds=2),
        needed_bytes=50 * 2**20,
        yields="*.whl",
    )
    (wheel,) = made(cache, recipe, _build, say).glob("*.whl")
    return wheel


def demand_patroni(lock: str) -> None:
    """Refuse libraries with another Patroni than ``leadership.patroni_main`` is made for.

    Raises:
        Rejected: ``lock`` pins another, or none.
    """
    pinned = re.findall(r"^patroni==(\S+)", lock, re.MULTILINE)
    if pinned != [PATRONI_VERSION]:
        raise Rejected(
            "our way of starting Patroni is not made for the one that hosts would get",
            expected=f"patroni=={PATRONI_VERSION} in requirements-host.lock",
            actual=", ".join(pinned) or "none",
            next_step="read the sleeps of its ha.py anew: docs/decisions/0119",
        )


def on_hosts() -> list[Path]:
    """Return the files of ours that the wheel holds."""
    return closure(CHECKOUT, *RUNS_ON_HOSTS)


def _build(workshop: Workshop) -> None:
    sources = workshop.draft / "sources"
    for file in on_hosts():
        copy = sources / file.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    rooms = sorted(folder.name for folder in sources.iterdir())
    text = _PROJECT.format(version=project["version"], rooms=rooms)
    (sources / "pyproject.toml").write_text(text, "utf-8")
    workshop.run(
        "building the wheel",
        *(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", workshop.draft),
        folder=sources,
    )
    shutil.rmtree(sources)
