"""The files of the secrets of an environment, and the fingerprints that may be shown."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from access.tls import revoked_beside
from core.errors import Rejected
from inventory import etcd, patroni
from inventory.names import DatabaseName, HostName, OperatorName, PartyName, PlacedName


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key and the certificate for it, both PEM files."""

    key: Path
    certificate: Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets folder of one environment: one file a secret, read when it is needed.

    ``ensure_secrets`` makes every file that the environment's network needs. No value of
    this type holds a secret, so it may be printed.
    """

    folder: Path

    def path(self, *parts: str) -> Path:
        """Return where ``parts`` lie in the folder; nothing is read."""
        return self.folder.joinpath(*parts)

    @property
    def authority(self) -> Certificate:
        """The environment's certificate authority."""
        return Certificate(self.path("ca.key"), self.path("ca.crt"))

    @property
    def control_key(self) -> Path:
        """The SSH key of the control plane; its public half is beside it, ``.pub``."""
        return self.path("control_key")

    @property
    def epoch_key(self) -> Path:
        """The SSH key that may run ``ndc-epoch`` on hosts, and nothing else."""
        return self.path("epoch_key")

    @property
    def refuse_key(self) -> Path:
        """The SSH key that may run ``ndc-refuse`` on border routers, and nothing else."""
        return self.path("refuse_key")

    @property
    def known_hosts(self) -> Path:
        """Every host's key by management address and by name, as OpenSSH reads it."""
        return self.path("known_hosts")

    @property
    def pulumi_passphrase(self) -> Path:
        """What the engine encrypts secrets in its state with."""
        return self.path("pulumi_passphrase")

    @property
    def bgp_password(self) -> Path:
        """What the passwords of BGP sessions (TCP-MD5) are made from."""
        return self.path("bgp_password")

    @property
    def marks(self) -> Path:
        """The names of all passwords that were made, one a line; no secret."""
        return self.path("made")

    @property
    def issued(self) -> Path:
        """The folder of every certificate that was issued and has not ended."""
        return self.path("issued")

    @property
    def revoked(self) -> Path:
        """The authority's list of certificates that are refused, PEM."""
        return revoked_beside(self.authority.certificate)

    @property
    def askers(self) -> Path:
        """The certificates of all who may ask programs that read no list of revoked ones, PEM."""
        return self.path("askers.crt")

    @property
    def power_certificate(self) -> Certificate:
        """What whoever switches the hosts' power serves with, on the operator's machine."""
        return self._certificate("ports", "power")

    def host_key(self, host: HostName) -> Path:
        """Return the host's SSH key; its public half is beside it, ``.pub``."""
        return self.path("hosts", host, "ssh_host_ed25519_key")

    def storage_key(self, host: HostName) -> Path:
        """Return the SSH key by which ``host`` fetches from others' stores, and nothing else."""
        return self.path("hosts", host, "storage_key")

    def operator_key(self, operator: OperatorName) -> Path:
        """Return the SSH key of an operator whose key the environment makes."""
        return self.path("operators", operator)

    def probe_keys(self, host: HostName) -> Path:
        """Return the public keys by which the probe on ``host`` signed so far, one a line.

        The private half never leaves the host.
        """
        return self.path("probes", f"{host}.pub")

    def password(self, name: str) -> Path:
        """Return the file that holds the password called ``name``, one line."""
        return self.path("passwords", name)

    def etcd_password(self, account: str) -> str:
        """Return the password of the user of etcd called ``account``.

        Raises:
            Rejected: it is not there, or cannot be read.
        """
        return self.read(self.password(etcd.password_name(account)))

    def patroni_password(self, database: DatabaseName) -> str:
        """Return the password by which the Patronis of ``database`` take changes.

        Raises:
            Rejected: it is not there, or cannot be read.
        """
        return self.read(self.password(patroni.password_name(database)))

    def host_certificate(self, host: HostName) -> Certificate:
        """Return what is for TLS as a server, and as a client where a program there is both."""
        return self._certificate("hosts", host)

    def service_certificate(self, name: PlacedName) -> Certificate:
        """Return what is for HTTPS on the address of the service, or store, called ``name``."""
        return self._certificate("services", name)

    def party_certificate(self, party: PartyName) -> Certificate:
        """Return by what stores know ``party``; it is handed to them, and no host holds it."""
        return self.client_certificate(f"party-{party}")

    def agent_certificate(self, host: HostName) -> Certificate:
        """Return what is for TLS as the agent of ``host``, who serves nothing."""
        return self.client_certificate(f"agent-{host}")

    def client_certificate(self, name: str) -> Certificate:
        """Return what is for TLS as a client that is no host, such as ``control``."""
        return self._certificate("clients", name)

    def host_key_fingerprint(self, host: HostName) -> str:
        """Return the fingerprint of the host's SSH key, as ``SHA256:…`` (ssh-keygen's form).

        Raises:
            Rejected: the host has no key in this folder.
        """
        text = self.read(self.host_key(host).with_suffix(".pub"))
        digest = hashlib.sha256(base64.b64decode(text.split()[1])).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"

    def read(self, path: Path) -> str:
        """Return the text of a secret without its final newline.

        Raises:
            Rejected: it is not there, or cannot be read.
        """
        try:
            return path.read_text("utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise Rejected(
                f"a secret cannot be read: {path}",
                expected="a file made by `ndc up`",
                actual=reason or str(error),
                next_step="run `ndc up`, which makes what is missing",
            ) from error

    def _certificate(self, *parts: str) -> Certificate:
        return Certificate(self.path(*parts, "tls.key"), self.path(*parts, "tls.crt"))
