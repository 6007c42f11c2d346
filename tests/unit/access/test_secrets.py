"""What the secrets folder promises."""

from __future__ import annotations

import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from cryptography import x509

from access.secrets import Secrets, ensure_secrets
from access.secrets.authority import Authority, Subject, Use
from access.tls import CONTROLLER, OBSERVER
from core.errors import Rejected
from inventory.names import HostName, OperatorName
from inventory.network import Role
from inventory.people import Operator
from inventory.postgresql import server_name
from tests.clocks import HandClock
from tests.networks import network

OWN_KEY = Operator(OperatorName("duty"), "ssh-ed25519 AAAA duty", frozenset({"observe"}))
NETWORK = replace(network("tiny"), operators=(*network("tiny").operators, OWN_KEY))
HOST = NETWORK.hosts[0].name


@pytest.fixture
def secrets(tmp_path: Path, clock: HandClock) -> Secrets:
    return ensure_secrets(tmp_path / "secrets", NETWORK, clock)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_nobody_else_can_read_anything(secrets: Secrets) -> None:
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
        for path in [secrets.folder, *secrets.folder.rglob("*")]
    }

    assert modes == {(True, 0o700), (False, 0o600)}


def test_a_second_call_changes_nothing(secrets: Secrets, clock: HandClock) -> None:
    before = _contents(secrets.folder)

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert _contents(secrets.folder) == before


def test_what_is_missing_is_added_and_the_rest_stays(secrets: Secrets, clock: HandClock) -> None:
    before = _contents(secrets.folder)
    secrets.password("general-db.replication").unlink()
    secrets.host_certificate(HOST).certificate.unlink()

    ensure_secrets(secrets.folder, NETWORK, clock)

    after = _contents(secrets.folder)
    (added,) = after.keys() - before.keys()
    assert added.startswith("issued/")
    assert {name for name in before if before[name] != after[name]} == {
        "passwords/general-db.replication",
        f"hosts/{HOST}/tls.crt",
    }


def test_a_host_answers_under_every_name_it_has(secrets: Secrets) -> None:
    certificate = _certificate(secrets.host_certificate(HOST).certificate)

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    host = NETWORK.hosts[0]
    led = {server_name(database.name) for database in NETWORK.databases_on(HOST)}
    assert set(names.get_values_for_type(x509.DNSName)) == {host.name, *led}
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {
        str(host.loopback),
        str(host.management.ip),
    }


def test_only_a_member_passes_for_the_leader_of_a_database(secrets: Secrets) -> None:
    for database in NETWORK.databases:
        passing = {
            host.name
            for host in NETWORK.hosts
            if _passes_for(server_name(database.name), secrets, host.name)
        }

        assert passing == {member.host for member in database.members}


