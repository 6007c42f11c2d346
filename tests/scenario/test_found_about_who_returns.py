"""What soaks found about who returns: it breaks again without its mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.runs.plan import StepId
from dr.hosts.edges import HostEdge
from dr.placement import Placement
from dr.planning.fencing import Fencing
from dr.planning.plan import Phase, RecoveryStep
from dr.simulation import agents
from dr.simulation.faults import Trouble
from inventory.names import HostName, SiteName
from tests.rehearsals import RUN, rehearsal
from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import judged

PORTAL = "public-service-portal"
APP = HostName("ndc01-app")
SECOND = timedelta(seconds=1)


BACK_BEFORE_IT_IS_KEPT_OUT = (
    Planned(3, FaultKind.NO_SPACE, "everywhere", 6.77, during=Phase.READY, of="failover"),
    Planned(3, FaultKind.NO_SPACE, "everywhere", 7.65, during=Phase.DRAIN, of="failover"),
    Planned(3, FaultKind.NO_SPACE, "everywhere", 9.85, during=Phase.POSITIONS, of="failover"),
    Planned(29.72, FaultKind.SITE_CUT, "ndc02", 8.5),
    Planned(54.94, FaultKind.POWER_OUT, "ndc02", 26.84),
    Planned(63.85, FaultKind.HOST_OFF, "ndc01-data", 82.05),
    Planned(273.0, FaultKind.POWER_OUT, "ndc01", 20.58),
    Planned(277.89, Ask.CARRIED, "failover payments", 5.0, "", 4),
    Planned(285.06, FaultKind.HOST_OFF, "ndc03-edge1", 76.12),
    Planned(363.85, FaultKind.POWER_OUT, "north-central-and-central-coast", 17.67),
)
"""what was seen without power has it again, and announces, before it could be written down"""
MOVED_BEFORE_IT_WAS_GIVEN_UP = (
    Planned(8, FaultKind.POWER_OUT, "red-river-delta", 60),
    Planned(14.0, Ask.CARRIED, "region-loss payments"),
    Planned(15.0, Ask.CARRIED, "region-loss public-service-portal"),
    Planned(126.99, FaultKind.MESSAGE, "cut-power", 14.74, Trouble.REFUSED, 1),
    Planned(128.85, FaultKind.MESSAGE, "cut-power", 21.7, Trouble.LOST, 1),
    Planned(168.83, Ask.CARRIED, "switchover public-service-portal", 40.0, "beside", 43),
    Planned(183.97, Ask.CARRIED, "switchover payments", 40.0, "beside", 81),
    Planned(194.17, Ask.KILLED, "failover payments", 5.0, "", 32),
    Planned(201.83, FaultKind.SITE_CUT, "ndc01", 57.75),
    Planned(219.67, FaultKind.HOST_OFF, "ndc02-node", 45.18),
    Planned(261.52, FaultKind.HOST_FROZEN, "ndc03-node", 23.15),
)
"""a site is given up for its store; its service had moved before, and who took it stands still"""


def _fences_at_once(patch: pytest.MonkeyPatch) -> None:
    wait = Fencing.steps

    def steps(self: Fencing, _after: StepId, epoch: int, prefix: str) -> Iterator[RecoveryStep]:
        return wait(self, StepId(f"{prefix}declare"), epoch, prefix)

    patch.setattr(Fencing, "steps", steps)


def test_what_is_fenced_was_written_down_before_so_it_announces_nothing_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = judged(4252, BACK_BEFORE_IT_IS_KEPT_OUT).violations

    _fences_at_once(monkeypatch)
    broken = judged(4252, BACK_BEFORE_IT_IS_KEPT_OUT).violations

    assert well == ()
    assert {one.split(":")[0] for one in broken} == {"I15 citizens come to what was given up"}


def test_citizens_may_come_to_who_is_given_up_for_what_had_moved_before_and_nobody_serves() -> None:
    played = judged(26, MOVED_BEFORE_IT_WAS_GIVEN_UP)
    told = played.played.history

    moved = max(one.at for one in told if one[1:4] == ("placed", PORTAL, "ndc03"))
    out = max(one.at for one in told if one[1:3] == ("excluded", "ndc01-node"))
    came = max(one.at for one in told if one[1:4] == ("comes-to", PORTAL, "ndc01-node"))

    assert moved < out < came
    assert played.violations == ()


def test_who_asked_whether_another_serves_looks_again_half_a_second_later_as_on_a_host() -> None:
    made = rehearsal()
    agents.Agents(made.world, made.truth.service.name, [APP])
    made.truth.placements.append(Placement(SiteName("ndc02"), 2, RUN))
    while not made.world.edges[HostEdge.WITHDRAW]:
        made.world.sleep(SECOND / 10)

    made.world.sleep(4 * SECOND)

    assert made.world.edges[HostEdge.WITHDRAW] > 4
    assert APP in made.truth.announcing
