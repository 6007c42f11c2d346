"""Which probe is believed, and how long a measure may take."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from access.clients import http
from core.errors import NotSeen
from core.measure import ProbeTime, patience_with_a_measure, patience_with_reading_back
from dr.live.probe import Probes
from inventory.network import Network, Role
from tests.networks import network
from tests.rehearsals import SERVICE

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def _two_probes() -> Network:
    """Return the network with a probe at the first two hosts."""
    whole = network()
    roles = [
        frozenset({*host.roles, Role.PROBE}) if n < 2 else host.roles - {Role.PROBE}
        for n, host in enumerate(whole.hosts)
    ]
    return replace(
        whole,
        hosts=tuple(replace(h, roles=r) for h, r in zip(whole.hosts, roles, strict=True)),
    )


def _summary(*services: str) -> dict[str, Any]:
    own = {
        "taken_at": NOW.isoformat(),
        "window_seconds": 60.0,
        "acknowledged": 1,
        "refused": 0,
        "unknown": 0,
        "last_acknowledged_at": NOW.isoformat(),
        "site": "ndc02",
        "host": "ndc02-app",
        "missing": 0,
        "missing_since": None,
        "slip_seconds": 0.0,
        "head": {"lines": 1, "hash": ""},
    }
    return {"services": dict.fromkeys(services, own)}


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> tuple[Probes, dict[str, Any]]:
    """Return two probes, and what each answers by its address; who has no answer is not there."""
    two = _two_probes()
    answers: dict[str, Any] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host not in answers:
            raise httpx.ConnectError("nobody is there")
        return httpx.Response(200, json=answers[request.url.host])

    monkeypatch.setattr(
        http, "async_client", lambda _: httpx.AsyncClient(transport=httpx.MockTransport(answer))
    )
    return Probes(two, ssl.create_default_context()), answers


@pytest.mark.parametrize("first", [None, _summary(), _summary("another")])
def test_a_probe_that_does_not_write_to_a_service_says_nothing_of_it(
    first: dict[str, Any] | None, probes: tuple[Probes, dict[str, Any]]
) -> None:
    door, answers = probes
    one, two = (str(host.management.ip) for host in door.network.hosts_with(Role.PROBE))
    answers[two] = _summary(SERVICE)
    if first is not None:
        answers[one] = first

    last = door.acknowledged(SERVICE)

    assert last is not None
    assert last.site == "ndc02"
    assert door.now(SERVICE) == ProbeTime(NOW)


def test_what_no_probe_writes_to_is_not_seen(probes: tuple[Probes, dict[str, Any]]) -> None:
    door, answers = probes
    for host in door.network.hosts_with(Role.PROBE):
        answers[str(host.management.ip)] = _summary("another")

    with pytest.raises(NotSeen):
        door.acknowledged(SERVICE)


@pytest.mark.parametrize("length", [timedelta(), timedelta(minutes=20), timedelta(hours=6)])
def test_the_probe_answers_before_it_is_given_up_and_reads_a_long_window_to_its_end(
    length: timedelta,
) -> None:
    keys = 20 * length.total_seconds()

    patience = patience_with_reading_back(length)

    assert patience < patience_with_a_measure(length)
    assert keys / patience.total_seconds() <= 1200, "rows a second"
