"""Who may read the golden image, however private the machine that builds it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolchain.build import golden


@pytest.fixture(params=[0o022, 0o027, 0o077], ids="{:03o}".format)
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return an image of a few folders, on a machine with that umask."""
    before = os.umask(request.param)
    root = tmp_path / "root"
    for folder in ("etc", "usr/local/bin", "root"):
        (root / folder).mkdir(parents=True)
        (root / folder).chmod(0o755)
    (root / "root").chmod(0o700)
    yield root
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_our_files_are_for_everybody_and_debians_folders_stay_as_they_are(
    root: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "files"
    for name in ("etc/ssh/ndc.conf", "root/.profile"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("ours", "utf-8")

    golden.place(checkout, root)

    assert (_mode(root / "etc/ssh/ndc.conf"), _mode(root / "root/.profile")) == (0o644, 0o644)
    assert [_mode(root / name) for name in ("etc", "etc/ssh", "root")] == [0o755, 0o755, 0o700]


def test_etcd_may_be_started_by_its_own_user(root: Path, tmp_path: Path) -> None:
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs/etcd").touch(mode=0o700)

    golden.add_etcd(root, tmp_path / "programs")

    assert _mode(root / "usr/local/bin/etcd") == 0o755


def test_what_is_emptied_is_there_to_be_read(root: Path) -> None:
    golden.forget(root)

    assert (_mode(root / "etc/machine-id"), _mode(root / "etc/resolv.conf")) == (0o644, 0o644)
