"""What recovery may rely on when it takes a host's power away, however badly the port obeys.

The live door, before the lab's own port with hosts that are values.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Interface

import pytest

from access.clients import http
from access.secrets import Certificate, Secrets
from core.errors import NotSeen, Rejected, Unreachable
from dr.facts import Supply
from dr.live.power import RedfishPower, power_systems
from dr.loss_doors import PowerDoor
from inventory.endpoints import POWER
from inventory.etcd import controller_account
from inventory.names import HostName
from inventory.network import Role
from tests.networks import network
from tests.stubs.power import CLOCK, StubPort, networked, secrets_in, stub_port

HOST, OTHER = (host.name for host in networked().hosts[:2])
NOON = "2030-01-01T12:00:00+00:00"
CUT = timedelta(seconds=5)
LATEST = timedelta(seconds=8)
"""the cut, one last look, and a busy machine"""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return secrets_in(tmp_path_factory.mktemp("power") / "secrets")


@pytest.fixture
def port(secrets: Secrets) -> Iterator[StubPort]:
    with stub_port(secrets) as stub:
        yield stub


def _door(port: StubPort, files: Certificate | None = None) -> PowerDoor:
    own = files or port.control
    systems = {
        host: address.replace(f":{POWER}/", f":{port.port}/")
        for host, address in power_systems(networked(), "lab").items()
    }
    return RedfishPower(systems, _tls(port.secrets, own), CLOCK)


def _tls(secrets: Secrets, files: Certificate) -> ssl.SSLContext:
    return http.mutual_tls(secrets.authority.certificate, files.certificate, files.key)


def test_the_power_of_a_host_goes_in_the_life_in_which_it_was_seen(port: StubPort) -> None:
    door = _door(port)
    before = door.state(HOST)

    door.off(HOST, before.life)

    assert before == Supply(on=True, life=NOON)
    assert door.state(HOST) == Supply(on=False, life=NOON)
    assert door.state(OTHER).on
    assert port.hosts.fenced == [HOST]


def test_off_already_counts_as_done(port: StubPort) -> None:
    door = _door(port)
    door.off(HOST, NOON)

    door.off(HOST, NOON)

    assert port.hosts.fenced == [HOST]


def test_another_life_is_not_ended(port: StubPort) -> None:
    door = _door(port)
    door.off(HOST, NOON)
    port.hosts.power_on(HOST)

    with pytest.raises(Rejected, match="lives another life"):
        door.off(HOST, NOON)

    assert door.state(HOST).on
    assert door.state(HOST).life != NOON


def test_another_life_that_begins_while_it_is_asked_is_not_ended(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)
    door = _door(port)
    failures: list[Exception] = []

    def off() -> None:
        try:
            door.off(HOST, NOON)
        except (Rejected, Unreachable) as error:
            failures.append(error)

    asker = threading.Thread(target=off)
    asker.start()
    asker.join(1)
    port.hosts.power_on(HOST)
    port.hosts.held.set()
    asker.join()

    assert [type(error) for error in failures] == [Rejected]
    assert not port.hosts.fenced


def test_who_is_off_before_we_asked_is_off(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)
    door = _door(port)
    asker = threading.Thread(target=door.off, args=(HOST, NOON))
    asker.start()
    asker.join(1)

    port.hosts.powers[HOST] = replace(port.hosts.powers[HOST], on=False)
    port.hosts.held.set()
    asker.join()

    assert not port.hosts.fenced


def test_a_port_that_takes_its_time_is_believed_when_the_host_is_seen_off(port: StubPort) -> None:
    port.hosts.late = timedelta(seconds=2)

    began = CLOCK.elapsed()
    _door(port).off(HOST, NOON)
    lasted = CLOCK.elapsed() - began

    assert timedelta(seconds=2) < lasted < CUT


def test_neither_silence_nor_a_yes_is_believed_while_the_host_is_on(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)
    port.hosts.deaf.add(OTHER)
    door = _door(port)

    def off(host: HostName) -> timedelta:
        with pytest.raises(Unreachable, match="was not seen off") as unknown:
            door.off(host, NOON)
        assert unknown.value.actual == f"on, last switched on at {NOON}"
        return CLOCK.elapsed() - began

    began = CLOCK.elapsed()
    with ThreadPoolExecutor() as pool:
        silent, told = pool.map(off, (HOST, OTHER))

    assert CUT - timedelta(seconds=0.1) < min(silent, told)
    assert max(silent, told) < LATEST


def test_an_answer_that_says_nothing_is_no_failure_when_the_host_is_seen_off(
    port: StubPort,
) -> None:
    port.hosts.stuck = True

    _door(port).off(HOST, NOON)

    assert port.hosts.fenced == [HOST]


def test_nobody_answers_at_a_port_that_is_cut(port: StubPort) -> None:
    port.cut = True
    CLOCK.sleep(timedelta(seconds=0.6))  # until the port has noticed
    door = _door(port)

    with pytest.raises(NotSeen) as silent:
        door.state(HOST)
    with pytest.raises(Unreachable):
        door.off(HOST, NOON)

    assert not silent.value.refused
    port.cut = False
    assert door.state(HOST).on


def test_an_answer_that_is_lost_on_the_way_is_looked_after(port: StubPort) -> None:
    port.hosts.late = timedelta(seconds=1)
    asker_of_cut = threading.Timer(0.5, lambda: setattr(port, "cut", True))
    healer = threading.Timer(2, lambda: setattr(port, "cut", False))
    asker_of_cut.start()
    healer.start()

    _door(port).off(HOST, NOON)

    assert port.hosts.fenced == [HOST]
    healer.join()


def test_where_nobody_listens_any_more_nothing_is_seen(secrets: Secrets) -> None:
    with stub_port(secrets) as stub:
        door = _door(stub)

    with pytest.raises(NotSeen):
        door.state(HOST)
    with pytest.raises(Unreachable):
        door.off(HOST, NOON)


def test_a_host_may_take_nobodys_power(port: StubPort) -> None:
    host = networked().hosts_with(Role.MONITOR)[0].name
    door = _door(port, port.secrets.host_certificate(host))

    with pytest.raises(NotSeen) as refused:
        door.state(HOST)
    with pytest.raises(Rejected):
        door.off(HOST, NOON)

    assert refused.value.refused
    assert not port.hosts.fenced


def test_an_observer_is_told_of_power_and_takes_none(port: StubPort) -> None:
    monitor = networked().hosts_with(Role.MONITOR)[0].name
    door = _door(port, port.secrets.client_certificate(controller_account(monitor)))

    with pytest.raises(Rejected):
        door.off(HOST, NOON)

    assert door.state(HOST) == Supply(on=True, life=NOON)
    assert not port.hosts.fenced


def test_a_host_that_the_port_does_not_know_is_refused(port: StubPort) -> None:
    del port.hosts.powers[HOST]
    door = _door(port)

    with pytest.raises(NotSeen) as refused:
        door.state(HOST)
    with pytest.raises(Rejected):
        door.off(HOST, NOON)

    assert "there is no host called" in refused.value.actual


@pytest.mark.parametrize("substrate", ["lab", "existing"])
def test_without_a_port_nothing_is_assumed(substrate: str, port: StubPort) -> None:
    systems = power_systems(networked(), substrate)
    host = HostName("nobody") if substrate == "lab" else HOST
    door = RedfishPower(systems, _tls(port.secrets, port.control), CLOCK)

    with pytest.raises(NotSeen) as absent:
        door.state(host)
    with pytest.raises(Rejected) as refused:
        door.off(host, NOON)

    assert not absent.value.refused
    assert (
        absent.value.next_step
        == refused.value.next_step
        == ("take its power away by hand, and see that it is off")
    )


def test_the_port_of_a_lab_is_on_the_operators_own_address() -> None:
    own = replace(network("tiny"), operator_address=IPv4Interface("198.18.7.1/24"))

    systems = power_systems(own, "lab")

    assert systems[HOST] == f"https://198.18.7.1:{POWER}/redfish/v1/Systems/{HOST}"
    assert set(systems) == {host.name for host in own.hosts}
