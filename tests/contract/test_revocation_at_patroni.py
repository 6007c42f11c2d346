"""Whom the REST of a real Patroni refuses, from the moment that the list names him."""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from types import SimpleNamespace

import pytest
from patroni.api import RestApiServer

from access.secrets import Certificate, Secrets, ensure_secrets
from access.secrets.authority import Authority, Subject, Use
from access.tls import revoked_beside
from core.system_clock import SystemClock
from inventory.network import Role
from leadership.refusing_api import install
from tests.networks import network
from tests.unit.access.test_https_server import Moved

NETWORK = network("tiny")
GONE = next(iter(NETWORK.hosts_with(Role.SERVICE))).name
A_MINUTE_AGO = Moved(timedelta(minutes=-1))
"""of two lists of one second OpenSSL believes the first"""
QUESTION = b"GET /liveness HTTP/1.0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Member:
    """A Patroni that serves its REST, and whoever asks it."""

    api: RestApiServer
    secrets: Secrets
    folder: Path

    @property
    def listed(self) -> Path:
        return revoked_beside(self.folder / "ca.crt")

    def revokes(self) -> None:
        """Have a list placed that names what was stolen of ``GONE``."""
        self.secrets.agent_certificate(GONE).key.unlink()
        ensure_secrets(self.secrets.folder, NETWORK)
        shutil.copy(self.secrets.revoked, self.listed)

    def known(self, files: Certificate | None) -> ssl.SSLContext:
        """Return what trusts the member, and shows ``files``, whatever becomes of them."""
        tls = ssl.create_default_context(cafile=self.secrets.authority.certificate)
        if files is not None:
            tls.load_cert_chain(files.certificate, files.key)
        return tls

    def answers(self, tls: ssl.SSLContext, session: ssl.SSLSession | None = None) -> bool:
        return self._asked(tls, session)[0]

    def session(self, tls: ssl.SSLContext) -> ssl.SSLSession | None:
        """Return what was agreed on with the member, after it answered."""
        return self._asked(tls, None)[1]

    def _asked(
        self, tls: ssl.SSLContext, session: ssl.SSLSession | None
    ) -> tuple[bool, ssl.SSLSession | None]:
        at = ("127.0.0.1", self.api.server_address[1])
        try:
            with (
                socket.create_connection(at, timeout=10) as raw,
                tls.wrap_socket(raw, server_hostname=at[0], session=session) as asking,
            ):
                asking.sendall(QUESTION)
                return asking.recv(15) == b"HTTP/1.0 200 OK", asking.session
        except OSError:
            return False, None


@pytest.fixture
def member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Member]:
    monkeypatch.setattr(RestApiServer, "get_request", RestApiServer.get_request)
    install()
    yield from _member(tmp_path)


def _member(folder: Path) -> Iterator[Member]:
    secrets = ensure_secrets(folder / "secrets", NETWORK, A_MINUTE_AGO)
    for path in (secrets.authority.certificate, secrets.revoked):
        shutil.copy(path, folder)
    own = _on_loopback(secrets, folder)
    told = {
        "listen": "127.0.0.1:0",
        "certfile": str(own.certificate),
        "keyfile": str(own.key),
        "cafile": str(folder / "ca.crt"),
        "verify_client": "optional",
    }
    api = RestApiServer(_patroni(told), told)
    api.start()
    yield Member(api, secrets, folder)
    api.shutdown()
    api.server_close()


def _patroni(told: Mapping[str, str]) -> SimpleNamespace:
    """Return as much of a Patroni as its REST looks at to say that it runs."""
    return SimpleNamespace(
        config={"restapi": told},
        postgresql=SimpleNamespace(role="replica"),
        dcs=SimpleNamespace(ttl=20),
        ha=SimpleNamespace(is_paused=lambda: True),
    )


def _on_loopback(secrets: Secrets, folder: Path) -> Certificate:
    files = Certificate(folder / "own.key", folder / "own.crt")
    subject = Subject(files, "own", frozenset({Use.SERVER}), addresses=(IPv4Address("127.0.0.1"),))
    Authority.ensure(secrets.authority, "test", SystemClock()).ensure_certificate(subject)
    return files


def test_who_was_revoked_is_refused_without_a_reload(member: Member) -> None:
    stolen = member.known(member.secrets.agent_certificate(GONE))
    was_answered = member.answers(stolen)

    member.revokes()

    assert was_answered
    assert not member.answers(stolen)
    assert member.answers(member.known(member.secrets.client_certificate("control")))


def test_who_shows_no_certificate_is_told_how_the_member_is_all_the_same(member: Member) -> None:
    member.revokes()

    assert member.answers(member.known(None))


@pytest.mark.parametrize(
    "version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"]
)
def test_nobody_who_was_revoked_goes_on_with_an_earlier_session(
    member: Member, version: ssl.TLSVersion
) -> None:
    stolen = member.known(member.secrets.agent_certificate(GONE))
    stolen.maximum_version = version
    session = member.session(stolen)

    member.revokes()

    assert not member.answers(stolen, session)


def test_a_member_that_listens_anew_after_a_renewal_refuses_as_before(member: Member) -> None:
    stolen = member.known(member.secrets.agent_certificate(GONE))
    member.revokes()
    (member.folder / "own.crt").unlink()
    _on_loopback(member.secrets, member.folder)

    renewed = member.api.reload_local_certificate()
    member.api.reload_config(member.api.patroni.config["restapi"])

    assert renewed
    assert not member.answers(stolen)
    assert member.answers(member.known(None))


def test_a_list_that_cannot_be_read_is_told_and_the_last_one_stays(
    member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    stolen = member.known(member.secrets.agent_certificate(GONE))
    member.revokes()
    assert not member.answers(stolen)

    member.listed.write_text("-----BEGIN X509 CRL-----\nMII", "utf-8")

    assert not member.answers(stolen)
    assert member.answers(member.known(None))
    assert caplog.messages == []


def test_a_list_that_could_never_be_read_keeps_nobody_from_being_told_who_leads(
    member: Member, caplog: pytest.LogCaptureFixture
) -> None:
    member.listed.write_text("-----BEGIN X509 CRL-----\nMII", "utf-8")

    assert member.answers(member.known(None))
    assert any("list of revoked certificates" in said for said in caplog.messages)
