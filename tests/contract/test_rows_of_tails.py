"""A real server that wrote beside another: which rows it alone changed is listed, and no other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from dr.logs.row_list import NO_KEY, NO_TABLE, OUTSIDE, RowList, read_rows
from tests.scratch_postgres import program_as_text, sections_of

pytestmark = pytest.mark.lab

PROGRAMS = "dr.onhost.rewind_main, dr.onhost.rows_main, dr.onhost.kept_main, dr.onhost.keep_main"
COPIED = [(1, "a"), (2, "b"), (3, "c")]
STORY = """
cd /var/lib/postgresql
echo "$0" | base64 -d >ours.zip
export PYTHONPATH=/var/lib/postgresql/ours.zip
initdb --pgdata=old --auth=trust --data-checksums >/dev/null
cat >>old/postgresql.conf <<.
listen_addresses = ''
unix_socket_directories = '/tmp'
fsync = off
wal_level = logical
wal_log_hints = on
wal_keep_size = 128MB
.
number() { case $1 in old) echo 5001;; new) echo 5002;; esac; }
start() { pg_ctl start -s -w -D $1 -l $1.log -o "-p $(number $1)"; }
ask() { psql -qAt -v ON_ERROR_STOP=1 --host=/tmp --port=$(number $1) --dbname=app; }
rewind() {
  /opt/ndc/venv/bin/python -m dr.onhost.rewind_main a-host -D /var/lib/postgresql/$1 \
    --source-server "host=/tmp port=5002 user=postgres dbname=postgres" 2>&1 \
    && echo rewound || echo refused
}
files() { (cd $1; find . -type f ! -name ndc-apart.json | sort | xargs md5sum) }

start old
psql -q --host=/tmp --port=5001 --dbname=postgres --command='CREATE DATABASE app'
ask old <<.
CREATE TABLE submissions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, body jsonb NOT NULL,
  sent_again integer NOT NULL DEFAULT 0);
CREATE TABLE visits ("on" date, place text, long text, PRIMARY KEY ("on", place));
CREATE TABLE keyless (n int);
CREATE TABLE emptied (n int PRIMARY KEY);
CREATE TABLE dropped (n int PRIMARY KEY);
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TYPE pair AS (a int, b int);
CREATE FUNCTION tells(pair) RETURNS json LANGUAGE plpgsql AS
  \\$\\$ BEGIN COPY (SELECT 1) TO '/var/lib/postgresql/called'; RETURN '1'; END \\$\\$;
CREATE CAST (pair AS json) WITH FUNCTION tells(pair);
CREATE TABLE typed (id uuid PRIMARY KEY, mood mood, pair pair, exact numeric);
INSERT INTO submissions (key, body) SELECT 'before-' || g, '{}' FROM generate_series(1, 9) g;
INSERT INTO visits SELECT '2030-01-01', 'before',
  string_agg(md5(g::text), '') FROM generate_series(1, 300) g;
INSERT INTO keyless VALUES (1), (2);
INSERT INTO emptied VALUES (1), (2);
.
mkfifo said
psql -q --host=/tmp --port=5001 --dbname=app <said >/dev/null &
session=$!
exec 3>said
echo "BEGIN; INSERT INTO submissions (key, body) VALUES ('open', '{}'); SELECT pg_switch_wal();" >&3
echo "INSERT INTO submissions (key, body) VALUES ('open-too', '{}');" >&3
open="SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"
until [ "$(echo "$open" | ask old)" = 1 ]; do sleep 0.1; done
pg_basebackup --host=/tmp --port=5001 --pgdata=new --checkpoint=fast --write-recovery-conf
start new
pg_ctl promote -s -w -D new
echo "INSERT INTO submissions (key, body) VALUES ('successor', '{}'); CHECKPOINT" | ask new

echo 'COMMIT; \\q' >&3
wait $session
pg_ctl stop -s -w -m fast -D old
cp -r old quick
start old
ask old <<.
INSERT INTO submissions (key, body) VALUES ('one', '{"name": "An"}');
INSERT INTO submissions (key, body) VALUES ('one', '{}')
  ON CONFLICT (key) DO UPDATE SET sent_again = submissions.sent_again + 1;
BEGIN; INSERT INTO submissions (key, body) VALUES ('never', '{}'); ROLLBACK;
BEGIN;
DELETE FROM submissions WHERE id = 2;
SAVEPOINT a; INSERT INTO visits VALUES ('2030-01-02', 'never'); ROLLBACK TO a;
SAVEPOINT b; INSERT INTO visits VALUES ('2030-01-02', 'Hu\u1ebf'); RELEASE b;
COMMIT;
UPDATE visits SET place = 'moved' WHERE place = 'Hu\u1ebf';
COPY visits FROM STDIN;
2030-02-01	a	\\N
2030-02-02	b	\\N
2030-02-03	c	\\N
\\.
INSERT INTO visits SELECT '2030-03-01', 'long', string_agg(md5(g::text), '')
  FROM generate_series(1, 300) g;
