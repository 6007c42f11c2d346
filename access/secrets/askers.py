"""Who is answered by programs that read no list of revoked certificates: each is named.

Prometheus, Alertmanager and the node exporter believe whatever one file holds. It holds no
authority, but the certificates themselves of those who have something to ask there. So who is
revoked is not in it, and neither is anybody else whom the authority knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.serialization import Encoding

from access.secrets.authority import Authority, Subject
from access.secrets.folder import Secrets
from access.secrets.private_files import write_private
from access.secrets.revocation import still_good


def ensure_askers(secrets: Secrets, authority: Authority, askers: Iterable[Subject]) -> None:
    """Make the file name ``askers`` and nobody else; equal: it stays.

    Who was renewed is named twice: hosts get its new certificate a moment after the file.

    Raises:
        Rejected: a certificate that was issued cannot be read, or the file cannot be written.
    """
    good = still_good(secrets, authority, askers)
    texts = (certificate.public_bytes(Encoding.PEM).decode() for certificate in good)
    write_private(secrets.askers, "".join(texts))
