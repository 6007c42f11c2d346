"""What the folders of runs tell: those that were begun and are not over, and who carries them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from core.errors import NotSeen
from core.runs.journal import Closed
from core.runs.plan import RunName
from core.system_clock import SystemClock
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryRecord
from ndc.wiring.runs_reading import runs_reading
from tests.rehearsals import RUN, SERVICE, Rehearsal, rehearsal


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path, rehearsal().plan)


def _carried_until(folder: RunFolder, records: int) -> Rehearsal:
    """Let the folder's journal hold the first ``records`` records of a good run; 0: all."""
    made = rehearsal()
    made.carry(folder.journal(SystemClock()))
    path = folder.path / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: records or None]))
    return made


def _left_behind(folder: RunFolder) -> Sequence[RecoveryRecord]:
    """Let the folder's journal hold the first records of a good run; return all of them."""
    _carried_until(folder, 0)
    whole = folder.journal(SystemClock()).records()
    path = folder.path / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:4]))
    return whole


def _nothing(_: RunName) -> Sequence[RecoveryRecord]:
    return ()


def test_a_plan_and_a_run_that_is_over_are_no_open_runs(folder: RunFolder) -> None:
    planned = runs_reading(folder.root, SystemClock(), _nothing)
    _carried_until(folder, 0)

    assert isinstance(folder.journal(SystemClock()).records()[-1].entry, Closed)
    assert (planned, runs_reading(folder.root, SystemClock(), _nothing)) == ({}, {})


def test_a_run_that_was_left_is_open_and_carried_by_nobody(folder: RunFolder) -> None:
    _carried_until(folder, 4)

    (told,) = runs_reading(folder.root, SystemClock(), _nothing).values()

    assert (told.services, told.is_carried, told.is_held) == ((SERVICE,), False, False)


def test_a_run_that_another_machine_ended_is_over_here_too(folder: RunFolder) -> None:
    whole = _left_behind(folder)

    assert list(runs_reading(folder.root, SystemClock(), lambda _: whole[:-1])) == [RUN]
    assert runs_reading(folder.root, SystemClock(), lambda _: whole) == {}


def test_a_run_stays_as_it_was_left_where_nobody_tells_or_another_story_is_told(
    folder: RunFolder,
) -> None:
    whole = _left_behind(folder)

    def silent(_: RunName) -> Sequence[RecoveryRecord]:
        raise NotSeen("no quorum answers", refused=False)

    for kept in (silent, lambda _: whole[1:]):
        assert list(runs_reading(folder.root, SystemClock(), kept)) == [RUN]


def test_a_run_that_a_process_carries_is_in_progress(folder: RunFolder) -> None:
    _carried_until(folder, 4)

    with folder.carried(SystemClock()):
        told = runs_reading(folder.root, SystemClock(), _nothing)

    assert {name: one.is_carried for name, one in told.items()} == {RUN: True}


def test_a_damaged_run_keeps_no_other_from_being_told(folder: RunFolder) -> None:
    _carried_until(folder, 4)
    damaged = folder.root / "20200101-000000-move"
    damaged.mkdir()
    (damaged / "plan.json").write_text("?", "utf-8")
    (damaged / "journal.jsonl").write_text("?\n?\n", "utf-8")

    assert list(runs_reading(folder.root, SystemClock(), _nothing)) == [RUN]
