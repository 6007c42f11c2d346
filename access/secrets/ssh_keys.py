"""SSH keys: the private half is made once; the public half is whatever belongs to it."""

from __future__ import annotations

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from access.secrets.private_files import damaged, lost, write_private


def ensure_ssh_key(path: Path, comment: str, *, in_use: bool = False) -> None:
    """Make ``path`` hold a private key, and ``.pub`` beside it the public half.

    ``in_use`` says that hosts know the public half, so that no new key may be made.

    Raises:
        Rejected: the private half is gone or cannot be read, or a file could not be written.
    """
    public_path = path.with_name(f"{path.name}.pub")
    if not path.exists():
        if in_use or public_path.exists():
            raise lost(path)
        write_private(path, _new())
    write_private(public_path, f"{_public_half(path)} {comment}\n")


def _new() -> str:
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _public_half(path: Path) -> str:
    try:
        key = serialization.load_ssh_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise damaged(path, "a private SSH key without a passphrase") from error
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )
