"""TLS among the programs of an environment: whom they trust, and files that change meanwhile."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

CONTROLLER: Final = "ndc:controller"
"""the URI in the certificate of whoever may do what only the control plane may: a role, no name"""

OBSERVER: Final = "ndc:observer"
"""that of whoever is told whether a host has power, and takes nobody's"""

LOOK_EVERY: Final = timedelta(seconds=2)


def revoked_beside(authority: Path) -> Path:
    """Return where the list of what ``authority`` revoked lies: beside it, here and on hosts."""
    return authority.with_suffix(".crl")


def bears(connection: ssl.SSLSocket, role: str) -> bool:
    """Tell whether the certificate that the other end showed, and that we trust, has ``role``."""
    names = (connection.getpeercert() or {}).get("subjectAltName", ())
    return ("URI", role) in names


@dataclass(slots=True)
class OwnTls:
    """What one program trusts and shows: it follows its files, so a renewal needs no restart.

    ``context`` was made for these files. Connections that are open stay as they are. A server
    resumes none: who resumes one shows no certificate, and is never compared with the list again.
    """

    context: ssl.SSLContext
    authority: Path
    certificate: Path
    key: Path
    _marks: tuple[tuple[int, int] | None, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        if self.context.protocol is ssl.PROTOCOL_TLS_SERVER:
            self.context.minimum_version = ssl.TLSVersion.TLSv1_3  # before it, clients could insist
            self.context.num_tickets = 0

    def look(self) -> bool:
        """Load the files if one of them was replaced since the last look; tell whether it did.

        What cannot be loaded is tried again at the next look: a key may come a moment before
        its certificate.

        Raises:
            OSError, ssl.SSLError: at the first look, one of them is not there or not sound.
        """
        files = (self.authority, revoked_beside(self.authority), self.certificate, self.key)
        now = tuple(map(_mark, files))
        if now == self._marks:
            return False
        try:
            self._load()
        except (OSError, ssl.SSLError):
            if not self._marks:
                raise
            return False
        self._marks = now
        return True

    async def follow(self, every: timedelta = LOOK_EVERY) -> None:
        """Look as often as ``every`` says, until cancelled."""
        while True:
            await asyncio.sleep(every.total_seconds())
            self.look()

    def _load(self) -> None:
        self.context.load_cert_chain(self.certificate, self.key)
        self.context.load_verify_locations(self.authority)
        revoked = revoked_beside(self.authority)
        # an environment that was brought up before there was a list has none until the next ndc up
        if revoked.exists():
            self.context.load_verify_locations(revoked)
            self.context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
