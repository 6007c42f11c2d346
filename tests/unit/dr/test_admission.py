"""Who is kept out is written down so that it can be read, and told in words that can be typed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import JournalCorrupt
from core.runs.plan import RunName
from dr.admission import (
    Beside,
    Exclusion,
    brought_back,
    called,
    exclusion_text,
    read_beside,
    read_exclusion,
    to_exclude,
)
from dr.logs.log_changes import ChangeKind
from dr.logs.row_list import RowChange, RowList
from dr.logs.tail import Tail
from inventory.names import HostName
from tests.networks import network

OF = network("compact")
APP, DATA, EDGE = (HostName(f"ndc01-{name}") for name in ("app", "data", "edge1"))
OUT = Exclusion(RunName("20300101-000005-without"), datetime(2030, 1, 1, tzinfo=UTC))
TAIL = Tail("general-db", DATA, 3, 1000, 9000, 73, "2030-01-01 00:00:00Z", "/kept/it", 7.4)


def _beside(*tails: Tail, rows: RowList | None = None) -> Beside:
    return Beside(tails, is_apart=True, rows={TAIL.name: rows} if rows else {})


def test_an_exclusion_reads_as_it_was_written() -> None:
    assert read_exclusion(exclusion_text(OUT)) == OUT


@pytest.mark.parametrize("text", ["", "{}", '{"run": "r"}', "no"])
def test_what_is_no_exclusion_is_refused(text: str) -> None:
    with pytest.raises(JournalCorrupt):
        read_exclusion(text)


def test_only_what_serves_or_holds_data_is_kept_out() -> None:
    assert to_exclude(OF, [EDGE, DATA, APP]) == (APP, DATA)


def test_a_whole_site_is_called_by_its_name() -> None:
    assert called(OF, [APP, DATA]) == "ndc01"
    assert called(OF, [DATA]) == DATA
    assert called(OF, [APP, DATA, HostName("ndc02-app")]) == "ndc01 ndc02-app"


def test_what_a_copy_would_bring_back_is_told_in_commits_and_bytes() -> None:
    earlier = replace(TAIL, timeline=2, last=None, commits=None)

    told = list(brought_back("general-db", DATA, TAIL, _beside(TAIL, earlier), rows=False))

    assert [line.rsplit("; ", 1)[1] for line in told] == [
        "8000 bytes of log",
        "an unknown number of bytes of log",
    ]
    assert "73 commits" in told[0]
    assert list(brought_back("general-db", DATA, None, _beside(), rows=True)) == [
        "ndc01-data holds nothing of general-db that no other copy has"
    ]


def test_the_rows_of_a_tail_are_named_by_their_keys_where_a_person_asked() -> None:
    row = RowChange("2030-01-01 00:00:00.5Z", 9, ChangeKind.INSERTED, "app.public.t", '{"n":1}')
    rows = RowList(73, 72, 900, "/kept/it/rows.jsonl", ("one is not known",), (row,))

    told = list(brought_back("general-db", DATA, TAIL, _beside(rows=rows), rows=True))
    silent = list(brought_back("general-db", DATA, TAIL, _beside(rows=rows), rows=False))

    assert told[1:] == [
        "    rows are known of 72 of 73 commits, 900 changes",
        "        inserted app.public.t n=1 at 2030-01-01 00:00:00.5Z, transaction 9",
        "    and 899 more, whole rows in /kept/it/rows.jsonl",
        "    one is not known",
    ]
    assert silent == told[:1]


def test_a_tail_without_a_list_of_rows_says_so() -> None:
    told = list(brought_back("general-db", DATA, TAIL, _beside(), rows=True))

    assert told[1:] == ["    its rows are not listed"]


def test_a_host_of_before_lists_no_rows() -> None:
    said = json.dumps({"kept": [json.loads(TAIL.text())], "apart": True})

    beside = read_beside(said)

    assert (beside.tails, beside.is_apart, beside.rows) == ((TAIL,), True, {})


def test_what_a_host_says_of_rows_belongs_to_the_tail_beside_it() -> None:
    earlier, rows = replace(TAIL, timeline=2), RowList(1, 1, 1, "/kept/it/rows.jsonl")
    tails = [json.loads(one.text()) for one in (earlier, TAIL)]
    said = json.dumps({"kept": tails, "rows": [None, json.loads(rows.text())], "apart": False})

    assert read_beside(said).rows == {TAIL.name: rows}
