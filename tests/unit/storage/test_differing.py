"""What btrfs says of a stream is counted: recorded of btrfs-progs 6.2."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Rejected
from storage.apart_note import ApartNote
from storage.onhost.differing import listed_difference
from storage.points import SAME, PointDifference

SEEN = Path(__file__).resolve().parents[2] / "recordings/btrfs/dump.txt"


def test_each_file_counts_once_with_what_was_written_to_it() -> None:
    lines = SEEN.read_text("utf-8").splitlines()

    counted = listed_difference(lines)

    # a new file of 100,000 bytes, one that got longer, one named anew, one removed, one that was
    # written over and has a space in its name, and a new folder
    assert counted == PointDifference(6, 100_000 + 9 + 7)


def test_a_point_after_which_somebody_only_looked_is_the_same() -> None:
    lines = [
        "snapshot        ./2             uuid=1 transid=9 parent_uuid=2 parent_transid=8",
        "utimes          ./2/            atime=2030-01-01T00:00:00+0000",
    ]

    assert listed_difference(lines) == SAME


def test_what_was_counted_outlives_the_program_and_of_the_rest_nothing_is_said(
    tmp_path: Path,
) -> None:
    note = ApartNote(tmp_path / "apart/maps")

    note.add("1", PointDifference(2, 10))
    note.add("2", PointDifference(1, 5))

    again = ApartNote(note.at)
    assert again.total(("1", "2")) == PointDifference(3, 15)
    assert again.total(("2",)) == PointDifference(1, 5)
    assert again.total(("1", "3")) is None
    assert again.total(()) == SAME


def test_a_damaged_note_is_named(tmp_path: Path) -> None:
    note = ApartNote(tmp_path / "maps")
    note.at.write_text("1 two 3\n")

    with pytest.raises(Rejected, match="cannot be read"):
        note.read()
