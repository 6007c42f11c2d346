"""The audit log: whoever changes a line breaks the chain; what cannot be written is not done."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.audit import AuditLog, Break
from core.errors import Rejected
from dr.simulation.timeline import Timeline


@pytest.fixture
def clock() -> Timeline:
    return Timeline()


@pytest.fixture
def log(tmp_path: Path, clock: Timeline) -> AuditLog:
    """Return a log of five lines, three of January and two of February."""
    log = AuditLog(tmp_path, clock)
    for number in range(5):
        log.append({"command": f"ndc {number}"})
        clock.sleep(timedelta(days=12))
    return log


def _file(folder: Path, month: str = "2030-01") -> Path:
    return folder / f"{month}.jsonl"


def _edited(change: Callable[[list[str]], list[str]], month: str = "2030-01") -> object:
    def edit(folder: Path) -> None:
        path = _file(folder, month)
        path.write_text("".join(change(path.read_text("utf-8").splitlines(keepends=True))), "utf-8")

    return edit


def test_lines_are_read_as_they_were_written_over_the_end_of_a_month(
    log: AuditLog, tmp_path: Path
) -> None:
    reading = log.read()

    assert [line.fields["command"] for line in reading.lines] == [f"ndc {n}" for n in range(5)]
    assert [line.number for line in reading.lines] == [1, 2, 3, 4, 5]
    assert (reading.broken, reading.torn) == (None, 0)
    assert len(_file(tmp_path).read_text("utf-8").splitlines()) == 3
    assert _file(tmp_path).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("tamper", "file", "line"),
    [
        (_edited(lambda rows: [rows[0], rows[1].replace("ndc 1", "ndc 9"), rows[2]]), "01", 3),
        (_edited(lambda rows: [rows[0], "nothing\n", rows[2]]), "01", 3),
        (_edited(lambda rows: [rows[0], rows[2]]), "01", 2),
        (_edited(lambda rows: [rows[1], rows[0], rows[2]]), "01", 1),
        (_edited(lambda rows: [*rows, rows[2]]), "01", 4),
        (_edited(lambda rows: rows[1:]), "01", 1),
        (_edited(lambda rows: rows[:2]), "02", 1),
        (lambda folder: _file(folder).unlink(), "02", 1),
        (_edited(lambda rows: [rows[0].replace("ndc 3", "ndc 9"), *rows[1:]], "2030-02"), "02", 2),
    ],
    ids=[
        "changed", "overwritten", "removed", "reordered", "repeated", "head removed",
        "end of a month removed", "month removed", "changed in the next month",
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_told_with_its_place(
    tamper: Callable[[Path], None], file: str, line: int, log: AuditLog, tmp_path: Path
) -> None:
    tamper(tmp_path)

    broken = log.read().broken

    assert isinstance(broken, Break)
    assert (broken.file, broken.line) == (f"2030-{file}.jsonl", line)


def test_the_head_shows_that_the_end_was_cut_off(log: AuditLog, tmp_path: Path) -> None:
    head = log.read().head

    _edited(lambda rows: rows[:1], "2030-02")(tmp_path)  # type: ignore[operator]  # a function

    assert log.read().broken is None
    assert log.read().head != head


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_line_that_a_crash_cut_short_is_told_and_gone_on_after(
    cut: int, log: AuditLog, tmp_path: Path
) -> None:
    path = _file(tmp_path, "2030-02")
    path.write_bytes(path.read_bytes()[:-cut])

    log.append({"command": "ndc 5"})

    reading = log.read()
    assert reading.broken is None
    assert reading.torn == (0 if cut == 1 else 1)
    assert reading.lines[-1].fields["command"] == "ndc 5"
    assert ("after_a_torn_line" in reading.lines[-1].fields) is (cut > 1)


def test_a_first_line_that_was_cut_short_is_gone_on_after(tmp_path: Path, clock: Timeline) -> None:
    _file(tmp_path).write_text('{"format":1,"num', "utf-8")
    log = AuditLog(tmp_path, clock)

    assert log.append({"command": "ndc 1"}) == 1
    assert (log.read().broken, log.read().torn) == (None, 1)


@pytest.mark.parametrize("short", [True, False])
def test_a_full_disk_leaves_the_log_as_it_was(
    log: AuditLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, short: bool
) -> None:
    path = max(tmp_path.glob("*.jsonl"))
    before, write = path.read_bytes(), os.write

    def full(descriptor: int, data: bytes) -> int:
        if short:
            return write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Rejected, match="nothing could be written to the audit log"):
        log.append({"command": "ndc 5"})
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert log.read().broken is None


def test_a_clock_that_was_set_back_does_not_fork_the_chain(log: AuditLog, tmp_path: Path) -> None:
    AuditLog(tmp_path, Timeline()).append({"command": "ndc 5"})

    assert log.read().broken is None
    assert not (tmp_path / "2029-12.jsonl").exists()
    assert json.loads(log.tail(1))["command"] == "ndc 5"
