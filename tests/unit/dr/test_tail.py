"""What a former leader wrote that nobody else has; the tools' words are those of PostgreSQL 15."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dr.logs.log_end import last_record
from dr.logs.tail import LogPart, Tail, commits, diverged, files_of, read_tail, spans

DRY_RUN = """\
pg_rewind: servers diverged at WAL location 0/30020C8 on timeline 1
pg_rewind: rewinding from last common checkpoint at 0/2000060 on timeline 1
pg_rewind: Done!
"""
A_RECORD = (
    "rmgr: Transaction len (rec/tot):     34/    34, tx:        726, lsn: 0/03002108, "
    "prev 0/030020C8, desc: "
)
RECORDS = f"""\
{A_RECORD}COMMIT 2026-11-26 02:59:05.397071 UTC
{A_RECORD}ABORT 2026-11-26 02:59:05.397071 UTC
{A_RECORD}COMMIT_PREPARED 728: 2026-11-26 02:59:06.470505 UTC
"""
END = (
    "pg_waldump: error: error in WAL record at 0/3002278: "
    "invalid record length at 0/30022F0: wanted 24, got 0\n"
)
HISTORY = (
    "1\t0/5000000\tno recovery target specified\n\n2\t0/7000000\tno recovery target specified\n"
)
MIB = 2**20


def test_the_fork_is_the_one_that_a_rewind_would_go_back_to() -> None:
    assert diverged(DRY_RUN) == (1, 0x30020C8)
    assert diverged("pg_rewind: no rewind required\n") is None


def test_commits_are_counted_and_what_was_given_up_is_not() -> None:
    assert commits(RECORDS) == [
        datetime(2026, 11, 26, 2, 59, 5, 397071, tzinfo=UTC),
        datetime(2026, 11, 26, 2, 59, 6, 470505, tzinfo=UTC),
    ]
    assert commits("") == []


def test_a_log_ends_where_its_reader_complains() -> None:
    assert last_record(END) == 0x3002278
    assert last_record("pg_waldump: error: could not find file\n") is None


def test_a_log_that_went_on_over_timelines_lies_on_each_of_them() -> None:
    assert spans("", 1, (1, 5)) == (LogPart(1, 5, None),)
    assert spans(HISTORY, 3, (2, 0x6000000)) == (
        LogPart(2, 0x6000000, 0x7000000),
        LogPart(3, 0x7000000, None),
    )


@pytest.mark.parametrize("size", [MIB, 16 * MIB])
def test_the_files_that_hold_a_tail_are_those_from_the_fork_to_the_end(size: int) -> None:
    names = [
        *(f"00000001{0:08X}{number:08X}" for number in range(8)),
        "000000020000000000000005",
        "00000002.history",
        "archive_status",
    ]
    parts = spans("", 1, (1, 3 * size + 100))

    found = files_of(iter(names), parts, 4 * size + 100, file_bytes=size)
    assert [*found] == [*names[3:5], "00000002.history"]
    unknown = files_of(iter(names), parts, None, file_bytes=size)
    assert [*unknown] == [*names[3:8], "00000002.history"]


@pytest.mark.parametrize("size", [MIB, 16 * MIB])
def test_names_of_files_count_on_past_four_gibibytes(size: int) -> None:
    beyond = 2**32 // size - 1
    names = [f"0000000100000000{beyond:08X}", "000000010000000100000000"]

    found = files_of(iter(names), spans("", 1, (1, 2**32 + 5)), None, file_bytes=size)

    assert [*found] == names[1:]


@pytest.mark.parametrize(
    ("commits", "said"),
    [(None, "an unknown number of commits"), (1, "1 commit "), (73, "73 commits ")],
)
def test_a_person_reads_how_much_it_is_and_where_it_is_kept(commits: int, said: str) -> None:
    tail = Tail("general-db", "ndc01-data", 45, 0xC376A10, 0xC382EE8, commits, None)

    assert f"ndc01-data has {said}" in tail.sentence()
    assert tail.sentence().endswith("not kept")
    assert read_tail(tail.text(), "here") == tail


@pytest.mark.parametrize(
    ("commits", "spread", "kept", "on_its_way"),
    [
        (1, 0.0, "kept", True),
        (20, 1.0, "kept", True),
        (20, 1.01, "kept", False),  # it wrote on, beside the next leader
        (1, 0.0, None, False),  # never erased before it is kept
        (None, None, "kept", False),
        (None, 0.0, "kept", False),
    ],
)
def test_only_what_was_on_its_way_when_a_leader_died_is_given_up_without_a_person(
    commits: int | None, spread: float | None, kept: str | None, *, on_its_way: bool
) -> None:
    tail = Tail("db", "host", 45, 1, 2, commits, None, kept, spread)

    assert tail.was_on_its_way is on_its_way


@pytest.mark.parametrize("text", ["", "{}", '{"database": "db"}', "[]"])
def test_what_is_no_tail_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_tail(text, "here")
