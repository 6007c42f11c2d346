"""From what was lost to what has to move, and where to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import PlanRefused
from dr.planning.losses import hosts_named, moves_after
from inventory.names import HostName, SiteName
from tests.failovers import loss
from tests.networks import network
from tests.rehearsals import SERVICE


def _hosts(*names: str) -> frozenset[HostName]:
    return frozenset(map(HostName, names))


def test_a_name_is_a_hosts_a_sites_or_a_regions() -> None:
    net = network("tiny")

    assert hosts_named(net, ["ndc01-node"]) == _hosts("ndc01-node")
    assert hosts_named(net, ["ndc01", "ndc03-edge"]) == _hosts(
        "ndc01-node", "ndc01-edge", "ndc03-edge"
    )
    assert hosts_named(net, ["red-river-delta"]) == hosts_named(net, ["ndc01", "ndc02"])


def test_a_name_that_is_nobodys_is_refused_and_the_nearest_is_told() -> None:
    with pytest.raises(PlanRefused) as caught:
        hosts_named(network("tiny"), ["ndc01", "ndc-02"])

    assert caught.value.what == "nothing is called ndc-02"
    assert caught.value.next_step == "did you mean ndc02?"


def test_what_a_lost_site_served_goes_to_the_copy_for_which_commits_waited() -> None:
    made = loss("ndc01")

    (move,) = moves_after(made.network, made.facts(), made.lost, None)

    assert (move.service, move.target, move.lost) == (SERVICE, SiteName("ndc02"), made.lost)


def test_a_host_that_serves_alone_is_replaced_though_its_database_lives() -> None:
    made = loss("ndc01-app")

    (move,) = moves_after(made.network, made.facts(), made.lost, None)

    assert move.target == SiteName("ndc02")


@pytest.mark.parametrize("name", ["ndc02", "ndc03", "ndc01-edge1", "witness-control"])
def test_what_served_nothing_moves_nothing(name: str) -> None:
    made = loss(name)

    assert moves_after(made.network, made.facts(), made.lost, None) == []


def test_a_service_goes_where_its_leader_went_by_itself() -> None:
    made = loss("ndc01", after=40)

    (move,) = moves_after(made.network, made.facts(), made.lost, None)
    (led,) = [facts.leader for facts in made.facts().values()]

    assert led == HostName("ndc02-data")
    assert move.target == SiteName("ndc02")


def test_a_site_that_a_person_names_is_taken_at_their_word() -> None:
    made = loss("ndc01")

    (move,) = moves_after(made.network, made.facts(), made.lost, SiteName("ndc03"))

    assert move.target == SiteName("ndc03")


def test_where_the_service_is_cannot_be_told_only_its_leader_counts() -> None:
    made = loss("ndc01")
    facts = {name: replace(each, placement=None) for name, each in made.facts().items()}

    assert moves_after(made.network, facts, made.lost, None)
    assert not moves_after(made.network, facts, _hosts("ndc02-app"), None)
