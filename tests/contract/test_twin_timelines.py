"""Two real servers that were both promoted to one timeline, from one fork: who is told apart."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dr.logs.log_end import read_location
from dr.logs.seam import file_name, fork_of, goes_on
from tests.scratch_postgres import sections_of

pytestmark = pytest.mark.lab


STORY = """
cd /tmp
initdb --pgdata=one --auth=trust >/dev/null
cat >>one/postgresql.conf <<.
listen_addresses = ''
unix_socket_directories = '/tmp'
fsync = off
wal_keep_size = 128MB
wal_retrieve_retry_interval = 200ms
.
number() { case $1 in one) echo 5001;; twin) echo 5002;; friend) echo 5003;; esac; }
start() { pg_ctl start -s -w -D $1 -l $1.log -o "-p $(number $1)"; }
ask() { psql --quiet --tuples-only --no-align --host=/tmp --port=$(number $1) --command="$2"; }
row() { ask $1 "INSERT INTO t VALUES (repeat('$2', $3))"; }
rows() { ask $1 'SELECT count(*) FROM t'; }
copy() {
  pg_basebackup --host=/tmp --port=5001 --pgdata=$1 --checkpoint=fast
  touch $1/standby.signal
  echo "primary_conninfo = 'host=/tmp port=5001 application_name=$1'" >>$1/postgresql.conf
  start $1
  until [ "$(rows $1)" = 1 ]; do sleep 0.1; done
}
first() { pg_waldump --path=$1/pg_wal --timeline=2 --limit=1 \
  --start=$(cut -f2 $1/pg_wal/00000002.history); }
goes_on() {
  echo "== $1 records"
  pg_waldump --path=one/pg_wal --timeline=2 --start=$2 --limit=1 2>complaints || :
  echo "== $1 complaints"; cat complaints
}

start one
ask one 'CREATE TABLE t (a text)'
row one common 1
copy twin
copy friend

# the twin is promoted, writes, and dies before anybody hears of it
pg_ctl stop -s -w -m fast -D friend
pg_ctl stop -s -w -m fast -D one
pg_ctl promote -s -w -D twin
row twin other 30
pg_ctl stop -s -w -m immediate -D twin
echo "== its first"; first twin

# its former leader is promoted as well, and the others follow that one
touch one/standby.signal
start one
pg_ctl promote -s -w -D one
start friend
touch twin/standby.signal
start twin
for number in 1 2 3; do row one own$number 700; done
until [ "$(rows friend)" = 4 ]; do sleep 0.1; done
sleep 1
echo "== knows"
ask one "SELECT application_name FROM pg_stat_replication WHERE state = 'streaming'"
echo "== first"; first one
echo "== its first since"; first twin
echo "== fork"; cat one/pg_wal/00000002.history
twins=$(ask twin 'SELECT pg_last_wal_replay_lsn()')
friends=$(ask friend 'SELECT pg_last_wal_replay_lsn()')
row one later 1
echo "== rows"; rows twin; rows friend
echo "== twin"; echo $twins
goes_on twin $twins
echo "== friend"; echo $friends
goes_on friend $friends
echo "== file"; ask one "SELECT pg_walfile_name('$twins')"
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what was said in the story, by its heading."""
    return sections_of(tmp_path_factory.mktemp("postgres"), STORY)


def test_a_twin_reports_the_leaders_timeline_and_the_leader_does_not_know_it(
    told: Mapping[str, str],
) -> None:
    assert told["knows"].split() == ["friend"]


def test_the_first_record_of_the_timeline_tells_twins_apart_only_until_they_follow(
    told: Mapping[str, str],
) -> None:
    assert told["its first"] != told["first"]
    assert told["its first since"] == told["first"]


def test_the_leaders_log_does_not_go_on_where_the_twin_stands(told: Mapping[str, str]) -> None:
    assert _goes_on(told, "twin", told["twin"]) is False


def test_the_leaders_log_goes_on_where_a_follower_stands(told: Mapping[str, str]) -> None:
    assert _goes_on(told, "friend", told["friend"]) is True


def test_the_file_that_holds_a_position_has_the_name_that_postgresql_gives_it(
    told: Mapping[str, str],
) -> None:
    position = read_location(told["twin"].strip())

    assert file_name(2, position, 16 * 2**20) == told["file"].strip()


def test_the_fork_of_the_timeline_is_read_from_its_history(told: Mapping[str, str]) -> None:
    fork = fork_of(told["fork"])

    assert fork is not None
    assert fork < read_location(told["twin"].strip())


def _goes_on(told: Mapping[str, str], whose: str, stand: str) -> bool:
    position = read_location(stand.strip())
    return goes_on(position, told[f"{whose} records"], told[f"{whose} complaints"])
