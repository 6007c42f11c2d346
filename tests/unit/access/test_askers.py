"""Who is answered by programs that read no list of revoked certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from access.secrets import Secrets, ensure_secrets
from inventory.etcd import controller_account
from inventory.network import Role
from tests.clocks import HandClock
from tests.networks import network

NETWORK = network("tiny")
MONITOR, *OTHERS = NETWORK.hosts_with(Role.MONITOR)


@pytest.fixture
def secrets(tmp_path: Path, clock: HandClock) -> Secrets:
    return ensure_secrets(tmp_path / "secrets", NETWORK, clock)


def _named(secrets: Secrets) -> set[x509.Certificate]:
    return set(x509.load_pem_x509_certificates(secrets.askers.read_bytes()))


def _at(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_monitors_and_the_control_plane_may_ask_and_the_authority_vouches_for_nobody_else(
    secrets: Secrets,
) -> None:
    asking = {_at(secrets.client_certificate("control").certificate)}
    for host in NETWORK.hosts_with(Role.MONITOR):
        asking.add(_at(secrets.host_certificate(host.name).certificate))
        asking.add(_at(secrets.client_certificate(controller_account(host.name)).certificate))

    assert _named(secrets) == asking


def test_who_is_no_monitor_any_more_may_not_ask_and_stays_what_else_he_is(
    secrets: Secrets, clock: HandClock
) -> None:
    before = _named(secrets)
    plain = replace(MONITOR, roles=MONITOR.roles - {Role.MONITOR})
    hosts = tuple(plain if host == MONITOR else host for host in NETWORK.hosts)

    ensure_secrets(secrets.folder, replace(NETWORK, hosts=hosts), clock)

    certificate = _at(secrets.host_certificate(MONITOR.name).certificate)
    assert certificate in before
    assert certificate not in _named(secrets)
    assert len(before - _named(secrets)) == 2


def test_a_key_that_a_person_took_away_opens_nothing_and_its_successor_does(
    secrets: Secrets, clock: HandClock
) -> None:
    files = secrets.client_certificate("control")
    stolen = _at(files.certificate)
    files.key.unlink()

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert stolen not in _named(secrets)
    assert _at(files.certificate) in _named(secrets)


def test_what_was_renewed_may_ask_until_the_one_before_it_ends(
    secrets: Secrets, clock: HandClock
) -> None:
    before = _named(secrets)
    clock.sleep(timedelta(days=380))
    ensure_secrets(secrets.folder, NETWORK, clock)
    both = _named(secrets)
    clock.sleep(timedelta(days=20))

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert before < both
    assert _named(secrets) == both - before


def test_a_file_that_is_gone_is_written_anew(secrets: Secrets, clock: HandClock) -> None:
    before = secrets.askers.read_bytes()
    secrets.askers.unlink()

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert secrets.askers.read_bytes() == before
