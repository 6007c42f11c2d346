"""What a site announces and others refuse leads nobody there, however often routers start anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from access.host_access import Access
from access.secrets import Secrets
from core.clock import wait_until
from core.errors import Rejected
from core.runs.plan import RunName, StepId
from core.runs.ports import Token
from core.system_clock import SystemClock
from dr.live.guard import ForcedCommand
from dr.live.routes import BorderCommand
from dr.planning.refusing import borders
from inventory.names import EnvironmentName, HostName, ServiceName, SiteName
from inventory.network import Network, Service
from ndc.wiring import environment
from ndc.wiring.declared_network import network as declared_by
from tests.lab.recovery import Portal, Standing
from tests.lab.terminal import Terminal

pytestmark = pytest.mark.lab

CLOCK = SystemClock()
BOUND = timedelta(seconds=60)
WITNESS = HostName("witness-node")
RUN = RunName("20300101-000009-lab")
LOOKS = 600
"""for 30 s: longer than sessions need to come up"""


@pytest.fixture(scope="module")
def network(lab: Terminal) -> Network:
    return declared_by(environment.opened(EnvironmentName(lab.environment)))


@pytest.fixture(scope="module")
def routes(lab: Terminal, network: Network) -> BorderCommand:
    secrets = Secrets(environment.opened(EnvironmentName(lab.environment)).paths.secrets)
    access = Access(secrets.refuse_key, secrets.known_hosts)
    return BorderCommand(ForcedCommand(network, access, CLOCK))


@pytest.fixture
def served(lab: Terminal, network: Network, routes: BorderCommand) -> Iterator[Standing]:
    """Yield how things stand; whatever a border refuses is accepted again afterwards."""
    standing = Standing.seen(lab)
    yield standing
    for site in network.sites:
        for border in borders(network, site.name):
            for service in routes.refused(border, site.name):
                routes.accept(border, service, site.name, _token(standing.epoch + 1))


@pytest.fixture
def portal(lab: Terminal, network: Network) -> Service:
    return network.service(ServiceName(Portal.declared(lab).name))


def _token(epoch: int) -> Token:
    return Token(RUN, StepId("refuse"), epoch, attempt=1)


def _way(lab: Terminal, service: Service) -> bool:
    """Tell whether the witness knows a way to the address of ``service``."""
    return "via" in lab.on(WITNESS, "ip", "route", "show", f"{service.address}/32").stdout


def test_what_every_other_site_refuses_nobody_comes_to_though_it_is_announced(
    lab: Terminal, network: Network, routes: BorderCommand, served: Standing, portal: Service
) -> None:
    origin, token = SiteName(served.site), _token(served.epoch)
    loopback = network.hosts_at(origin)[0].loopback
    others = borders(network, origin)
    assert _way(lab, portal)

    began = CLOCK.elapsed()
    for border in others:
        routes.refuse(border, portal.name, origin, token, BOUND)
    for border in others:
        wait_until(
            CLOCK,
            lambda: portal.name in routes.refused(border, origin),  # noqa: B023 - asked at once
            what=f"{border} to refuse",
            bound=BOUND,
        )
    took = CLOCK.elapsed() - began
    led_there = _way(lab, portal)
    managed = lab.on(WITNESS, "ping", "-c", "1", "-W", "2", str(loopback)).code
    for border in others:
        routes.accept(border, portal.name, origin, token)
    wait_until(CLOCK, lambda: _way(lab, portal), what="a way again", bound=BOUND)

    print(f"{len(others)} borders refuse after {took.total_seconds():.2f} s")  # noqa: T201 - a figure
    assert not led_there
    assert managed == 0


@pytest.mark.campaign
def test_a_router_that_starts_anew_is_told_before_it_hears_anything(
    lab: Terminal, network: Network, routes: BorderCommand, served: Standing, portal: Service
) -> None:
    origin = SiteName(served.site)
    routes.refuse(WITNESS, portal.name, origin, _token(served.epoch), BOUND)
    wait_until(
        CLOCK,
        lambda: not _way(lab, portal),
        what="the witness to refuse",
        bound=BOUND,
    )
    loopback = network.hosts_at(origin)[0].loopback

    # both routes in one look, by the kernel's own table: how often each was there
    looks = (
        f"pkill -KILL -x bgpd; for n in $(seq {LOOKS}); do"
        f" ip route show {portal.address}/32 | grep -c via; sleep 0.05; done | sort | uniq -c;"
        f" ip route show {loopback}/32"
    )
    seen = lab.done("ssh", WITNESS, "--", "sh", "-c", looks, bound_seconds=120).stdout

    print(seen)  # noqa: T201 - a figure
    assert f"{LOOKS} 0" in seen
    assert "via" in seen


def test_a_border_obeys_no_epoch_that_is_over(
    routes: BorderCommand, served: Standing, portal: Service
) -> None:
    origin = SiteName(served.site)
    routes.accept(WITNESS, portal.name, origin, _token(served.epoch + 1))
    before = routes.refused(WITNESS, origin)

    with pytest.raises(Rejected, match="did not obey"):
        routes.refuse(WITNESS, portal.name, origin, _token(served.epoch), BOUND)

    assert routes.refused(WITNESS, origin) == before == frozenset()
