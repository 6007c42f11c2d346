"""Who handed a store on begins it again, having fetched nothing of its successor, which is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.storage.three_peers import ALPHA, BETA, DATASET, ThreePeers
from tests.unit.storage.two_sites import STORE


def _handed_on(peers: ThreePeers) -> None:
    """Let alpha hand the writing to beta, which is lost before alpha fetched anything of it."""
    peers.home = BETA
    for _ in range(60):
        if not peers.peers[BETA].serves:
            peers.after(1)
    assert peers.peers[ALPHA].pool.is_written(DATASET)
    peers.burn(BETA)


def test_who_ended_and_begins_again_from_where_it_ended_keeps_nothing_apart(
    tmp_path: Path,
) -> None:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    _handed_on(peers)
    alpha = peers.peers[ALPHA]
    order = peers.order(ALPHA, BETA)
    assert alpha.turn.final.read() == order.point

    peers.after(20)

    assert alpha.serves
    assert alpha.pool.apart(DATASET) == ()
    assert alpha.turn.final.read() is None


def test_who_ended_and_begins_again_from_before_that_keeps_what_is_not_in_it(
    tmp_path: Path,
) -> None:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    _handed_on(peers)
    alpha = peers.peers[ALPHA]
    order = peers.order(ALPHA, BETA)
    earlier = alpha.pool.points(DATASET)[-2]
    alpha.orders.write(STORE.name, replace(order, point=earlier.origin))

    peers.after(20)

    (apart,) = alpha.pool.texts_apart[DATASET].values()
    assert alpha.serves
    assert len(apart) > len(alpha.pool.kept[DATASET][earlier])
