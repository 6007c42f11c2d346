"""How long commands take that need no network: help, the checks, the golden image."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ndc.settings import settings
from tests.benchmarks.figures import Trial
from tests.benchmarks.stand import Stand, demanded, say, seconds_of
from toolchain import build

_FROM_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}


def help_(_: Stand, __: int) -> Iterator[Trial]:
    """Time the door."""
    program = str(Path(sys.executable).with_name("ndc"))
    yield (seconds_of(lambda: demanded(program, "--help", bound_seconds=30)),)


def check(_: Stand, __: int) -> Iterator[Trial]:
    """Time everything that can be checked without a network."""
    # the make that runs this would hand its own flags on
    own = {name: value for name, value in os.environ.items() if name not in _FROM_MAKE}
    yield (seconds_of(lambda: demanded("make", "check", bound_seconds=900, environment=own)),)


def image(_: Stand, __: int) -> Iterator[Trial]:
    """Time a build into a cache that lacks the image and nothing else."""
    build.ensure_etcd(settings().cache, say)
    with _cache_without_an_image() as cache:
        words = (sys.executable, "-m", "toolchain.build", "--cache", str(cache), "image")
        # in a mount namespace of its own: what an interrupted build has mounted goes with it,
        # and nobody removes the machine's /dev
        apart = ("unshare", "--mount", "--propagation", "private")
        yield (seconds_of(lambda: demanded(*apart, *words, bound_seconds=600)),)


@contextmanager
def _cache_without_an_image() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".bench-", dir=settings().cache))
    try:
        (folder / "etcd").symlink_to(settings().cache / "etcd")
        yield folder
    finally:
        shutil.rmtree(folder)
