"""A run whose folder is lost or damaged is taken from etcd; a truth that was set back is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import JournalCorrupt, PlanRefused
from core.runs.journal import Where
from dr.live.journals.copied import CopiedJournal
from dr.live.journals.etcd import EtcdJournal
from dr.live.restoring import restored
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryJournal, RecoveryRecord, codec
from inventory.etcd import runs
from tests.rehearsals import RUN, Rehearsal, rehearsal
from tests.stubs.etcd import StubEtcd


@pytest.fixture
def carried() -> tuple[Rehearsal, StubEtcd]:
    """Return a rehearsal whose run was written to etcd alone."""
    made, etcd = rehearsal(), StubEtcd()
    made.engine(_truth(made, etcd)).start(made.plan, Where.ETCD)
    return made, etcd


def _truth(made: Rehearsal, etcd: StubEtcd) -> RecoveryJournal:
    return EtcdJournal(etcd.client(), made.network.environment, RUN, codec(), made.world)


def _copy(made: Rehearsal, root: Path) -> list[RecoveryRecord]:
    return list(RunFolder.opened(root, RUN).journal(made.world).records())


def test_a_folder_that_is_lost_is_made_anew(
    carried: tuple[Rehearsal, StubEtcd], tmp_path: Path
) -> None:
    made, etcd = carried

    folder = restored(_truth(made, etcd), tmp_path, RUN, made.world)

    assert folder.plan() == made.plan
    assert _copy(made, tmp_path) == list(_truth(made, etcd).records())


def test_a_damaged_journal_is_set_aside_and_written_anew(
    carried: tuple[Rehearsal, StubEtcd], tmp_path: Path
) -> None:
    made, etcd = carried
    path = restored(_truth(made, etcd), tmp_path, RUN, made.world).path / "journal.jsonl"
    damaged = path.read_bytes().replace(b'"started"', b'"starte?"', 1)
    path.write_bytes(damaged)

    restored(_truth(made, etcd), tmp_path, RUN, made.world)

    assert _copy(made, tmp_path) == list(_truth(made, etcd).records())
    assert path.with_suffix(".jsonl.damaged").read_bytes() == damaged


def test_a_run_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    made = rehearsal()

    with pytest.raises(PlanRefused, match="no run called"):
        restored(_truth(made, StubEtcd()), tmp_path, RUN, made.world)


def test_a_damaged_journal_that_etcd_does_not_know_stays_as_it_is(
    carried: tuple[Rehearsal, StubEtcd], tmp_path: Path
) -> None:
    made, etcd = carried
    path = restored(_truth(made, etcd), tmp_path, RUN, made.world).path / "journal.jsonl"
    path.write_bytes(b"nonsense\n")

    with pytest.raises(JournalCorrupt):
        restored(_truth(made, StubEtcd()), tmp_path, RUN, made.world)

    assert path.read_bytes() == b"nonsense\n"


@pytest.mark.parametrize("change", ["shorter", "another"])
def test_a_truth_that_was_set_back_is_not_gone_on_with(
    change: str, carried: tuple[Rehearsal, StubEtcd], tmp_path: Path
) -> None:
    made, etcd = carried
    folder = restored(_truth(made, etcd), tmp_path, RUN, made.world)
    before = (folder.path / "journal.jsonl").read_bytes()
    last = max(key for key in etcd.held if key.startswith(runs(made.network.environment)))
    if change == "shorter":
        del etcd.held[last]
    else:
        etcd.held[last] = etcd.held[last].replace("2030-01-01", "2030-01-02")
    copied = CopiedJournal(_truth(made, etcd), folder.journal(made.world))

    with pytest.raises(JournalCorrupt, match="not what its copy says"):
        copied.records()

    assert (folder.path / "journal.jsonl").read_bytes() == before
