"""One relay between two namespaces: packets cross, whoever was made anew meanwhile."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import wait_until
from core.system_clock import SystemClock
from lab.relay import wires
from lab.relay.loop import Relay
from lab.relay.wires import LaneSpec, Plug, Wire

pytestmark = pytest.mark.lab

LANE = LaneSpec(delay_microseconds=2000, rate_bits_per_second=0, loss_ratio=0.0, silent=False)
HANG = timedelta(seconds=30)
A, Z = (Plug(f"ndc-relay-{end}-{os.getpid()}", "link1") for end in ("a", "z"))
WIRE = Wire("a-z", A, Z, cut=False, forth=LANE, back=LANE)
ADDRESSES = {A: "198.18.255.2", Z: "198.18.255.3"}


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Path]:
    """Yield the socket of a relay that carries one wire, both of whose ends are there."""
    at, file = tmp_path / "relay.sock", tmp_path / "wires.json"
    file.write_text(wires.dump([WIRE]))
    with ExitStack() as ends:
        listener = ends.enter_context(socket.socket(socket.AF_UNIX))
        for plug in (A, Z):
            _ip("netns", "add", plug.namespace)
            ends.callback(_ip, "netns", "del", plug.namespace)
        listener.bind(str(at))
        listener.listen()
        running = threading.Thread(target=Relay(file, listener).run, daemon=True)
        running.start()
        ends.callback(running.join, HANG.total_seconds())
        ends.callback(_stopped, at)
        yield at


def test_every_packet_crosses_and_none_sooner_than_was_declared(relay: Path) -> None:
    _told(relay, "apply")
    _addressed(A, Z)

    times = _round_trips(count=50)

    assert len(times) == 50
    assert min(times) >= 4.0


def test_an_end_that_is_made_anew_is_heard_again(relay: Path) -> None:
    _told(relay, "apply")
    _addressed(A, Z)

    for _ in range(5):
        _ip("netns", "del", Z.namespace)
        _ip("netns", "add", Z.namespace)
        _told(relay, "apply")
        _addressed(Z)

        wait_until(SystemClock(), lambda: bool(_round_trips(count=1)), what="an echo", bound=HANG)


def _addressed(*plugs: Plug) -> None:
    for plug in plugs:
        within = ("-n", plug.namespace)
        _ip(*within, "address", "add", f"{ADDRESSES[plug]}/31", "dev", plug.interface)
        _ip(*within, "link", "set", plug.interface, "up")


def _round_trips(*, count: int) -> list[float]:
    """Return how long each echo took that came back, in ms."""
    words = ("ip", "netns", "exec", A.namespace, "ping", "-n", "-i", "0.01", "-W", "1")
    done = subprocess.run(
        [*words, "-c", str(count), ADDRESSES[Z]], capture_output=True, text=True, check=False
    )
    return [
        float(line.split("time=")[1].split()[0])
        for line in done.stdout.splitlines()
        if "time=" in line
    ]


def _told(at: Path, verb: str) -> None:
    """Return when the relay obeyed; one that waited too long for a word says nothing."""

    def has_obeyed() -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(HANG.total_seconds())
            connection.connect(str(at))
            connection.sendall(f"{verb}\n".encode())
            return connection.recv(2**16).startswith(b'{"ok"')

    wait_until(SystemClock(), has_obeyed, what=f"an answer to {verb}", bound=HANG)


def _stopped(at: Path) -> None:
    """Tell the relay to end; it may be gone before it answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(at))
        connection.sendall(b"stop\n")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
