"""What old runs wrote goes from etcd, of a stub and of a real one; what is not closed stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from access.clients.etcd import Etcd, Put
from core.errors import JournalCorrupt
from core.runs.journal import Closed, Entry, Opened, RunVerdict, Where
from core.runs.plan import RunName
from dr.live.journals.copied import CopiedJournal
from dr.live.journals.etcd import EtcdJournal
from dr.live.journals.file import FileJournal
from dr.live.retiring import retire
from dr.simulation.timeline import Timeline
from inventory.etcd import anchors, runs, windows
from tests.contract.etcd_server import running_etcd
from tests.networks import network
from tests.stubs.etcd import StubEtcd
from tests.unit.core.runs.small import CODEC, plan, step

HERE = network().environment
OPENED = Opened(plan(step("a")), Where.ETCD)
CLOSED = Closed(RunVerdict.DONE)


@pytest.fixture(params=["stub", pytest.param("etcd", marks=pytest.mark.lab)])
def etcd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Etcd]:
    """Yield a client of a quorum that holds no run."""
    if request.param == "stub":
        yield StubEtcd().client()
        return
    with running_etcd(tmp_path_factory.mktemp("etcd"), network()) as client:
        yield client


def _journal(etcd: Etcd, run: str) -> EtcdJournal[str, None]:
    return EtcdJournal(etcd, HERE, RunName(run), CODEC, Timeline())


def _written(etcd: Etcd, run: str, *entries: Entry[str, None]) -> RunName:
    journal = _journal(etcd, run)
    for entry in entries:
        journal.append(entry)
    etcd.change([], [Put(f"{anchors(HERE)}{run}/000000", "it")])
    etcd.change([], [Put(f"{windows(HERE)}{run}/portal", "then")])
    return RunName(run)


def _told_of(etcd: Etcd) -> set[str]:
    keys = [key for of in (runs, anchors, windows) for key in etcd.keys_under(of(HERE))]
    return {key.split("/")[4] for key in keys}


def test_the_newest_stay_and_of_older_ones_everything_goes(etcd: Etcd) -> None:
    names = [_written(etcd, f"20300101-00000{n}-move", OPENED, CLOSED) for n in range(5)]

    retired = retire(etcd, HERE, kept=2)

    assert retired == names[:3]
    assert _told_of(etcd) == set(names[3:])
    assert [r.entry for r in _journal(etcd, names[3]).records()] == [OPENED, CLOSED]
    assert retire(etcd, HERE, kept=2) == []


def test_a_run_that_is_not_closed_stays_however_old_it_is(etcd: Etcd) -> None:
    held = _written(etcd, "20290101-000000-move", OPENED)
    _written(etcd, "20300101-000000-move", OPENED, CLOSED)
    new = _written(etcd, "20300101-000001-move", OPENED, CLOSED)

    retire(etcd, HERE, kept=1)

    assert _told_of(etcd) == {held, new}


def test_what_stands_beside_a_journal_that_went_goes_as_well(etcd: Etcd) -> None:
    etcd.change([], [Put(f"{anchors(HERE)}20290101-000000-move/000000", "it")])
    new = _written(etcd, "20300101-000001-move", OPENED, CLOSED)

    assert retire(etcd, HERE, kept=1) == ["20290101-000000-move"]
    assert _told_of(etcd) == {new}


def test_a_run_whose_name_begins_like_an_older_ones_keeps_what_it_wrote(etcd: Etcd) -> None:
    old = _written(etcd, "20300101-000000-move", OPENED, CLOSED)
    new = _written(etcd, "20300101-000000-move-portal", OPENED, CLOSED)

    assert retire(etcd, HERE, kept=1) == [old]
    assert _told_of(etcd) == {new}


def test_a_closed_run_is_read_from_its_folder_once_it_has_gone(
    etcd: Etcd, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    for run, last in (("20300101-000000-move", CLOSED), ("20300101-000001-move", OPENED)):
        copy = FileJournal(folder / f"{run}.jsonl", CODEC, Timeline())
        CopiedJournal(_journal(etcd, run), copy).append(last)

    retire(etcd, HERE, kept=1)
    (closed,) = CopiedJournal(
        _journal(etcd, "20300101-000000-move"),
        copy=FileJournal(folder / "20300101-000000-move.jsonl", CODEC, Timeline()),
    ).records()

    assert closed.entry == CLOSED
    lost = CopiedJournal(
        _journal(etcd, "20300101-000002-move"),
        copy=FileJournal(folder / "20300101-000001-move.jsonl", CODEC, Timeline()),
    )
    with pytest.raises(JournalCorrupt, match="not what its copy says"):
        lost.records()
