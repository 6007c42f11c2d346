"""Two hosts of a site serve: the one that is ill withdraws, and never both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.clock import wait_until
from tests.lab.conftest import ENVIRONMENT
from tests.lab.recovery import CLOCK, Portal, noticed, report_of
from tests.lab.terminal import Terminal
from tests.networks import TWIN_HOSTS

pytestmark = [pytest.mark.lab, pytest.mark.campaign]

HANGS = timedelta(seconds=20)
"""a host goes within five; this only detects that it never does"""
LONG = timedelta(seconds=15)
"""in which an agent looks seven times"""
DIES = "systemctl mask --runtime nginx.service; systemctl kill --signal=KILL nginx.service"
RETURNS = "systemctl unmask --runtime nginx.service; systemctl start nginx.service"


@pytest.fixture(scope="module")
def twins() -> Iterator[Terminal]:
    """Yield a terminal in front of a running network in which two hosts of a site may serve."""
    terminal = Terminal(f"{ENVIRONMENT}-twins")
    try:
        terminal.done(
            *("--inventory", str(TWIN_HOSTS), "env", "create", terminal.environment),
            *("--profile", "twins", "--throwaway"),
            bound_seconds=900,
        )
        yield terminal
    finally:
        terminal.ndc("env", "destroy", terminal.environment, bound_seconds=300)


@pytest.fixture
def portal(twins: Terminal) -> Iterator[Portal]:
    """Yield the service, served by both hosts; so it is afterwards."""
    found = Portal.declared(twins)
    _all_announce(twins, found)
    yield found
    for host in _serving(twins):
        twins.on(host, "sh", "-c", RETURNS)
    _all_announce(twins, found)


def _serving(lab: Terminal) -> tuple[str, ...]:
    """Return the hosts of the active site that may serve."""
    (service,) = lab.ndc("status", "--json").value["services"]
    sites = {host["host"]: host["site"] for host in lab.done("show", "hosts", "--json").value}
    return tuple(host for host in service["hosts"] if sites[host] == service["active"])


def _announces(lab: Terminal, portal: Portal, host: str) -> bool:
    return f" {portal.address}/32 " in lab.on(host, "ip", "-4", "address", "show", "lo").stdout


def _announcing(lab: Terminal, portal: Portal) -> set[str]:
    return {host for host in _serving(lab) if _announces(lab, portal, host)}


def _all_announce(lab: Terminal, portal: Portal) -> None:
    lab.done("status", "--wait", bound_seconds=300)
    wait_until(
        CLOCK,
        lambda: _announcing(lab, portal) == set(_serving(lab)),
        what="two announcers",
        bound=HANGS,
    )


def _on_each(lab: Terminal, hosts: tuple[str, ...], words: str) -> None:
    with ThreadPoolExecutor(len(hosts)) as pool:
        for answer in pool.map(lambda host: lab.on(host, "sh", "-c", words), hosts):
            assert answer.code == 0, answer.stderr


def test_the_border_router_leads_citizens_to_both_hosts(twins: Terminal, portal: Portal) -> None:
    hosts = {host["host"]: host for host in twins.done("show", "hosts", "--json").value}
    one, two = _serving(twins)
    (border,) = (
        name
        for name, host in hosts.items()
        if host["site"] == hosts[one]["site"] and "border" in host["roles"]
    )

    route = twins.on(border, "ip", "route", "show", portal.address).stdout

    ways = [hosts[host]["lan"].split("/")[0] for host in (one, two)]
    assert all(f"nexthop via {way} " in route for way in ways), route


def test_a_host_whose_nginx_died_withdraws_and_the_other_serves(
    twins: Terminal, portal: Portal
) -> None:
    dying, other = _serving(twins)

    twins.on(dying, "sh", "-c", DIES)
    wait_until(
        CLOCK, lambda: not _announces(twins, portal, dying), what="its withdrawal", bound=HANGS
    )
    gone = CLOCK.now() + timedelta(seconds=1)
    CLOCK.sleep(timedelta(seconds=6))
    concerns = twins.ndc("status", "--json").value["concerns"]

    afterwards = noticed(twins, portal, gone, gone + timedelta(seconds=4))
    assert _announcing(twins, portal) == {other}
    assert (afterwards.refused, afterwards.lost, afterwards.duplicated) == (0, 0, 0)
    assert afterwards.acknowledged > 0
    told = [one["sentence"] for one in concerns if one["subject"] == dying]
    assert any(one.startswith(f"does not announce {portal.name}") for one in told), told


def test_of_two_whose_nginx_died_none_withdraws(twins: Terminal, portal: Portal) -> None:
    both = _serving(twins)

    _on_each(twins, both, DIES)
    until = CLOCK.elapsed() + LONG
    seen = []
    while CLOCK.elapsed() < until:
        seen.append(_announcing(twins, portal))

    assert seen
    assert all(those == set(both) for those in seen), seen


def test_a_move_leads_to_both_hosts_of_the_other_site(twins: Terminal, portal: Portal) -> None:
    (service,) = twins.done("status", "--json").value["services"]
    target, source = portal.other_than(service["active"]), _serving(twins)

    moved = twins.ndc("dr", "switchover", portal.name, "--to", target, bound_seconds=300)

    report_of(twins, moved)
    _all_announce(twins, portal)
    assert not any(_announces(twins, portal, host) for host in source)
