"""Who is refused although his certificate has not ended, and who is not."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from access.secrets import Certificate, Secrets, ensure_secrets
from access.secrets.authority import Authority, Subject, Use
from inventory.names import HostName
from inventory.network import Host, Network, Role
from tests.clocks import HandClock
from tests.networks import network
from tests.unit.access.conftest import BEGAN

NETWORK = network("tiny")
HOST = next(host for host in NETWORK.hosts if host.name not in NETWORK.voters)
"""without a vote"""


@pytest.fixture
def secrets(tmp_path: Path, clock: HandClock) -> Secrets:
    return ensure_secrets(tmp_path / "secrets", NETWORK, clock)


def _copy(files: Certificate, folder: Path) -> Certificate:
    """Return what a thief takes away."""
    copy = Certificate(folder / "stolen.key", folder / "stolen.crt")
    copy.key.write_bytes(files.key.read_bytes())
    copy.certificate.write_bytes(files.certificate.read_bytes())
    return copy


def _is_refused(secrets: Secrets, certificate: Path) -> bool:
    """Whether OpenSSL refuses ``certificate`` as revoked, and for no other reason."""
    during = str(int((BEGAN + timedelta(days=1)).timestamp()))
    words = ["openssl", "verify", "-attime", during, "-crl_check", "-x509_strict"]
    words += ["-CAfile", str(secrets.authority.certificate), "-CRLfile", str(secrets.revoked)]
    done = subprocess.run([*words, str(certificate)], capture_output=True, text=True, check=False)
    assert not done.returncode or "certificate revoked" in done.stderr, done.stderr
    return bool(done.returncode)


def _without(there: Network, gone: Collection[HostName]) -> Network:
    return replace(there, hosts=tuple(host for host in there.hosts if host.name not in gone))


def _all(secrets: Secrets) -> Iterator[Path]:
    yield from secrets.folder.glob("*/*/tls.crt")


def _uses(path: Path) -> set[x509.ObjectIdentifier]:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_nobody_who_is_there_is_refused(secrets: Secrets) -> None:
    assert not any(_is_refused(secrets, path) for path in _all(secrets))


def test_a_host_that_is_removed_is_refused_and_its_key_is_gone(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    files = secrets.host_certificate(HOST.name)
    stolen = _copy(files, tmp_path)

    ensure_secrets(secrets.folder, _without(NETWORK, [HOST.name]), clock)

    assert _is_refused(secrets, stolen.certificate)
    assert not files.key.exists()
    assert not any(_is_refused(secrets, path) for path in _all(secrets))


def test_a_host_that_comes_back_has_another_key_and_what_was_stolen_stays_refused(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    files = secrets.host_certificate(HOST.name)
    stolen = _copy(files, tmp_path)
    ensure_secrets(secrets.folder, _without(NETWORK, [HOST.name]), clock)

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert files.key.read_bytes() != stolen.key.read_bytes()
    assert not _is_refused(secrets, files.certificate)
    assert _is_refused(secrets, stolen.certificate)


def test_who_takes_a_stolen_key_away_has_the_certificate_refused(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    files = secrets.host_certificate(HOST.name)
    stolen = _copy(files, tmp_path)
    clock.sleep(timedelta(days=380))
    ensure_secrets(secrets.folder, NETWORK, clock)  # renewed meanwhile: both have to go
    clock.instant = BEGAN + timedelta(days=1)
    files.key.unlink()

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert _is_refused(secrets, stolen.certificate)
    assert not _is_refused(secrets, files.certificate)


def test_what_is_renewed_for_the_same_names_is_good_until_it_ends(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    files = secrets.host_certificate(HOST.name)
    before = _copy(files, tmp_path)
    clock.sleep(timedelta(days=380))

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert files.certificate.read_bytes() != before.certificate.read_bytes()
    revoked = x509.load_pem_x509_crl(secrets.revoked.read_bytes())
    assert list(revoked) == []


def test_a_host_that_lost_its_copy_no_longer_passes_for_the_leader(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    (database, *_) = NETWORK.databases
    host = database.members[-1].host
    before = _copy(secrets.host_certificate(host), tmp_path)
    fewer = replace(database, members=database.members[:-1])

    ensure_secrets(secrets.folder, replace(NETWORK, databases=(fewer,)), clock)

    assert _is_refused(secrets, before.certificate)


def test_what_was_issued_is_forgotten_when_it_ends(secrets: Secrets, clock: HandClock) -> None:
    ensure_secrets(secrets.folder, _without(NETWORK, [HOST.name]), clock)
    clock.sleep(timedelta(days=400))

    ensure_secrets(secrets.folder, _without(NETWORK, [HOST.name]), clock)

    assert list(x509.load_pem_x509_crl(secrets.revoked.read_bytes())) == []
    assert len(list(secrets.issued.iterdir())) == len(list(_all(secrets)))


@pytest.mark.parametrize("spoil", ["gone", "torn", "of-another"])
def test_a_list_that_cannot_be_used_is_signed_anew(
    secrets: Secrets, clock: HandClock, tmp_path: Path, spoil: str
) -> None:
    there = _without(NETWORK, [HOST.name])
    stolen = _copy(secrets.host_certificate(HOST.name), tmp_path)
    ensure_secrets(secrets.folder, there, clock)
    other = ensure_secrets(tmp_path / "other", NETWORK, clock)
    match spoil:
        case "gone":
            secrets.revoked.unlink()
        case "torn":
            secrets.revoked.write_text("-----BEGIN X509 CRL-----\nMII", "utf-8")
        case _:
            secrets.revoked.write_bytes(other.revoked.read_bytes())

    ensure_secrets(secrets.folder, there, clock)

    assert _is_refused(secrets, stolen.certificate)


def test_what_lets_more_uses_through_than_its_owner_has_is_replaced_and_refused(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    files = secrets.host_certificate(HOST.name)
    authority = Authority.ensure(secrets.authority, "test", clock)
    wide = _wide(HOST, files)
    files.certificate.unlink()
    authority.ensure_certificate(wide)
    before = _copy(files, tmp_path)

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert _uses(files.certificate) == {ExtendedKeyUsageOID.SERVER_AUTH}
    assert _is_refused(secrets, before.certificate)


def _wide(host: Host, files: Certificate) -> Subject:
    uses = frozenset({Use.SERVER, Use.CLIENT})
    return Subject(files, host.name, uses, (host.name,), (host.loopback, host.management.ip))


def test_who_only_serves_is_no_client_and_who_only_asks_is_no_server(secrets: Secrets) -> None:
    for host in NETWORK.hosts:
        asks = host.name in NETWORK.voters or host.roles & {Role.DATABASE, Role.MONITOR}
        uses = _uses(secrets.host_certificate(host.name).certificate)
        assert (ExtendedKeyUsageOID.CLIENT_AUTH in uses) is bool(asks), host.name

    for host in NETWORK.hosts_with(Role.SERVICE):
        files = secrets.agent_certificate(host.name)
        assert _uses(files.certificate) == {ExtendedKeyUsageOID.CLIENT_AUTH}
        assert (
            b"Subject Alternative"
            not in subprocess.run(
                ["openssl", "x509", "-noout", "-text", "-in", str(files.certificate)],
                capture_output=True,
                check=True,
            ).stdout
        )


def test_an_authority_near_its_end_is_renewed_for_the_same_key_and_all_stay_good(
    secrets: Secrets, clock: HandClock, tmp_path: Path
) -> None:
    before = x509.load_pem_x509_certificate(secrets.authority.certificate.read_bytes())
    issued = _copy(secrets.host_certificate(HOST.name), tmp_path)
    clock.instant = before.not_valid_after_utc - timedelta(days=500)

    ensure_secrets(secrets.folder, NETWORK, clock)

    after = x509.load_pem_x509_certificate(secrets.authority.certificate.read_bytes())
    assert after.public_key() == before.public_key()
    assert after.not_valid_after_utc > before.not_valid_after_utc
    x509.load_pem_x509_certificate(issued.certificate.read_bytes()).verify_directly_issued_by(after)
