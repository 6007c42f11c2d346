"""Where two tell different things of one, the newer news counts, whoever is asked first."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Interface

import httpx
import pytest

from access.clients.patroni import ClusterAnswer, MemberAnswer
from dr.placement import Placement, placement_text
from inventory import etcd
from inventory.names import HostName, ServiceName, SiteName
from inventory.network import Network
from monitors.look.sources import Sources, look_around
from tests.networks import PORTAL_ALONE, network
from tests.snapshots import all_well, taken

OF = network("tiny", *PORTAL_ALONE)
SERVICE = OF.services[0].name
VOTERS = OF.voters[:3]


def _on_this_machine(of: Network) -> Network:
    """Return ``of`` with each host at a loopback address of its own, where nothing listens."""
    hosts = tuple(
        replace(host, management=IPv4Interface(f"127.0.77.{number}/8"))
        for number, host in enumerate(of.hosts, start=1)
    )
    return replace(of, hosts=hosts)


def _placed(told: Mapping[HostName, Placement]) -> Mapping[ServiceName, Placement]:
    """Return where services are placed if the voters say what is ``told``."""
    of = _on_this_machine(OF)
    by_address = {str(of.host(name).management.ip): record for name, record in told.items()}

    def answer(request: httpx.Request) -> httpx.Response:
        if (record := by_address.get(request.url.host)) is None:
            raise httpx.ConnectError("nothing listens", request=request)
        key = etcd.placements(of.environment) + SERVICE
        pair = {"key": _coded(key), "value": _coded(placement_text(record)), "mod_revision": "1"}
        return httpx.Response(200, json={"health": "true", "kvs": [pair]})

    async def look() -> Mapping[ServiceName, Placement]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return (await look_around(of, client, Sources(None), httpx.Auth())).placements

    return asyncio.run(look())


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("epochs", [(4, 5, 4), (5, 4, 4), (4, 4, 5)])
def test_of_placements_the_one_of_the_highest_epoch_counts(epochs: tuple[int, ...]) -> None:
    records = [Placement(SiteName(f"ndc0{epoch - 3}"), epoch, None) for epoch in epochs]

    placed = _placed(dict(zip(VOTERS, records, strict=True)))

    assert placed == {SERVICE: Placement(SiteName("ndc02"), 5, None)}


@pytest.mark.parametrize("cut_off", OF.databases[0].members, ids=lambda member: member.host)
def test_a_member_that_was_cut_off_tells_old_news(cut_off: object) -> None:
    (database,) = OF.databases
    cut, *others = sorted(database.members, key=lambda member: member != cut_off)
    lonely = ClusterAnswer(
        members=(MemberAnswer(name=cut.host, role="leader", state="running", timeline=3),)
    )
    members = tuple(
        MemberAnswer(
            name=member.host,
            role="leader" if member is others[0] else "replica",
            state="running" if member is others[0] else "streaming",
            timeline=4,
        )
        for member in others
    )
    together = ClusterAnswer(members=members)
    clusters = {(database.name, other.host): together for other in others}

    well = all_well(OF)
    seen = taken(OF, replace(well, clusters={**clusters, (database.name, cut.host): lonely}))

    assert seen.databases[0].leader == others[0].host
    assert seen.databases[0].timeline == 4


def test_who_knows_of_no_leader_tells_less_than_who_does() -> None:
    (database,) = OF.databases
    well = all_well(OF)
    first, *_ = database.members
    follower = MemberAnswer(name=first.host, role="replica", state="running", timeline=9)
    leaderless = ClusterAnswer(members=(follower,))

    seen = taken(
        OF, replace(well, clusters={**well.clusters, (database.name, first.host): leaderless})
    )

    assert seen.databases[0].timeline == 3
