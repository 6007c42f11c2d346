"""What each word of a substrate makes of a host or a link."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitors.health.concern import Concern, Condition
from monitors.health.concerns import concerns
from monitors.look.readings import PowerReading
from stacks.substrates.port import LinkState, Power
from tests.networks import network
from tests.snapshots import all_well, taken

OF = network("tiny")
WELL = all_well(OF)
HOST, LINK = OF.hosts[0].name, OF.links[0]


@pytest.mark.parametrize(
    ("power", "sentence"),
    [
        (Power.RUNNING, None),
        (Power.FROZEN, "is frozen"),
        (Power.OFF, "is off"),
        (Power.HALF_MADE, "is half-made"),
        (Power.ADRIFT, f"is adrift: its supervisor is gone; next: ndc lab start {HOST}"),
    ],
)
def test_a_host_that_does_not_run_explains_what_follows(power: Power, sentence: str | None) -> None:
    snapshot = taken(OF, replace(WELL, power={**WELL.power, HOST: PowerReading(power, None)}))

    found = [concern for concern in concerns(snapshot) if concern.subject == HOST]

    expected = [] if sentence is None else [Concern(HOST, Condition.CRITICAL, sentence, HOST)]
    assert found == expected
    assert snapshot.powerless() == (frozenset() if sentence is None else {HOST})


@pytest.mark.parametrize(
    ("state", "condition", "explains"),
    [
        (LinkState.UP, None, False),
        (LinkState.SLOW, Condition.WARNING, False),
        (LinkState.LOSSY, Condition.WARNING, False),
        (LinkState.SILENT, Condition.CRITICAL, True),
        (LinkState.CUT, Condition.CRITICAL, True),
        (LinkState.DOWN, Condition.CRITICAL, True),
    ],
)
def test_a_link_explains_lost_sessions_if_it_carries_nothing(
    state: LinkState, condition: Condition | None, *, explains: bool
) -> None:
    well = taken(OF, replace(WELL, links={**WELL.links, LINK.name: state}))
    sessions = tuple(replace(s, up=s.link != LINK.name) for s in well.sessions)
    snapshot = replace(well, sessions=sessions)

    found = concerns(snapshot)

    of_sessions = {concern.because for concern in found if concern.subject == LINK.a.host}
    assert [c.condition for c in found if c.subject == LINK.name] == [condition] * (
        condition is not None
    )
    assert of_sessions == {LINK.name if explains else None}
