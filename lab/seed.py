"""Writes a host's identity into it before its first boot: its keys, and the key it lets in.

The files go to the upper folder before anything is mounted. There, no symbolic link of a
root file system can lead a write to the machine's own files.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets as randomness
from dataclasses import dataclass
from pathlib import Path

from core.errors import Rejected

_HOST_KEY = Path("etc/ssh/ssh_host_ed25519_key")
_PUBLIC_HOST_KEY = Path("etc/ssh/ssh_host_ed25519_key.pub")
_MACHINE_ID = Path("etc/machine-id")


@dataclass(frozen=True, slots=True)
class Seed:
    """The identity of one host; it is written once, before the first boot, and never again."""

    host: str
    host_key: str
    public_host_key: str
    control_key: str
    """public; the holder of its private half is root on the host"""

    @classmethod
    def read(cls, secrets: Path, host: str, fingerprint: str) -> Seed:
        """Return the seed of ``host`` from the environment's secrets.

        Raises:
            Rejected: a key is missing, or the host's is not the one of that ``fingerprint``.
        """
        key = secrets / "hosts" / host / _HOST_KEY.name
        public = _text(key.with_suffix(".pub"))
        if fingerprint_of(public) != fingerprint:
            raise Rejected(
                f"the SSH host key of {host} is not the one that it is to have",
                expected=fingerprint,
                actual=f"{fingerprint_of(public)} in {key}.pub",
                next_step="run ndc up, which reads the key anew",
            )
        return cls(host, _text(key), public, _text(secrets / "control_key.pub"))

    def write(self, upper: Path) -> None:
        """Write it into the host with the folder ``upper``, unless it was written whole.

        Raises:
            Rejected: it could not be written whole.
        """
        if is_seeded(upper):
            return
        try:
            for folder, mode in (("etc", 0o755), ("etc/ssh", 0o755), ("root/.ssh", 0o700)):
                (upper / folder).mkdir(parents=True, exist_ok=True)
                (upper / folder).chmod(mode)
            (upper / "root").chmod(0o700)
            _write(upper / "etc/hostname", f"{self.host}\n")
            _write(upper / _HOST_KEY, self.host_key, 0o600)
            _write(upper / _PUBLIC_HOST_KEY, self.public_host_key)
            _write(upper / "root/.ssh/authorized_keys", self.control_key, 0o600)
            # last: a host that has a machine id has been seeded whole
            _write(upper / _MACHINE_ID, f"{randomness.token_hex(16)}\n", 0o444)
        except OSError as error:
            raise Rejected(
                f"{self.host} could not be seeded",
                expected=f"its files in {upper}",
                actual=str(error),
                next_step="make room, then run ndc up again",
            ) from error


def is_seeded(upper: Path) -> bool:
    """Whether the host with the folder ``upper`` was seeded whole."""
    return (upper / _MACHINE_ID).exists()


def placed_fingerprint(upper: Path) -> str:
    """Return the fingerprint of the host key that is placed; empty if none is."""
    try:
        return fingerprint_of((upper / _PUBLIC_HOST_KEY).read_text("ascii"))
    except (OSError, UnicodeDecodeError):
        return ""


def fingerprint_of(public_key: str) -> str:
    """Return the fingerprint of a key in OpenSSH's form, as ``SHA256:…``; empty if it is none."""
    words = public_key.split()
    try:
        digest = hashlib.sha256(base64.b64decode(words[1], validate=True)).digest()
    except (IndexError, ValueError):
        return ""
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Rejected(
            f"a key cannot be read: {path}",
            expected="a file made by ndc up",
            actual=str(error),
            next_step="run ndc up, which makes what is missing",
        ) from error


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
