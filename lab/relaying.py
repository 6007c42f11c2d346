"""Labd's side of the relay: tells it what to carry, and starts another one if it dies."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core import files
from core.clock import until_answered, wait_until
from core.errors import Rejected, Unreachable, WorldError
from lab.ground import Ground
from lab.relay import wires
from lab.relay.status import CableStatus
from lab.relay.wires import Wire
from lab.tools import launch

CHECKOUT = Path(__file__).resolve().parents[1]
"""where Python finds our packages"""

_PATIENCE_SECONDS = 5
_BIRTH = timedelta(seconds=10)
_BETWEEN_LOOKS = timedelta(milliseconds=10)
_LOOK_MILLISECONDS = 500

_STATUS = TypeAdapter(tuple[CableStatus, ...])


class Relaying:
    """Keeps one relay running, from ``keep`` to ``leave`` or ``end``.

    The wires are in a file before the relay is told, so each relay that starts carries
    the newest ones.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="relay", daemon=True)

    def keep(self, links: Sequence[Wire]) -> None:
        """Adopt the relay that runs, or start one; start another whenever it dies."""
        self.carry(links, tell=False)
        self._raise()
        self._ask("apply")
        self._thread.start()

    def carry(self, links: Sequence[Wire], *, tell: bool = True) -> None:
        """Make the relay carry ``links`` and nothing else, now and after its next start."""
        with self._lock:
            files.write(self._ground.wires, wires.dump(links), mode=0o600)
        if tell:
            self.look_again()

    def look_again(self) -> None:
        """Make the relay look for namespaces that came or went; return when it has.

        A relay that dies meanwhile is no error: the next one looks when it starts.
        """
        if self._leaving.is_set():
            return
        until_answered(
            self._ground.clock,
            lambda: self._ask("apply"),
            what="an answer of the relay",
            bound=_BIRTH,
            every=_BETWEEN_LOOKS,
        )

    def status(self) -> tuple[CableStatus, ...]:
        """Return what the relay says of its cables; nothing while there is no relay.

        Raises:
            Rejected: it is of another version, and says something else.
        """
        try:
            return _STATUS.validate_python(self._ask_or_none("status") or [])
        except ValidationError as error:
            raise Rejected(
                "the relay does not say how its cables are",
                expected="a status of each cable, as this version tells it",
                actual=f"{error.error_count()} problems",
                next_step="ndc logs relay",
            ) from error

    def leave(self) -> None:
        """Stop watching; the relay goes on."""
        self._leaving.set()
        if self._thread.is_alive():
            self._thread.join()

    def end(self) -> None:
        """Stop watching, and the relay with it."""
        self.leave()
        pid = self._pid()
        if pid is not None:
            self._ask_or_none("stop")
            if not _has_ended(pid, _PATIENCE_SECONDS * 1000):
                self._kill(pid)
        self._ground.wires.unlink(missing_ok=True)

    def _watch(self) -> None:
        while not self._leaving.is_set():
            pid = self._pid()
            while pid and not self._leaving.is_set() and not _has_ended(pid, _LOOK_MILLISECONDS):
                pass
            try:
                if not self._leaving.is_set():
                    self._raise()
            except WorldError as error:
                sys.stderr.write("\n".join(error.lines()) + "\n")

    def _raise(self) -> None:
        """Start a relay unless ours answers; end one that carries the wires of another folder."""
        if (pid := self._pid()) is not None:
            if self._is_ours(pid):
                return
            self._kill(pid)
        ground = self._ground
        launch(
            # without site packages, which it does not need: it is back sooner
            *(sys.executable, "-S", "-m", "lab.relay.daemon"),
            *(ground.environment, ground.wires, ground.relay_socket),
            log=ground.log / "relay.log",
            folder=CHECKOUT,
        )
        wait_until(
            ground.clock,
            self._pid,
            what="the relay",
            bound=_BIRTH,
            every=_BETWEEN_LOOKS,
        )

    def _is_ours(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return str(self._ground.wires).encode() in words

    @staticmethod
    def _kill(pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        _has_ended(pid, _PATIENCE_SECONDS * 1000)

    def _pid(self) -> int | None:
        """Return the process that listens on the relay's socket; None if none does."""
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self._ground.relay_socket))
                peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            except OSError:
                return None
        return int(struct.unpack("3i", peer)[0])

    def _ask_or_none(self, verb: str) -> list[dict[str, Any]] | None:
        try:
            return self._ask(verb)
        except Unreachable:
            return None

    def _ask(self, verb: str) -> list[dict[str, Any]]:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_PATIENCE_SECONDS)
                connection.connect(str(self._ground.relay_socket))
                connection.sendall(verb.encode() + b"\n")
                with connection.makefile("rb") as lines:
                    answer = json.loads(lines.readline())
        except (OSError, ValueError) as error:
            raise Unreachable(
                f"the relay did not answer to {verb}",
                expected=f"an answer on {self._ground.relay_socket}",
                actual=str(error) or type(error).__name__,
                next_step="ndc logs relay",
            ) from error
        if "error" in answer:
            raise Rejected(
                f"the relay refused to {verb}",
                expected="wires that it can carry",
                actual=answer["error"],
                next_step="ndc logs relay",
            )
        cables: list[dict[str, Any]] = answer["ok"]
        return cables


def _has_ended(pid: int, milliseconds: int) -> bool:
    """Whether process ``pid`` has ended; it is given ``milliseconds`` to do so."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(milliseconds))
    finally:
        os.close(descriptor)
