"""Real servers that wrote beside another: what only they have is kept before it is rewound."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dr.logs.tail import MARK, Tail, read_tail
from tests.scratch_postgres import program_as_text, sections_of

pytestmark = pytest.mark.lab

SHUTDOWN = "120"
"""bytes of the checkpoint with which a server stops in good order"""
PROGRAM = "dr.onhost.rewind_main"
STORY = """
cd /var/lib/postgresql
echo "$0" | base64 -d >ours.zip
initdb --pgdata=old --auth=trust --wal-segsize=1 >/dev/null
cat >>old/postgresql.conf <<.
listen_addresses = ''
unix_socket_directories = '/tmp'
fsync = off
wal_log_hints = on
wal_keep_size = 128MB
.
number() { case $1 in old) echo 5001;; new) echo 5002;; esac; }
start() { pg_ctl start -s -w -D $1 -l $1.log -o "-p $(number $1)"; }
ask() { psql -qAt --host=/tmp --port=$(number $1) --dbname=postgres --command="$2"; }
rewind() {
  PYTHONPATH=ours.zip /opt/ndc/venv/bin/python -m PROGRAM a-host -D /var/lib/postgresql/old \
    --source-server "host=/tmp port=5002 user=postgres dbname=postgres" 2>&1 \
    && echo rewound || echo refused
}

start old
ask old 'CREATE TABLE t (n int)'
pg_basebackup --host=/tmp --port=5001 --pgdata=new --checkpoint=fast --write-recovery-conf
start new
pg_ctl promote -s -w -D new
ask new 'INSERT INTO t VALUES (100); CHECKPOINT'
ask old 'BEGIN; INSERT INTO t VALUES (2); ROLLBACK'
pg_ctl stop -s -w -m fast -D old
# as PostgreSQL makes them before it needs them; the newest is met first in a folder
head -c 1048576 /dev/zero >old/pg_wal/0000000A000000000000000A
cp -r old again; cp -r old once

echo "== without a record"
PYTHONPATH=ours.zip /opt/ndc/venv/bin/python -c "
from pathlib import Path
from dr.logs.log_end import checkpoint
from dr.onhost.log_tail import Log
log = Log(Path('/var/lib/postgresql/old'), 'a-host')
timeline, location = checkpoint(log.control())
tail, _ = log.tail((timeline, location + SHUTDOWN))
print(tail.text())"
echo "== without commits"; rewind
ls kept old/MARK 2>&1 || :
rm -rf old; mv again old
start old
ask old 'INSERT INTO t VALUES (2)'
pg_ctl stop -s -w -m fast -D old
echo "== on its way"; rewind
echo "== on its way files"; ls old/MARK kept/old/* 2>&1 || :
rm -rf old kept; mv once old
start old
for n in 2 3 4; do ask old "INSERT INTO t VALUES ($n)"; sleep 0.6; done
pg_ctl stop -s -w -m immediate -D old
echo "== crashed"; rewind
start old
pg_ctl stop -s -w -m fast -D old
touch kept
echo "== not kept"; rewind
echo "== not kept mark"; cat old/MARK
rm kept
echo "== kept"; rewind
echo "== kept twice"; rewind
echo "== kept mark"; cat old/MARK
echo "== kept files"; ls kept/old/*
echo "== kept log"; cat kept/old/*/transactions.txt
start old
echo "== rows"; ask old 'SELECT count(*) FROM t'
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what was said in the story, by its heading."""
    story = STORY.replace("PROGRAM", PROGRAM).replace("MARK", MARK).replace("SHUTDOWN", SHUTDOWN)
    return sections_of(tmp_path_factory.mktemp("postgres"), story, program_as_text(PROGRAM))


def _mark(told: Mapping[str, str], which: str) -> Tail:
    return read_tail(told[f"{which} mark"], which)


def test_a_tail_in_which_nothing_is_committed_is_rewound_at_once(told: Mapping[str, str]) -> None:
    assert "rewound" in told["without commits"]
    assert told["without commits"].count("No such file") == 2


def test_a_log_that_ends_at_the_fork_holds_nothing_more(told: Mapping[str, str]) -> None:
    tail = read_tail(told["without a record"], "here")

    assert (tail.commits, tail.is_empty) == (0, True)
    assert tail.last == tail.fork


def test_commits_that_nobody_else_has_are_kept_and_not_erased(told: Mapping[str, str]) -> None:
    tail = _mark(told, "kept")

    assert "a-host has 3 commits on timeline 1" in told["kept"]
    assert told["kept"].endswith("refused\n")
    assert told["kept twice"] == told["kept"]  # and in one folder
    assert (tail.commits, tail.database) == (3, "old")
    files = told["kept files"].split()
    assert {"tail.json", "transactions.txt", "pg_controldata.txt"} < {*files}
    assert any(len(name) == 24 for name in files)
    assert told["kept log"].count("desc: COMMIT") == 3
    assert told["rows"].strip() == "3"


def test_what_was_on_its_way_when_a_leader_died_is_kept_and_given_up(
    told: Mapping[str, str],
) -> None:
    assert "a-host has 1 commit on timeline 1" in told["on its way"]
    assert told["on its way"].endswith("rewound\n")
    assert "transactions.txt" in told["on its way files"]
    assert f"old/{MARK}': No such file" in told["on its way files"]


def test_what_cannot_be_kept_is_not_erased(told: Mapping[str, str]) -> None:
    assert told["not kept"].endswith("refused\n")
    assert (_mark(told, "not kept").commits, _mark(told, "not kept").kept) == (3, None)


def test_whoever_cannot_say_where_it_diverged_is_left_alone(told: Mapping[str, str]) -> None:
    assert "must be shut down cleanly" in told["crashed"]
    assert told["crashed"].endswith("refused\n")
