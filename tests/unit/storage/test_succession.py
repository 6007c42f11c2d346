"""A store whose last writer is lost begins elsewhere, by an order; who returns stays silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from inventory.names import SiteName
from storage.placed import StorePlace
from storage.points import PointDifference, base_of
from storage.requests import MOST_ORIGINS
from tests.unit.storage.three_peers import ALPHA, BETA, DATASET, GAMMA, ThreePeers
from tests.unit.storage.two_sites import STORE

MOST_EFFECTS = 44
"""of a succession and of the return of who was lost, of all hosts together"""


@pytest.fixture
def peers(tmp_path: Path) -> ThreePeers:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    peers.burn(ALPHA)
    return peers


def _serving(peers: ThreePeers) -> list[SiteName]:
    return [site for site, peer in peers.peers.items() if peer.serves]


def _succeed(peers: ThreePeers, seconds: int = 20) -> str:
    """Have beta begin without alpha, then place it there; return what alpha wrote in vain."""
    order = peers.order(BETA, ALPHA)
    kept = next(
        text
        for point, text in peers.peers[BETA].pool.kept[DATASET].items()
        if point.origin == order.point
    )
    in_vain = peers.written.removeprefix(kept)
    peers.written = kept
    peers.after(seconds)
    peers.place = StorePlace(BETA, order.epoch)
    return in_vain


def test_who_is_ordered_goes_on_from_its_newest_point_and_the_others_follow(
    peers: ThreePeers,
) -> None:
    in_vain = _succeed(peers)

    peers.after(40)

    last = peers.peers[GAMMA].pool.points(DATASET)[-1]
    assert len(in_vain) < STORE.recovery_point.total_seconds()
    assert _serving(peers) == [BETA]
    assert peers.peers[BETA].pool.texts[DATASET] == peers.written
    assert peers.peers[GAMMA].pool.kept[DATASET][last] in peers.written
    assert peers.clock.now() - last.made_at <= STORE.recovery_point


@pytest.mark.parametrize("away", [20, 300])
def test_who_was_lost_returns_as_a_refuge_and_what_only_it_wrote_is_kept(
    peers: ThreePeers, away: int
) -> None:
    in_vain = _succeed(peers)
    peers.after(away)
    peers.off.clear()

    peers.after(60)

    alpha = peers.peers[ALPHA]
    (apart,) = alpha.pool.texts_apart[DATASET].values()
    assert _serving(peers) == [BETA]
    assert peers.together == 1
    assert apart.endswith(in_vain)
    assert alpha.turn.apart.total(alpha.pool.apart(DATASET)) == PointDifference(1, len(apart))
    assert not alpha.pool.is_written(DATASET)
    assert alpha.pool.points(DATASET)[-1] in peers.peers[BETA].pool.points(DATASET)


def test_who_was_lost_and_wrote_nothing_alone_keeps_nothing_apart(tmp_path: Path) -> None:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    peers.rests = True
    peers.after(30)
    peers.burn(ALPHA)
    assert _succeed(peers) == ""
    peers.rests = False
    peers.off.clear()

    peers.after(60)

    alpha = peers.peers[ALPHA]
    assert _serving(peers) == [BETA]
    assert not alpha.pool.is_written(DATASET)
    assert alpha.pool.apart(DATASET) == ()
    assert alpha.pool.points(DATASET)[-1] in peers.peers[BETA].pool.points(DATASET)


def test_the_copy_of_who_returns_is_no_younger_than_what_it_received(peers: ThreePeers) -> None:
    _succeed(peers)
    peers.off.clear()
    alpha, beta = peers.peers[ALPHA], peers.peers[BETA]

    for _ in range(60):
        if alpha.pool.is_written(DATASET):
            peers.after(1)

    assert alpha.pool.points(DATASET)[-1] in beta.pool.points(DATASET)
    compared = alpha.note.read()
    assert compared is not None
    assert compared.equal


def test_what_only_it_wrote_is_there_still_after_it_wrote_and_ended_again(
    peers: ThreePeers,
) -> None:
    in_vain = _succeed(peers)
    peers.off.clear()
    peers.after(60)

    for home in (ALPHA, BETA):
        peers.home = home
        peers.after(60)

    (apart,) = peers.peers[ALPHA].pool.texts_apart[DATASET].values()
    assert apart.endswith(in_vain)
    assert _serving(peers) == [BETA]
    assert peers.peers[BETA].pool.texts[DATASET] == peers.written


def test_who_starts_alone_and_hears_no_majority_serves_nothing(peers: ThreePeers) -> None:
    peers.off.clear()
    peers.deaf, peers.cut = {ALPHA}, {ALPHA}

    peers.after(60)

    assert _serving(peers) == []
    assert not peers.peers[ALPHA].turn.seat.is_taken()


def test_who_starts_again_serves_once_it_hears_that_the_store_is_here(peers: ThreePeers) -> None:
    peers.off.clear()

    peers.after(5)

    assert _serving(peers) == [ALPHA]


def test_nobody_begins_while_another_who_is_not_given_up_does_not_answer(
    peers: ThreePeers,
) -> None:
    peers.cut = {GAMMA}
    _succeed(peers)
    meanwhile = _serving(peers)
    peers.cut = set()

    peers.after(20)

    assert meanwhile == []
    assert _serving(peers) == [BETA]


def test_nobody_begins_without_one_who_writes_and_is_not_given_up(tmp_path: Path) -> None:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    peers.order(BETA, GAMMA)

    peers.after(20)

    assert _serving(peers) == [ALPHA]
    assert not peers.peers[BETA].pool.is_written(DATASET)


def test_a_point_that_is_not_there_begins_nothing(peers: ThreePeers) -> None:
    order = peers.order(BETA, ALPHA)
    pool = peers.peers[BETA].pool
    pool.drop(DATASET, [one for one in pool.points(DATASET) if one.origin == order.point])

    peers.after(20)

    assert _serving(peers) == []


def test_an_order_is_over_once_the_record_is_newer(peers: ThreePeers) -> None:
    _succeed(peers)
    peers.after(40)
    peers.off.clear()
    peers.after(40)
    peers.home = GAMMA

    peers.after(60)

    assert _serving(peers) == [GAMMA]
    assert peers.peers[GAMMA].pool.texts[DATASET] == peers.written


def test_who_returns_finds_its_common_point_however_many_it_made_since(tmp_path: Path) -> None:
    peers = ThreePeers(tmp_path, replace(STORE, retention=timedelta(hours=1)))
    peers.after(30)
    peers.cut = {ALPHA}
    peers.after(10 * MOST_ORIGINS + 60)
    peers.burn(ALPHA)
    peers.cut = set()
    alpha, beta = peers.peers[ALPHA].pool, peers.peers[BETA].pool
    have = {point.origin for point in alpha.points(DATASET)}
    common = base_of(alpha.points(DATASET)[-1], beta.points(DATASET), have)
    _succeed(peers)
    peers.off.clear()

    peers.after(60)

    assert common is not None
    assert alpha.points(DATASET)[-1] in beta.points(DATASET)


@pytest.mark.parametrize("effect", range(MOST_EFFECTS))
def test_whoever_loses_power_at_any_instant_of_it_nothing_more_is_lost(
    peers: ThreePeers, effect: int
) -> None:
    peers.fuse.left = effect
    _succeed(peers, 30)
    peers.after(30)
    peers.off.clear()

    peers.after(90)

    beta = peers.peers[BETA].pool
    assert _serving(peers) == [BETA]
    assert peers.together == 1
    assert beta.texts[DATASET] == peers.written
    assert all(
        peers.peers[site].pool.points(DATASET)[-1] in beta.points(DATASET)
        for site in (ALPHA, GAMMA)
    )
    assert peers.fuse.left is None


def test_who_is_home_again_before_it_heard_of_its_successor_goes_on_from_that(
    peers: ThreePeers,
) -> None:
    in_vain = _succeed(peers)
    peers.after(40)
    peers.home = ALPHA
    peers.off.clear()

    peers.after(60)

    alpha = peers.peers[ALPHA].pool
    (apart,) = alpha.texts_apart[DATASET].values()
    assert apart.endswith(in_vain)
    assert _serving(peers) == [ALPHA]
    assert peers.together == 1
    assert alpha.texts[DATASET] == peers.written


def test_under_a_new_epoch_nobody_goes_on_before_all_others_answered(tmp_path: Path) -> None:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    peers.cut = {BETA}
    peers.home = ALPHA

    peers.after(30)

    assert peers.peers[ALPHA].turn.final.epoch() == 1


def test_who_ended_and_did_not_follow_yet_may_be_home_again(peers: ThreePeers) -> None:
    in_vain = _succeed(peers)
    peers.after(40)
    peers.off.clear()
    peers.cut = {ALPHA}
    peers.after(20)
    peers.cut = set()
    peers.home = ALPHA

    peers.after(60)

    alpha = peers.peers[ALPHA].pool
    (apart,) = alpha.texts_apart[DATASET].values()
    assert apart.endswith(in_vain)
    assert _serving(peers) == [ALPHA]
    assert alpha.texts[DATASET] == peers.written
