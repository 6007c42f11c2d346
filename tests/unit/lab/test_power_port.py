"""The power port over real TLS on loopback: who may ask, and who cannot keep others waiting."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from access.clients import http
from access.secrets import Certificate, Secrets
from core.clock import wait_until
from inventory.network import Role
from lab.power_port import PowerPort
from lab.status import PowerPortState
from tests.stubs.power import (
    CLOCK,
    StubPort,
    networked,
    port_files,
    secrets_in,
    stub_hosts,
    stub_port,
)

HOST = networked().hosts[0].name
OTHER = networked().hosts[1].name
SYSTEM = f"/redfish/v1/Systems/{HOST}"
RESET = f"{SYSTEM}/Actions/ComputerSystem.Reset"
OFF = {"ResetType": "ForceOff"}
BOUND = timedelta(seconds=10)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return secrets_in(tmp_path_factory.mktemp("power") / "secrets")


@pytest.fixture
def port(secrets: Secrets) -> Iterator[StubPort]:
    with stub_port(secrets) as stub:
        yield stub


def _as(port: StubPort, files: Certificate, seconds: float = 5) -> httpx.Client:
    tls = http.mutual_tls(port.secrets.authority.certificate, files.certificate, files.key)
    return httpx.Client(verify=tls, trust_env=False, base_url=port.root, timeout=seconds)


def _host_that_asks(port: StubPort) -> Certificate:
    return port.secrets.host_certificate(networked().hosts_with(Role.MONITOR)[0].name)


def test_a_controller_sees_the_power_of_a_host_and_takes_it(port: StubPort) -> None:
    with _as(port, port.control) as client:
        before = client.get(SYSTEM)
        said = client.post(RESET, json=OFF, headers={"If-Match": before.headers["ETag"]})
        after = client.get(SYSTEM).json()

    assert before.json()["PowerState"] == "On"
    assert before.json()["LastResetTime"] == "2030-01-01T12:00:00+00:00"
    assert before.json()["@odata.etag"] == before.headers["ETag"]
    assert before.json()["Actions"]["#ComputerSystem.Reset"]["target"] == RESET
    assert said.status_code == 204
    assert port.hosts.fenced == [HOST]
    assert (after["PowerState"], after["LastResetTime"]) == ("Off", "2030-01-01T12:00:00+00:00")


def test_a_host_of_the_network_may_not_even_look(port: StubPort) -> None:
    with _as(port, _host_that_asks(port)) as client:
        looked = client.get(SYSTEM)
        said = client.post(RESET, json=OFF, headers={"If-Match": looked.headers.get("ETag", "*")})

    assert (looked.status_code, said.status_code) == (403, 403)
    assert "PowerState" not in looked.text
    assert not port.hosts.fenced


def test_an_agent_is_no_controller_either(port: StubPort) -> None:
    host = networked().hosts_with(Role.SERVICE)[0].name

    with _as(port, port.secrets.agent_certificate(host)) as client:
        looked = client.get(SYSTEM)

    assert looked.status_code == 403


def test_nobody_without_a_certificate_of_this_environment_is_heard(
    port: StubPort, tmp_path_factory: pytest.TempPathFactory
) -> None:
    foreign = secrets_in(tmp_path_factory.mktemp("foreign") / "secrets")
    theirs = foreign.client_certificate("control")
    stranger = ssl.create_default_context(cafile=port.secrets.authority.certificate)
    with_theirs = ssl.create_default_context(cafile=port.secrets.authority.certificate)
    with_theirs.load_cert_chain(theirs.certificate, theirs.key)

    for tls in (stranger, with_theirs):
        with (
            httpx.Client(verify=tls, trust_env=False, base_url=port.root) as client,
            pytest.raises(httpx.TransportError),
        ):
            client.get(SYSTEM)


def test_what_was_asked_in_another_life_is_refused(port: StubPort) -> None:
    with _as(port, port.control) as client:
        etag = client.get(SYSTEM).headers["ETag"]
        port.hosts.power_on(HOST)
        said = client.post(RESET, json=OFF, headers={"If-Match": etag})
        blind = client.post(RESET, json=OFF)
        anyhow = client.post(RESET, json=OFF, headers={"If-Match": "*"})

    assert (said.status_code, blind.status_code, anyhow.status_code) == (412, 428, 412)
    assert not port.hosts.fenced


def test_another_life_that_begins_meanwhile_is_not_ended(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)
    answers: list[int] = []

    def take() -> None:
        with _as(port, port.control) as client:
            etag = client.get(SYSTEM).headers["ETag"]
            said = client.post(RESET, json=OFF, headers={"If-Match": etag})
            answers.append(said.status_code)

    taker = threading.Thread(target=take)
    taker.start()
    taker.join(0.5)
    port.hosts.power_on(HOST)
    port.hosts.held.set()
    taker.join()

    assert answers == [412]
    assert port.hosts.powers[HOST].on


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/redfish/v1/Systems/nobody", "GET", None, 404),
        ("/redfish/v1/Systems/nobody/Actions/ComputerSystem.Reset", "POST", OFF, 404),
        ("/redfish/v1/Systems/../../etc/passwd", "GET", None, 404),
        ("/redfish/v1/Systems/", "GET", None, 404),
        ("/", "GET", None, 404),
        (SYSTEM, "DELETE", None, 405),
        (RESET, "GET", None, 405),
        (RESET, "POST", {"ResetType": "On"}, 400),
        (RESET, "POST", {**OFF, "Host": OTHER}, 400),
        (RESET, "POST", [], 400),
        (f"{RESET}/more", "POST", OFF, 404),
    ],
)
def test_nothing_else_can_be_asked(
    port: StubPort, path: str, method: str, body: Any, status: int
) -> None:
    with _as(port, port.control) as client:
        etag = client.get(SYSTEM).headers["ETag"]
        request = client.build_request(method, path, json=body, headers={"If-Match": etag})
        request.url = request.url.copy_with(raw_path=path.encode())
        said = client.send(request)

    assert said.status_code == status
    assert not port.hosts.fenced


def test_a_power_off_that_does_not_end_well_is_no_yes(port: StubPort) -> None:
    port.hosts.stuck = True

    with _as(port, port.control) as client:
        etag = client.get(SYSTEM).headers["ETag"]
        said = client.post(RESET, json=OFF, headers={"If-Match": etag})

    assert said.status_code == 503
    assert "did not come about" in said.text


def test_others_are_told_while_the_power_of_one_goes(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)

    def take() -> None:
        with _as(port, port.control) as client:
            etag = client.get(SYSTEM).headers["ETag"]
            client.post(RESET, json=OFF, headers={"If-Match": etag})

    taker = threading.Thread(target=take)
    taker.start()
    with _as(port, port.control, seconds=2) as client:
        states = [client.get(f"/redfish/v1/Systems/{name}").status_code for name in (OTHER, HOST)]
    port.hosts.held.set()
    taker.join()

    assert states == [200, 200]
    assert port.hosts.fenced == [HOST]


def test_who_is_silent_or_slow_keeps_nobody_waiting_and_is_hung_up_on(port: StubPort) -> None:
    files = port.control
    tls = http.mutual_tls(port.secrets.authority.certificate, files.certificate, files.key)
    with ExitStack() as stack:
        silent = [stack.enter_context(_connected(port)) for _ in range(5)]
        slow = stack.enter_context(
            tls.wrap_socket(stack.enter_context(_connected(port)), server_hostname="127.0.0.1")
        )
        slow.sendall(f"POST {RESET} HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n".encode())
        with _as(port, port.control, seconds=2) as client:
            answer = client.get(SYSTEM)
        began = CLOCK.elapsed()
        with suppress(ConnectionError, ssl.SSLError):
            while CLOCK.elapsed() - began < BOUND:  # a little of its body, again and again
                slow.sendall(b" ")
                CLOCK.sleep(timedelta(milliseconds=100))
        hung_up = CLOCK.elapsed() - began
        for one in silent:
            assert one.recv(100) == b""

    assert answer.status_code == 200
    assert timedelta(seconds=2) < hung_up < timedelta(seconds=6)


def test_one_address_does_not_take_all_places(port: StubPort) -> None:
    with ExitStack() as stack:
        for _ in range(80):
            stack.enter_context(_connected(port, source="127.0.0.2"))
        with _as(port, port.control, seconds=2) as client:
            answer = client.get(SYSTEM)

    assert answer.status_code == 200


def test_a_port_that_is_cut_answers_nobody_until_it_is_healed(port: StubPort) -> None:
    port.hosts.waiting.add(HOST)
    with _as(port, port.control) as client:
        etag = client.get(SYSTEM).headers["ETag"]
    with _as(port, port.control, seconds=3) as client:
        taker = threading.Thread(target=_cut_meanwhile, args=(port,))
        taker.start()
        with pytest.raises(httpx.TransportError):
            client.post(RESET, json=OFF, headers={"If-Match": etag})
        taker.join()
    with _as(port, port.control, seconds=0.5) as client, pytest.raises(httpx.TransportError):
        client.get(SYSTEM)
    port.cut = False
    with _as(port, port.control) as client:
        after = client.get(SYSTEM)

    assert after.json()["PowerState"] == "Off", "who had been heard was obeyed, and not told"


def _cut_meanwhile(port: StubPort) -> None:
    CLOCK.sleep(timedelta(milliseconds=500))
    port.cut = True
    port.hosts.held.set()


def test_a_port_that_cannot_be_opened_says_why(secrets: Secrets, port: StubPort) -> None:
    absent, own = port_files(Secrets(secrets.folder / "nowhere")), port_files(secrets)
    late = PowerPort(stub_hosts(), ("127.0.0.1", port.port), absent, CLOCK, lambda: False)
    taken = PowerPort(stub_hosts(), ("127.0.0.1", port.port), own, CLOCK, lambda: False)

    for closed, why in ((late, "No such file"), (taken, "already in use")):
        closed.open()
        wait_until(CLOCK, partial(_says, closed, why), what=why, bound=BOUND)
        seen = closed.status()
        closed.close()

        assert seen.state is PowerPortState.CLOSED
        assert seen.text().endswith("fencing unavailable")


def _says(port: PowerPort, why: str) -> bool:
    return why in port.status().why


def test_what_is_no_request_is_not_answered(port: StubPort) -> None:
    files = port.control
    tls = http.mutual_tls(port.secrets.authority.certificate, files.certificate, files.key)
    for nonsense in (b"\x00" * 100, b"GET " + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n"):
        heard = b""
        with _connected(port) as raw, tls.wrap_socket(raw, server_hostname="127.0.0.1") as said:
            said.sendall(nonsense)
            with suppress(ConnectionError, ssl.SSLError):
                heard = said.recv(1000)

        assert heard == b""


def _connected(port: StubPort, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", port.port), timeout=BOUND.total_seconds(), source_address=(source, 0)
    )
