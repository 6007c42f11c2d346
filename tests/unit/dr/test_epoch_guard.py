"""The guard of a host: nothing old is obeyed, whatever happened to files and callers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from typing_extensions import override

from core.errors import Rejected
from core.system_clock import SystemClock
from dr.hosts.epochs import Act, GuardRequest, GuardVerdict
from dr.onhost.addresses import MemoryAddresses
from dr.onhost.epoch_record import EpochRecord
from dr.onhost.guard import Guard, serving_in
from dr.simulation.timeline import Timeline
from inventory.names import ServiceName

PORTAL = ServiceName("public-service-portal")
ADDRESS = IPv4Address("198.19.255.1")
ANNOUNCE = GuardRequest(PORTAL, 5, "run-1", "step-1", Act.ANNOUNCE, ADDRESS)
WITHDRAW = replace(ANNOUNCE, act=Act.WITHDRAW)
LOOK = replace(ANNOUNCE, act=Act.LOOK, epoch=0)


def _guard(folder: Path, addresses: MemoryAddresses | None = None) -> Guard:
    return Guard(
        {PORTAL: str(ADDRESS)},
        EpochRecord(folder, SystemClock()),
        addresses or MemoryAddresses(),
    )


def test_announcing_twice_is_announcing_once(tmp_path: Path) -> None:
    guard = _guard(tmp_path)

    first, second = (guard.answer(ANNOUNCE.text()) for _ in range(2))

    assert first == second
    assert first[0] is GuardVerdict.OBEYED
    assert (first[1].highest, first[1].addresses) == (5, (ADDRESS,))


def test_withdrawing_what_is_not_there_is_obeyed(tmp_path: Path) -> None:
    verdict, answer = _guard(tmp_path).answer(WITHDRAW.text())

    assert (verdict, answer.addresses) == (GuardVerdict.OBEYED, ())


def test_whoever_was_overtaken_changes_nothing_and_learns_by_whom(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(replace(WITHDRAW, epoch=6).text())

    verdict, answer = guard.answer(ANNOUNCE.text())

    assert verdict is GuardVerdict.REFUSED
    assert (answer.refused, answer.highest) == ("epoch 5 is over: epoch 6 was seen", 6)
    assert guard.addresses.present() == frozenset()


def test_one_request_with_a_huge_epoch_locks_no_host_up(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(ANNOUNCE.text())

    refused, _ = guard.answer(replace(WITHDRAW, epoch=2**53 - 1).text())
    obeyed, answer = guard.answer(replace(WITHDRAW, epoch=6).text())

    assert (refused, obeyed) == (GuardVerdict.REFUSED, GuardVerdict.OBEYED)
    assert answer.highest == 6


def test_the_epoch_outlives_the_process(tmp_path: Path) -> None:
    _guard(tmp_path).answer(ANNOUNCE.text())

    verdict, _ = _guard(tmp_path).answer(replace(ANNOUNCE, epoch=4).text())

    assert verdict is GuardVerdict.REFUSED


def test_the_epoch_is_on_record_before_anything_is_done(tmp_path: Path) -> None:
    class Unwilling(MemoryAddresses):
        @override
        def add(self, address: IPv4Address) -> None:
            raise Rejected("ip failed", actual="out of memory")

    verdict, answer = _guard(tmp_path, Unwilling()).answer(ANNOUNCE.text())

    assert verdict is GuardVerdict.FAILED
    assert "out of memory" in answer.refused
    assert json.loads((tmp_path / "epochs.json").read_text())["epochs"] == {PORTAL: 5}


def test_looking_changes_and_remembers_nothing(tmp_path: Path) -> None:
    verdict, answer = _guard(tmp_path).answer(replace(LOOK, epoch=99).text())

    assert (verdict, answer.highest, answer.addresses) == (GuardVerdict.OBEYED, None, ())
    assert not (tmp_path / "epochs.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"public-service-por',
        "[]",
        "null",
        '{"public-service-portal": "9"}',
        '{"format": 2}',
        '{"format": 2, "epochs": ["public-service-portal"]}',
        '{"format": 2, "epochs": {"public-service-portal": "9"}}',
        "\0" * 40,
    ],
)
@pytest.mark.parametrize("request_", [ANNOUNCE, WITHDRAW, LOOK])
def test_with_a_torn_record_every_epoch_may_be_too_old(
    tmp_path: Path, text: str, request_: GuardRequest
) -> None:
    (tmp_path / "epochs.json").write_text(text)
    guard = _guard(tmp_path)

    verdict, _ = guard.answer(request_.text())

    assert verdict is GuardVerdict.DAMAGED
    assert guard.addresses.present() == frozenset()
    assert (tmp_path / "epochs.json").read_text() == text


def test_what_is_no_request_is_answered_all_the_same(tmp_path: Path) -> None:
    verdict, answer = _guard(tmp_path).answer("id; reboot")

    assert verdict is GuardVerdict.MALFORMED
    assert answer.refused
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


def test_of_many_callers_the_highest_epoch_stays(tmp_path: Path) -> None:
    epochs = [3, 9, 1, 7, 9, 2, 8, 5, 4, 6]

    def call(epoch: int) -> GuardVerdict:
        return _guard(tmp_path).answer(replace(ANNOUNCE, epoch=epoch).text())[0]

    with ThreadPoolExecutor(5) as pool:
        verdicts = list(pool.map(call, epochs))

    assert json.loads((tmp_path / "epochs.json").read_text())["epochs"] == {PORTAL: 9}
    assert [v for v, epoch in zip(verdicts, epochs, strict=True) if epoch == 9] == [
        GuardVerdict.OBEYED,
        GuardVerdict.OBEYED,
    ]


def test_a_successor_waits_until_the_act_before_it_is_done(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(MemoryAddresses):
        @override
        def add(self, address: IPv4Address) -> None:
            begun.set()
            assert go_on.wait(10)
            super().add(address)

    addresses = Slow()
    with ThreadPoolExecutor(2) as pool:
        old = pool.submit(_guard(tmp_path, addresses).answer, ANNOUNCE.text())
        assert begun.wait(10)
        new = pool.submit(_guard(tmp_path, addresses).answer, replace(WITHDRAW, epoch=6).text())
        go_on.set()

        assert (old.result()[0], new.result()[0]) == (GuardVerdict.OBEYED, GuardVerdict.OBEYED)
    assert addresses.present() == frozenset()


def test_a_host_that_does_not_know_what_it_serves_serves_nothing(tmp_path: Path) -> None:
    for text in ("", "{}", '{"services": []}', '{"services": {"portal": "everywhere"}}'):
        (tmp_path / "host.json").write_text(text)
        with pytest.raises(Rejected, match="may serve"):
            serving_in(tmp_path / "host.json")


def test_the_forced_command_loads_nothing_that_a_host_lacks() -> None:
    code = "import sys, dr.onhost.epoch_main; print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"paramiko", "netmiko", "pydantic", "pulumi", "yaml"} & set(loaded)


def test_a_look_tells_the_clock_by_which_a_request_is_late(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(ANNOUNCE.text())
    _, greeted = guard.answer(LOOK.text())
    assert greeted.clock is not None

    in_time = replace(WITHDRAW, until=greeted.clock + timedelta(minutes=1))
    late = replace(ANNOUNCE, until=greeted.clock - timedelta(milliseconds=1))

    assert guard.answer(in_time.text())[0] is GuardVerdict.OBEYED
    assert guard.answer(late.text())[0] is GuardVerdict.REFUSED
    assert guard.addresses.present() == frozenset()


def test_the_wait_for_its_turn_counts(tmp_path: Path) -> None:
    clock = Timeline()

    class Busy(EpochRecord):
        @override
        @contextmanager
        def turn(self) -> Iterator[None]:
            with super().turn():
                clock.sleep(timedelta(seconds=8))  # another process had the lock
                yield

    guard = Guard({PORTAL: str(ADDRESS)}, Busy(tmp_path, clock), MemoryAddresses())
    until = clock.elapsed() + timedelta(seconds=5)

    verdict, answer = guard.answer(replace(WITHDRAW, until=until).text())

    assert verdict is GuardVerdict.REFUSED
    assert answer.refused == "it comes 3.0 s after whoever asked for it gave it up"


def test_what_is_obeyed_and_refused_is_in_the_audit_log_and_a_look_is_not(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    for act, epoch in ((Act.ANNOUNCE, 3), (Act.LOOK, 0), (Act.WITHDRAW, 2)):
        guard.answer(replace(ANNOUNCE, act=act, epoch=epoch).text())
    guard.answer("id; reboot")

    reading = guard.record.audit.read()

    assert reading.broken is None
    assert [(line.fields["verdict"], line.fields.get("act")) for line in reading.lines] == [
        ("obeyed", "announce-service"),
        ("refused", "withdraw-service"),
        ("malformed", None),
    ]
    assert reading.lines[1].fields["refused"] == "epoch 2 is over: epoch 3 was seen"
    assert {"workload", "epoch", "run", "step", "at"} <= reading.lines[0].fields.keys()


def test_what_cannot_be_written_down_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("no folder", "utf-8")
    guard = _guard(tmp_path)

    verdict, answer = guard.answer(ANNOUNCE.text())

    assert verdict is GuardVerdict.FAILED
    assert "could not be made" in answer.refused
    assert guard.addresses.present() == frozenset()
    assert guard.record.read() == {}


def test_a_host_that_is_ill_withdraws_under_the_present_epoch_alone(tmp_path: Path) -> None:
    guard = _guard(tmp_path)
    guard.answer(ANNOUNCE.text())

    why = [guard.stand_down(PORTAL, epoch) for epoch in (4, 6)]
    still = guard.addresses.present()
    done = guard.stand_down(PORTAL, 5)

    assert why == [f"epoch {one} is not the present one: epoch 5 was seen" for one in (4, 6)]
    assert still == {ADDRESS}
    assert done == ""
    assert guard.addresses.present() == set()
