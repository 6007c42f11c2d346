"""Whoever takes hosts' power away is asked at each look, and missed when silent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from access.clients.http import mutual_tls
from access.secrets import Secrets
from inventory.names import HostName
from monitors.health.concern import Condition
from monitors.health.concerns import concerns, is_settled
from monitors.look.connections import KeptConnections
from monitors.look.fencing import unfenced
from monitors.look.sources import Sources, look_around
from tests.networks import network
from tests.snapshots import all_well, taken
from tests.stubs.power import networked, secrets_in, stub_port

OF = network("compact")
ONE, OTHER = HostName("ndc01-app"), HostName("ndc02-app")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return secrets_in(tmp_path_factory.mktemp("secrets") / "secrets")


def _unfenced(secrets: Secrets, power: Mapping[HostName, str]) -> frozenset[HostName]:
    own = secrets.client_certificate("control")
    tls = mutual_tls(secrets.authority.certificate, own.certificate, own.key)
    with closing(KeptConnections(tls)) as looking:
        seen = looking.run(
            lambda client: look_around(
                replace(networked(), hosts=(), voters=(), databases=(), services=()),
                client,
                Sources(None, power=power),
                httpx.Auth(),
            )
        )
    return seen.unfenced


def test_a_port_that_answers_fences_its_hosts_and_one_that_is_cut_does_not(
    secrets: Secrets,
) -> None:
    with stub_port(secrets) as port:
        power = {h.name: f"{port.root}/redfish/v1/Systems/{h.name}" for h in networked().hosts}
        answered = _unfenced(secrets, power)
        port.cut = True
        silent = _unfenced(secrets, power)

    assert answered == frozenset()
    assert silent == set(power)


def test_only_hosts_of_a_silent_port_are_missed() -> None:
    systems = {ONE: "https://10.0.0.1:9400/a", OTHER: "https://10.0.0.2:9400/b"}

    assert unfenced(systems, {"10.0.0.1:9400"}) == {OTHER}
    assert unfenced({}, ()) == frozenset()


def test_a_loss_that_could_not_be_proved_soon_is_a_concern_before_it_happens() -> None:
    some = taken(OF, replace(all_well(OF), unfenced=frozenset({ONE})))
    every = taken(OF, replace(all_well(OF), unfenced=frozenset(h.name for h in OF.hosts)))

    (concern,), (worse,) = concerns(some), concerns(every)

    assert (concern.subject, concern.condition) == ("fencing", Condition.WARNING)
    assert concern.sentence.startswith(f"unavailable: nobody answers for the power of {ONE};")
    assert concern.sentence.endswith("next: ndc lab status")
    assert "the power of every host" in worse.sentence
    assert is_settled(some)
    assert concerns(taken(OF, all_well(OF))) == ()
