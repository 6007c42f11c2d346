"""Whether a container's supervisor is still there, by what /proc says."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.container import is_supervised


def _proc(folder: Path, *, parent: str, comm: str | None) -> Path:
    (folder / "77").mkdir()
    (folder / "77" / "status").write_text(f"Name:\tsystemd\nPPid:\t{parent}\n", "utf-8")
    if comm is not None:
        (folder / parent).mkdir()
        (folder / parent / "comm").write_text(f"{comm}\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("comm", "supervised"),
    [
        ("systemd-nspawn", True),
        ("systemd", False),  # an orphan goes to the machine's own PID 1
        ("sh", False),
        (None, False),
    ],
)
def test_an_orphan_is_not_supervised(tmp_path: Path, comm: str | None, *, supervised: bool) -> None:
    assert is_supervised(77, _proc(tmp_path, parent="41", comm=comm)) is supervised


def test_a_process_that_ended_meanwhile_is_not_supervised(tmp_path: Path) -> None:
    assert not is_supervised(77, tmp_path)
