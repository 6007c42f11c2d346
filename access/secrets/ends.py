"""When the certificates of an environment end: as they were issued here."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509

from access.secrets.folder import Secrets

AUTHORITY: Final = "the authority"
"""as whose certificate the authority's own is told"""


def certificate_ends(secrets: Secrets) -> dict[str, datetime]:
    """Return when each certificate ends, by its owner's name; what cannot be read is absent."""
    files = {path.parent.name: path for path in sorted(secrets.folder.glob("*/*/tls.crt"))}
    ends = {AUTHORITY: _end(secrets.authority.certificate)}
    ends |= {owner: _end(path) for owner, path in files.items()}
    return {owner: end for owner, end in ends.items() if end is not None}


def _end(path: Path) -> datetime | None:
    try:
        return _end_of(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=4096)
def _end_of(path: Path, _mtime_nanoseconds: int) -> datetime:
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
