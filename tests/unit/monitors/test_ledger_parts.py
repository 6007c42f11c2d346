"""A ledger is closed part by part while it is written, and what is old goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import JournalCorrupt
from monitors.ledger import GENESIS, Head, LedgerEntry, unchained
from monitors.probe import ledger_file
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.ledger_parts import closed_parts, closed_path, files_of, last_of
from tests.ledgers import at, write

LARGEST = 4000
"""bytes: a dozen writes"""
ALL = (at(0), at(100_000))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let parts be small, and four of them be kept."""
    monkeypatch.setattr(ledger_file, "LARGEST_BYTES", LARGEST)
    monkeypatch.setattr(ledger_file, "KEPT_BYTES", 5 * LARGEST)
    monkeypatch.setattr(ledger_file, "_INDEXED_BYTES", LARGEST // 8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the ledger is."""
    return tmp_path / "portal.jsonl"


def _filled(path: Path, first: int, last: int) -> LedgerFile:
    ledger = LedgerFile(path)
    for number in range(first, last + 1):
        ledger.append(write(number))
        ledger.sync()
    return ledger


def _numbers(entries: tuple[LedgerEntry, ...] | list[LedgerEntry]) -> list[int]:
    return [entry.sequence for entry in entries]


def _lines(path: Path) -> Iterator[str]:
    for file in files_of(path):
        yield from file.read_text("utf-8").splitlines()


def test_full_parts_are_closed_and_their_chain_goes_on(path: Path) -> None:
    ledger = _filled(path, 1, 50)

    stretch = ledger.stretch(*ALL)

    assert len(files_of(path)) == 5
    assert all(file.stat().st_size < LARGEST + 400 for file in files_of(path))
    entries, head = unchained(_lines(path), Head())
    assert _numbers(entries) == _numbers(stretch.entries) == list(range(1, 51))
    assert (head, head.lines, stretch.before) == (ledger.head, 50, GENESIS)
    ledger.close()


def test_it_never_takes_more_than_what_is_kept_and_one_part(path: Path) -> None:
    ledger = _filled(path, 1, 300)

    sizes = sum(file.stat().st_size for file in path.parent.iterdir())

    assert sizes <= 6 * LARGEST + 400
    kept = _numbers(ledger.after(0, most=1000)[0])
    assert kept == list(range(kept[0], 301))
    assert len(kept) >= 5 * LARGEST // 400
    assert ledger.goes_back_to == write(kept[0]).ended_at
    ledger.close()


def test_what_goes_leaves_the_index_as_well(path: Path) -> None:
    ledger = _filled(path, 1, 60)
    places = len(ledger._index)

    for number in range(61, 600):
        ledger.append(write(number))
        ledger.sync()

    assert len(ledger._index) <= places + 8
    ledger.close()


def test_a_stretch_over_the_end_of_a_part_is_one_chain(path: Path) -> None:
    ledger = _filled(path, 1, 300)
    oldest = ledger.after(0, most=1)[0][0].sequence

    for first in range(oldest + 110, 250, 7):
        stretch = ledger.stretch(at(first), at(first + 30))

        entries, head = unchained(stretch.lines, Head(0, stretch.before))
        assert head.hash == stretch.after
        assert set(range(first, first + 31)) <= set(_numbers(entries))
    ledger.close()


def test_the_oldest_line_that_is_kept_follows_the_one_that_went(path: Path) -> None:
    ledger = _filled(path, 1, 300)

    stretch = ledger.stretch(*ALL)

    assert stretch.before != GENESIS
    assert unchained(stretch.lines, Head(0, stretch.before))[1].hash == ledger.head.hash
    ledger.close()


@pytest.mark.parametrize("last", [45, 48, 49, 50, 51, 300])
def test_after_a_restart_it_goes_on_where_it_was(path: Path, last: int) -> None:
    before = _filled(path, 1, last)
    head, goes_back_to = before.head, before.goes_back_to
    before.close()

    again = LedgerFile(path)

    assert (again.head, again.last_sequence, again.goes_back_to) == (head, last, goes_back_to)
    again.append(write(last + 1))
    again.sync()
    assert _numbers(again.stretch(*ALL).entries)[-3:] == [last - 1, last, last + 1]
    again.close()


def test_a_power_cut_between_two_parts_loses_nothing(path: Path) -> None:
    before = _filled(path, 1, 40)
    head = before.head
    before.close()
    _, end = last_of([*closed_parts(path)][-1])

    path.rename(closed_path(path, end))

    again = LedgerFile(path)
    assert (again.head, again.last_sequence) == (head, 40)
    assert _numbers(again.stretch(*ALL).entries) == list(range(1, 41))
    again.close()


def test_a_part_that_cannot_be_closed_is_written_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = _filled(path, 1, 12)
    monkeypatch.setattr(ledger_file, "LARGEST_BYTES", 1)
    open_ = Path.open
    monkeypatch.setattr(Path, "open", _full_disk)
    ledger.append(write(13))
    with pytest.raises(OSError, match="No space left"):
        ledger.sync()
    monkeypatch.setattr(Path, "open", open_)

    ledger.sync()

    assert _numbers(ledger.stretch(*ALL).entries) == list(range(1, 14))
    assert len(files_of(path)) == 2
    ledger.close()


def _full_disk(_: Path, __: str) -> None:
    raise OSError(28, os.strerror(28))


def test_a_reader_is_not_disturbed_by_a_part_that_goes(path: Path) -> None:
    ledger = _filled(path, 1, 60)
    reader = ledger._read(0)
    first = [next(reader)[1].sequence for _ in range(3)]

    for number in range(61, 400):
        ledger.append(write(number))
        ledger.sync()

    assert first + [entry.sequence for _, entry, _, _ in reader] == list(range(1, 61))
    ledger.close()


def test_a_damaged_part_is_kept_as_evidence_and_what_follows_is_read(path: Path) -> None:
    ledger = _filled(path, 1, 50)
    damaged = files_of(path)[1]
    damaged.write_text(damaged.read_text("utf-8").replace('"due_at"', '"due"'), "utf-8")

    with pytest.raises(JournalCorrupt):
        ledger.after(0, most=1000)

    left = _numbers(ledger.after(0, most=1000)[0])
    assert left == list(range(left[0], 51))
    assert damaged.with_suffix(".damaged").exists()
    assert ledger.goes_back_to == write(left[0]).ended_at
    ledger.close()


def test_a_moment_is_found_in_the_middle_of_a_part(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_file, "KEPT_BYTES", 100 * LARGEST)
    ledger = _filled(path, 1, 400)

    place = ledger.place_of(at(390))

    assert 280 <= ledger.after(place, most=1)[0][0].sequence <= 290
    ledger.close()
