"""Nothing of a tail is called known that may be more than what could be read."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from dr.logs.log_end import written
from dr.logs.tail import LogPart
from dr.onhost import tail_changes as reading
from dr.onhost.tail_changes import TailChanges, tail_changes
from tests.logs import FILE_BYTES, Writer

ROW = struct.pack("<HHB", 1, 0, 24) + b"\0row"
INSERT = b"\1\0\0"
STANDBY, RUNNING, TRANSACTION = 8, 0x10, 1


def _running(writer: Writer, number: int) -> None:
    """Note that no transaction from ``number`` on has begun."""
    writer.record(struct.pack("<IIII", 0, 0, 0, number), manager=STANDBY, info=RUNNING)


def _end(writer: Writer) -> int:
    """Commit what was written, and return where."""
    return writer.record(b"", manager=TRANSACTION)


def _fills(writer: Writer) -> None:
    """Write what is of another transaction, until the next file has begun."""
    writer.transaction = 3
    writer.record(bytes(FILE_BYTES))
    writer.transaction = 9


def _read(writer: Writer, folder: Path, fork: int, commits: dict[int, int]) -> TailChanges:
    """Return what is read of a tail from ``fork`` on; ``commits`` are transactions by place."""
    writer.lay_out(folder)
    lines = (
        f"tx: {number}, lsn: {written(place)}, prev 0/0, desc: COMMIT 2030-01-01 00:00:00 UTC\n"
        for place, number in commits.items()
    )
    return tail_changes(folder, (LogPart(1, fork, None),), "".join(lines))


def test_what_a_transaction_did_before_the_fork_is_found_in_earlier_files(tmp_path: Path) -> None:
    writer = Writer()
    _running(writer, 9)
    writer.record(INSERT, data=ROW)
    _fills(writer)
    _running(writer, 10)
    fork = writer.record(INSERT, data=ROW)

    whole = _read(writer, tmp_path, fork, {_end(writer): 9})

    assert len([one for one in whole.changes if one.new]) == 2
    assert (whole.doubtful, whole.notes) == (frozenset(), ())


def test_who_may_have_begun_before_what_is_left_of_the_log_is_in_doubt(tmp_path: Path) -> None:
    writer = Writer()
    _running(writer, 10)
    fork = writer.record(INSERT, data=ROW)

    whole = _read(writer, tmp_path, fork, {_end(writer): 9})

    assert len(whole.changes) == 1
    assert whole.doubtful == {9}
    assert "may have begun before" in whole.notes[0]


def test_a_log_that_breaks_off_leaves_all_in_doubt(tmp_path: Path) -> None:
    writer = Writer()
    _running(writer, 9)
    fork = writer.record(INSERT, data=ROW)

    whole = _read(writer, tmp_path, fork, {_end(writer) + 3 * FILE_BYTES: 9})

    assert whole.changes
    assert whole.doubtful == {9}
    assert "cannot be read to its end" in whole.notes[0]


@pytest.mark.parametrize(("name", "bound"), [("_MOST_CHANGES", 2), ("_MOST_BYTES", 9)])
def test_what_is_beyond_the_bound_is_counted_and_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, bound: int
) -> None:
    monkeypatch.setattr(reading, name, bound)
    writer = Writer()
    _running(writer, 8)
    fork = writer.record(INSERT, data=ROW)
    writer.record(INSERT, data=ROW)
    first = _end(writer)
    writer.transaction = 8
    writer.record(INSERT, data=ROW)

    whole = _read(writer, tmp_path, fork, {first: 9, _end(writer): 8})

    assert len(whole.changes) == 2
    assert whole.doubtful == {8}
    assert whole.notes == ("changes beyond the bound, which were not read: 1",)


def test_nothing_is_read_of_a_tail_in_which_nothing_is_committed(tmp_path: Path) -> None:
    assert _read(Writer(), tmp_path, 1, {}) == TailChanges(frozenset(), (), frozenset(), ())
