"""Let the journal's disk be full at each record; the run stops, and goes on once there is room."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import Rejected
from core.runs.journal import RunVerdict, Where
from dr.live.journals.file import FileJournal
from dr.planning.plan import RecoveryJournal, codec
from tests.failovers import START, consents, failover
from tests.rehearsals import Rehearsal, rehearsal

OCCASIONS = {"switchover": rehearsal, "failover": lambda: failover("ndc01")}
RECORDS = {"switchover": 30, "failover": 22}
"""of an undisturbed run of each; a test below counts them"""
EVERY = [(name, record) for name, records in RECORDS.items() for record in range(records)]


@dataclass
class Disk:
    """What is synced to it, until it is full."""

    room: int
    """for so many records"""
    synced: int = 0

    def sync(self, file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            return
        if self.synced >= self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.synced += 1


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(room=10**9)
    monkeypatch.setattr(os, "fsync", made.sync)
    return made


def _begin(made: Rehearsal, journal: RecoveryJournal) -> RunVerdict | None:
    run = made.engine(journal, inbox=consents(made)).start(made.plan, Where.FILE, START)
    return run.closed


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_every_record_is_met(occasion: str, disk: Disk, tmp_path: Path) -> None:
    made = OCCASIONS[occasion]()

    ended = _begin(made, FileJournal(tmp_path / "journal.jsonl", codec(), made.world))

    assert ended is RunVerdict.DONE
    assert disk.synced == RECORDS[occasion]


@pytest.mark.parametrize(("occasion", "record"), EVERY)
def test_a_run_whose_journal_is_full_does_nothing_more_and_goes_on_with_room(
    occasion: str, record: int, disk: Disk, tmp_path: Path
) -> None:
    made = OCCASIONS[occasion]()
    journal = FileJournal(tmp_path / "journal.jsonl", codec(), made.world)
    disk.room = record

    with pytest.raises(Rejected, match="cannot be used") as refused:
        _begin(made, journal)
    disk.room = 10**9
    if journal.records():
        run = made.engine(journal, inbox=consents(made)).resume()
        ended = run.closed
    else:
        ended = _begin(made, journal)

    assert refused.value.next_step.startswith("make room")
    assert ended is RunVerdict.DONE
    assert len(made.effects) == len(set(made.effects))
    assert [placed.epoch for placed in made.truth.placements] == [1, 2]
    assert made.citizens.lost == []
