"""Who passes the folders of a host's root file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.overlay import Overlay


@pytest.fixture(params=[0o022, 0o027, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_a_hosts_own_users_pass_its_root_and_those_of_the_machine_do_not_reach_it(
    tmp_path: Path, umask: int
) -> None:
    overlay = Overlay(tmp_path / "hosts" / "ndc01-node")

    overlay.make()

    assert (_mode(overlay.folder), _mode(overlay.upper)) == (0o700, 0o755), f"umask {umask:03o}"


def test_folders_of_an_earlier_time_are_corrected(tmp_path: Path) -> None:
    overlay = Overlay(tmp_path / "ndc01-node")
    overlay.folder.mkdir(mode=0o755)
    overlay.upper.mkdir(mode=0o750)

    overlay.make()

    assert (_mode(overlay.folder), _mode(overlay.upper)) == (0o700, 0o755)
