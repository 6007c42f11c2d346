"""Who was let in once shows his certificate again each time: a list may name it by then."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from access.secrets import Certificate, Secrets, ensure_secrets
from access.tls import OwnTls
from tests.networks import network
from tests.unit.access.test_https_server import Moved

NETWORK = network("tiny")
HOST = NETWORK.hosts[0]
A_MINUTE_AGO = Moved(timedelta(minutes=-1))
"""of two lists of one second OpenSSL believes the first"""


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return ensure_secrets(tmp_path / "secrets", NETWORK, A_MINUTE_AGO)


class Server:
    """Whoever serves with the certificate of ``HOST``, and lets in who shows one of ours."""

    def __init__(self, secrets: Secrets) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.verify_mode = ssl.CERT_REQUIRED
        own = secrets.host_certificate(HOST.name)
        self.tls = OwnTls(context, secrets.authority.certificate, own.certificate, own.key)
        self.tls.look()

    def admits(
        self, tls: ssl.SSLContext, session: ssl.SSLSession | None = None
    ) -> ssl.SSLSession | None:
        """Return what was agreed on with a client.

        Raises:
            ssl.SSLError: it is refused.
        """
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        here = self.tls.context.wrap_bio(to_server, to_client, server_side=True)
        there = tls.wrap_bio(to_client, to_server, server_hostname=HOST.name, session=session)
        waits = {id(end): True for end in (here, there)}
        while any(waits.values()):
            for end in (there, here):
                try:
                    end.do_handshake()
                    waits[id(end)] = False
                except ssl.SSLWantReadError:
                    continue
        here.write(b"welcome")
        assert there.read() == b"welcome"
        return there.session


def _client(secrets: Secrets, files: Certificate) -> ssl.SSLContext:
    tls = ssl.create_default_context(cafile=secrets.authority.certificate)
    tls.load_cert_chain(files.certificate, files.key)
    return tls


def test_a_session_from_before_a_revocation_lets_nobody_in(secrets: Secrets) -> None:
    server, files = Server(secrets), secrets.client_certificate("control")
    stolen = _client(secrets, files)
    session = server.admits(stolen)
    files.key.unlink()
    ensure_secrets(secrets.folder, NETWORK)

    server.tls.look()

    with pytest.raises(ssl.SSLError, match="certificate revoked"):
        server.admits(stolen, session)
    server.admits(_client(secrets, files))


def test_nobody_chooses_a_version_that_keeps_sessions(secrets: Secrets) -> None:
    old = _client(secrets, secrets.client_certificate("control"))
    old.maximum_version = ssl.TLSVersion.TLSv1_2

    with pytest.raises(ssl.SSLError):
        Server(secrets).admits(old)
