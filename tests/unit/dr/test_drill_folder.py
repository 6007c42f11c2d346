"""Drills on disk: what they take is kept until it is known to be given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import JournalCorrupt, PlanRefused
from core.system_clock import SystemClock
from dr.drills.record import DrillRecord, DrillStage, read_record, record_text
from dr.live.drill_folder import DrillFolder
from inventory.names import DrillName, HostName, LinkName
from tests.rehearsals import RUN, SERVICE

RECORD = DrillRecord(
    id="20300101-000010-site-loss",
    drill=DrillName("site-loss"),
    service=SERVICE,
    by="an",
    began_at=datetime(2030, 1, 1, tzinfo=UTC),
    hosts=(HostName("ndc01-node"), HostName("ndc01-edge")),
    links=(),
)


@pytest.fixture
def folder(tmp_path: Path) -> DrillFolder:
    return DrillFolder(tmp_path / "drills")


def test_a_record_is_read_as_it_was_written() -> None:
    running = replace(RECORD, run=RUN, links=(LinkName("ndc01-ndc02-north"),))

    assert read_record(record_text(running), "here") == running


def test_what_was_taken_is_on_record_until_it_is_given_back(folder: DrillFolder) -> None:
    assert folder.unclean() == []

    folder.keep(RECORD)
    left = folder.unclean()
    folder.keep(replace(RECORD, stage=DrillStage.OVER))

    assert left == [RECORD]
    assert folder.unclean() == []
    assert len(folder.records()) == 1


def test_records_are_told_oldest_first(folder: DrillFolder) -> None:
    later = replace(RECORD, id="a-later-one", began_at=RECORD.began_at + timedelta(hours=1))

    folder.keep(later)
    folder.keep(RECORD)

    assert folder.records() == [RECORD, later]


def test_a_record_that_cannot_be_read_is_no_drill_that_is_over(folder: DrillFolder) -> None:
    folder.keep(RECORD)
    (folder.root / RECORD.id / "drill.json").write_text('{"format": 1, "hos', "utf-8")

    with pytest.raises(JournalCorrupt, match="cannot be read"):
        folder.unclean()


def test_one_holds_a_drill_at_a_time_and_everybody_may_know_who(folder: DrillFolder) -> None:
    nobody = folder.holder
    with folder.alone(SystemClock()):
        holder = folder.holder
        with (
            pytest.raises(PlanRefused, match="another drill is being held"),
            folder.alone(SystemClock()),
        ):
            raise AssertionError("two hold one")
    free = folder.holder

    assert (nobody, free) == (None, None)
    assert holder is not None


@pytest.mark.parametrize(
    ("record", "takes"),
    [
        (RECORD, "the power of ndc01-node, ndc01-edge"),
        (replace(RECORD, hosts=(), links=(LinkName("north"), LinkName("south"))), "north, south"),
        (replace(RECORD, hosts=()), "nothing"),
    ],
)
def test_what_a_drill_takes_is_said_in_words(record: DrillRecord, takes: str) -> None:
    assert record.takes == takes