def _passes_for(name: str, secrets: Secrets, host: HostName) -> bool:
    """Whether OpenSSL, as libpq uses it, takes the certificate of ``host`` for ``name``."""
    during = str(int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()))
    words = [
        *("openssl", "verify", "-attime", during, "-verify_hostname", name),
        *("-CAfile", str(secrets.authority.certificate)),
        str(secrets.host_certificate(host).certificate),
    ]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def test_openssl_accepts_what_was_issued(secrets: Secrets) -> None:
    issued = [
        *(secrets.host_certificate(host.name) for host in NETWORK.hosts),
        *(secrets.service_certificate(service.name) for service in NETWORK.services),
        *(secrets.agent_certificate(host.name) for host in NETWORK.hosts_with(Role.SERVICE)),
        secrets.client_certificate("control"),
        secrets.power_certificate,
    ]
    during = str(int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()))

    answer = subprocess.run(
        ["openssl", "verify", "-x509_strict", "-attime", during]
        + ["-CAfile", str(secrets.authority.certificate)]
        + [str(files.certificate) for files in issued],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr


def test_the_control_plane_alone_takes_power_and_monitors_are_told_of_it(secrets: Secrets) -> None:
    owners = {
        role: {
            path.parent.name
            for path in secrets.folder.glob("*/*/tls.crt")
            if role in _roles(_certificate(path))
        }
        for role in (CONTROLLER, OBSERVER)
    }

    monitors = [host.name for host in NETWORK.hosts_with(Role.MONITOR)]
    assert owners == {
        CONTROLLER: {"control"},
        OBSERVER: {f"controller-{name}" for name in monitors},
    }


def test_a_certificate_from_before_there_were_roles_is_issued_again_and_not_refused(
    secrets: Secrets, clock: HandClock
) -> None:
    files = secrets.client_certificate("control")
    authority = Authority.ensure(secrets.authority, "", clock)
    files.certificate.unlink()
    authority.ensure_certificate(Subject(files, "control", frozenset({Use.CLIENT})))
    before = _certificate(files.certificate)

    ensure_secrets(secrets.folder, NETWORK, clock)

    after = _certificate(files.certificate)
    revoked = x509.load_pem_x509_crl(secrets.revoked.read_bytes())
    assert (_roles(before), _roles(after)) == ([], [CONTROLLER])
    assert after.public_key() == before.public_key()
    assert before.serial_number not in {entry.serial_number for entry in revoked}


def test_the_power_port_is_reached_at_the_operators_address_and_asks_nobody(
    secrets: Secrets,
) -> None:
    certificate = _certificate(secrets.power_certificate.certificate)
    extensions = certificate.extensions

    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert names.get_values_for_type(x509.IPAddress) == [NETWORK.operator_address.ip]
    assert {*uses} == {Use.SERVER.value}


def _roles(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def test_a_host_that_got_another_address_gets_another_certificate_for_the_same_key(
    secrets: Secrets, clock: HandClock
) -> None:
    files = secrets.host_certificate(HOST)
    before = _certificate(files.certificate)
    moved = replace(NETWORK.hosts[0], management=IPv4Interface("198.18.3.99/24"))

    ensure_secrets(secrets.folder, replace(NETWORK, hosts=(moved, *NETWORK.hosts[1:])), clock)

    after = _certificate(files.certificate)
    assert after.serial_number != before.serial_number
    assert after.public_key() == before.public_key()


@pytest.mark.parametrize(("days", "renewed"), [(300, False), (380, True)])
def test_a_certificate_near_its_end_is_issued_again(
    secrets: Secrets, clock: HandClock, *, days: int, renewed: bool
) -> None:
    files = secrets.host_certificate(HOST)
    before = _certificate(files.certificate)
    clock.sleep(timedelta(days=days))

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert (_certificate(files.certificate) != before) is renewed


def test_the_fingerprint_is_the_one_ssh_keygen_prints(secrets: Secrets) -> None:
    public = secrets.host_key(HOST).with_suffix(".pub")

    printed = subprocess.run(
        ["ssh-keygen", "-l", "-E", "sha256", "-f", str(public)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert secrets.host_key_fingerprint(HOST) == printed.split()[1]


def test_the_private_ssh_key_is_one_that_ssh_reads(secrets: Secrets) -> None:
    derived = subprocess.run(
        ["ssh-keygen", "-y", "-f", str(secrets.control_key)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert derived.split()[:2] == secrets.read(secrets.path("control_key.pub")).split()[:2]


def test_every_host_is_known_by_address_and_by_name(secrets: Secrets) -> None:
    lines = secrets.read(secrets.known_hosts).splitlines()

    assert [line.split()[0] for line in lines] == [
        f"{host.management.ip},{host.name}" for host in NETWORK.hosts
    ]


def test_only_operators_without_a_key_of_their_own_get_one(secrets: Secrets) -> None:
    made = {path.name for path in secrets.path("operators").iterdir()}

    assert made == {"an", "an.pub", "binh", "binh.pub"}


def test_the_fingerprint_of_an_unknown_host_is_refused(secrets: Secrets) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        secrets.host_key_fingerprint(HostName("nowhere"))


def test_a_damaged_authority_is_refused_and_not_replaced(
    secrets: Secrets, clock: HandClock
) -> None:
    secrets.authority.certificate.write_text("not a certificate")

    with pytest.raises(Rejected, match="key or certificate"):
        ensure_secrets(secrets.folder, NETWORK, clock)

    assert secrets.authority.certificate.read_text() == "not a certificate"
