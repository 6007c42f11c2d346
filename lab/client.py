"""Asks ``ndc-labd`` through its socket, and starts the daemon when it is needed."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.errors import Rejected, Unreachable
from core.locks import Lock
from core.surroundings import surroundings
from core.system_clock import SystemClock
from core.text import Say
from lab.relay.status import LaneStatus
from lab.status import HostStatus, LabStatus, LinkStatus, from_plain

__all__ = ["HostStatus", "LabStatus", "Labd", "LaneStatus", "LinkStatus", "ignore"]

_CHECKOUT = Path(__file__).resolve().parents[1]
_PATIENCE_SECONDS = 300
"""for which a daemon may say nothing at all: its slowest act takes a fifth of it"""
_BIRTH = timedelta(seconds=60)
_CREDENTIALS = struct.Struct("3i")
"""process, user, group"""


class _Died(Exception):
    """The daemon ended before it had answered."""


def ignore(_: str) -> None:
    """Take a sentence about progress, and show it to nobody."""


@dataclass(frozen=True, slots=True)
class Labd:
    """The daemon behind the socket ``at``, which lies in a folder named after its environment.

    Every method raises Rejected when it did not happen, Unreachable when it may have; each may
    be called again: ``Labd(paths.labd_socket).cut("red-river-north")``.
    """

    at: Path
    last_words: timedelta = timedelta(seconds=2)
    """how long a daemon that hung up may take to end; one that lives on may have done it"""

    @property
    def environment(self) -> str:
        """Whose daemon it is."""
        return self.at.parent.name

    @property
    def is_running(self) -> bool:
        """Whether a daemon listens now."""
        if (connection := self._connect()) is not None:
            connection.close()
        return connection is not None

    def status(self, *, start: bool = False) -> LabStatus:
        """Return everything as it is; a daemon that is not there is not started, unless asked."""
        return from_plain(self.ask("status", start=start))

    def demand_room(self, hosts: int) -> None:
        """Return if the machine has memory for so many more hosts."""
        self.ask("room", hosts=hosts)

    def power_off(self, hosts: list[str], *, unsynced: bool = False) -> None:
        """Cut the power of all ``hosts``; with ``unsynced``, what was not synced is gone."""
        self.ask("power-off", hosts=hosts, unsynced=unsynced)

    def power_on(self, hosts: list[str], progress: Say = ignore, *, own_disk: bool = False) -> None:
        """Boot all ``hosts`` side by side, with a disk each; returns when each answers SSH."""
        self.ask("power-on", progress, hosts=hosts, own_disk=own_disk)

    def change_image(self, host: str, image: str) -> None:
        """Let ``host``, which is off, stand on ``image``, with its data."""
        self.ask("change-image", host=host, image=image)

    def freeze(self, host: str) -> None:
        """Stop every process of ``host`` where it is."""
        self.ask("freeze", host=host)

    def thaw(self, host: str) -> None:
        """Let every process of ``host`` go on."""
        self.ask("thaw", host=host)

    def cut(self, link: str) -> None:
        """Take the carrier at both ends."""
        self.ask("cut", link=link)

    def silence(self, link: str, *, towards: str | None = None) -> None:
        """Make all packets vanish, in both directions or only ``towards`` a host at an end."""
        self.ask("silence", link=link, towards=towards)

    def slow(self, link: str, round_trip_microseconds: int, *, towards: str | None = None) -> None:
        """Make the round trip as long as ``round_trip_microseconds``.

        Both directions take a half of it, or the one ``towards`` a host takes the difference.
        """
        self.ask(
            "slow", link=link, round_trip_microseconds=round_trip_microseconds, towards=towards
        )

    def lose(self, link: str, loss_ratio: float, *, towards: str | None = None) -> None:
        """Make each packet vanish with probability ``loss_ratio``, in one or both directions."""
        self.ask("lose", link=link, loss_ratio=loss_ratio, towards=towards)

    def heal(self, link: str) -> None:
        """Let the link be as declared again."""
        self.ask("heal", link=link)

    def stop(self) -> None:
        """End the daemon; hosts and links go on. Returns when its process is gone."""
        with self._seen_ending(start=False):
            self.ask("stop", start=False)

    def destroy(self, progress: Say = ignore) -> None:
        """Make everything gone, the daemon with it. Returns when its process is gone."""
        with self._seen_ending(start=True):
            self.ask("destroy", progress)

    def ask(
        self, verb: str, progress: Say = ignore, *, start: bool = True, **arguments: Any
    ) -> Any:
        """Return the daemon's answer to ``verb`` with ``arguments``.

        ``progress`` gets its sentences until then. With ``start``, a daemon that is not there
        is started; and if it dies before it has answered, its successor is asked once more:
        every verb looks before it acts.
        """
        request = json.dumps({"verb": verb, **arguments}).encode() + b"\n"
        try:
            return self._ask_once(request, progress, start=start)
        except _Died as died:
            if not start:
                raise self._silent(verb, died) from died
        try:
            return self._ask_once(request, progress, start=start)
        except _Died as died:
            raise self._silent(verb, died) from died

    def _ask_once(self, request: bytes, progress: Say, *, start: bool) -> Any:
        with self._connected(start=start) as connection, _process_of(connection) as process:
            try:
                connection.sendall(request)
                with connection.makefile("rb") as lines:
                    for line in lines:
                        message = json.loads(line)
                        if "progress" not in message:
                            return _answered(message)
                        progress(message["progress"])
                reason: Exception = EOFError("it hung up")
            except (OSError, ValueError) as error:
                reason = error
            if _has_ended(process, self.last_words):
                raise _Died(str(reason)) from reason
            raise self._silent(json.loads(request)["verb"], reason) from reason

    @contextmanager
    def _seen_ending(self, *, start: bool) -> Iterator[None]:
        with self._connected(start=start) as connection, _process_of(connection) as process:
            connection.close()
            yield
            _has_ended(process, self.last_words)

    @contextmanager
    def _connected(self, *, start: bool) -> Iterator[socket.socket]:
        connection = self._connect()
        if connection is None and start:
            self._start()
            connection = self._connect()
        if connection is None:
            raise Rejected(
                f"no ndc-labd serves environment {self.environment}",
                expected=f"one that listens on {self.at}",
                actual="none does",
                next_step=f"ndc --env {self.environment} up",
            )
        with connection:
            yield connection

    def _connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_PATIENCE_SECONDS)
        try:
            connection.connect(str(self.at))
        except PermissionError as error:
            connection.close()
            raise self._not_root() from error
        except OSError:
            connection.close()
            return None
        return connection

    def _not_root(self) -> Rejected:
        return Rejected(
            f"ndc-labd of environment {self.environment} speaks with root only",
            expected="root: whoever speaks with it may break hosts and links",
            actual=f"user {os.geteuid()}",
            next_step="run the command as root; without root there is `make check`",
        )

    def _start(self) -> None:
        """Start the daemon, unless somebody else does at this moment."""
        try:
            self.at.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with Lock(self.at.parent / "start.lock") as lock:
                lock.wait(SystemClock(), 2 * _BIRTH, what="a turn to start ndc-labd")
                if (connection := self._connect()) is not None:
                    connection.close()
                    return
                process = subprocess.run(
                    [sys.executable, "-P", "-m", "ndc.daemons.labd", self.environment],
                    cwd=_CHECKOUT,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    env=surroundings(),
                    timeout=_BIRTH.total_seconds(),
                    check=False,
                )
        except PermissionError as error:
            raise self._not_root() from error
        except Unreachable as error:
            raise self._unborn(error.actual) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._unborn(str(error)) from error
        if process.returncode:
            raise _error_in(process.stderr) or self._unborn(process.stderr)

    def _unborn(self, why: str) -> Rejected:
        return Rejected(
            f"ndc-labd did not start for environment {self.environment}",
            expected=f"a daemon that listens on {self.at}",
            actual=" ".join(why.split()),
            next_step=f"ndc --env {self.environment} logs labd",
        )

    def _silent(self, verb: str, why: Exception) -> Unreachable:
        return Unreachable(
            f"ndc-labd did not answer to {verb}",
            expected="an answer",
            actual=str(why) or type(why).__name__,
            next_step=f"ndc --env {self.environment} lab status; then run the command again",
        )


@contextmanager
def _process_of(connection: socket.socket) -> Iterator[int | None]:
    """Yield a descriptor of the process at the other end; None if it has already ended."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    try:
        process = os.pidfd_open(_CREDENTIALS.unpack(peer)[0])
    except ProcessLookupError:
        yield None
        return
    try:
        yield process
    finally:
        os.close(process)


def _has_ended(process: int | None, within: timedelta) -> bool:
    """Whether ``process`` ends ``within`` that time."""
    if process is None:
        return True
    poll = select.poll()
    poll.register(process, select.POLLIN)
    return bool(poll.poll(within / timedelta(milliseconds=1)))


def _error_in(text: str) -> Rejected | None:
    """Return the error in the daemon's four lines ``text``; None if it is something else."""
    fields = {
        label: words
        for line in text.splitlines()
        for label, words in [(line[:9].strip().replace(" ", "_"), line[11:])]
        if label in {"what", "expected", "actual", "next_step"}
    }
    if not {"what", "next_step"} <= fields.keys():
        return None
    return Rejected(fields.pop("what"), **fields)


def _answered(message: dict[str, Any]) -> Any:
    if (error := message.get("error")) is None:
        return message["ok"]
    what, kind = error.pop("what"), error.pop("kind")
    raise (Rejected if kind == "rejected" else Unreachable)(what, **error)
