"""A disk that fills takes nothing from the ledger, and breaks nothing in it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from monitors.ledger import Head, unchained
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.service_probe import ServiceProbe
from reference.memory import MemoryStore
from tests.ledgers import WINDOW, write
from tests.probes import acknowledged, asking, play

PWRITE = os.pwrite


class SmallDisk:
    """Takes ``room`` more bytes, as ``os.pwrite`` does: what fits, and then no more."""

    def __init__(self, room: int) -> None:
        self.room = room

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        """Write what there is room for."""
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = PWRITE(descriptor, data[: self.room], offset)
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 1, 200], ids=lambda room: f"{room} bytes fit")
def test_what_a_full_disk_refused_is_written_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = tmp_path / "portal.jsonl"
    disk = SmallDisk(10_000)
    monkeypatch.setattr(os, "pwrite", disk.pwrite)
    ledger = LedgerFile(path)
    ledger.append(write(1))
    ledger.sync()

    disk.room = room
    for number in (2, 3):
        ledger.append(write(number))
        with pytest.raises(OSError, match="No space left"):
            ledger.sync()
    assert [entry.sequence for entry in ledger.stretch(*WINDOW).entries] == [1]
    disk.room = 10_000
    ledger.append(write(4))
    ledger.close()

    entries, head = unchained(path.read_text("utf-8").splitlines(), Head())
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4]
    assert head == ledger.head


def test_a_write_that_took_half_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "portal.jsonl"
    monkeypatch.setattr(
        os, "pwrite", lambda to, data, at: PWRITE(to, data[: (len(data) + 1) // 2], at)
    )
    ledger = LedgerFile(path)

    for number in range(1, 6):
        ledger.append(write(number))
        ledger.sync()

    assert [entry.sequence for entry in ledger.stretch(*WINDOW).entries] == [1, 2, 3, 4, 5]
    ledger.close()
    assert len(unchained(path.read_text("utf-8").splitlines(), Head())[0]) == 5


def test_a_ledger_that_ends_on_a_full_disk_is_whole_up_to_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "portal.jsonl"
    disk = SmallDisk(10_000)
    monkeypatch.setattr(os, "pwrite", disk.pwrite)
    ledger = LedgerFile(path)
    ledger.append(write(1))
    ledger.sync()
    ledger.append(write(2))
    disk.room = 100

    with pytest.raises(OSError, match="No space left"):
        ledger.close()

    again = LedgerFile(path)
    assert again.last_sequence == 1
    again.close()


def test_the_probe_outlives_a_full_disk_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(1_000_000)
    monkeypatch.setattr(os, "pwrite", disk.pwrite)

    async def story(probe: ServiceProbe, _: MemoryStore) -> None:
        await acknowledged(probe, 5)
        disk.room = 0
        await acknowledged(probe, 30)
        async with asking(probe) as client:
            full = await client.get("/measure/portal")
            disk.room = 1_000_000
            lines = (await client.get("/ledger/portal")).text.splitlines()

        assert full.status_code == 503
        assert "No space left" in full.text
        assert len(unchained(lines, Head())[0]) >= 30

    play(tmp_path, story)
