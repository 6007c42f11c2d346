"""A key that a program makes for itself where it runs, and signs with as ``ssh-keygen -Y`` does."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core import files
from core.errors import JournalCorrupt

_MAGIC: Final = b"SSHSIG"
_VERSION: Final = (1).to_bytes(4, "big")
_HASH: Final = b"sha512"
_KIND: Final = b"ssh-ed25519"
_LINE: Final = 70


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key; whoever knows ``public_key`` can verify what it signs with OpenSSH alone."""

    private: Ed25519PrivateKey

    @classmethod
    def kept_at(cls, path: Path) -> Self:
        """Return the key in ``path``, made now if there is no such file; it is never shown.

        Raises:
            JournalCorrupt: what is there is no key.
            Rejected: it could not be read or written.
        """
        text = files.read_if_there(path)
        if text is None:
            key = Ed25519PrivateKey.generate()
            files.write(path, _as_text(key), mode=0o600)
            return cls(key)
        try:
            kept = serialization.load_ssh_private_key(text.encode(), password=None)
        except (ValueError, UnsupportedAlgorithm):
            kept = None
        if not isinstance(kept, Ed25519PrivateKey):
            raise JournalCorrupt(
                f"{path} holds no key to sign with",
                expected="an Ed25519 key, as it was made there",
                actual=f"{len(text)} characters that are none",
                next_step="it is set aside; ndc up makes the new one known",
            )
        return cls(kept)

    @property
    def public_key(self) -> str:
        """The public half, as OpenSSH writes it, without a comment."""
        return f"{_KIND.decode()} {base64.b64encode(self._public_blob()).decode()}"

    def signature(self, text: str, namespace: str) -> str:
        """Return a signature of ``text``, for ``namespace`` and nothing else."""
        common = _string(namespace.encode()) + _string(b"") + _string(_HASH)
        digest = hashlib.sha512(text.encode()).digest()
        signed = self.private.sign(_MAGIC + common + _string(digest))
        blob = _MAGIC + _VERSION + _string(self._public_blob()) + common
        blob += _string(_string(_KIND) + _string(signed))
        lines = textwrap.wrap(base64.b64encode(blob).decode(), _LINE)
        ends = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
        return "\n".join([ends[0], *lines, ends[1], ""])

    def _public_blob(self) -> bytes:
        raw = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return _string(_KIND) + _string(raw)


def _string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _as_text(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    ).decode()
