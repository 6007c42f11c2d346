"""Looking around: what refuses is known to be down, and what is silent is unknown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from inventory.network import Network
from ndc.adapters.secrets import Secrets, ensure_secrets
from ndc.adapters.snapshot.look import Sources, SubstrateReading, look_around
from ndc.adapters.snapshot.readings import Readings
from ndc.adapters.snapshot.sightings import Sightings, recalled, remember
from ndc.adapters.snapshot.threads import in_thread
from ndc.clients.json_get import mutual_tls
from ndc.kernel.errors import Rejected
from tests.networks import network
from tests.snapshots import BEFORE, NOON


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Return the secrets of a whole environment."""
    return ensure_secrets(tmp_path_factory.mktemp("secrets") / "secrets", network())


def _seen(
    at: str, secrets: Secrets, substrate: Callable[[], SubstrateReading] | None = None
) -> Readings:
    of = network()
    hosts = tuple(replace(host, management=IPv4Interface(at)) for host in of.hosts)
    there: Network = replace(of, hosts=hosts)
    mine = secrets.client_certificate("control")
    tls = mutual_tls(secrets.authority.certificate, mine.certificate, mine.key)
    return asyncio.run(look_around(there, tls, Sources(substrate)))


def test_where_nothing_listens_everything_is_known_to_be_down(secrets: Secrets) -> None:
    seen = _seen("127.0.0.77/8", secrets)

    assert set(seen.voters.values()) == {False}
    assert set(seen.clusters.values()) == {None}
    assert not seen.samples
    assert not seen.probed
    assert not seen.placements


def test_a_substrate_that_says_no_is_not_seen(secrets: Secrets) -> None:
    def refuse() -> SubstrateReading:
        raise Rejected("no labd")

    assert _seen("127.0.0.77/8", secrets, refuse).power == {}


def test_who_hangs_is_left_behind() -> None:
    async def ask() -> None:
        with pytest.raises(TimeoutError):
            await in_thread(lambda: time.sleep(5), deadline=timedelta(milliseconds=50))  # noqa: TID251 - it is to hang

    began = time.monotonic()  # noqa: TID251 - the real one is what is tested
    asyncio.run(ask())

    assert time.monotonic() - began < 3  # noqa: TID251 - as above


def test_unknown_says_since_when_also_in_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "sightings.json"
    first = Sightings({}, BEFORE)
    first.of("host/a", seen=True)
    first.of("host/b", seen=False)
    remember(path, first.last())

    second = Sightings(recalled(path), NOON)

    assert second.of("host/a", seen=False).at == BEFORE
    assert second.of("host/b", seen=False).at is None
    assert second.of("host/a", seen=True).at == NOON


@pytest.mark.parametrize("text", ["", "not json", "[1]", '{"host/a": "yesterday"}'])
def test_a_broken_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sightings.json"
    path.write_text(text, "utf-8")

    assert recalled(path) == {}


def test_a_memory_that_cannot_be_written_keeps_nobody_from_looking(tmp_path: Path) -> None:
    remember(tmp_path / "not" / "there", {"host/a": NOON})
