"""What routers say, in a running network: sessions, filters, the way round, the forced command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

import pytest

from access.clients.ssh import connect
from access.host_access import Access
from access.secrets import Secrets
from core.clock import wait_until
from core.errors import Rejected, Unreachable
from core.host_paths import HANDED_OVER
from core.system_clock import SystemClock
from dr.hosts.epochs import Act, GuardAnswer, GuardRequest
from dr.live.guard import ConnectedGuard
from inventory.names import EnvironmentName, HostName, LinkName
from inventory.network import Network
from ndc.wiring import environment
from ndc.wiring.declared_network import network as declared_by
from routing import answers
from routing.avoidance import AVOID
from routing.routers import Routers, converged
from routing.routers.takeover import take_over
from tests.lab.recovery import Portal, noticed
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

CLOCK = SystemClock()
BOUND = timedelta(seconds=60)
EDGE, NODE, FAR_NODE = HostName("ndc01-edge"), HostName("ndc01-node"), HostName("ndc02-node")
DIRECT = ("ndc01-ndc02-north", "ndc01-ndc02-south")


@pytest.fixture(scope="module")
def network(lab: Terminal) -> Network:
    return declared_by(environment.opened(EnvironmentName(lab.environment)))


@pytest.fixture(scope="module")
def secrets(lab: Terminal) -> Secrets:
    return Secrets(environment.opened(EnvironmentName(lab.environment)).paths.secrets)


@pytest.fixture(scope="module")
def routers(
    network: Network, secrets: Secrets, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Routers]:
    access = Access(secrets.control_key, secrets.known_hosts)
    password = secrets.read(secrets.bgp_password)
    with Routers(network, access, password, tmp_path_factory.mktemp("routers")) as routers:
        yield routers


def _wait_until_converged(routers: Routers) -> None:
    wait_until(
        CLOCK,
        lambda: not converged(routers),
        what="every session and every route",
        bound=BOUND,
    )


def test_every_router_runs_its_intent_and_was_handed_over(
    lab: Terminal, network: Network, routers: Routers
) -> None:
    assert converged(routers) == []
    for host in network.hosts:
        assert routers.pending(host.name) == []
        assert lab.on(host.name, "test", "-e", str(HANDED_OVER)).code == 0


def test_two_sites_without_a_direct_link_reach_each_other_through_a_third(
    lab: Terminal, network: Network, routers: Routers
) -> None:
    far = network.host(FAR_NODE).loopback
    direct = {network.link(LinkName(name)).z.address.ip for name in DIRECT}
    try:
        lab.done("lab", "cut", *DIRECT)
        wait_until(
            CLOCK,
            lambda: bool(way := _way(routers, far)) and not way & direct,
            what="the way round",
            bound=BOUND,
        )
        answer = lab.on(NODE, "ping", "-c", "1", "-W", "2", str(far))
    finally:
        lab.done("lab", "heal", *DIRECT)
    _wait_until_converged(routers)

    assert answer.code == 0, answer.stdout


def test_a_link_that_falls_silent_is_noticed_by_bfd(
    lab: Terminal, network: Network, routers: Routers
) -> None:
    link = network.link(LinkName(DIRECT[0]))
    end = link.end_at(EDGE)
    assert end
    other = link.other_end(end).address.ip
    try:
        lab.done("lab", "silence", link.name)
        wait_until(
            CLOCK,
            lambda: not _is_established(routers, other),
            what="the end of the session",
            bound=timedelta(seconds=5),  # the hold time alone would take nine
        )
    finally:
        lab.done("lab", "heal", link.name)
    _wait_until_converged(routers)


def test_a_slow_link_is_avoided_citizens_go_on_and_it_comes_back_by_itself(
    lab: Terminal, network: Network, routers: Routers
) -> None:
    portal, link = Portal.declared(lab), LinkName(DIRECT[0])
    began = CLOCK.now()
    try:
        lab.done("lab", "slow", link, "--rtt", "500")
        _wait_for_avoided(lab, network, {link})
        avoided_at = CLOCK.now()
        # what is avoided for now is no difference from what is wanted
        assert routers.pending(EDGE) == []
        assert converged(routers) == []
        wait_until(
            CLOCK,
            lambda: "is avoided until it is well" in (_said_of(lab, link) or ""),
            what="a status that tells",
            bound=BOUND,
        )
        whole = noticed(lab, portal, began, CLOCK.now())
        after = noticed(lab, portal, avoided_at + timedelta(seconds=1), CLOCK.now())
    finally:
        lab.done("lab", "heal", link)
    _wait_for_avoided(lab, network, set())

    assert whole.is_void or whole.gap.length < timedelta(seconds=2), whole
    assert after.is_void or after.acknowledged_ratio == 1, after


def test_a_site_whose_links_are_all_slow_is_still_reached_and_no_link_stays_avoided_unwatched(
    lab: Terminal, network: Network
) -> None:
    links = {link.name for link in network.links_of(EDGE)}
    far = str(network.host(FAR_NODE).loopback)
    try:
        for link in links:
            lab.done("lab", "slow", link, "--rtt", "200")
        _wait_for_avoided(lab, network, links)
        answer = lab.on(NODE, "ping", "-c", "1", "-W", "2", far)
        lab.done("ssh", EDGE, "--", "systemctl", "stop", "ndc-detour.service")
        unwatched = _avoided(lab, network)
    finally:
        lab.done("lab", "heal", *links)
        lab.done("ssh", EDGE, "--", "systemctl", "start", "ndc-detour.service")

    assert answer.code == 0, answer.stdout
    assert unwatched == set()


def test_what_was_changed_by_hand_is_put_right(lab: Terminal, routers: Routers) -> None:
    by_hand = [
        "configure terminal",
        "ip prefix-list EXTRA seq 5 permit any",
        "no route-map RECEIVE",
    ]
    lab.done("ssh", EDGE, "--", "vtysh", *(word for line in by_hand for word in ("-c", line)))

    assert routers.pending(EDGE)
    take_over(routers, CLOCK, EDGE)

    assert routers.pending(EDGE) == []
    _wait_until_converged(routers)


def test_a_daemon_that_died_is_waited_for_and_not_taken_for_an_empty_configuration(
    lab: Terminal, routers: Routers
) -> None:
    # a route-map said anew may have ended it seconds ago (decision 64): watchfrr starts it first
    wait_until(
        CLOCK,
        lambda: lab.on(EDGE, "pkill", "-KILL", "-x", "bgpd").code == 0,
        what="a bgpd to kill",
        bound=BOUND,
    )

    with pytest.raises(Unreachable):
        routers.pending(EDGE)
    take_over(routers, CLOCK, EDGE)

    assert routers.pending(EDGE) == []
    _wait_until_converged(routers)


def test_the_forced_command_obeys_no_older_epoch_and_no_other_command(
    network: Network, secrets: Secrets
) -> None:
    guard = Access(secrets.epoch_key, secrets.known_hosts)
    service = network.services[0]

    def request(act: Act, epoch: int) -> GuardRequest:
        return GuardRequest(service.name, epoch, "lab-test", "step", act, service.address)

    def ask(host: HostName, act: Act, epoch: int) -> GuardAnswer:
        with connect(network.host(host), guard) as connection:
            return ConnectedGuard(host, connection).ask(request(act, epoch))

    def stance(host: HostName) -> GuardAnswer:
        return replace(ask(host, Act.LOOK, 0), clock=None)

    looks = {name: stance(name) for name in service.hosts}
    name, highest = next((n, look.highest) for n, look in looks.items() if look.highest)

    with pytest.raises(Rejected, match="did not obey"):
        ask(name, Act.WITHDRAW, highest - 1)
    assert stance(name) == looks[name]
    with connect(network.host(name), guard) as connection:
        refused = connection.run(["id"])
    assert refused.exit_code == 2
    assert "no request" in json.loads(refused.stdout)["refused"]


def _avoided(lab: Terminal, network: Network) -> set[str]:
    """Return the links that the border router avoids, as it says itself."""
    said = lab.done("ssh", EDGE, "--", "vtysh", "-c", answers.NEIGHBOURS).stdout
    policies = answers.incoming_policies(said)
    ends = ((link, end) for link in network.links_of(EDGE) if (end := link.end_at(EDGE)))
    return {
        link.name for link, end in ends if policies.get(link.other_end(end).address.ip) == AVOID
    }


def _wait_for_avoided(lab: Terminal, network: Network, links: set[LinkName]) -> None:
    wait_until(
        CLOCK,
        lambda: _avoided(lab, network) == links,
        what=f"a router that avoids {', '.join(sorted(links)) or 'no link'}",
        bound=BOUND,
    )


def _said_of(lab: Terminal, link: LinkName) -> str | None:
    concerns = lab.ndc("status", "--json").value["concerns"]
    return next((one["sentence"] for one in concerns if one["subject"] == link), None)


def _way(routers: Routers, loopback: IPv4Address) -> set[IPv4Address]:
    return {
        hop
        for route in routers.routes(EDGE)
        if route.prefix.network_address == loopback and route.is_installed
        for hop in route.next_hops
    }


def _is_established(routers: Routers, neighbour: IPv4Address) -> bool:
    return any(s.neighbour == neighbour and s.is_established for s in routers.bgp_sessions(EDGE))
