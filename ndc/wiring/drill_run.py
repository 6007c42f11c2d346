"""The run that answers a drill: begun and followed as a command would, and ended afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from access.secrets import Secrets
from core.clock import Clock, wait_until
from core.errors import PlanOutdated, PlanRefused
from core.runs.journal import Request, RunVerdict, Wish
from core.runs.machine import StepState
from core.runs.plan import RunName, StepId
from core.runs.run import fold
from core.text import Say
from dr.drills.cadence import practised
from dr.live.asking import Identity
from dr.live.doors import Live
from dr.live.giving_up import GivingUp
from dr.live.launch import Runner
from dr.live.run_folder import RunFolder
from dr.live.signing import Signing
from dr.planning.plan import RecoveryPlan, RecoveryRun
from dr.reporting.run_text import record_text
from inventory.network import Network

_APPROVAL: Final = timedelta(minutes=10)
"""as long as a plan may be begun: who has not said yes by then says no"""
_ENDS: Final = timedelta(minutes=5)
"""in which whoever carries a run ends it, or comes as far as it can"""
_EVERY: Final = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class DrillRun:
    """Runs of ``network`` below ``root``, asked for by ``identity``."""

    network: Network
    root: Path
    secrets: Secrets
    identity: Identity
    clock: Clock
    say: Say

    def carry(self, plan: RecoveryPlan) -> tuple[str, str]:
        """Begin ``plan`` and carry it; returns and raises as ``dr.drills.scene.Scene``."""
        folder = RunFolder.create(self.root, plan)
        self._ask(folder, Wish.START)
        exit_code = self._carried(folder)
        run = self._run(folder)
        if run is None and exit_code == PlanOutdated.exit_code:
            raise PlanOutdated(f"plan {folder.run} was not begun", actual=folder.last_words())
        if run is not None and run.steps_in(StepState.AWAITING_APPROVAL):
            run = self._approved(folder)
        if run is None:
            return "not begun", folder.last_words() or "its runner said nothing"
        if run.closed is RunVerdict.DONE:
            return self.outcome(plan.id) or run.closed, ""
        return run.verdict, "; ".join(run.waits_for()) or run.verdict

    def outcome(self, name: RunName) -> str:
        """Return how the report of the run called ``name`` calls it; empty: there is none here."""
        try:
            folder = RunFolder.opened(self.root, name)
        except PlanRefused:
            return ""
        proof = practised(folder.plan(), folder.report_json())
        return proof.outcome if proof else ""

    def end(self, name: RunName) -> bool:
        """Have the run called ``name`` turn back, or go on if it no longer can.

        Returns whether it is over then. One that somebody carries is waited for. The plan of one
        that nobody began is put aside: whoever was started for it, and comes late, is refused.
        """
        try:
            folder = RunFolder.opened(self.root, name)
        except PlanRefused:
            return True  # it was written down, and the plan was not made; or it is put aside
        if self._is_never_begun(folder):
            return True
        run = self._run(folder)
        if run is not None and not (run.closed or run.past_return):
            self.say(f"run {name} turns back")
            self._ask(folder, Wish.ABORT)
        wait_until(
            self.clock,
            lambda: not folder.is_carried,
            what=f"the end of who carries {name}",
            bound=_ENDS,
            every=_EVERY,
        )
        run = self._run(folder)
        if run is not None and run.closed is None:
            self._carried(folder)
            run = self._run(folder)
        return run is None or run.closed is not None

    def _is_never_begun(self, folder: RunFolder) -> bool:
        """Whether nobody began the run, and nobody will; who is about to is waited for."""
        wait_until(
            self.clock,
            lambda: self._run(folder) is not None or self._is_put_aside(folder),
            what=f"the first record of {folder.run}",
            bound=_ENDS,
            every=_EVERY,
        )
        return self._run(folder) is None

    def _is_put_aside(self, folder: RunFolder) -> bool:
        """Put the plan aside of a run without a record, unless somebody carries it by now."""
        try:
            with folder.carried(self.clock):
                if self._run(folder) is None:
                    folder.put_plan_aside()
                    return True
        except PlanRefused:
            pass  # it is carried: its first record comes, or its carrier goes
        return False

    def give_up(self, live: Live, name: RunName) -> None:
        """Let go of all that the run called ``name`` holds; raises as ``GivingUp.give_up``."""
        giving_up = GivingUp(live, name)
        carrier = giving_up.carrier(self.root, self.secrets)
        if carrier is None:
            giving_up.release()
        else:
            giving_up.give_up(carrier, self._request(carrier.folder, Wish.GIVE_UP))

    def _request(self, folder: RunFolder, wish: Wish) -> Request:
        signing = Signing(self.network, self.secrets, folder)
        return self.identity.asks(signing, wish, self.clock.now(), reason="a drill")

    def _ask(self, folder: RunFolder, wish: Wish) -> None:
        request = self._request(folder, wish)
        if wish is Wish.START:
            folder.keep_start(request)
        else:
            folder.inbox().post(request)

    def _carried(self, folder: RunFolder) -> int:
        plan, journal = folder.plan(), folder.journal(self.clock)
        return Runner(self.network.environment, folder, self.clock).carry(
            lambda record: self.say(record_text(plan, record, began=journal.records()[0]))
        )

    def _approved(self, folder: RunFolder) -> RecoveryRun | None:
        """Return the run once somebody opened its gates, and carried it on or not."""
        announced: set[StepId] = set()

        def opened() -> bool:
            now = self._run(folder)
            waits = [step.id for step in now.steps_in(StepState.AWAITING_APPROVAL)] if now else []
            for step in waits:
                if step not in announced:  # a store's gate comes after that of a service
                    announced.add(step)
                    words = f"ndc dr approve {folder.run} {step} --as NAME"
                    self.say(f"a second person has to say yes: {words}")
            return not (waits or folder.is_carried)

        wait_until(self.clock, opened, what="the approval", bound=_APPROVAL, every=_EVERY)
        return self._run(folder)

    def _run(self, folder: RunFolder) -> RecoveryRun | None:
        return fold(folder.journal(self.clock).records())
