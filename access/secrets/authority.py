"""The environment's certificate authority: issues what hosts, services and clients need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from access.secrets.folder import Certificate
from access.secrets.private_files import damaged, lost, write_private
from core.clock import Clock
from core.errors import Rejected

_AUTHORITY_LIFETIME = timedelta(days=3650)
_LIFETIME = timedelta(days=397)
RENEWAL = timedelta(days=60)
"""a certificate with less than this left is issued again"""
_AUTHORITY_RENEWAL = 2 * _LIFETIME
"""so is the authority's own, for the same key: nothing that it issues outlives it"""

BACKDATING = timedelta(hours=1)
"""a host whose clock is a little behind must not refuse a certificate that is new"""


_IRREPLACEABLE = "restore it from a copy; a new one makes every host refuse the others"
_REPLACEABLE = "remove it, then run the command again: another one is issued"


class Use(Enum):
    """What a certificate may be shown as."""

    SERVER = ExtendedKeyUsageOID.SERVER_AUTH
    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH


@dataclass(frozen=True, slots=True)
class Subject:
    """The owner of a certificate, the names at which it is reached, and the certificate's files."""

    files: Certificate
    name: str
    """the common name: etcd and PostgreSQL know clients by it"""
    uses: frozenset[Use]
    dns_names: tuple[str, ...] = ()
    addresses: tuple[IPv4Address, ...] = ()
    roles: tuple[str, ...] = ()
    """what the owner may do beside being who it is, a URI each: no owner can be called so"""

    def alternatives(self) -> Iterator[x509.GeneralName]:
        """Yield names and roles in the form of the extension."""
        yield from map(x509.DNSName, self.dns_names)
        yield from map(x509.IPAddress, self.addresses)
        yield from map(x509.UniformResourceIdentifier, self.roles)

    def purposes(self) -> set[x509.ObjectIdentifier]:
        """Return the uses in the form of the extension."""
        return {use.value for use in self.uses}

    def may_show(self, certificate: x509.Certificate) -> bool:
        """Whether ``certificate`` says nothing that is not so of this owner, or no longer is."""
        return (
            certificate.subject == _owner(self)
            and _alternatives(certificate) <= set(self.alternatives())
            and _purposes(certificate) <= self.purposes()
        )


@dataclass(frozen=True, slots=True)
class Authority:
    """The one signer that hosts of an environment trust.

    ``certificate`` is for ``key`` and signed with it. ``clock`` dates what is issued. A new
    key would make every host refuse the others, so the key is made once and never again.
    """

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    clock: Clock

    @classmethod
    def ensure(
        cls, files: Certificate, environment: str, clock: Clock, *, in_use: bool = False
    ) -> Authority:
        """Return the authority in ``files``, made if it is not there yet.

        ``in_use`` says that it issued certificates, so that no other may be made.

        Raises:
            Rejected: it cannot be read, or all or one half of it is gone.
        """
        if not files.key.exists() and (in_use or files.certificate.exists()):
            raise lost(files.key)
        key = _ensure_key(files.key, _IRREPLACEABLE)
        name = _name(NameOID.COMMON_NAME, f"ndc authority of {environment}")
        if not files.certificate.exists():
            _write_certificate(files.certificate, _signed_by_itself(key, name, clock))
        certificate = _read_certificate(files.certificate, _IRREPLACEABLE)
        if certificate.public_key() != key.public_key():
            raise damaged(files.key, f"the key that {files.certificate} was made with")
        if certificate.not_valid_after_utc - clock.now() <= _AUTHORITY_RENEWAL:
            certificate = _signed_by_itself(key, certificate.subject, clock)
            _write_certificate(files.certificate, certificate)
        return cls(key, certificate, clock)

    def ensure_certificate(self, subject: Subject) -> None:
        """Make the files of ``subject`` hold a key, and a certificate that suits it for a while.

        A key that is there stays.

        Raises:
            Rejected: a file cannot be read or written.
        """
        key = _ensure_key(subject.files.key, _REPLACEABLE)
        if not self._suits(subject, key.public_key()):
            _write_certificate(subject.files.certificate, self._issue(subject, key.public_key()))

    def _suits(self, subject: Subject, key: ec.EllipticCurvePublicKey) -> bool:
        if not subject.files.certificate.exists():
            return False
        certificate = _read_certificate(subject.files.certificate, _REPLACEABLE)
        return (
            self.issued(certificate)
            and certificate.public_key() == key
            and certificate.subject == _owner(subject)
            and _alternatives(certificate) == set(subject.alternatives())
            and _purposes(certificate) == subject.purposes()
            and certificate.not_valid_after_utc - self.clock.now() > RENEWAL
        )

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether ``certificate`` is one that this authority signed."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def _issue(self, subject: Subject, key: ec.EllipticCurvePublicKey) -> x509.Certificate:
        builder = (
            _dated(self.clock, _LIFETIME)
            .subject_name(_owner(subject))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage(sorted(subject.purposes(), key=str)),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                critical=False,
            )
        )
        if alternatives := list(subject.alternatives()):
            builder = builder.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())


def _signed_by_itself(
    key: ec.EllipticCurvePrivateKey, name: x509.Name, clock: Clock
) -> x509.Certificate:
    builder = _dated(clock, _AUTHORITY_LIFETIME).subject_name(name).issuer_name(name)
    for extension, critical in _authority_extensions(key.public_key()):
        builder = builder.add_extension(extension, critical=critical)
    return builder.public_key(key.public_key()).sign(key, hashes.SHA256())


def _authority_extensions(
    key: ec.EllipticCurvePublicKey,
) -> Iterator[tuple[x509.ExtensionType, bool]]:
    yield x509.BasicConstraints(ca=True, path_length=0), True
    yield x509.SubjectKeyIdentifier.from_public_key(key), False
    yield (
        x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        ),
        True,
    )


def _dated(clock: Clock, lifetime: timedelta) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATING)
        .not_valid_after(now + lifetime)
    )


def _owner(subject: Subject) -> x509.Name:
    # etcd's JSON gateway refuses clients that have a common name; to nobody else it matters
    return _name(NameOID.ORGANIZATIONAL_UNIT_NAME, subject.name)


def _name(kind: x509.ObjectIdentifier, text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, text)])


def _alternatives(certificate: x509.Certificate) -> set[x509.GeneralName]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return set()
    return set(extension.value)


def _purposes(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    try:
        return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return set()


def _ensure_key(path: Path, next_step: str) -> ec.EllipticCurvePrivateKey:
    if not path.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(path, pem.decode())
    try:
        private_key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error, next_step) from error
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise _unreadable(path, TypeError(f"a {type(private_key).__name__}"), next_step)
    return private_key


def read_certificate(path: Path) -> x509.Certificate:
    """Return the certificate in ``path``.

    Raises:
        Rejected: it cannot be read.
    """
    return _read_certificate(path, _REPLACEABLE)


def _read_certificate(path: Path, next_step: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unreadable(path, error, next_step) from error


def _write_certificate(path: Path, certificate: x509.Certificate) -> None:
    write_private(path, certificate.public_bytes(serialization.Encoding.PEM).decode())


def _unreadable(path: Path, error: Exception, next_step: str) -> Rejected:
    return Rejected(
        f"a key or certificate cannot be read: {path}",
        expected="PEM, on the curve P-256",
        actual=str(error).splitlines()[0].partition(". See ")[0],
        next_step=next_step,
    )
