"""Which files of a log are read, and which hold nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr.onhost.log_files import is_ahead, reading

FILE = 64
"""bytes"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of two begun files and one that was made ahead."""
    for number in (1, 2):
        (tmp_path / f"0000000B00000000{number:08X}").write_bytes(b"\x10\xd1" + bytes(FILE - 2))
    (tmp_path / "0000000B0000000000000003").write_bytes(bytes(FILE))
    return tmp_path


def _files(words: list[str]) -> list[str]:
    return [word[-1] for word in words[-2:]]


def test_a_log_is_read_to_its_last_file(log: Path) -> None:
    words = reading(log, 11, FILE + 8)

    assert words[:-2] == ["--path", str(log), "--start", "0/48"]
    assert words[-2:] == ["0000000B0000000000000001", "0000000B0000000000000003"]


@pytest.mark.parametrize(
    ("end", "last"), [(2 * FILE, "1"), (2 * FILE + 1, "2"), (9 * FILE, "8"), (FILE + 8, "1")]
)
def test_what_is_read_to_an_end_is_read_to_the_file_that_holds_it(
    log: Path, end: int, last: str
) -> None:
    words = reading(log, 11, FILE + 8, end)

    assert words[4:6] == ["--end", f"0/{end:X}"]
    assert _files(words) == ["1", last]


def test_a_file_that_is_all_zeros_holds_nothing(log: Path) -> None:
    assert is_ahead(log, 11, 3 * FILE)
    assert not is_ahead(log, 11, 3 * FILE - 1)
    assert not is_ahead(log, 11, 4 * FILE)


def test_a_log_without_files_is_read_all_the_same(tmp_path: Path) -> None:
    assert _files(reading(tmp_path, 1, 0)) == ["0", "0"]
