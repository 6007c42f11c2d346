"""Who is kept out is written down so that it can be read, and told in words that can be typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import JournalCorrupt
from core.runs.plan import RunName
from dr.admission import (
    Exclusion,
    brought_back,
    called,
    exclusion_text,
    read_exclusion,
    to_exclude,
)
from dr.tail import Tail
from inventory.names import HostName
from tests.networks import network

OF = network("compact")
APP, DATA, EDGE = (HostName(f"ndc01-{name}") for name in ("app", "data", "edge1"))
OUT = Exclusion(RunName("20300101-000005-without"), datetime(2030, 1, 1, tzinfo=UTC))
TAIL = Tail("general-db", DATA, 3, 1000, 9000, 73, "2030-01-01 00:00:00Z", "/kept/it", 7.4)


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

    told = list(brought_back("general-db", DATA, TAIL, [TAIL, earlier]))

    assert [line.rsplit("; ", 1)[1] for line in told] == [
        "8000 bytes of log",
        "an unknown number of bytes of log",
    ]
    assert "73 commits" in told[0]
    assert list(brought_back("general-db", DATA, None, [])) == [
        "ndc01-data holds nothing of general-db that no other copy has"
    ]
