"""The daemon's side of the relay, beside a relay whose hosts are not there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
def _a_relay(ground: Ground, *records: LinkRecord) -> Iterator[None]:
    ground.folder.mkdir()
    ground.wires.write_text(wires.dump([wire(record, ground.names) for record in records]))
    with socket.socket(socket.AF_UNIX) as listener:
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


def test_the_daemon_hears_what_the_relay_says(ground: Ground) -> None:
    lossy = LinkRecord(LINK, LinkFault(back=LaneFault(loss_ratio=0.25)))
    with _a_relay(ground, lossy):
        heard = Relaying(ground).status()

    lane = LaneStatus(1500, 0, 0.0, silent=False, packets=0, bytes=0, drops=0, queue_packets=0)
    back = LaneStatus(1500, 0, 0.25, silent=False, packets=0, bytes=0, drops=0, queue_packets=0)
    assert heard == (CableStatus(LINK.name, (False, False), lane, back),)


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
