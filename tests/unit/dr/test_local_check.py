"""How a host asks its own service: what is its own trouble, what may be everybody's."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from access.secrets import Certificate
from access.secrets.authority import Authority, Subject, Use
from core.system_clock import SystemClock
from dr.hosts.announcing import Checked, Fitness
from dr.onhost import local_check
from dr.onhost.local_check import HERE, HttpsCheck
from tests.stubs.https import Asked, serve

PORTAL = "public-service-portal"
Tls = tuple[Path, ssl.SSLContext]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Return the authority's certificate, and the service's side of a connection."""
    folder = tmp_path_factory.mktemp("tls")
    files = Certificate(folder / "ca.key", folder / "ca.crt")
    own = Certificate(folder / "own.key", folder / "own.crt")
    authority = Authority.ensure(files, "test", SystemClock())
    authority.ensure_certificate(Subject(own, PORTAL, frozenset({Use.SERVER}), dns_names=(PORTAL,)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    return files.certificate, context


@pytest.fixture
def silent() -> Iterator[int]:
    """Yield a port where the kernel takes connections and nobody says a word, as a frozen nginx."""
    with socket.create_server((str(HERE), 0)) as nobody:
        yield int(nobody.getsockname()[1])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_check, "BOUND", local_check.BOUND / 20)


def _port() -> int:
    with socket.socket() as probe:
        probe.bind((str(HERE), 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("status", "fitness", "why"),
    [
        (200, Fitness.WELL, ""),
        (404, Fitness.WELL, ""),
        (502, Fitness.ILL, "HTTP 502"),  # nginx: no application listens
        (504, Fitness.LATE, "HTTP 504"),  # nginx: it does, and says nothing
        (500, Fitness.TROUBLED, "HTTP 500"),
        (503, Fitness.TROUBLED, "HTTP 503"),  # the application: its database refuses
    ],
)
def test_a_service_is_asked_by_its_name(tls: Tls, status: int, fitness: Fitness, why: str) -> None:
    asked: list[Asked] = []

    def answer(request: Asked) -> tuple[int, object]:
        asked.append(request)
        return status, {}

    authority, context = tls
    port = _port()
    end = serve((str(HERE), port), context, answer)
    try:
        checked = HttpsCheck(authority, port).checked(PORTAL, HERE)
    finally:
        end()

    assert checked == Checked(fitness, why)
    assert (asked[0].path, asked[0].headers["Host"]) == ("/", PORTAL)


def test_where_nobody_listens_the_host_is_ill(tls: Tls) -> None:
    checked = HttpsCheck(tls[0], _port()).checked(PORTAL, HERE)

    assert checked.fitness is Fitness.ILL
    assert "refused" in checked.why


def test_a_service_that_is_another_is_no_service(tls: Tls) -> None:
    authority, context = tls
    port = _port()
    end = serve((str(HERE), port), context, lambda _: (200, {}))
    try:
        checked = HttpsCheck(authority, port).checked("land-registry", HERE)
    finally:
        end()

    assert checked.fitness is Fitness.ILL
    assert "certificate verify failed" in checked.why


@pytest.mark.usefixtures("quick")
def test_who_takes_connections_and_says_nothing_is_ill(tls: Tls, silent: int) -> None:
    assert HttpsCheck(tls[0], silent).checked(PORTAL, HERE).fitness is Fitness.ILL


@pytest.mark.usefixtures("quick")
def test_an_application_that_answers_late_may_wait_for_what_everybody_needs(tls: Tls) -> None:
    authority, context = tls

    def answer(_: Asked) -> tuple[int, object]:
        SystemClock().sleep(3 * local_check.BOUND)
        return 200, {}

    port = _port()
    end = serve((str(HERE), port), context, answer)
    try:
        checked = HttpsCheck(authority, port).checked(PORTAL, HERE)
    finally:
        end()

    assert checked.fitness is Fitness.LATE


def test_a_way_to_the_database_that_nobody_keeps_open_is_the_hosts_own_trouble(
    tls: Tls, silent: int
) -> None:
    authority, context = tls
    port = _port()
    end = serve((str(HERE), port), context, lambda _: (200, {}))
    try:
        # it listens and leads to no leader: every host has that
        leaderless = HttpsCheck(authority, port, ways={PORTAL: silent}).checked(PORTAL, HERE)
        dead = HttpsCheck(authority, port, ways={PORTAL: _port()}).checked(PORTAL, HERE)
    finally:
        end()

    assert leaderless == Checked(Fitness.WELL)
    assert dead.fitness is Fitness.ILL
    assert "the way to its database" in dead.why


def test_a_disk_that_takes_nothing_more_is_the_hosts_own_trouble(
    tls: Tls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_check, "NEEDED_BYTES", 2**62)

    checked = HttpsCheck(tls[0], _port(), disk=tmp_path).checked(PORTAL, HERE)

    assert checked == Checked(Fitness.ILL, f"the disk under {tmp_path} is full")


def test_a_disk_that_cannot_be_looked_at_is_the_hosts_own_trouble(tls: Tls, tmp_path: Path) -> None:
    checked = HttpsCheck(tls[0], _port(), disk=tmp_path / "gone").checked(PORTAL, HERE)

    assert checked.fitness is Fitness.ILL
    assert "No such file" in checked.why
