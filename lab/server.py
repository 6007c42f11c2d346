"""Serves the daemon's socket: one request a connection, a line of JSON.

The answer is any number of lines ``{"progress": …}``, then ``{"ok": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
import traceback
from typing import Any

from core.clock import Clock
from core.errors import NdcError, Rejected, Unreachable
from lab import requests
from lab.lab import Lab
from lab.requests import LabRequest
from lab.verbs import obey

_AT_ONCE = 96
"""requests that are served side by side; others wait for their turn"""
_REQUEST = "request"
_PATIENCE_SECONDS = 10
_LONGEST_BYTES = 1 << 20
_QUIET = (requests.Look, requests.Status, requests.Room)
"""requests that come all the time; the log is for those that change things"""


class LabServer:
    """Serves one lab on ``listener`` until it is told to stop."""

    def __init__(self, lab: Lab, listener: socket.socket, clock: Clock) -> None:
        self._lab = lab
        self._listener = listener
        self._clock = clock
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._has_ended = False

    def serve(self) -> None:
        """Serve until a request or ``end`` stops it; return when every request has its answer."""
        while not self._has_ended:
            self._turns.acquire()
            try:
                connection, _ = self._listener.accept()
            except OSError:  # ended
                break
            threading.Thread(target=self._serve_one, args=(connection,), name=_REQUEST).start()
        for thread in threading.enumerate():
            if thread.name == _REQUEST:
                thread.join()

    def end(self) -> None:
        """Accept no further request."""
        self._has_ended = True
        self._listener.shutdown(socket.SHUT_RDWR)

    def _serve_one(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._answer(connection)
        finally:
            self._turns.release()

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE_SECONDS)
        began = self._clock.elapsed()
        request: LabRequest | None = None
        try:
            with connection.makefile("rb") as lines:
                line = lines.readline(_LONGEST_BYTES)
            if not line:  # only wanted to know whether, and who, listens
                return
            request = requests.parsed(line)
            answer = {
                "ok": obey(self._lab, request, lambda text: _send(connection, {"progress": text}))
            }
        except NdcError as error:
            answer = {"error": _plain(error)}
        except Exception as error:  # noqa: BLE001 - who asked waits for a word, whatever it is
            if not isinstance(error, OSError):
                traceback.print_exc()
            answer = {"error": _plain(_unforeseen(error))}
        self._log(request, answer, (self._clock.elapsed() - began).total_seconds())
        if isinstance(request, requests.Stop | requests.Destroy) and "ok" in answer:
            self.end()  # before the answer: who has it finds nobody listening any more
        _send(connection, answer)

    def _log(self, request: LabRequest | None, answer: dict[str, Any], seconds: float) -> None:
        if isinstance(request, _QUIET) and "ok" in answer:
            return
        line = {
            "at": self._clock.now().isoformat(timespec="milliseconds"),
            "request": request.model_dump(exclude={"spec"}) if request else None,
            "thing": request.spec.get("name") if isinstance(request, requests.Ensure) else None,
            "seconds": round(seconds, 3),
            "error": answer.get("error"),
        }
        entry = {key: value for key, value in line.items() if value is not None}
        sys.stderr.write(json.dumps(entry, default=str) + "\n")
        sys.stderr.flush()


def _send(connection: socket.socket, message: dict[str, Any]) -> None:
    # who asked may have gone; what was begun is finished all the same
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _plain(error: NdcError) -> dict[str, str]:
    return {
        "kind": "rejected" if isinstance(error, Rejected) else "unreachable",
        "what": error.what,
        "expected": error.expected,
        "actual": error.actual,
        "next_step": error.next_step,
    }


def _unforeseen(error: Exception) -> Unreachable:
    return Unreachable(
        "the machine said no to ndc-labd",
        expected="to be allowed to work on files, processes and sockets as root",
        actual=str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}",
        next_step="ndc logs labd; then run the command again, which looks at what was done",
    )
