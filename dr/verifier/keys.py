"""The public keys by which a stranger verifies, in OpenSSH's form of allowed signers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from access.clients.signatures import fingerprint, is_signed

_NAMESPACES: Final = re.compile(r'namespaces="([^"]*)"')
_KEY: Final = re.compile(r"\b((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One key: whose, and what it may sign."""

    owner: str
    key: str
    namespaces: frozenset[str] | None
    """None: anything"""

    def plain(self) -> dict[str, object]:
        """Return it, JSON-ready; ``namespaces`` is null if it may sign anything."""
        spaces = None if self.namespaces is None else sorted(self.namespaces)
        return {"owner": self.owner, "key": self.key, "namespaces": spaces}


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """Every key that is believed."""

    known: Sequence[KnownKey]

    @classmethod
    def read(cls, text: str) -> PublicKeys:
        """Return the keys in ``text``, a line each: owner, what for, key; other lines are none."""
        return cls([key for key in map(_read, text.splitlines()) if key is not None])

    def of(self, owner: str) -> list[str]:
        """Return the fingerprints of the keys of ``owner``."""
        return [fingerprint(known.key) for known in self.known if known.owner == owner]

    def signer(self, owner: str, text: str, signature: str, namespace: str) -> str | None:
        """Return the fingerprint of the key of ``owner`` that signed ``text``; None: none did.

        Raises:
            Rejected: nobody could look.
        """
        for known in self.known:
            allowed = known.namespaces is None or namespace in known.namespaces
            own = known.owner == owner and allowed
            if own and is_signed(text, signature, known.key, namespace):
                return fingerprint(known.key)
        return None


def _read(line: str) -> KnownKey | None:
    owner, _, rest = line.strip().partition(" ")
    key = _KEY.search(rest)
    if not owner or owner.startswith("#") or key is None:
        return None
    spaces = _NAMESPACES.search(rest[: key.start()])
    return KnownKey(owner, key[1], frozenset(spaces[1].split(",")) if spaces else None)
