"""What is wrong names its cause, so that nobody waits for what a person has to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inventory.names import HostName
from monitors.health.concerns import Condition, concerns, is_settled
from monitors.look.readings import PowerReading
from stacks.substrates.port import Power
from tests.networks import network
from tests.snapshots import all_well, taken

WATCHER = HostName("ndc01-app")


@pytest.mark.parametrize("power", [Power.OFF, Power.FROZEN])
def test_an_observer_without_power_explains_what_nobody_saw(power: Power) -> None:
    of = network("compact")
    well = all_well(of)
    seen = taken(
        of,
        replace(
            well,
            power={**well.power, WATCHER: PowerReading(power, None)},
            samples={host: told for host, told in well.samples.items() if host != WATCHER},
        ),
    )

    unseen = [c for c in concerns(seen) if c.condition is Condition.UNSEEN]

    assert {c.subject for c in unseen} == {"ndc01-edge1", "ndc01-edge2"}
    assert {c.because for c in unseen} == {WATCHER}
    assert is_settled(seen)


def test_an_observer_that_is_silent_for_no_known_reason_is_waited_for() -> None:
    of = network("compact")
    well = all_well(of)
    silent = {host: told for host, told in well.samples.items() if host != WATCHER}

    seen = taken(of, replace(well, samples=silent))

    assert {c.because for c in concerns(seen)} == {None}
    assert not is_settled(seen)
