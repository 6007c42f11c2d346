"""What the list of drills says of stores, from the report of one that was held."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dr.drills.cadence import StoresFelt, held_drill, last_proof, proof_text, read_proof
from inventory.names import DrillName
from tests.networks import network

NET = network("compact")
PRACTISED = {one.drill: one for one in NET.drills}
SITE_LOSS = DrillName("site-loss")


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