UPDATE visits SET "on" = '2030-01-09' WHERE place = 'before';
UPDATE keyless SET n = 3 WHERE n = 1;
DELETE FROM keyless WHERE n = 2;
INSERT INTO keyless VALUES (4);
INSERT INTO typed VALUES
  ('00000000-0000-0000-0000-000000000001', 'sad', (1, 2), 12345678901234567890.123456789);
INSERT INTO emptied VALUES (3); TRUNCATE emptied;
INSERT INTO dropped VALUES (1); DROP TABLE dropped;
SELECT pg_sleep(1.1);
CREATE TABLE made (n int PRIMARY KEY); INSERT INTO made VALUES (1);
.
pg_ctl stop -s -w -m fast -D old
cp -r old broken; rm broken/base/1/PG_VERSION
cp -r old slow

echo "== on its way"; rewind quick
echo "== on its way rows"; cat kept/quick/*/rows.jsonl
echo "== before"; files old
echo "== kept"; rewind old
echo "== after"; files old
echo "== files"; cd kept/old/*; stat -c '%n %a' .* * ; cd ../../..
echo "== summary"; cat kept/old/*/rows.json
echo "== rows"; cat kept/old/*/rows.jsonl
echo "== told"; /opt/ndc/venv/bin/python -m dr.onhost.kept_main a-host old
echo "== called"; ls called 2>&1 || :
echo "== no catalogue"; rewind broken
echo "== no catalogue summary"; cat kept/broken/*/rows.json
echo "== no catalogue files"; ls -A kept/broken/* broken/ndc-apart.json
echo "== again"
cp old/base/1/PG_VERSION broken/base/1
mkdir 15
mv broken 15
/opt/ndc/venv/bin/python -m dr.onhost.keep_main a-host broken 2 '{}' 2>&1
echo "== again summary"; cat kept/broken/*/rows.json
echo "== half a log"
cp -r old half; rm half/pg_wal/000000010000000000000004
rewind half
echo "== half a log summary"; cat kept/half/*/rows.json
echo "== slow"
mkdir programs; ln -s /usr/lib/postgresql/15/bin/* programs; rm programs/pg_resetwal
cat >programs/pg_resetwal <<.
#!/bin/sh
ls /var/lib/postgresql/slow/ndc-apart.json >/var/lib/postgresql/marked
exec sleep 1000
.
chmod +x programs/pg_resetwal
/opt/ndc/venv/bin/python -c "
from pathlib import Path
import dr.onhost.row_listing as row_listing
from dr.onhost.rewind_main import rewound
row_listing._LISTING_SECONDS = 2
words = ['-D', '/var/lib/postgresql/slow', '--source-server',
         'host=/tmp port=5002 user=postgres dbname=postgres']
print(rewound('a-host', words, Path('programs'), Path('kept').absolute()))" 2>&1
echo "== slow files"; ls -A kept/slow/* slow/ndc-apart.json
echo "== slow mark"; cat marked
echo "== slow processes"; ps -e -o args | grep '[s]leep 1000' || :
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return what was said in the story, by its heading."""
    return sections_of(tmp_path_factory.mktemp("postgres"), STORY, program_as_text(PROGRAMS))


def _rows(said: Mapping[str, str], heading: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said[heading].splitlines()]


def _summary(said: Mapping[str, str], which: str) -> RowList:
    return read_rows(said[f"{which} summary".strip()], which)


def test_every_row_of_a_committed_transaction_is_listed_and_no_other(
    said: Mapping[str, str],
) -> None:
    listed = [
        (one["change"], (one["table"] or "").removeprefix("app.public."), one["key"], one["why"])
        for one in _rows(said, "rows")
    ]

    assert listed == [
        ("inserted", "submissions", {"id": 10}, None),
        ("inserted", "submissions", {"id": 11}, None),
        ("inserted", "submissions", {"id": 12}, None),
        ("changed", "submissions", {"id": 12}, None),
        ("deleted", "submissions", {"id": 2}, None),
        ("inserted", "visits", {"on": "2030-01-02", "place": "Huế"}, None),
        ("changed", "visits", {"on": "2030-01-02", "place": "Huế"}, None),
        *(("inserted", "visits", {"on": f"2030-02-0{n}", "place": p}, None) for n, p in COPIED),
        ("inserted", "visits", {"on": "2030-03-01", "place": "long"}, None),
        ("changed", "visits", {"on": "2030-01-01", "place": "before"}, OUTSIDE),
        ("changed", "keyless", None, NO_KEY),
        ("deleted", "keyless", None, NO_KEY),
        ("inserted", "keyless", None, None),
        ("inserted", "typed", {"id": "00000000-0000-0000-0000-000000000001"}, None),
        ("inserted", "", None, NO_TABLE),
        ("emptied", "emptied", None, None),
        ("inserted", "", None, NO_TABLE),
        ("inserted", "made", {"n": 1}, None),
    ]


def test_rows_are_whole_in_the_file_and_have_all_their_digits(said: Mapping[str, str]) -> None:
    rows = {str(one["key"]): one["row"] for one in _rows(said, "rows")}

    assert rows["{'id': 12}"] == {"id": 12, "key": "one", "body": {"name": "An"}, "sent_again": 1}
    assert len(rows["{'on': '2030-03-01', 'place': 'long'}"]["long"]) == 300 * 32
    assert '"exact": 12345678901234567890.123456789' in said["rows"]
    assert '"mood": "sad"' in said["rows"]


def test_no_function_of_the_owner_of_a_database_is_called(said: Mapping[str, str]) -> None:
    typed = next(one["row"] for one in _rows(said, "rows") if "typed" in str(one["table"]))

    assert "pair" not in typed
    assert "No such file" in said["called"]


def test_what_is_known_and_what_is_not_are_both_counted(said: Mapping[str, str]) -> None:
    summary = _summary(said, "")

    assert (summary.commits, summary.listed, summary.changes) == (18, 14, 20)
    assert [note.partition(", ")[0] for note in summary.notes] == ["changes of the catalogue"]
    assert json.loads(said["told"])["rows"] == [json.loads(said["summary"])]
    assert "An" not in said["summary"]


def test_the_copy_is_as_it_was_and_nothing_of_the_reading_is_left(
    said: Mapping[str, str],
) -> None:
    files = dict(line.split() for line in said["files"].splitlines())

    assert said["kept"].endswith("refused\n")
    assert said["after"] == said["before"]
    assert {"rows.json", "rows.jsonl", "tail.json"} < {*files}
    assert {mode for name, mode in files.items() if name[0] != "."} == {"600"}
    assert not [name for name in files if name.startswith(".reading")]


def test_what_was_open_at_the_fork_and_on_its_way_is_listed_before_it_is_given_up(
    said: Mapping[str, str],
) -> None:
    assert said["on its way"].endswith("rewound\n")
    assert [one["row"]["key"] for one in _rows(said, "on its way rows")] == ["open", "open-too"]


def test_a_tail_whose_rows_cannot_be_read_is_kept_and_says_so(said: Mapping[str, str]) -> None:
    summary = _summary(said, "no catalogue")

    assert said["no catalogue"].endswith("refused\n")
    assert (summary.commits, summary.listed, summary.file) == (18, 0, None)
    assert "no row can be read" in summary.notes[0]
    assert {"tail.json", "broken/ndc-apart.json"} < {*said["no catalogue files"].split()}
    assert "rows.jsonl" not in said["no catalogue files"]


def test_what_could_not_be_read_is_read_again_while_the_copy_is_there(
    said: Mapping[str, str],
) -> None:
    summary = _summary(said, "again")

    assert json.loads(said["again"])["tail"]["commits"] == 18
    assert (summary.commits, summary.listed, summary.changes) == (18, 14, 20)


def test_of_a_log_that_is_not_whole_nobody_says_that_all_is_listed(
    said: Mapping[str, str],
) -> None:
    summary = _summary(said, "half a log")

    assert "an unknown number of commits" in said["half a log"]
    assert (summary.commits, summary.listed) == (0, 0)
    assert summary.notes == ("the log is not whole: nobody can tell how many commits were in it",)


def test_a_reading_that_takes_long_is_ended_and_the_tail_is_kept(said: Mapping[str, str]) -> None:
    assert "its rows are not listed (124)" in said["slow"]
    assert said["slow"].endswith("\n1\n")
    assert {"tail.json", "slow/ndc-apart.json"} < {*said["slow files"].split()}
    assert ".reading" not in said["slow files"]
    assert said["slow processes"] == ""


def test_a_copy_is_marked_before_its_rows_are_read(said: Mapping[str, str]) -> None:
    assert said["slow mark"].strip() == "/var/lib/postgresql/slow/ndc-apart.json"
