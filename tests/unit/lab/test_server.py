"""The daemon's service, over a real socket, for a lab in which nothing was made."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Rejected, Unreachable
from lab.client import Labd
from lab.ground import Ground
from lab.lab import Lab
from lab.server import LabServer
from lab.state import State
from lab.status import PowerPortState
from stacks.resources import to_plain
from tests.unit.lab.specs import HOST


@pytest.fixture
def at(ground: Ground) -> Iterator[Path]:
    """Return the socket of a service that runs until the test ends."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(ground.labd_socket))
        listener.listen()
        service = LabServer(Lab(ground), listener, ground.clock)
        thread = threading.Thread(target=service.serve)
        thread.start()
        yield ground.labd_socket
        service.end()
        thread.join()


def test_a_lab_in_which_nothing_was_made_has_nothing(at: Path) -> None:
    status = Labd(at).status()

    assert (status.environment, status.number) == ("test", 254)
    assert (status.segments, status.hosts, status.links) == ((), (), ())


def test_nothing_is_seen_of_what_was_never_made(at: Path) -> None:
    labd = Labd(at)

    seen = [labd.ask("look", kind=kind, name="x") for kind in ("segment", "host", "link")]

    assert seen == [None, None, None]


def test_to_remove_what_is_not_there_is_no_error(at: Path) -> None:
    for kind in ("segment", "host", "link"):
        Labd(at).ask("remove", kind=kind, name="x")


def test_a_fault_in_a_link_that_is_not_there_is_refused(at: Path) -> None:
    with pytest.raises(Rejected) as refused:
        Labd(at).cut("east-west")

    assert refused.value.what == "there is no link called east-west"


def test_the_power_port_is_cut_and_healed_by_its_name_and_stays_so(at: Path) -> None:
    Labd(at).cut("power-port")
    cut = Labd(at).status().power_port
    records = State(at.parent.parent / "lab" / "state.json").records
    with pytest.raises(Rejected, match="cannot be made to silence"):
        Labd(at).silence("power-port")
    Labd(at).heal("power-port")

    assert (cut.at, cut.state) == ("198.18.254.1:9400", PowerPortState.CUT)
    assert cut.text().endswith("fencing unavailable")
    assert records.power_port_cut
    assert Labd(at).status().power_port.state is PowerPortState.CLOSED


def test_more_hosts_than_any_machine_can_hold_are_refused(at: Path) -> None:
    Labd(at).demand_room(0)

    with pytest.raises(Rejected, match="too little memory"):
        Labd(at).demand_room(10_000_000)


@pytest.mark.parametrize(
    ("spec", "wrong"), [({}, "name"), ({**to_plain(HOST), "image": 7}, "image")]
)
def test_a_specification_that_is_none_is_refused(
    at: Path, spec: dict[str, object], wrong: str
) -> None:
    with pytest.raises(Rejected) as refused:
        Labd(at).ask("ensure", kind="host", spec=spec)

    assert refused.value.actual.startswith(wrong)


def test_many_may_ask_at_the_same_time(at: Path) -> None:
    answers: list[int] = []
    askers = [
        threading.Thread(target=lambda: answers.append(Labd(at).status().number)) for _ in range(30)
    ]

    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert answers == [254] * 30


def test_who_says_nonsense_is_told_and_others_are_served(at: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as lines:
        connection.connect(str(at))
        connection.sendall(b"nonsense\n")
        answer = json.loads(lines.readline())

    assert answer["error"]["kind"] == "rejected"
    assert Labd(at).status().number == 254


def test_a_fault_of_the_daemon_itself_is_told_too(
    at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lab, "status", lambda _: dict[str, str]()["gone"])

    with pytest.raises(Unreachable) as unknown:
        Labd(at).status()

    assert unknown.value.actual == "KeyError: 'gone'"


def test_after_stop_nobody_is_served(at: Path) -> None:
    Labd(at).ask("stop")

    with pytest.raises(Rejected):
        Labd(at).status()
