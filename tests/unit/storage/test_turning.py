"""A store goes from one host to another: nothing is lost, and no two serve, whoever dies when."""

from __future__ import annotations

from pathlib import Path

import pytest

from inventory.names import SiteName
from tests.unit.storage.three_peers import ALPHA, BETA, DATASET, GAMMA, SITES, ThreePeers
from tests.unit.storage.two_sites import STORE

MOST_EFFECTS = 60
"""that a turn takes, of all hosts together; a test sees that it takes fewer"""


@pytest.fixture
def peers(tmp_path: Path) -> ThreePeers:
    peers = ThreePeers(tmp_path)
    peers.after(30)
    return peers


def _serving(peers: ThreePeers) -> list[SiteName]:
    return [site for site, peer in peers.peers.items() if peer.serves]


def _demand_whole(peers: ThreePeers) -> None:
    """Demand that the home alone serves, that it has all, and that every refuge follows it."""
    assert _serving(peers) == [peers.home]
    assert peers.together == 1
    assert peers.peers[peers.home].pool.texts[DATASET] == peers.written
    for site in {*SITES} - {peers.home}:
        pool = peers.peers[site].pool
        last = pool.points(DATASET)[-1]
        assert peers.clock.now() - last.made_at <= STORE.recovery_point
        assert peers.written.startswith(pool.kept[DATASET][last])
        assert not pool.is_written(DATASET)


def test_a_store_goes_to_another_host_with_all_that_was_written(peers: ThreePeers) -> None:
    peers.home = BETA

    peers.after(60)

    _demand_whole(peers)
    assert peers.peers[ALPHA].pool.aside.keys() == {DATASET}


def test_it_goes_on_and_comes_back(peers: ThreePeers) -> None:
    for home in (BETA, GAMMA, ALPHA, BETA):
        peers.home = home
        peers.after(60)

        _demand_whole(peers)


def test_who_changes_his_mind_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    for seconds in range(1, 30):
        peers = ThreePeers(tmp_path / str(seconds))
        peers.after(30)
        for home in (BETA, GAMMA, ALPHA):
            peers.home = home
            peers.after(seconds)
        peers.after(90)

        _demand_whole(peers)


def test_nothing_begins_while_who_may_write_does_not_answer(peers: ThreePeers) -> None:
    peers.home, peers.cut = BETA, {ALPHA}
    peers.after(60)
    meanwhile = _serving(peers)
    peers.cut = set()

    peers.after(60)

    assert meanwhile == []
    _demand_whole(peers)


def test_a_source_that_was_away_neither_serves_nor_pushes_when_it_returns(
    peers: ThreePeers,
) -> None:
    peers.home = BETA
    peers.after(60)
    peers.cut = {ALPHA}
    peers.after(600)
    peers.cut = set()

    peers.after(60)

    _demand_whole(peers)


@pytest.mark.parametrize("effect", range(MOST_EFFECTS))
def test_whoever_loses_power_at_any_instant_of_a_turn_nothing_is_lost(
    peers: ThreePeers, effect: int
) -> None:
    peers.home = BETA
    peers.fuse.left = effect

    peers.after(90)

    _demand_whole(peers)
    assert peers.fuse.left is None or effect == MOST_EFFECTS - 1


def test_a_new_host_begins_only_with_the_point_that_the_old_one_ended_with(
    peers: ThreePeers,
) -> None:
    alpha = peers.peers[ALPHA]
    peers.home, peers.cut = BETA, {BETA}
    peers.after(5)
    token = alpha.turn.final.read()
    last = alpha.pool.points(DATASET)[-1]
    alpha.pool.drop(DATASET, [last])
    peers.cut = set()

    peers.after(60)

    assert token == last.origin
    assert _serving(peers) == []
    assert not peers.peers[BETA].pool.is_written(DATASET)
