from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.seed import Seed, fingerprint_of, is_seeded, placed_fingerprint


def _key(path: Path) -> str:
    """Make a key and return its fingerprint, as ssh-keygen says it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    said = subprocess.run(["ssh-keygen", "-l", "-f", path], capture_output=True, check=True)
    return said.stdout.split()[1].decode()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    _key(folder / "control_key")
    _key(folder / "hosts/east-node/ssh_host_ed25519_key")
    return folder


@pytest.fixture
def fingerprint(secrets: Path) -> str:
    return fingerprint_of((secrets / "hosts/east-node/ssh_host_ed25519_key.pub").read_text("ascii"))


def test_a_fingerprint_is_the_one_that_ssh_keygen_says(tmp_path: Path) -> None:
    said = _key(tmp_path / "key")

    assert fingerprint_of((tmp_path / "key.pub").read_text("ascii")) == said


@pytest.mark.parametrize("text", ["", "ssh-ed25519", "ssh-ed25519 %%%"])
def test_what_is_no_key_has_no_fingerprint(text: str) -> None:
    assert fingerprint_of(text) == ""


def test_a_host_is_seeded_with_who_it_is_and_who_may_come_in(
    secrets: Path, fingerprint: str, tmp_path: Path
) -> None:
    upper = tmp_path / "upper"

    Seed.read(secrets, "east-node", fingerprint).write(upper)

    assert (upper / "etc/hostname").read_text() == "east-node\n"
    assert (upper / "root/.ssh/authorized_keys").read_text() == (
        secrets / "control_key.pub"
    ).read_text()
    assert placed_fingerprint(upper) == fingerprint
    assert len((upper / "etc/machine-id").read_text().strip()) == 32
    assert is_seeded(upper)


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        ("root", 0o700),
        ("root/.ssh", 0o700),
        ("root/.ssh/authorized_keys", 0o600),
        ("etc/ssh/ssh_host_ed25519_key", 0o600),
        ("etc", 0o755),
        ("etc/ssh", 0o755),
        ("etc/hostname", 0o644),
    ],
)
def test_what_is_secret_is_for_root_alone(
    secrets: Path, fingerprint: str, tmp_path: Path, path: str, mode: int
) -> None:
    Seed.read(secrets, "east-node", fingerprint).write(tmp_path / "upper")

    assert (tmp_path / "upper" / path).stat().st_mode & 0o7777 == mode


def test_a_host_that_was_seeded_keeps_its_identity(
    secrets: Path, fingerprint: str, tmp_path: Path
) -> None:
    seed, upper = Seed.read(secrets, "east-node", fingerprint), tmp_path / "upper"
    seed.write(upper)
    (upper / "etc/hostname").write_text("renamed from inside\n")
    identity = (upper / "etc/machine-id").read_text()

    seed.write(upper)

    assert (upper / "etc/machine-id").read_text() == identity
    assert (upper / "etc/hostname").read_text() == "renamed from inside\n"


def test_a_host_that_was_seeded_halfway_is_seeded_again(
    secrets: Path, fingerprint: str, tmp_path: Path
) -> None:
    seed, upper = Seed.read(secrets, "east-node", fingerprint), tmp_path / "upper"
    seed.write(upper)
    (upper / "etc/machine-id").unlink()
    (upper / "root/.ssh/authorized_keys").write_text("")

    seed.write(upper)

    assert (upper / "root/.ssh/authorized_keys").read_text().startswith("ssh-ed25519 ")
    assert is_seeded(upper)


def test_another_key_than_the_declared_one_is_refused(secrets: Path) -> None:
    with pytest.raises(Rejected) as refused:
        Seed.read(secrets, "east-node", "SHA256:another")

    assert refused.value.expected == "SHA256:another"


def test_a_missing_key_is_refused(secrets: Path) -> None:
    with pytest.raises(Rejected, match="cannot be read"):
        Seed.read(secrets, "west-node", "SHA256:x")
