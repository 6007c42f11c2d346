"""Records in etcd are compared as they were read, whatever version of ndc wrote them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import JournalCorrupt, PlanRefused, Rejected
from core.runs.plan import RunName
from dr.live.journals.etcd import EtcdJournal
from dr.live.records import EtcdRecords
from dr.placement import Claim, Placement, read_placement
from dr.planning.plan import codec
from inventory.etcd import claims, placements, runs
from inventory.names import EnvironmentName, SiteName
from tests.formats.kept import HERE
from tests.networks import network
from tests.rehearsals import RUN, SERVICE, rehearsal
from tests.stubs.etcd import StubEtcd

OLD = HERE / "1eb6005"
TEST = EnvironmentName("test")
PLACEMENT, CLAIM = placements(TEST) + SERVICE, claims(TEST) + SERVICE
THERE = Placement(SiteName("ndc02"), 2, RunName(RUN))
NEXT = Placement(SiteName("ndc03"), 3, RunName("next"))


def _text(name: str, folder: Path = OLD) -> str:
    return (folder / name).read_text("utf-8")


@pytest.fixture
def gateway() -> StubEtcd:
    """Return a quorum that holds what an ndc without numbers wrote."""
    return StubEtcd({PLACEMENT: _text("placement.json"), CLAIM: _text("claim.json")})


@pytest.fixture
def records(gateway: StubEtcd) -> EtcdRecords:
    return EtcdRecords(gateway.client(), network())


def test_a_placement_in_an_older_text_is_swapped(gateway: StubEtcd, records: EtcdRecords) -> None:
    records.swap_placement(SERVICE, THERE, NEXT)

    assert records.placement(SERVICE) == NEXT
    assert '"format":1' in gateway.held[PLACEMENT]


def test_a_swap_that_was_done_by_an_older_ndc_counts_as_done(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    records.swap_placement(SERVICE, Placement(SiteName("ndc01"), 1, None), THERE)

    assert gateway.changes == 0
    assert gateway.held[PLACEMENT] == _text("placement.json")


def test_a_placement_that_is_another_is_not_swapped(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    with pytest.raises(Rejected, match="not what was planned on"):
        records.swap_placement(SERVICE, NEXT, Placement(SiteName("ndc01"), 4, RunName("late")))

    assert gateway.held[PLACEMENT] == _text("placement.json")


def test_a_first_placement_is_swapped_in_only_where_there_is_none(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    first = Placement(SiteName("ndc01"), 1, None)

    with pytest.raises(Rejected):
        records.swap_placement(SERVICE, None, first)
    del gateway.held[PLACEMENT]
    records.swap_placement(SERVICE, None, first)

    assert records.placement(SERVICE) == first


def test_a_claim_in_an_older_text_is_released_and_taken(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    records.swap_claim(SERVICE, Claim(RunName(RUN), 3), Claim(None, 3))
    assert records.claim(SERVICE) == Claim(None, 3)
    gateway.held[CLAIM] = '{"run":null,"number":3}'
    records.swap_claim(SERVICE, Claim(None, 3), Claim(RunName("next"), 4))

    assert records.claim(SERVICE) == Claim(RunName("next"), 4)


def test_a_claim_of_another_is_not_even_written_anew(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    held = records.claim(SERVICE)

    records.swap_claim(SERVICE, held, held.released(RunName("another")))

    assert gateway.held[CLAIM] == _text("claim.json")


@pytest.mark.parametrize("text", ["", "{}", '{"format":2,"site":"ndc02","epoch":2,"run":null}'])
def test_nothing_moves_on_a_record_that_cannot_be_read(
    text: str, gateway: StubEtcd, records: EtcdRecords
) -> None:
    gateway.held[PLACEMENT] = text

    with pytest.raises(JournalCorrupt):
        records.swap_placement(SERVICE, THERE, NEXT)

    assert gateway.held[PLACEMENT] == text


def test_a_record_as_it_is_written_now_is_swapped_as_well(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    gateway.held[PLACEMENT] = _text("placement.json", HERE / "now")
    assert read_placement(gateway.held[PLACEMENT]) == THERE

    records.swap_placement(SERVICE, THERE, NEXT)

    assert records.placement(SERVICE) == NEXT


def test_a_journal_in_etcd_that_an_older_ndc_began_is_not_gone_on_with() -> None:
    made = rehearsal("tiny")
    begun = [line.decode() for line in (OLD / "journal.jsonl").read_bytes().splitlines()[:3]]
    prefix = f"{runs(TEST)}{RUN}/"
    gateway = StubEtcd({f"{prefix}{seq:06d}": line for seq, line in enumerate(begun)})

    with pytest.raises(PlanRefused, match="begun by another version of ndc"):
        made.engine(EtcdJournal(gateway.client(), TEST, RunName(RUN), codec(), made.world)).resume()

    assert [*gateway.held.values()] == begun


def test_a_failover_is_remembered_under_a_lease_and_by_no_clock_of_ours(
    gateway: StubEtcd, records: EtcdRecords
) -> None:
    records.swap_placement(SERVICE, THERE, NEXT, timedelta(minutes=10))
    remembered = records.failed_over(SERVICE)

    gateway.lapse()

    assert remembered == NEXT
    assert records.failed_over(SERVICE) is None
    assert records.placement(SERVICE) == NEXT


def test_what_no_failover_did_is_not_remembered_as_one(records: EtcdRecords) -> None:
    records.swap_placement(SERVICE, THERE, NEXT)

    assert records.failed_over(SERVICE) is None


def test_a_swap_that_was_refused_leaves_no_word_of_a_failover(records: EtcdRecords) -> None:
    before = Placement(SiteName("ndc01"), 1, None)
    with pytest.raises(Rejected):
        records.swap_placement(SERVICE, before, NEXT, timedelta(minutes=10))

    assert records.failed_over(SERVICE) is None
