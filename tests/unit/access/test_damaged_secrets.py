"""What happens to secrets that were lost or damaged: none is made up, none is taken for good."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from access.secrets import Secrets, ensure_secrets, passwords_of
from core.clock import Clock
from core.errors import Rejected
from core.system_clock import SystemClock
from tests.networks import PORTAL_ALONE, TWO_DATABASES, network

NETWORK = network("tiny", *PORTAL_ALONE)
HOST = NETWORK.hosts[0].name

IRREPLACEABLE = [
    "ca.key",
    "control_key",
    "epoch_key",
    "refuse_key",
    "operators/an",
    f"hosts/{HOST}/ssh_host_ed25519_key",
]


@pytest.fixture
def clock() -> Clock:
    return SystemClock()


@pytest.fixture
def secrets(tmp_path: Path, clock: Clock) -> Secrets:
    return ensure_secrets(tmp_path / "secrets", NETWORK, clock)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


@pytest.mark.parametrize("name", IRREPLACEABLE)
def test_half_a_key_that_is_gone_is_not_made_up(secrets: Secrets, clock: Clock, name: str) -> None:
    secrets.path(name).unlink()

    with pytest.raises(Rejected, match="is gone") as caught:
        ensure_secrets(secrets.folder, NETWORK, clock)

    assert not secrets.path(name).exists()
    assert "from a copy" in caught.value.next_step


@pytest.mark.parametrize(
    "name",
    [
        "bgp_password",
        "pulumi_passphrase",
        "passwords/general-db.postgres",
        "passwords/general-db.replication",
        "passwords/etcd-root",
        "control_key",
    ],
)
def test_what_hosts_were_built_with_and_is_gone_is_not_made_up(
    secrets: Secrets, clock: Clock, name: str
) -> None:
    for path in (secrets.path(name), secrets.path(f"{name}.pub")):
        path.unlink(missing_ok=True)

    with pytest.raises(Rejected, match="a secret is gone") as caught:
        ensure_secrets(secrets.folder, NETWORK, clock, earlier=NETWORK)

    assert not secrets.path(name).exists()
    assert len(caught.value.lines()) == 4
    assert "from a copy" in caught.value.next_step


def test_an_authority_that_is_gone_whole_is_not_made_up(secrets: Secrets, clock: Clock) -> None:
    secrets.authority.key.unlink()
    secrets.authority.certificate.unlink()

    with pytest.raises(Rejected, match="a secret is gone"):
        ensure_secrets(secrets.folder, NETWORK, clock)

    assert not secrets.authority.certificate.exists()


def test_what_is_declared_since_the_last_time_gets_its_first_password(
    secrets: Secrets, clock: Clock
) -> None:
    more = network("tiny", *PORTAL_ALONE, TWO_DATABASES)

    ensure_secrets(secrets.folder, more, clock, earlier=NETWORK)

    assert all(secrets.password(name).exists() for name in passwords_of(more))
    assert set(passwords_of(more)) > set(passwords_of(NETWORK))


def test_what_a_later_version_of_the_program_asks_for_gets_its_first_password(
    secrets: Secrets, clock: Clock
) -> None:
    name = "general-db.replication"
    secrets.password(name).unlink()
    marks = secrets.marks.read_text("utf-8").replace(f"{name}\n", "")
    secrets.marks.write_text(marks, "utf-8")

    ensure_secrets(secrets.folder, NETWORK, clock, earlier=NETWORK)

    assert secrets.password(name).exists()
    assert name in secrets.marks.read_text("utf-8")


def test_the_key_of_a_host_that_others_know_is_not_made_up(secrets: Secrets, clock: Clock) -> None:
    secrets.host_key(HOST).unlink()
    secrets.host_key(HOST).with_suffix(".pub").unlink()

    with pytest.raises(Rejected, match="is gone"):
        ensure_secrets(secrets.folder, NETWORK, clock)


@pytest.mark.parametrize("content", [b"", b"half of a k", b"\xff\xfe\x00"])
@pytest.mark.parametrize(
    "name",
    [
        *IRREPLACEABLE,
        "ca.crt",
        "pulumi_passphrase",
        "bgp_password",
        "passwords/general-db.postgres",
        f"hosts/{HOST}/tls.key",
        f"hosts/{HOST}/tls.crt",
    ],
)
def test_what_is_damaged_is_told_and_left_as_it_is(
    secrets: Secrets, clock: Clock, name: str, content: bytes
) -> None:
    secrets.path(name).write_bytes(content)

    with pytest.raises(Rejected) as caught:
        ensure_secrets(secrets.folder, NETWORK, clock)

    assert len(caught.value.lines()) == 4
    assert str(secrets.path(name)) in caught.value.what
    assert secrets.path(name).read_bytes() == content


@pytest.mark.parametrize("content", [None, b"", b"ssh-ed25519", b"\xff"])
@pytest.mark.parametrize("name", ["control_key.pub", "known_hosts"])
def test_what_follows_from_a_secret_is_written_again(
    secrets: Secrets, clock: Clock, name: str, content: bytes | None
) -> None:
    before = _contents(secrets.folder)
    if content is None:
        secrets.path(name).unlink()
    else:
        secrets.path(name).write_bytes(content)

    ensure_secrets(secrets.folder, NETWORK, clock)

    assert _contents(secrets.folder) == before


def test_a_key_that_is_not_of_its_authority_is_refused(
    secrets: Secrets, clock: Clock, tmp_path: Path
) -> None:
    other = ensure_secrets(tmp_path / "other", NETWORK, clock)
    secrets.authority.key.write_bytes(other.authority.key.read_bytes())

    with pytest.raises(Rejected, match="damaged"):
        ensure_secrets(secrets.folder, NETWORK, clock)


def test_a_certificate_of_another_authority_is_issued_again(
    secrets: Secrets, clock: Clock, tmp_path: Path
) -> None:
    other = ensure_secrets(tmp_path / "other", NETWORK, clock)
    for mine, theirs in (
        (secrets.authority.key, other.authority.key),
        (secrets.authority.certificate, other.authority.certificate),
    ):
        mine.write_bytes(theirs.read_bytes())

    ensure_secrets(secrets.folder, NETWORK, clock)

    issued = _certificate(secrets.host_certificate(HOST).certificate)
    issued.verify_directly_issued_by(_certificate(other.authority.certificate))
