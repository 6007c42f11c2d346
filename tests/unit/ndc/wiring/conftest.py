"""An environment on disk in which nothing runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from access.paths import Paths
from inventory.names import EnvironmentName
from ndc.wiring.environment import Description, Environment
from tests.networks import DECLARED


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """Return an environment with an inventory of its own."""
    shutil.copytree(DECLARED, tmp_path / "declared")
    made = Environment(
        Paths(tmp_path, EnvironmentName("ci")),
        Description(number=7, profile="tiny", inventory=tmp_path / "declared"),
    )
    made.paths.root.mkdir(parents=True)
    return made
