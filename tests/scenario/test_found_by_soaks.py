"""What soaks found: each breaks again where what mended it is taken away.

Some were errors of the simulated world, and some of who judges: those say what is within promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from core.runs.plan import StepId
from dr import conditions, losses, planner
from dr.actions import Action, AnnounceService
from dr.announcing import Conduct
from dr.edges import HostEdge
from dr.fencing import Fencing
from dr.leave import Leave, Permit
from dr.placement import Placement
from dr.plan import Phase, RecoveryStep
from dr.questions import Question
from dr.simulation import agents
from dr.simulation.faults import Trouble
from dr.simulation.log import ROW_BYTES
from dr.simulation.words import SimulatedWords
from dr.watching import Hearing
from inventory.names import HostName, SiteName
from tests.rehearsals import RUN, rehearsal
from tests.soak.checkers import acts
from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import judged
from tests.soak.story import story

PORTAL = "public-service-portal"
APP = HostName("ndc01-app")
LEADER, STANDBY, FAR = HostName("ndc01-data"), HostName("ndc02-data"), HostName("ndc03-data")
COAST = "north-central-and-central-coast"
SECOND = timedelta(seconds=1)
JUDGE_STANDS_STILL = (
    Planned(16.43, FaultKind.HOST_FROZEN, "ndc01-edge1", 19.6),
    Planned(38.68, Ask.CARRIED, "switchover public-service-portal", 0.0, "", 62),
    Planned(49.94, FaultKind.HOST_OFF, "ndc01-edge1", 39.59),
    Planned(80.84, FaultKind.SITE_CUT, "ndc02", 53.37),
    Planned(98.65, FaultKind.HOST_OFF, "ndc01-app", 14.48),
    Planned(116.75, FaultKind.POWER_OUT, "south-east", 10.47),
    Planned(136.07, FaultKind.HOST_FROZEN, "witness-control", 7.69),
)
"""whoever judges stands still between reading and judging, and the dead answer meanwhile"""


LEFT_OVER = (
    Planned(5.0, FaultKind.SITE_CUT, "ndc02", 60.0),
    Planned(5.0, FaultKind.PORT_CUT, "ndc02-app", 100.0),
    Planned(20.0, Ask.CARRIED, "failover payments"),
    Planned(58.0, FaultKind.HOST_OFF, "ndc01-app", 60.0),
)
"""a site that was given up is back, and still announces; who took its place has died meanwhile"""
GIVEN_UP_MEANWHILE = (
    Planned(5.0, FaultKind.SLOW_PROMOTION, "general-db", 20.0, "", 100),
    Planned(10.0, Ask.CARRIED, "switchover public-service-portal"),
    Planned(90.0, FaultKind.HOST_OFF, "ndc02-app", 33.0),
    Planned(100.0, Ask.CARRIED, "failover payments"),
    Planned(124.0, Ask.CARRIED, "failover payments"),
)
"""while a run is held, another gives up the host that the first has yet to announce at"""
TWO_HEIRS = (
    Planned(8.0, FaultKind.POWER_OUT, "red-river-delta", 60.0),
    Planned(14.0, Ask.CARRIED, "region-loss payments"),
    Planned(15.0, Ask.CARRIED, "region-loss public-service-portal"),
    Planned(120.0, FaultKind.POWER_OUT, "ndc02", 23.69, during=Phase.DRAIN, of="failover"),
    Planned(120.0, FaultKind.POWER_OUT, COAST, 9.04, during=Phase.DRAIN, of="failover"),
    Planned(130.52, FaultKind.MESSAGE, "claim-workload", 23.68, Trouble.LATE, 3),
    Planned(138.39, FaultKind.POWER_OUT, "ndc02", 33.29),
    Planned(145.14, FaultKind.SITE_CUT, "ndc03", 45.72),
    Planned(146.58, Ask.CARRIED, "failover payments", 0.07, number=73),
    Planned(147.04, Ask.STOPPED, "failover public-service-portal", number=108),
)
"""who led alone is lost; two copies lack more and less, and two services go to their sites"""


def _judges_however_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Hearing, "is_current", lambda _self, _now: True)


def _goes_unanswered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(agents, "relied_on", lambda company: company.own)
    patch.setattr(
        agents, "move", lambda company: Conduct.STAND_DOWN if company.own else Conduct.TELL
    )
    patch.setattr(SimulatedWords, "stand_down", lambda _self, _own, _other: True)


def _announces_anywhere(patch: pytest.MonkeyPatch) -> None:
    asked = conditions.before

    def before(action: Action) -> tuple[Question, ...]:
        return () if isinstance(action, AnnounceService) else asked(action)

    patch.setattr(conditions, "before", before)


def _leads_for_who_was_asked_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planner, "_led_by_one", iter)
    patch.setattr(losses, "how_far", lambda _facts, _host: (0, 0))


@pytest.mark.parametrize(
    ("mend_not", "seed", "events", "broken"),
    [
        (_goes_unanswered, 0, LEFT_OVER, "I7 the last serving site is taken away"),
        (_announces_anywhere, 25, GIVEN_UP_MEANWHILE, "I14 what is kept out announces"),
        (_judges_however_late, 1716, JUDGE_STANDS_STILL, "I5 dead on one word"),
        (_leads_for_who_was_asked_first, 4311, TWO_HEIRS, "I4 a loss that nobody named"),
    ],
)
def test_what_a_soak_found_is_mended_and_found_again_without_that(
    mend_not: Callable[[pytest.MonkeyPatch], None],
    seed: int,
    events: tuple[Planned, ...],
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = judged(seed, events).violations

    mend_not(monkeypatch)

    assert well == ()
    assert [one for one in judged(seed, events).violations if one.startswith(broken)]


def test_what_was_left_over_is_withdrawn_once_its_place_serves_again() -> None:
    told = list(story(judged(0, LEFT_OVER).played.history))

    back = next(at for at, line in enumerate(told) if "ndc01-app has power again" in line)
    gone = next(at for at, line in enumerate(told) if "ndc02-app withdraws payments" in line)

    assert back < gone


def test_who_leads_without_a_quorum_is_confirmed_by_nobody_until_there_is_one() -> None:
    made = rehearsal()
    plant, quorum, database = made.world.truth.plant, made.world.truth.quorum, made.truth.database
    database.give_leave(FAR, Permit(Leave.WIDEN, 1, RUN))
    made.world.sleep(10 * SECOND)

    database.switch(LEADER, STANDBY)
    made.world.sleep(SECOND)
    with plant.changing():
        quorum.stopped = True
    made.world.sleep(3 * SECOND)
    without = (database.leads(STANDBY), database.acknowledges)
    with plant.changing():
        quorum.stopped = False
    made.world.sleep(15 * SECOND)

    assert without == (True, False)
    assert database.acknowledges
    assert made.citizens.lost == []


def test_a_copy_that_replays_nothing_shows_no_row_that_it_never_received() -> None:
    made = rehearsal()
    database = made.truth.database
    database.unsent[FAR] = 3
    database.still[FAR] = len(database.log) - 1

    came = database.progress_of(FAR)

    assert came.replayed == came.received == (len(database.log) - 3) * ROW_BYTES


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
ANSWERED_AND_DIED = (
    Planned(8, FaultKind.POWER_OUT, "red-river-delta", 60),
    Planned(14.0, Ask.CARRIED, "region-loss payments"),
    Planned(120.0, FaultKind.NO_SPACE, "everywhere", 7.41, during=Phase.DECLARE, of="switchover"),
    Planned(123.22, Ask.STOPPED, "switchover public-service-portal", 0.0, "beside", 50),
    Planned(125.6, Ask.STOPPED, "switchover public-service-portal", 40.0, "", 33),
    Planned(171.69, Ask.CARRIED, "switchover public-service-portal", 0.0, "beside", 72),
    Planned(250.42, FaultKind.HOST_FROZEN, "ndc02-app", 25.63),
    Planned(274.88, Ask.CARRIED, "switchover payments", 0.0, "", 7),
    Planned(275.57, FaultKind.MESSAGE, "claim-workload", 17.84, Trouble.SLOW, 2),
    Planned(288.21, FaultKind.POWER_OUT, "ndc03", 8.14),
)
"""who answered that it serves loses its power 40 ms before the other withdraws"""
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


def test_who_answered_and_died_in_that_moment_was_the_last_by_nothing_that_could_be_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = judged(6769, ANSWERED_AND_DIED).violations

    monkeypatch.setattr(acts, "ANSWERED_SECONDS", 0.0)
    strictly = judged(6769, ANSWERED_AND_DIED).violations

    assert well == ()
    assert {one.split(":")[0] for one in strictly} == {"I7 the last serving site is taken away"}


def test_citizens_may_come_to_who_is_given_up_for_what_had_moved_before_and_nobody_serves() -> None:
    played = judged(4706, MOVED_BEFORE_IT_WAS_GIVEN_UP)
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
