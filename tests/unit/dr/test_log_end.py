"""What PostgreSQL's tools say of the end of a log; the texts are theirs (version 15)."""

from __future__ import annotations

import pytest

from dr.logs.log_end import (
    checkpoint,
    end_text,
    forks_of,
    is_final,
    read_end,
    shutdown_in,
    written,
)
from dr.logs.succession import LogEnd

CONTROL = """\
pg_control version number:            1300
Database cluster state:               in archive recovery
Latest checkpoint location:           1/9000028
Latest checkpoint's REDO location:    1/9000028
Latest checkpoint's REDO WAL file:    000000030000000100000009
Latest checkpoint's TimeLineID:       3
Latest checkpoint's PrevTimeLineID:   3
"""
SHUTDOWN = (
    "rmgr: XLOG        len (rec/tot):    114/   114, tx:          0, lsn: 1/09000028, "
    "prev 1/08000060, desc: CHECKPOINT_SHUTDOWN redo 1/9000028; tli 3; shutdown\n"
)
ONLINE = SHUTDOWN.replace("CHECKPOINT_SHUTDOWN", "CHECKPOINT_ONLINE")
WRITE = (
    "rmgr: Heap        len (rec/tot):     70/    70, tx:        740, lsn: 1/090000A0, "
    "prev 1/09000028, desc: INSERT+INIT off 1 flags 0x00\n"
)


def test_the_checkpoint_is_read_with_its_timeline() -> None:
    assert checkpoint(CONTROL) == (3, 0x1_0900_0028)
    assert written(0x1_0900_0028) == "1/9000028"


@pytest.mark.parametrize("said", ["", CONTROL.replace("TimeLineID", "Zeitachse"), "1/9000028"])
def test_without_a_checkpoint_there_is_no_end(said: str) -> None:
    with pytest.raises(ValueError, match="no checkpoint"):
        checkpoint(said)


@pytest.mark.parametrize(
    ("records", "final"),
    [
        (SHUTDOWN, True),
        (SHUTDOWN + WRITE, False),
        (ONLINE, False),
        (ONLINE + WRITE, False),
        ("", False),
    ],
    ids=["shut down", "went on since", "crashed", "crashed after writes", "its file is gone"],
)
def test_a_log_ends_with_a_shutdown_and_nothing_after_it(records: str, final: bool) -> None:  # noqa: FBT001 - the case
    assert is_final(records) is final


@pytest.mark.parametrize(
    ("records", "ends_at", "location"),
    [
        (ONLINE.replace("1/09000028", "1/08000060") + SHUTDOWN, "1/9000028", 0x1_0900_0028),
        (SHUTDOWN, "1/90000A0", None),
        (SHUTDOWN + ONLINE.replace("1/09000028", "1/090000A0"), "1/90000A0", None),
        ("", "1/9000028", None),
    ],
    ids=["shut down", "wrote more", "began again", "no checkpoint"],
)
def test_a_timeline_that_was_left_ended_with_its_shutdown_or_nobody_can_tell(
    records: str, ends_at: str, location: int | None
) -> None:
    said = f"pg_waldump: error: error in WAL record at {ends_at}: invalid record length\n"

    assert shutdown_in(records, said) == location
    assert shutdown_in(records, "pg_waldump: error: could not find file\n") is None


def test_a_history_tells_which_timelines_were_left_where() -> None:
    history = "1\t0/5000000\tno recovery target specified\n\n2\t1/7000000\tno reason\n"

    assert forks_of(history) == [(1, 0x5000000), (2, 0x1_0700_0000)]
    assert forks_of("") == []


def test_an_end_is_read_as_it_was_written() -> None:
    end = LogEnd(3, 0x1_0900_0028, final=True)

    assert read_end(end_text(end)) == end


@pytest.mark.parametrize(
    "said", ["", "[]", '{"timeline": 3}', '{"timeline": "3", "location": 1, "final": true}']
)
def test_anything_else_is_no_end(said: str) -> None:
    with pytest.raises(ValueError, match=r"no end of a log|Expecting value"):
        read_end(said)
