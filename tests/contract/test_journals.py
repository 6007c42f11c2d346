"""What every journal promises: what was appended is there, in order, whoever reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from access.clients.etcd import Etcd
from core.errors import JournalCorrupt, Rejected
from core.runs.journal import Journal, Opened, StepEvent, Where
from core.runs.machine import EventKind
from core.runs.plan import RunName, StepId
from dr.live.journals.copied import CopiedJournal
from dr.live.journals.etcd import EtcdJournal
from dr.live.journals.file import FileJournal
from dr.simulation.journal import MemoryJournal
from dr.simulation.timeline import Timeline
from tests.contract.etcd_server import running_etcd
from tests.networks import network
from tests.unit.core.runs.small import CODEC, plan, step

OPENED = Opened(plan(step("a"), step("b", "a")), Where.MEMORY)
STARTED = StepEvent(StepId("a"), EventKind.STARTED, "with a note: ắ, \n and a line")


class Desk(Protocol):
    """Where a journal lies; each ``opened`` is another process that opens it."""

    def opened(self) -> Journal[str, None]: ...


@dataclass
class InMemory:
    journal: MemoryJournal[str, None]

    def opened(self) -> Journal[str, None]:
        return self.journal


@dataclass
class OnDisk:
    path: Path

    def opened(self) -> Journal[str, None]:
        return FileJournal(self.path, CODEC, Timeline())


@dataclass
class InEtcd:
    etcd: Etcd
    run: str

    def opened(self) -> EtcdJournal[str, None]:
        name = network().environment
        return EtcdJournal(self.etcd, name, RunName(self.run), CODEC, Timeline())


@dataclass
class Both:
    truth: Desk
    copy: Path

    def opened(self) -> Journal[str, None]:
        return CopiedJournal(self.truth.opened(), FileJournal(self.copy, CODEC, Timeline()))


LIVE = [pytest.param(name, marks=pytest.mark.lab) for name in ("etcd", "etcd-and-copy")]


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    with running_etcd(tmp_path_factory.mktemp("etcd"), network()) as client:
        yield client


@pytest.fixture(params=["memory", "file", "memory-and-copy", *LIVE])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    match request.param:
        case "memory":
            return InMemory(MemoryJournal(CODEC, Timeline()))
        case "file":
            return OnDisk(tmp_path / "journal.jsonl")
        case "etcd":
            return InEtcd(request.getfixturevalue("etcd"), tmp_path.name)
        case "memory-and-copy":
            memory = InMemory(MemoryJournal(CODEC, Timeline()))
            return Both(memory, tmp_path / "copy.jsonl")
        case _:
            truth = InEtcd(request.getfixturevalue("etcd"), tmp_path.name)
            return Both(truth, tmp_path / "copy.jsonl")


def test_a_journal_begins_empty(desk: Desk) -> None:
    assert list(desk.opened().records()) == []


def test_what_was_appended_is_read_by_others_in_order(desk: Desk) -> None:
    writer = desk.opened()
    written = [writer.append(OPENED), writer.append(STARTED)]

    assert list(desk.opened().records()) == written
    assert [record.seq for record in written] == [0, 1]
    assert [record.entry for record in written] == [OPENED, STARTED]


def test_another_process_goes_on_where_one_stopped(desk: Desk) -> None:
    desk.opened().append(OPENED)

    record = desk.opened().append(STARTED)

    assert record.seq == 1
    assert [r.entry for r in desk.opened().records()] == [OPENED, STARTED]


def test_a_record_is_the_same_however_often_it_is_read(desk: Desk) -> None:
    journal = desk.opened()
    journal.append(OPENED)

    assert list(journal.records()) == list(journal.records())


def test_a_file_with_damage_in_its_middle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = OnDisk(path).opened()
    for entry in (OPENED, STARTED, STARTED):
        journal.append(entry)
    lines = path.read_bytes().splitlines(keepends=True)

    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(JournalCorrupt, match="cannot be trusted"):
        journal.records()
    path.write_bytes(lines[0] + lines[1][:20] + b"\n" + lines[2])
    with pytest.raises(JournalCorrupt, match="cannot be trusted"):
        journal.records()


def test_a_torn_tail_is_cut_off_before_the_next_record_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = OnDisk(path).opened()
    journal.append(OPENED)
    with path.open("ab") as file:
        file.write(b'{"seq":1,"at":"2030-01-01T00:00:00Z","entry":{"what":"step","st')

    assert [record.entry for record in journal.records()] == [OPENED]
    journal.append(STARTED)
    assert [record.entry for record in journal.records()] == [OPENED, STARTED]


def test_a_disk_that_takes_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be used"):
        FileJournal(tmp_path / "no-folder" / "journal.jsonl", CODEC, Timeline()).append(OPENED)


@pytest.mark.lab
def test_of_two_writers_in_etcd_the_second_is_stopped(etcd: Etcd, tmp_path: Path) -> None:
    desk = InEtcd(etcd, tmp_path.name)
    first, second = desk.opened(), desk.opened()
    first.append(OPENED)
    assert len(second.records()) == 1

    second.append(STARTED)
    with pytest.raises(Rejected, match="another process carries the run") as refused:
        first.append(StepEvent(StepId("a"), EventKind.SUCCEEDED))

    assert refused.value.next_step == f"ndc dr show {desk.run} follows the one that goes on"
    assert [record.entry for record in desk.opened().records()] == [OPENED, STARTED]


@pytest.mark.parametrize("missing", [1, 2])
def test_a_copy_that_fell_behind_is_completed_from_the_truth(missing: int, tmp_path: Path) -> None:
    truth = InMemory(MemoryJournal(CODEC, Timeline()))
    copy = OnDisk(tmp_path / "copy.jsonl")
    desk = Both(truth, copy.path)
    for entry in (OPENED, STARTED)[:-missing]:
        desk.opened().append(entry)
    for entry in (OPENED, STARTED)[-missing:]:
        truth.opened().append(entry)

    records = desk.opened().records()

    assert [record.entry for record in records] == [OPENED, STARTED]
    assert list(copy.opened().records()) == list(records)


def test_a_copy_is_written_with_the_truth(tmp_path: Path) -> None:
    truth = InMemory(MemoryJournal(CODEC, Timeline()))
    copy = OnDisk(tmp_path / "copy.jsonl")

    record = Both(truth, copy.path).opened().append(OPENED)

    assert list(copy.opened().records()) == [record]
