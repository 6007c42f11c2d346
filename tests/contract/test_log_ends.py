"""Where logs of real servers end after a good switch, a torn one and a crash."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dr.logs.log_end import checkpoint, is_final, read_end, read_location
from dr.logs.succession import LogEnd
from tests.scratch_postgres import program_as_text, sections_of

pytestmark = pytest.mark.lab


PROGRAM = "dr.onhost.log_end_main"
STORY = """
cd /tmp
echo "$0" | base64 -d >ours.zip
initdb --pgdata=one --auth=trust --wal-segsize=1 >/dev/null
cat >>one/postgresql.conf <<.
listen_addresses = ''
unix_socket_directories = '/tmp'
fsync = off
wal_keep_size = 128MB
.
number() { case $1 in one) echo 5001;; two) echo 5002;; esac; }
start() { pg_ctl start -s -w -D $1 -l $1.log -o "-p $(number $1)"; }
ask() { psql --quiet --tuples-only --no-align --host=/tmp --port=$(number $1) --command="$2"; }
follow() {
  touch $1/standby.signal
  echo "primary_conninfo = 'host=/tmp port=$(number $2)'" >>$1/postgresql.conf
  start $1
  until [ "$(ask $2 "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")" = 1 ]
  do sleep 0.1; done
}
tell() {
  echo "== $1 control"; pg_controldata $2
  timeline=$(pg_controldata $2 | sed -n "s/^Latest checkpoint's TimeLineID: *//p")
  begin=$(pg_controldata $2 | sed -n 's/^Latest checkpoint location: *//p')
  echo "== $1 records"
  pg_waldump --path=$2/pg_wal --timeline=$timeline --start=$begin --limit=2 || :
}
end() {
  echo "== $1 end"
  PYTHONPATH=ours.zip /opt/ndc/venv/bin/python -c "
from pathlib import Path
from dr.logs.log_end import end_text
from PROGRAM import end_of
print(end_text(end_of(Path('/tmp/$2'))))"
}
# as PostgreSQL makes them before it needs them; the newest is met first in a folder
ahead() { head -c 1048576 /dev/zero >$1/pg_wal/0000000A000000000000000A; }
fork() { echo "== $1 fork"; cat $2/pg_wal/$3.history; }

start one
ask one 'CREATE TABLE t AS SELECT 1'
pg_basebackup --host=/tmp --port=5001 --pgdata=two --checkpoint=fast
follow two one

pg_ctl stop -s -w -m fast -D one
pg_ctl promote -s -w -D two
tell stopped one
follow one two
tell good one
fork good two 00000002
end good one
ask two 'CREATE TABLE more AS SELECT 3; CHECKPOINT'
shown='SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()'
until [ "$(ask two "$shown")" = 1 ]; do sleep 0.1; done
ask one CHECKPOINT
tell moved one
end moved one
ahead one
end ahead one

pg_ctl stop -s -w -m immediate -D one
ask two 'CREATE TABLE late AS SELECT 2'
pg_ctl stop -s -w -m fast -D two
start one
pg_ctl promote -s -w -D one
tell torn two
end torn two
fork torn one 00000003

pg_ctl stop -s -w -m immediate -D one
tell crashed one
end crashed one
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what was said in the story, by its heading."""
    return sections_of(
        tmp_path_factory.mktemp("postgres"),
        STORY.replace("PROGRAM", PROGRAM),
        program_as_text(PROGRAM),
    )


def test_a_leader_that_stopped_in_good_order_ends_before_the_fork(
    told: Mapping[str, str],
) -> None:
    timeline, location = checkpoint(told["good control"])

    assert is_final(told["good records"])
    assert timeline == 1
    assert location < _fork(told["good fork"], timeline)


def test_its_end_can_still_be_told_while_it_follows(told: Mapping[str, str]) -> None:
    assert "in archive recovery" in told["good control"]
    assert checkpoint(told["good control"]) == checkpoint(told["stopped control"])
    assert told["good records"] == told["stopped records"]


def test_one_that_wrote_what_the_next_leader_never_got_ends_after_the_fork(
    told: Mapping[str, str],
) -> None:
    timeline, location = checkpoint(told["torn control"])

    assert is_final(told["torn records"])
    assert timeline == 2
    assert location > _fork(told["torn fork"], timeline)


def test_its_end_can_be_told_when_its_control_file_has_moved_on(told: Mapping[str, str]) -> None:
    timeline, location = checkpoint(told["stopped control"])

    assert checkpoint(told["moved control"])[0] == timeline + 1
    assert not is_final(told["moved records"])
    assert read_end(told["good end"]) == LogEnd(timeline, location, final=True)
    assert told["moved end"] == told["good end"]


def test_a_file_that_was_made_ahead_hides_no_end(told: Mapping[str, str]) -> None:
    assert told["ahead end"] == told["good end"]


def test_what_follows_a_second_time_is_not_taken_for_what_it_was_first(
    told: Mapping[str, str],
) -> None:
    assert read_end(told["torn end"]).timeline == 2
    assert not read_end(told["crashed end"]).final


def test_one_that_crashed_left_no_end(told: Mapping[str, str]) -> None:
    assert not is_final(told["crashed records"])


def _fork(history: str, timeline: int) -> int:
    """Return where ``timeline`` was left, from a history file of PostgreSQL."""
    lines = (line.split("\t") for line in history.splitlines() if line)
    (location,) = (line[1] for line in lines if int(line[0]) == timeline)
    return read_location(location)
