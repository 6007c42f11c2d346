"""The daemon's side of the relay, beside a relay whose hosts are not there."""

from __future__ import annotations

import os
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from core.errors import Rejected
from lab.ground import Ground
from lab.links import wire
from lab.relay import wires
from lab.relay.loop import Relay
from lab.relay.status import CableStatus, LaneStatus
from lab.relaying import Relaying
from lab.state import LaneFault, LinkFault, LinkRecord
from tests.unit.lab.specs import LINK


@contextmanager
def _a_relay(ground: Ground, *records: LinkRecord, files_before: int = 0) -> Iterator[None]:
    """Run a relay that listens on a descriptor above those of ``files_before``."""
    ground.folder.mkdir()
    ground.wires.write_text(wires.dump([wire(record, ground.names) for record in records]))
    with _listener(files_before) as listener:
        listener.bind(str(ground.relay_socket))
        listener.listen()
        running = threading.Thread(target=Relay(ground.wires, listener).run)
        running.start()
        yield
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(ground.relay_socket))
            connection.sendall(b"stop\n")
            connection.recv(1)
        running.join()


@contextmanager
def _listener(files_before: int) -> Iterator[socket.socket]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with ExitStack() as before:
            for _ in range(files_before):
                before.enter_context(Path(os.devnull).open("rb"))
            listener = socket.socket(socket.AF_UNIX)
        with listener:
            yield listener
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_daemon_hears_what_the_relay_says(ground: Ground) -> None:
    lossy = LinkRecord(LINK, LinkFault(back=LaneFault(loss_ratio=0.25)))
    with _a_relay(ground, lossy):
        heard = Relaying(ground).status()

    lane = LaneStatus(1500, 0, 0.0, silent=False, packets=0, bytes=0, drops=0, queue_packets=0)
    back = LaneStatus(1500, 0, 0.25, silent=False, packets=0, bytes=0, drops=0, queue_packets=0)
    assert heard == (CableStatus(LINK.name, (False, False), lane, back),)


def test_a_relay_hears_what_comes_in_by_a_descriptor_that_select_cannot_take(
    ground: Ground,
) -> None:
    with _a_relay(ground, LinkRecord(LINK), files_before=1100):
        heard = Relaying(ground).status()

    assert [cable.name for cable in heard] == [LINK.name]


def test_nothing_is_heard_while_there_is_no_relay(ground: Ground) -> None:
    assert Relaying(ground).status() == ()


def test_a_relay_that_says_something_else_is_refused(ground: Ground) -> None:
    answer = b'{"ok": [{"name": "east-west"}]}\n'

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(ground.relay_socket))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(256)
                connection.sendall(answer)

        relay = threading.Thread(target=serve)
        relay.start()
        with pytest.raises(Rejected, match="how its cables are"):
            Relaying(ground).status()
        relay.join()
