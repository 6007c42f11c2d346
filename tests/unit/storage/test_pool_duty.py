from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import Rejected
from inventory.names import PoolName
from storage.duties import SCRUB_EVERY, PoolDuty
from storage.pool import MemoryPool
from storage.scrub_note import ScrubNote
from tests.clocks import HandClock
from tests.unit.storage.two_sites import NOON


@pytest.fixture
def duty(tmp_path: Path) -> PoolDuty:
    note = ScrubNote(tmp_path / "pool.scrub")
    return PoolDuty(PoolName("pool"), MemoryPool(), note, HandClock(NOON))


def test_a_pool_is_read_at_once_and_then_once_a_day(duty: PoolDuty) -> None:
    first = duty.look()
    duty.clock.sleep(timedelta(hours=1))
    again = duty.look()

    assert duty.word().scrubbed == NOON
    assert (first, again) == (SCRUB_EVERY, SCRUB_EVERY - timedelta(hours=1))


def test_who_starts_anew_reads_no_sooner(duty: PoolDuty) -> None:
    duty.look()
    duty.clock.sleep(timedelta(hours=23))

    PoolDuty(duty.name, duty.pool, duty.note, duty.clock).look()

    assert duty.word().scrubbed == NOON


def test_what_is_not_as_it_was_written_is_told_from_then_on(duty: PoolDuty) -> None:
    duty.look()
    before = duty.word().errors
    duty.pool.rotten = 1  # type: ignore[attr-defined]  # of the pool in memory
    duty.clock.sleep(SCRUB_EVERY)
    duty.look()

    assert before == 0
    assert duty.word().errors == 1


def test_a_clock_that_was_set_back_has_it_read_again(duty: PoolDuty) -> None:
    duty.look()
    clock = HandClock(NOON - timedelta(days=30))

    PoolDuty(duty.name, duty.pool, duty.note, clock).look()

    assert duty.word().scrubbed == NOON - timedelta(days=30)


def test_a_damaged_note_is_named(duty: PoolDuty) -> None:
    duty.note.at.write_text("yesterday", "utf-8")

    with pytest.raises(Rejected, match="cannot be read"):
        duty.look()
