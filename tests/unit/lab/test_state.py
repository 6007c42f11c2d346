from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.state import (
    HostRecord,
    LabRecord,
    LaneFault,
    LinkFault,
    LinkRecord,
    PoolRecord,
    SegmentRecord,
    State,
)
from tests.unit.lab.specs import HOST, LINK, POOL, SEGMENT

RECORDS: list[LabRecord] = [
    SegmentRecord(SEGMENT),
    PoolRecord(POOL),
    HostRecord(HOST, powered=False),
    LinkRecord(LINK, LinkFault(cut=True, back=LaneFault(silent=True, loss_ratio=0.5))),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.spec.kind)
def test_another_daemon_reads_what_the_first_one_recorded(
    tmp_path: Path, record: LabRecord
) -> None:
    first = State(tmp_path / "state.json")
    first.record(record)

    second = State(tmp_path / "state.json")

    assert second.records == first.records
    second.erase(record.spec.kind, record.spec.name)
    assert State(tmp_path / "state.json").records == State(tmp_path / "none.json").records


def test_a_second_record_of_one_name_takes_the_place_of_the_first(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    state.record(HostRecord(HOST))

    state.record(HostRecord(replace(HOST, image="4567")))

    assert [record.spec.image for record in state.records.hosts.values()] == ["4567"]


@pytest.mark.parametrize("text", ["", "{", '{"hosts": {"a": {}}}', "[]"])
def test_a_damaged_file_is_reported_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text)

    with pytest.raises(Rejected) as refused:
        State(tmp_path / "state.json")

    assert "ndc lab sweep" in refused.value.next_step


def test_what_could_not_be_written_is_not_on_record(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    (tmp_path / "lab").write_text("a file where a folder should be")
    state = State(tmp_path / "lab2" / "state.json")
    (tmp_path / "lab2").write_text("the same")

    with pytest.raises(Rejected):
        state.record(SegmentRecord(SEGMENT))

    assert not state.records.segments
