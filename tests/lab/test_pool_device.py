"""A pool's device: it grows, and a power cut takes what was not synced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.pool_device import PoolDevice

pytestmark = pytest.mark.lab

SIZE = 2**28


@pytest.fixture
def device(tmp_path: Path) -> Iterator[PoolDevice]:
    device = PoolDevice(tmp_path / "pool")
    device.ensure(SIZE)
    yield device
    device.unmount()


def _written(path: Path, text: str, *, sync: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(file.fileno())  # noqa: TID251 - what is tried here


def test_a_power_cut_keeps_what_was_synced_and_drops_the_rest(device: PoolDevice) -> None:
    _written(device.mounted / "promised", "kept", sync=True)
    _written(device.mounted / "hoped", "gone", sync=False)

    device.cut()
    _written(device.mounted / "late", "never", sync=True)
    device.reopen()

    assert (device.mounted / "promised").read_text("utf-8") == "kept"
    assert not (device.mounted / "hoped").exists()
    assert not (device.mounted / "late").exists()


def test_without_a_cut_nothing_is_lost(device: PoolDevice) -> None:
    _written(device.mounted / "hoped", "kept", sync=False)

    device.reopen()

    assert (device.mounted / "hoped").read_text("utf-8") == "kept"


def test_it_grows_with_what_lies_in_it_and_never_shrinks(device: PoolDevice) -> None:
    _written(device.mounted / "file", "text", sync=False)

    device.ensure(2 * SIZE)
    with pytest.raises(Rejected, match="cannot shrink"):
        device.ensure(SIZE)

    status = os.statvfs(device.mounted)
    assert status.f_blocks * status.f_frsize == 2 * SIZE
    assert (device.mounted / "file").read_text("utf-8") == "text"


def test_what_was_removed_leaves_nothing(device: PoolDevice) -> None:
    device.remove()

    assert not device.folder.exists()
    assert device.size_bytes() == 0
