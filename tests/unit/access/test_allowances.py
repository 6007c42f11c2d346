"""No server keeps anybody waiting for longer than the deadline, nor sends more than is borne."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from access.clients import http
from access.clients.allowances import MOST_BYTES
from access.clients.http import look, send
from access.secrets import Secrets, ensure_secrets
from core.errors import NotSeen, Unreachable
from core.system_clock import SystemClock
from tests.networks import network

DEADLINE = timedelta(milliseconds=500)
NETWORK = network("tiny")
OK = b"HTTP/1.1 200 OK\r\n"
YES = OK + b"Content-Length: 2\r\n\r\n{}"
Answer = Callable[[socket.socket], None]
DRIPS = {
    "a line of the head": (OK + b"X: ", b"a"),
    "lines of the head": (OK, b"X: a\r\n"),
    "heads before the head": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a body": (OK + b"Content-Length: 1000\r\n\r\n", b" "),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


def _drip(begin: bytes, drop: bytes) -> Answer:
    def answer(there: socket.socket) -> None:
        there.recv(65536)
        there.sendall(begin)
        for _ in range(100):
            there.sendall(drop)
            time.sleep(0.1)  # noqa: TID251 - a server's

    return answer


@contextmanager
def _serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[None]]]:
    """Yield where ``answer`` is given to each connection, and an entry for each that was made."""
    made: list[None] = []

    def one(there: socket.socket) -> None:
        with suppress(OSError), there:
            if tls is None:
                answer(there)
            else:
                with tls.wrap_socket(there, server_side=True) as secured:
                    answer(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                there, _ = listener.accept()
                made.append(None)
                threading.Thread(target=one, args=(there,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        scheme = "https" if tls else "http"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/x", made
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def _in_time() -> Iterator[None]:
    began = SystemClock().elapsed()
    yield
    assert SystemClock().elapsed() - began < 3 * DEADLINE


@pytest.fixture
def over() -> Iterator[httpx.Client]:
    with http.client(ssl.create_default_context()) as client:
        yield client


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    return ensure_secrets(tmp_path_factory.mktemp("secrets"), NETWORK)


@pytest.mark.parametrize("drip", DRIPS)
def test_a_server_that_drips_is_waited_for_until_the_deadline(
    drip: str, over: httpx.Client
) -> None:
    with _serving(_drip(*DRIPS[drip])) as (url, _):
        with _in_time(), pytest.raises(NotSeen, match="did not answer"):
            look(over, url, deadline=DEADLINE)
        with _in_time(), pytest.raises(Unreachable):
            send(over, "POST", url, body={}, deadline=DEADLINE)


def test_so_is_one_with_a_certificate(secrets: Secrets) -> None:
    files = secrets.host_certificate(NETWORK.hosts[0].name)
    serves = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serves.load_cert_chain(files.certificate, files.key)
    asks = ssl.create_default_context(cafile=Path(secrets.authority.certificate))
    asks.check_hostname = False

    with _serving(_drip(*DRIPS["chunks"]), serves) as (url, made), http.client(asks) as over:
        with _in_time(), pytest.raises(NotSeen, match="did not answer"):
            look(over, url, deadline=DEADLINE)
        assert len(made) == 1


def test_an_answer_without_end_is_not_read_to_its_end(over: httpx.Client) -> None:
    sent: list[int] = []

    def pour(there: socket.socket) -> None:
        there.recv(65536)
        there.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            there.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            sent.append(0x10000)

    with _serving(pour) as (url, _), pytest.raises(NotSeen) as poured:
        look(over, url, deadline=timedelta(minutes=1))

    assert f"more than {MOST_BYTES} bytes" in poured.value.actual
    assert sum(sent) < 2 * MOST_BYTES


def test_nothing_is_unpacked(over: httpx.Client) -> None:
    asked: list[bytes] = []

    def packed(there: socket.socket) -> None:
        asked.append(there.recv(65536))
        body = gzip.compress(b"{}")
        head = f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        there.sendall(OK + head.encode() + body)

    with _serving(packed) as (url, _), pytest.raises(NotSeen, match="no useful answer"):
        look(over, url, deadline=DEADLINE)

    assert b"accept-encoding: identity" in asked[0].lower()


def test_each_look_has_a_deadline_of_its_own_over_one_connection(over: httpx.Client) -> None:
    def answer(there: socket.socket) -> None:
        while there.recv(65536):
            time.sleep(0.3)  # noqa: TID251 - a server's
            there.sendall(YES)

    with _serving(answer) as (url, made):
        seen = [look(over, url, deadline=DEADLINE) for _ in range(3)]

    assert (seen, len(made)) == ([{}] * 3, 1)
