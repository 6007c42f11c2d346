"""A disk of a host's own: what was synced survives a power cut, and nothing else does."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import files
from core.errors import Rejected
from lab.overlay import Overlay

pytestmark = pytest.mark.lab

LOWER = "image"


@pytest.fixture
def overlay(tmp_path: Path) -> Iterator[Overlay]:
    image = tmp_path / LOWER
    (image / "usr").mkdir(parents=True)
    (image / "removed").write_text("of the image", "utf-8")
    overlay = Overlay(tmp_path / "host")
    overlay.make()
    yield overlay
    overlay.unmount()


def _written(path: Path, text: str, *, sync: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(file.fileno())  # noqa: TID251 - what is tried here
    if sync:
        files.sync_folder(path.parent)


def test_a_power_cut_keeps_what_was_synced_and_drops_the_rest(overlay: Overlay) -> None:
    image = overlay.folder.parent / LOWER
    overlay.move_to_disk()
    overlay.mount(image)
    _written(overlay.root / "promised", "kept", sync=True)
    _written(overlay.root / "hoped", "gone", sync=False)
    with (overlay.root / "promised").open("a") as promised:
        promised.write(", and more")

    overlay.disk.cut()
    with pytest.raises(OSError, match="Input/output error"):
        _written(overlay.root / "late", "never", sync=True)
    overlay.reopen()
    overlay.mount(image)

    assert (overlay.root / "promised").read_text("utf-8") == "kept"
    assert not (overlay.root / "hoped").exists()
    assert not (overlay.root / "late").exists()


def test_it_comes_back_though_somebody_still_holds_what_was_cut(overlay: Overlay) -> None:
    overlay.move_to_disk()
    _written(overlay.upper / "promised", "kept", sync=True)
    _written(overlay.upper / "hoped", "gone", sync=False)
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo in; cat"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        overlay.disk.cut()
        overlay.reopen()

        (overlay.upper / "again").write_text("it takes writes", "utf-8")
        assert (overlay.upper / "promised").read_text("utf-8") == "kept"
        assert not (overlay.upper / "hoped").exists()


def test_what_was_on_the_machines_file_system_is_on_the_disk_as_it_was(overlay: Overlay) -> None:
    image = overlay.folder.parent / LOWER
    overlay.mount(image)
    _written(overlay.root / "file", "text", sync=False)
    os.chown(overlay.root / "file", 998, 997)
    (overlay.root / "file").chmod(0o640)
    (overlay.root / "removed").unlink()

    overlay.move_to_disk()
    overlay.move_to_disk()
    overlay.mount(image)

    status = (overlay.root / "file").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (998, 997, 0o640)
    assert (overlay.root / "file").read_text("utf-8") == "text"
    assert not (overlay.root / "removed").exists()
    assert not (overlay.folder / "upper").exists()


def test_who_has_no_disk_of_his_own_loses_nothing(overlay: Overlay) -> None:
    (overlay.upper / "file").write_text("text", "utf-8")

    with pytest.raises(Rejected, match="cannot be cut off"):
        overlay.disk.cut()
    overlay.reopen()

    assert (overlay.upper / "file").read_text("utf-8") == "text"
