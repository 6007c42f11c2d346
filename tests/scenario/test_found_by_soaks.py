"""What soaks found: each breaks again where what mended it is taken away.

Some were errors of the simulated world, and some of who judges: those say what is within promises.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

import pytest

from dr import conditions
from dr.actions import Action, AnnounceService
from dr.hosts.announcing import Conduct
from dr.hosts.leave import Leave, Permit
from dr.planning import losses, planner
from dr.planning.plan import Phase
from dr.questions import Question
from dr.simulation import agents
from dr.simulation.faults import Trouble
from dr.simulation.log import ROW_BYTES
from dr.simulation.stores import SimulatedStore
from dr.simulation.words import SimulatedWords
from dr.watch import judging, watching
from dr.watch.lookout import SightWord
from dr.watch.watching import Hearing, Suspect
from inventory.names import HostName
from inventory.network import Network
from storage.points import RecoveryPoint
from tests.rehearsals import RUN, rehearsal
from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import judged
from tests.soak.story import story

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
MOST_ARE_GONE = (
    Planned(20.0, FaultKind.HOST_OFF, "ndc03-edge2", 21.0),
    Planned(41.74, FaultKind.POWER_OUT, "red-river-delta", 37.0),
    Planned(43.2, FaultKind.HOST_FROZEN, "ndc03-edge2", 20.0),
)
"""a host is back and seen by the two observers that are left, who miss more than half of all hosts;
the last words of those that are gone miss it still"""
HOME_BEFORE_A_WRITE = (
    Planned(8.0, FaultKind.POWER_OUT, "red-river-delta", 30.0),
    Planned(14.0, Ask.CARRIED, "region-loss payments"),
    Planned(0.0, FaultKind.HOST_FROZEN, "ndc03-data", 90.0, during="close", of="region-loss"),
)
"""who began a store elsewhere stands still before the first write; the one that was given up is
back meanwhile, ends with what nobody else has, and the store comes home. The judge erred: it took
whom nobody had written to yet for nobody, and wanted the store to begin from what was given up"""


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


def _keeps_nobody_alive_when_most_are_gone(patch: pytest.MonkeyPatch) -> None:
    found = watching.suspects

    def suspects(
        network: Network,
        words: Mapping[HostName, SightWord],
        reports: Mapping[HostName, str],
        powerless: Collection[HostName],
    ) -> tuple[Suspect, ...]:
        cut_off = watching.blind(network, words)
        counted = {one: word for one, word in words.items() if one not in cut_off}
        return found(network, counted, reports, powerless)

    patch.setattr(judging, "suspects", suspects)


def _goes_on_from_what_was_given_up(patch: pytest.MonkeyPatch) -> None:
    def ended(store: SimulatedStore, host: HostName) -> dict[HostName, RecoveryPoint]:
        return {one: point for one, point in store.finals.items() if one == host}

    patch.setattr(SimulatedStore, "_ended", ended)


@pytest.mark.parametrize(
    ("mend_not", "seed", "events", "broken"),
    [
        (_goes_unanswered, 0, LEFT_OVER, "I7 the last serving site is taken away"),
        (_announces_anywhere, 25, GIVEN_UP_MEANWHILE, "I14 what is kept out announces"),
        (_judges_however_late, 1716, JUDGE_STANDS_STILL, "I5 dead on one word"),
        (_leads_for_who_was_asked_first, 8, TWO_HEIRS, "I4 a loss that nobody named"),
        (_keeps_nobody_alive_when_most_are_gone, 9, MOST_ARE_GONE, "I5 dead on one word"),
        (_goes_on_from_what_was_given_up, 18, HOME_BEFORE_A_WRITE, "I17 a store begins from"),
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
