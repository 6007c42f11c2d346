"""One environment is brought up once; tests that break one have a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ndc.settings import settings
from tests.lab.engine.world import World, opened
from toolchain import build


@pytest.fixture(scope="session")
def cli() -> Path:
    return build.ensure_pulumi(settings().cache, print)


@pytest.fixture
def world(tmp_path: Path, cli: Path) -> World:
    """Return an environment of one site, in which nothing exists yet."""
    return opened(tmp_path, cli)


@pytest.fixture(scope="session")
def once_up(tmp_path_factory: pytest.TempPathFactory, cli: Path) -> Path:
    """Return the folder of an environment of one site in which everything exists."""
    folder = tmp_path_factory.mktemp("standing")
    opened(folder, cli).up()
    return folder


@pytest.fixture
def standing(once_up: Path, tmp_path: Path, cli: Path) -> World:
    """Return an environment of one site in which everything exists: a copy, to be broken."""
    shutil.copytree(once_up, tmp_path, dirs_exist_ok=True)
    return opened(tmp_path, cli)
