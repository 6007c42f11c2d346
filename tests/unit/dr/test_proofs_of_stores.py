"""What is kept of a drill's figures, from a report: those that were measured, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dr.drills.cadence import (
    DrillProof,
    Felt,
    StoresFelt,
    held_drill,
    last_proof,
    practised,
    proof_text,
    read_proof,
)
from inventory.names import DrillName
from tests.failovers import failover
from tests.networks import network
from tests.rehearsals import SERVICE

NET = network("compact")
PRACTISED = {one.drill: one for one in NET.drills}
SITE_LOSS = DrillName("site-loss")
AT = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stores", "felt"),
    [
        ("[]", None),
        ('[{"lost": 7, "lost_reach_seconds": 6}]', StoresFelt(7, timedelta(seconds=6))),
        (
            '[{"lost": 7, "lost_reach_seconds": 6}, {"lost": 2, "lost_reach_seconds": 9.5}]',
            StoresFelt(9, timedelta(seconds=9.5)),
        ),
        (
            '[{"lost": 7, "lost_reach_seconds": 6}, {"lost": null, "lost_reach_seconds": null}]',
            StoresFelt(7, None),
        ),
    ],
)
def test_of_stores_a_drill_keeps_the_worst_and_what_nobody_knows_is_worse(
    stores: str, felt: StoresFelt | None
) -> None:
    report = (
        '{"id": "20300101-000000-site-loss", "drill": "site-loss", "passed": true, "lost": 0, '
        f'"ended_at": "2030-01-01T00:00:00+00:00", "gap_seconds": 0.5, "stores": {stores}}}'
    )

    proof = last_proof(NET, PRACTISED[SITE_LOSS], filter(None, [held_drill(report)]))

    assert proof is not None
    assert proof.stores == felt
    assert read_proof(proof_text(proof), "etcd") == proof


@pytest.mark.parametrize(
    ("missing", "felt"),
    [
        ('"void": true', Felt(None, 2)),
        ('"not_read_back": 3', Felt(timedelta(seconds=0.5), None)),
        ('"void": true, "not_read_back": 3', None),
    ],
)
def test_each_figure_that_was_measured_is_told_and_no_other(
    missing: str, felt: Felt | None
) -> None:
    figures = f'"gap_seconds": 0.5, "lost": 2, {missing}'
    ended = '"ended_at": "2030-01-01T00:00:00+00:00"'
    services = f'[{{"service": "public-service-portal", "measure": {{{figures}}}}}]'

    run = practised(
        failover("ndc01").plan, f'{{"outcome": "done", {ended}, "services": {services}}}'
    )
    held = held_drill(f'{{"id": "a", "drill": "voter-loss", "passed": true, {ended}, {figures}}}')

    assert run is not None
    assert held is not None
    assert (run.felt, held.felt) == ({SERVICE: felt} if felt else {}, felt)
    proof = DrillProof("a", AT, felt)
    assert read_proof(proof_text(proof), "etcd") == proof
