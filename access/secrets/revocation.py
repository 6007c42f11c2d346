"""Which certificates are refused although they have not ended: what the authority's list says.

Every certificate that was issued is kept in a folder of its own until it ends. One is revoked
when it says more than its owner may say today: nobody holds its key any more, or it bears a
name or a use that its owner has lost. So who is removed from the network, and whose key is
made anew, is refused; who gets another certificate for the same names is not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from access.secrets.authority import BACKDATING, Authority, Subject, read_certificate
from access.secrets.folder import Secrets
from access.secrets.private_files import write_private


def keep_issued(secrets: Secrets, authority: Authority) -> None:
    """Let every certificate that is in use stay known until it ends, whatever takes its place.

    Raises:
        Rejected: one of them cannot be read, or the folder cannot be written.
    """
    for path in secrets.folder.glob("*/*/tls.crt"):
        certificate = read_certificate(path)
        if authority.issued(certificate):
            pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
            write_private(_kept(secrets, certificate), pem)


def forget_owners(secrets: Secrets, subjects: Iterable[Subject]) -> None:
    """Remove key and certificate of everybody who is none of ``subjects``; ``keep_issued`` first.

    Who comes back gets another key.
    """
    current = {subject.files.certificate for subject in subjects}
    for path in secrets.folder.glob("*/*/tls.crt"):
        if path not in current:
            path.with_suffix(".key").unlink(missing_ok=True)
            path.unlink()


def ensure_revocations(secrets: Secrets, authority: Authority, subjects: Iterable[Subject]) -> None:
    """Make the authority's list name what is revoked, as ``subjects`` are now; equal: it stays.

    Raises:
        Rejected: a certificate that was issued cannot be read, or the list cannot be written.
    """
    good = {certificate.serial_number for certificate in still_good(secrets, authority, subjects)}
    issued = _issued(secrets, authority.clock.now())
    revoked = {certificate.serial_number for certificate in issued} - good
    last = _list(secrets, authority)
    if last is None or {entry.serial_number for entry in last} != revoked:
        text = _signed(authority, revoked, _number(last) + 1)
        pem = text.public_bytes(serialization.Encoding.PEM).decode()
        write_private(secrets.revoked, pem)


def still_good(
    secrets: Secrets, authority: Authority, subjects: Iterable[Subject]
) -> Iterator[x509.Certificate]:
    """Yield what ``subjects`` may show: it was issued, has not ended, and is not revoked.

    There are two of who was just renewed: the one before is good until it ends.

    Raises:
        Rejected: a certificate that was issued cannot be read.
    """
    owners = {_public_half(subject.files.key): subject for subject in subjects}
    for certificate in _issued(secrets, authority.clock.now()):
        if not _says_too_much(certificate, owners):
            yield certificate


def _kept(secrets: Secrets, certificate: x509.Certificate) -> Path:
    return secrets.issued / f"{certificate.serial_number:x}.crt"


def _issued(secrets: Secrets, now: datetime) -> Iterator[x509.Certificate]:
    """Yield what was issued and has not ended; what has is forgotten."""
    for path in sorted(secrets.issued.glob("*.crt")):
        certificate = read_certificate(path)
        if certificate.not_valid_after_utc < now:
            path.unlink()
        else:
            yield certificate


def _says_too_much(certificate: x509.Certificate, owners: Mapping[bytes, Subject]) -> bool:
    owner = owners.get(_spoken(certificate.public_key()))
    return owner is None or not owner.may_show(certificate)


def _public_half(key: Path) -> bytes:
    private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    return _spoken(private.public_key())


def _spoken(key: PublicKeyTypes) -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, kind)


def _list(secrets: Secrets, authority: Authority) -> x509.CertificateRevocationList | None:
    """Return the list as it was last signed; None: there is none that can be used."""
    with contextlib.suppress(OSError, ValueError):
        last = x509.load_pem_x509_crl(secrets.revoked.read_bytes())
        public = authority.key.public_key()
        until = authority.certificate.not_valid_after_utc
        if last.is_signature_valid(public) and last.next_update_utc == until:
            return last
    return None


def _number(last: x509.CertificateRevocationList | None) -> int:
    if last is None:
        return 0
    return last.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _signed(
    authority: Authority, revoked: Iterable[int], number: int
) -> x509.CertificateRevocationList:
    now = authority.clock.now()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(now - BACKDATING)
        # an older list is still better than none: nobody is locked out because nobody ran ndc up
        .next_update(authority.certificate.not_valid_after_utc)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for serial in sorted(revoked):
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        builder = builder.add_revoked_certificate(entry.revocation_date(now - BACKDATING).build())
    return builder.sign(authority.key, hashes.SHA256())
