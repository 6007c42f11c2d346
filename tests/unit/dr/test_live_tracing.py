"""Tracers of a drill as the operator's machine has them written, behind stubs of SSH."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.clock import wait_until
from core.errors import Rejected
from core.system_clock import SystemClock
from dr.drills.record import DrillRecord
from dr.live.tracing import LiveTracing
from dr.looks import if_seen
from dr.onhost.tracers import ENDS
from dr.tracing import StoreTrail, folder_of
from inventory.names import DrillName, HostName, StoreName
from tests.rehearsals import SERVICE
from tests.stubs.network import Ground, StubNetwork, stub_network

STORE = StoreName("general-specialised")
WRITER = HostName("ndc01-node")
REAL = SystemClock()
RECORD = DrillRecord(
    id="20300101-000010-site-loss",
    drill=DrillName("site-loss"),
    service=SERVICE,
    by="an",
    began_at=datetime(2030, 1, 1, tzinfo=UTC),
    hosts=(WRITER,),
    links=(),
    stores=(STORE,),
)


@pytest.fixture
def stub(stub_ground: Ground, tmp_path: Path) -> Iterator[StubNetwork]:
    with stub_network(stub_ground, SERVICE, tmp_path / "hosts") as stub:
        yield stub


def _begun(stub: StubNetwork) -> LiveTracing:
    """Return who has tracers written, a moment after the first was acknowledged."""
    tracing = _tracing(stub)
    tracing.begin(RECORD)

    def acknowledged() -> int | None:
        mark = if_seen(lambda: tracing.mark(RECORD))
        return mark.acknowledged.get(STORE) if mark else None

    wait_until(REAL, acknowledged, what="a tracer", bound=2 * ENDS)
    return tracing


def _tracing(stub: StubNetwork) -> LiveTracing:
    live = stub.live()
    return LiveTracing(live.programs, live.secrets, stub.clock)


def _held(stub: StubNetwork) -> frozenset[str]:
    with stub.holding():
        return stub.world.truth.stores[STORE].files.get(WRITER, frozenset())


def test_what_was_written_is_told_by_two_clocks_and_at_the_end_it_is_gone(
    stub: StubNetwork,
) -> None:
    tracing = _begun(stub)
    before = tracing.mark(RECORD)

    trails = tracing.end(RECORD)

    trail = trails[STORE]
    assert before.at(before.own) == before.shown
    assert trail.removed
    assert len(trail.present) == len(trail.tracers) >= before.acknowledged[STORE]
    assert _held(stub) == frozenset()


def test_whoever_did_not_begin_removes_what_is_left_and_has_nothing_to_tell(
    stub: StubNetwork,
) -> None:
    own = frozenset({f"{folder_of(RECORD.id)}/0", "of its owner"})
    with stub.holding():
        stub.world.truth.stores[STORE].files[WRITER] = own

    trails = _tracing(stub).end(RECORD)

    assert trails == {STORE: StoreTrail(removed=True)}
    assert _held(stub) == {"of its owner"}


def test_an_answer_that_nobody_can_read_is_no_answer_and_nothing_is_made_of_it(
    stub: StubNetwork,
) -> None:
    tracing = _begun(stub)
    stub.tracers.is_mute = True

    trails = tracing.end(RECORD)

    assert trails == {}
    assert if_seen(lambda: tracing.mark(RECORD)) is None
    assert _held(stub) == frozenset(), "it was done nevertheless"


def test_where_nobody_answers_any_more_nothing_is_known(stub: StubNetwork) -> None:
    stub.goes_dark()

    assert _tracing(stub).end(RECORD) == {}


def test_an_owner_whose_key_is_no_longer_here_is_not_played(stub: StubNetwork) -> None:
    tracing = _tracing(stub)
    key = tracing.secrets.party_certificate(tracing.programs.network.store(STORE).owner).key
    kept = key.rename(key.with_suffix(".handed-over"))

    try:
        with pytest.raises(Rejected):
            tracing.begin(RECORD)
    finally:
        kept.rename(key)

    assert _held(stub) == frozenset()


def test_whoever_is_taken_does_not_write(stub: StubNetwork) -> None:
    tracing = _tracing(stub)
    everybody = tuple(host.name for host in tracing.programs.network.hosts)

    with pytest.raises(Rejected, match="nobody is left who could write where citizens do"):
        tracing.begin(replace(RECORD, hosts=everybody))
