"""Whether a leader's log goes on where a copy progress, from what ``pg_waldump`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dr.logs.seam import (
    BEYOND,
    LogProgress,
    Seam,
    fork_of,
    goes_on,
    judged,
    read_seam,
    seam_text,
    strangers,
    told_apart,
)
from dr.onhost.seam_main import seam_at
from inventory.names import HostName

COPY, LEADER = HostName("ndc02-data"), HostName("ndc01-data")
SKIPS = "pg_waldump: first record is after 0/3009D00, at 0/3009D40, skipping over 64 bytes\n"


def _record(location: str) -> str:
    return (
        "rmgr: Standby     len (rec/tot):     50/    50, tx:          0, "
        f"lsn: {location}, prev 0/03005940, desc: RUNNING_XACTS nextXid 727\n"
    )


@pytest.mark.parametrize(
    ("position", "records", "complaints", "told"),
    [
        (0x3009D00, _record("0/03009D00"), "", True),
        (0x1_03009D00, _record("1/03009D00"), "", True),
        (0x3009D00, _record("0/03009D40"), SKIPS, False),
        (0x3009D00, _record("0/03009D18"), SKIPS, False),
        (0x300A000, _record("0/0300A018"), "", True),
        (0x3000000, _record("0/03000028"), "", True),
        (0x300A000, _record("0/0300A090"), "", False),
    ],
    ids=[
        "begins-there",
        "beyond-4-gib",
        "begins-later",
        "not-at-a-page",
        "after-a-pages-header",
        "after-a-files-header",
        "runs-over-a-page",
    ],
)
def test_a_log_goes_on_where_a_record_begins(
    position: int,
    records: str,
    complaints: str,
    told: bool,  # noqa: FBT001 - the case
) -> None:
    assert goes_on(position, records, complaints) is told


@pytest.mark.parametrize("complaints", ["", "pg_waldump: error: could not find a valid record"])
def test_a_log_that_ends_there_tells_nothing(complaints: str) -> None:
    with pytest.raises(ValueError, match="no record"):
        goes_on(0x3009D00, "", complaints)


def test_a_part_of_the_log_that_is_kept_no_more_is_told_from_another_history(
    tmp_path: Path,
) -> None:
    (tmp_path / "000000020000000000000005").write_bytes(bytes(16))
    (tmp_path / "00000002.history").write_text("1\t0/10\tno recovery target specified\n", "utf-8")

    assert seam_at(tmp_path, 2, 0x30) == Seam(holds=None, fork=0x10)


@pytest.mark.parametrize("position", [BEYOND, 0x8, 0x10])
def test_before_a_timeline_began_all_had_the_same_history(tmp_path: Path, position: int) -> None:
    (tmp_path / "00000002.history").write_text("1\t0/10\tno recovery target specified\n", "utf-8")

    assert seam_at(tmp_path, 2, position) == Seam(holds=True, fork=0x10)


def test_a_copy_that_has_more_than_its_leader_has_another_history_whoever_answers() -> None:
    came = {LEADER: LogProgress(2, 9000, 9000), COPY: LogProgress(2, 9500, 9500)}

    (position,) = strangers(LEADER, came).values()

    assert judged(position, None) == Seam(holds=False, fork=None)
    assert judged(position, Seam(holds=True, fork=7000)) == Seam(holds=False, fork=7000)


def test_of_a_copy_behind_its_leader_the_leaders_disk_tells() -> None:
    came = {LEADER: LogProgress(2, 9000, 9000), COPY: LogProgress(2, 8500, 8400)}

    assert strangers(LEADER, came) == {COPY: 8400}
    assert judged(8400, None) is None
    assert judged(8400, Seam(holds=True, fork=7000)) == Seam(holds=True, fork=7000)


@pytest.mark.parametrize(
    "copy",
    [LogProgress(1, 8000, 8000), LogProgress(2, 9000, 9000), LogProgress(None, 8000, 8000)],
    ids=["another-timeline", "level", "untold"],
)
def test_a_copy_of_which_nothing_follows_is_no_stranger(copy: LogProgress) -> None:
    assert strangers(LEADER, {LEADER: LogProgress(2, 9000, 9000), COPY: copy}) == {}


def test_whom_the_leader_sends_to_is_no_stranger() -> None:
    own = LogProgress(2, 9000, 9000, frozenset({COPY}))

    assert strangers(LEADER, {LEADER: own, COPY: LogProgress(2, 8000, 8000)}) == {}


def test_a_fork_is_the_last_line_of_a_history() -> None:
    history = (
        "1\t0/3005940\tno recovery target specified\n\n2\t1/30\tno recovery target specified\n"
    )

    assert fork_of(history) == 0x1_00000030
    assert fork_of("") is None


@pytest.mark.parametrize("seam", [Seam(True, None), Seam(False, 7), Seam(None, 7)])  # noqa: FBT003 - the cases
def test_what_a_host_says_is_read_back(seam: Seam) -> None:
    assert read_seam(seam_text(seam)) == seam


@pytest.mark.parametrize("text", ["{}", "[]", '{"holds": 1, "fork": null}', "nonsense"])
def test_what_is_no_seam_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"seam|Expecting"):
        read_seam(text)


def test_two_histories_are_told_with_both_hosts_timeline_and_fork() -> None:
    stood = LogProgress(46, 0x3009D00, 0x3009D00)

    sentence = told_apart(COPY, LEADER, stood, Seam(holds=False, fork=0x3005940))

    assert sentence == (
        "ndc02-data and ndc01-data have two histories of timeline 46, which left the one before at "
        "0/3005940: at 0/3009D00, where ndc02-data stands, no record of ndc01-data begins"
    )


def test_what_is_received_and_not_replayed_is_counted() -> None:
    assert LogProgress(1, 9000, 1000).unreplayed == 8000
    assert LogProgress(1, 1000, 9000).unreplayed == 0
