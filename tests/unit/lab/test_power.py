"""The lives of hosts: what is on record of them, and that none is ended for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typing_extensions import override

from access.secrets import Secrets
from core.errors import Rejected, Unreachable
from core.system_clock import SystemClock
from lab import lab as lab_module
from lab.ground import Ground
from lab.lab import Lab
from lab.names import Names
from lab.power import HostPower, name_lives, note_power_on
from lab.state import HostRecord, State
from stacks.resources import identity
from tests.stubs.power import port_files
from tests.unit.lab.specs import HOST

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class _Noon(SystemClock):
    """A clock that stands still for whoever asks what time it is."""

    @override
    def now(self) -> datetime:
        return NOON


def _ground(folder: Path) -> Ground:
    return Ground(
        environment="test",
        names=Names(254),
        folder=folder / "lab",
        secrets=folder / "secrets",
        images=folder / "images",
        sockets=folder / "test",
        log=folder / "log",
        clock=_Noon(),
    )


def _recorded(folder: Path, **of_host: object) -> Lab:
    """Return a lab with a host on record that is not there."""
    ground = _ground(folder)
    ground.folder.mkdir()
    record = replace(HostRecord(HOST), **of_host)  # type: ignore[arg-type]  # fields of the record
    State(ground.state).record(record)
    return Lab(ground)


def test_each_power_on_has_a_moment_of_its_own_whatever_the_clock_shows(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    state.record(HostRecord(HOST))
    moments = []
    for _ in range(3):
        note_power_on(state, HOST.name, _Noon())
        moments.append(state.records.hosts[HOST.name].power_on_at)

    assert moments == [NOON + timedelta(microseconds=n) for n in range(3)]
    assert State(tmp_path / "state.json").records == state.records


def test_a_life_that_an_older_daemon_did_not_record_is_named_once(tmp_path: Path) -> None:
    state = State(tmp_path / "state.json")
    state.record(HostRecord(HOST))

    name_lives(state, _Noon())
    name_lives(state, _Noon())

    assert state.records.hosts[HOST.name].power_on_at == NOON


def test_a_host_without_processes_has_no_power_and_keeps_the_name_of_its_life(
    tmp_path: Path,
) -> None:
    lab = _recorded(tmp_path, power_on_at=NOON)

    assert lab.power(HOST.name) == HostPower(on=False, since=NOON)


def test_a_host_that_is_otherwise_than_it_was_seen_is_left_alone(tmp_path: Path) -> None:
    lab = _recorded(tmp_path, power_on_at=NOON)
    seen = HostPower(on=False, since=NOON)
    others = (replace(seen, on=True), replace(seen, since=NOON + timedelta(seconds=1)))

    for other in others:
        with pytest.raises(Rejected, match="not as it was seen"):
            lab.fence(HOST.name, other)

    assert State(_ground(tmp_path).state).records.hosts[HOST.name].powered


def test_who_others_work_on_is_not_switched_off_a_long_time_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_module, "_TURN", timedelta(milliseconds=100))
    lab = _recorded(tmp_path, power_on_at=NOON)

    with (
        lab._alone(identity("host", HOST.name)),
        pytest.raises(Unreachable, match="was not switched off"),
    ):
        lab.fence(HOST.name, HostPower(on=False, since=NOON))


def test_nobody_has_a_host_that_is_on_no_record(tmp_path: Path) -> None:
    lab = _recorded(tmp_path)

    with pytest.raises(Rejected, match="there is no host called x"):
        lab.power("x")


def test_the_port_shows_what_was_issued_for_it(tmp_path: Path) -> None:
    ground = _ground(tmp_path)

    assert ground.power_port == port_files(Secrets(ground.secrets))
