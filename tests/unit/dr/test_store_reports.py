"""What a run that moved stores says that it came to."""

from __future__ import annotations

from pathlib import Path

from core.runs.journal import Where
from dr.planning.plan import RecoveryPlan, RecoveryRecord, codec
from dr.planning.planner import Occasion
from dr.planning.store_planner import plan_of_stores
from dr.reporting.ending import Ending, Outcome
from dr.reporting.report import Noticed, report
from dr.reporting.report_json import report_json
from dr.reporting.report_text import report_text
from dr.simulation.journal import MemoryJournal
from inventory.names import OperatorName
from tests.conftest import Golden
from tests.failovers import RUN, START
from tests.store_losses import URGENT, StoreLoss, store_loss

GOLDEN = Path(__file__).resolve().parents[2] / "golden/reports"


def _records(made: StoreLoss, plan: RecoveryPlan) -> list[RecoveryRecord]:
    journal = MemoryJournal(codec(), made.world)
    made.rehearsal(plan).engine(journal).start(plan, Where.MEMORY, START)
    return list(journal.records())


def test_it_says_from_which_point_a_store_went_on_and_what_stayed_lost(golden: Golden) -> None:
    made = store_loss("ndc01", after=70)
    plan = made.plan()
    services = [made.network.service(moved.service) for moved in plan.basis.moves]
    ending = Ending(at_target=True, protected=False)

    came_to = report(_records(made, plan), [Noticed(one, None, ending) for one in services])

    golden(GOLDEN / "stores.txt", report_text(came_to) + "\n")
    assert [course.begun for course in came_to.stores] == [True]
    assert [left.store for left in came_to.left] == [URGENT]


def test_a_run_of_stores_alone_is_done_and_not_measured() -> None:
    made = store_loss("ndc01")
    occasion = Occasion(RUN, made.world.now(), OperatorName("an"))
    plan = plan_of_stores(made.network, made.stores(), occasion, "ndc01")

    came_to = report(_records(made, plan), [])

    assert came_to.outcome is Outcome.UNMEASURED
    assert '"point_made_at"' in report_json(came_to)
