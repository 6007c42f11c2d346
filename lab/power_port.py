"""The power port: serves ``lab.redfish`` by mutual TLS to whoever may take a host's power away.

One request a connection, and one deadline until it is said: who is slow or silent is hung up on,
and takes no more than one place of many. Those who ask from one address never take all of them.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus

import h11

from access.tls import CONTROLLER, OBSERVER, OwnTls, bears
from core.clock import Clock
from lab.ground import PortFiles
from lab.redfish import PortReply, PortRequest, PoweredHosts, answered
from lab.status import PowerPortState, PowerPortStatus

_AT_ONCE = 64
_OF_ONE_ADDRESS = 16
"""connections; those beyond are hung up on at once"""
_PATIENCE = timedelta(seconds=3)
"""for the handshake and the whole request; who is well takes milliseconds"""
_LONGEST_BYTES = 8192
"""of what is asked before its body, and of that"""
_TICK_SECONDS = 0.5
_IP_FREEBIND = 15
"""Linux' number; Python 3.11 has no name for it"""


class PowerPort:
    """The port of ``hosts`` at ``at``, from ``open`` to ``close``.

    While there is no certificate yet, or another program has the port, it is tried again.
    While ``is_cut`` it answers nobody: clients wait in vain, as behind a dead switch.
    """

    def __init__(
        self,
        hosts: PoweredHosts,
        at: tuple[str, int],
        files: PortFiles,
        clock: Clock,
        is_cut: Callable[[], bool],
    ) -> None:
        self._hosts, self._at, self._files = hosts, at, files
        self._clock, self._is_cut = clock, is_cut
        self._ended = threading.Event()
        self._listener: socket.socket | None = None
        self._why = "its daemon has not opened it"
        self._lock = threading.Lock()
        self._visits: Counter[str] = Counter()
        """connections by address"""
        self._acting: set[threading.Thread] = set()
        """who was heard, and may be doing what was asked"""
        self._thread = threading.Thread(target=self._keep, name="power port", daemon=True)

    def open(self) -> None:
        """Begin to serve; the first who asks may come a moment too early."""
        self._thread.start()

    def close(self) -> None:
        """Serve nobody any more; return when what was begun is done."""
        self._ended.set()
        if (listener := self._listener) is not None:
            with suppress(OSError):  # it may listen no more
                listener.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            acting = list(self._acting)
        for thread in acting:
            thread.join()

    def status(self) -> PowerPortStatus:
        """Return how it is."""
        state = PowerPortState.CLOSED if self._why else PowerPortState.OPEN
        address, port = self._at
        return PowerPortStatus(
            f"{address}:{port}", PowerPortState.CUT if self._is_cut() else state, self._why
        )

    def _keep(self) -> None:
        while not self._ended.is_set():
            try:
                tls = self._own_tls()
                with self._listening() as listener:
                    self._why = ""
                    self._serve(listener, tls)
            # a certificate that is not sound is an OSError as well; no thread, a RuntimeError
            except (OSError, RuntimeError) as error:
                self._why = getattr(error, "strerror", None) or str(error)
            self._ended.wait(_TICK_SECONDS)
        self._why = "its daemon has ended"

    def _own_tls(self) -> OwnTls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        files = self._files
        tls = OwnTls(context, files.authority, files.certificate, files.key)
        tls.look()
        return tls

    @contextmanager
    def _listening(self) -> Iterator[socket.socket]:
        with socket.socket() as listener:
            self._listener = listener
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # the bridge may come a moment after us, and go and come again
            listener.setsockopt(socket.IPPROTO_IP, _IP_FREEBIND, 1)
            listener.bind(self._at)
            listener.listen()
            listener.settimeout(_TICK_SECONDS)
            yield listener

    def _serve(self, listener: socket.socket, tls: OwnTls) -> None:
        while not self._ended.is_set():
            tls.look()
            if self._is_cut():
                self._ended.wait(_TICK_SECONDS)
                continue
            try:
                connection, (address, _) = listener.accept()
            except TimeoutError:
                continue
            self._receive(connection, address, tls.context)

    def _receive(self, connection: socket.socket, address: str, tls: ssl.SSLContext) -> None:
        with self._lock:
            is_room = self._visits.total() < _AT_ONCE and self._visits[address] < _OF_ONE_ADDRESS
            self._visits[address] += is_room
        if not is_room:
            connection.close()
            return
        # the handshake belongs to the thread of the connection, not to the one that accepts
        visit = threading.Thread(
            target=self._visit, args=(connection, address, tls), name="power visit", daemon=True
        )
        visit.start()

    def _visit(self, connection: socket.socket, address: str, tls: ssl.SSLContext) -> None:
        try:
            # who hangs up, is slow, shows no certificate or speaks something else learns nothing
            with suppress(OSError, h11.RemoteProtocolError), connection:
                self._hear(connection, address, tls)
        finally:
            with self._lock:
                self._visits[address] -= 1
                self._acting.discard(threading.current_thread())

    def _hear(self, connection: socket.socket, address: str, tls: ssl.SSLContext) -> None:
        until = self._clock.elapsed() + _PATIENCE

        def patience() -> float:
            return max(0.001, (until - self._clock.elapsed()).total_seconds())

        connection.settimeout(patience())
        with tls.wrap_socket(connection, server_side=True) as secured:
            machine = h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_BYTES)
            request = _read(machine, secured, patience)
            with self._lock:
                self._acting.add(threading.current_thread())
            reply = self._answer(request)
            self._log(request, reply, f"{_owner(secured)} at {address}")
            secured.settimeout(_PATIENCE.total_seconds())
            if not self._is_cut():
                secured.sendall(_spoken(machine, reply))

    def _answer(self, request: PortRequest) -> PortReply:
        try:
            return answered(self._hosts, request)
        except Exception:  # noqa: BLE001 - who asked waits for a word, whatever it is
            traceback.print_exc()
            return PortReply(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _log(self, request: PortRequest, reply: PortReply, who: str) -> None:
        if reply.status is HTTPStatus.OK:  # a look; they come all the time
            return
        line = {
            "at": self._clock.now().isoformat(timespec="milliseconds"),
            "power": f"{request.method} {request.path}",
            "by": who,
            "answer": f"{reply.status:d} {reply.status.phrase}",
        }
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


def _read(
    machine: h11.Connection, secured: ssl.SSLSocket, patience: Callable[[], float]
) -> PortRequest:
    """Return the one request that is said at the other end while ``patience`` lasts."""

    def event() -> object:
        while (event := machine.next_event()) is h11.NEED_DATA:
            secured.settimeout(patience())
            machine.receive_data(secured.recv(_LONGEST_BYTES))
        return event

    head, body = event(), b""
    while isinstance(part := event(), h11.Data) and len(body) <= _LONGEST_BYTES:
        body += part.data
    if not isinstance(head, h11.Request) or not isinstance(part, h11.EndOfMessage):
        raise ConnectionAbortedError
    etag = dict(head.headers).get(b"if-match")
    return PortRequest(
        method=head.method.decode("ascii"),
        path=head.target.decode("ascii", "replace"),
        etag=etag.decode("latin-1") if etag is not None else None,
        body=body,
        by_controller=bears(secured, CONTROLLER),
        by_observer=bears(secured, OBSERVER),
    )


def _spoken(machine: h11.Connection, reply: PortReply) -> bytes:
    text = reply.text()
    headers = [
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("OData-Version", "4.0"),
        *([("ETag", reply.etag)] if reply.etag else []),
        *([("Content-Length", str(len(text)))] if text else []),
    ]
    events = (
        h11.Response(status_code=reply.status, headers=headers),
        *([h11.Data(data=text)] if text else []),
        h11.EndOfMessage(),
    )
    return b"".join(machine.send(event) or b"" for event in events)


def _owner(secured: ssl.SSLSocket) -> str:
    subject = (secured.getpeercert() or {}).get("subject", ())
    return ",".join(str(pair[1]) for pairs in subject for pair in pairs)
