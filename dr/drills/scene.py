"""What a drill is held in: a network that runs, seen for one service, and who breaks it.

A port: the running network and the simulated one keep its promise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from core.measure import ClockPair, Measure, ProbeTime
from core.runs.plan import RunName
from dr.drills.alarms import PageRecord, PagesNow
from dr.drills.exercise import Exercise
from dr.drills.record import DrillRecord
from dr.drills.store_recovery import KeptApart
from dr.facts import Facts, StoreFacts
from dr.planning.plan import RecoveryPlan
from dr.tracing import StoreTrail, TracingMark
from inventory.names import HostName, LinkName, ServiceName, StoreName
from inventory.network import Network


class Scene(Protocol):
    """A network in which one service is taken what it stands on."""

    @property
    def service(self) -> ServiceName:
        """The service whose ground is taken."""

    @property
    def network(self) -> Network:
        """The network that runs."""

    def concerns(self, torn: Collection[StoreName] = ()) -> Sequence[str]:
        """Return what is not as it should be now, but the drill itself; empty: all is green.

        What hosts keep apart of the stores ``torn`` is the drill itself too: people remove it.
        """

    def pages(self) -> PagesNow:
        """Return which alarms call a person now; of what nobody hears, why.

        In a network that nobody watches none does.
        """

    def paged(self, lately: timedelta) -> PageRecord | None:
        """Return which alarms called a person ``lately``, by the clocks of those who judge.

        None: nobody watches this network.
        """

    def facts(self) -> Facts:
        """Return what is seen of the service now."""

    def protected(self) -> bool | None:
        """Tell whether a commit waits for a standby; None: not seen."""

    def mark(self) -> ClockPair | None:
        """Return the present moment by the probe's clock and ours; None: the probe is silent."""

    def measure(self, since: ProbeTime, until: ProbeTime) -> Measure | None:
        """Return what the writes in between came to, each read back now; None: nobody can say."""

    def unserved(self) -> timedelta | None:
        """Return for how long citizens' last acknowledged write is past; None: not seen."""

    def dead(self, hosts: Collection[HostName]) -> str:
        """Return who calls all of ``hosts`` dead; empty: nobody, or not all of them."""

    def is_cared_for(self) -> bool:
        """Whether a controller says that it moves the service itself, and nothing keeps it."""

    def claimed(self) -> RunName | None:
        """Return the run that may move the service now; None: there is none.

        Raises:
            NotSeen: no quorum answers.
        """

    def take(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        """Take the power of ``hosts`` and the carrier of ``links``.

        Raises:
            Rejected, Unreachable: not all of it was taken, or nobody knows.
        """

    def give_back(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        """Give back what was taken of it, and return when the hosts answer; may come twice.

        Raises:
            Rejected, Unreachable: not all of it was given back, or nobody knows.
        """

    def plan(self, what: Exercise, accepted_loss: str) -> RecoveryPlan:
        """Return what answers ``what``, as a person would plan it now; it unwinds if it fails.

        Raises:
            PlanRefused: a rule objects: it is not lost yet, or nothing has to be moved.
            NotSeen: what it would be decided on cannot be seen now.
        """

    def carry(self, plan: RecoveryPlan) -> tuple[str, str]:
        """Begin ``plan`` and carry it as far as it goes; return what it came to, in words.

        And why that is no answer: empty, if the plan was carried to its end. Who has to say yes to
        a step is waited for, and told so.

        Raises:
            PlanOutdated: the world was another by then; nothing was touched.
        """

    def end_run(self, record: DrillRecord) -> bool:
        """Have the run of the drill turn back, or go on if it no longer can; return if it is over.

        One that was never begun is over.
        """

    def give_up(self, record: DrillRecord) -> None:
        """Let go of all that the run of the drill holds, and close it; what it did stays.

        Raises:
            NdcError: it is not so, or nobody knows.
        """

    def admit(self, hosts: Collection[HostName]) -> None:
        """Let those of ``hosts`` take part again that were given up; what only they hold is kept.

        Raises:
            NdcError: it is not so, or nobody knows.
        """

    def remake(self) -> bool:
        """Have one copy that stays apart made anew, what only it holds being kept before.

        Returns whether that was done; False: there is none, or it could not be done yet.
        """

    def outcome(self, run: RunName) -> str:
        """Return how the report of ``run`` calls it; empty: there is no report here."""

    def stores(self) -> Mapping[StoreName, StoreFacts]:
        """Return what is seen of every store now."""

    def apart(self) -> Mapping[StoreName, tuple[KeptApart, ...]] | None:
        """Return who keeps what it alone wrote of a store; None: nobody tells."""

    def begin_tracing(self, record: DrillRecord) -> None:
        """Have tracers of ``record`` written into its stores, from where citizens stand.

        They are written until ``end_tracing``, or until whoever had them written is gone; then
        they are removed by who wrote them. At most as long as any drill lasts.

        Raises:
            Rejected, Unreachable: nobody writes them; or nobody knows.
        """

    def tracing(self, record: DrillRecord) -> TracingMark | None:
        """Return how far the tracing of ``record`` is; None: nobody tells."""

    def end_tracing(self, record: DrillRecord) -> Mapping[StoreName, StoreTrail]:
        """End it, whoever began it: all tracers are read back, and removed; may come twice.

        A store that does not answer is waited for, a while. Returns what became of each store's;
        one of which nobody can say is absent. Whoever did not begin it has no tracers to tell of.
        """
