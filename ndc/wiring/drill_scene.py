"""The network that runs, as a drill is held in it: seen by everybody's means, broken by labd."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from core.errors import NdcError
from core.measure import ClockPair, Measure, ProbeTime
from core.runs.plan import RunName
from dr.drills.alarms import PageRecord, PagesNow
from dr.drills.exercise import Exercise
from dr.drills.planning import plan_for
from dr.drills.record import DrillRecord
from dr.drills.store_recovery import KeptApart
from dr.facts import Facts, StoreFacts
from dr.live.doors import Live
from dr.live.past_runs import experience_below
from dr.live.probe import marked
from dr.live.tracing import LiveTracing
from dr.live.voters import votes_given_back
from dr.looking.eye import Eye
from dr.looking.store_looks import survey_stores
from dr.looks import if_seen
from dr.planning.plan import RecoveryPlan
from dr.planning.planner import Occasion
from dr.planning.reseed import demand_kept
from dr.questions import IsProtected
from dr.reporting.experience import with_experience
from dr.tracing import StoreTrail, TracingMark
from dr.watch.judging import Judgement
from inventory.names import DatabaseName, HostName, LinkName, ServiceName, StoreName
from inventory.network import Network
from monitors.health.concerns import concerns
from monitors.health.snapshot import Snapshot
from monitors.health.stores import StoreView
from monitors.look.verdicts import JudgedLately
from ndc.wiring.drill_alarms import DrillAlarms
from ndc.wiring.drill_run import DrillRun


class FaultPort(Protocol):
    """Who takes power and carrier away, and gives them back; each may come twice."""

    def power_off(self, hosts: list[str]) -> None:
        """Take the power of all ``hosts``."""

    def power_on(self, hosts: list[str]) -> None:
        """Give it back; returns when each answers SSH."""

    def cut(self, link: str) -> None:
        """Take the carrier at both ends."""

    def heal(self, link: str) -> None:
        """Let the link be as declared again."""


@dataclass(frozen=True, slots=True)
class LiveScene:
    """Keeps ``dr.drills.scene.Scene``'s promise for ``service`` of the network behind ``live``."""

    service: ServiceName
    live: Live
    look: Callable[[], Snapshot]
    port: FaultPort
    runs: DrillRun
    tracers: LiveTracing
    judged: Callable[[timedelta], Mapping[HostName, JudgedLately]]
    by: str

    @property
    def network(self) -> Network:
        """The network that runs."""
        return self.live.network

    def concerns(self, torn: Collection[StoreName] = ()) -> Sequence[str]:
        """Return what is not as it should be now, but the drill itself."""
        looked = self.look()
        stores = [_without_apart(one) if one.name in torn else one for one in looked.stores]
        snapshot = replace(looked, drill=None, stores=tuple(stores))
        return [f"{one.subject}: {one.sentence}" for one in concerns(snapshot)]

    def pages(self) -> PagesNow:
        """Return which alarms call a person now."""
        return self._alarms.now()

    def paged(self, lately: timedelta) -> PageRecord | None:
        """Return which alarms called a person ``lately``."""
        return self._alarms.lately(lately)

    def facts(self) -> Facts:
        """Return what is seen of the service now."""
        return self._eye.observe(self.service)

    def protected(self) -> bool | None:
        """Tell whether a commit waits for a standby."""
        return self._eye.ask(IsProtected(self.network.service(self.service).database))

    def mark(self) -> ClockPair | None:
        """Return the present moment by the probe's clock and ours."""
        return if_seen(lambda: marked(self.live.doors.probe, self.service, self.live.clock))

    def measure(self, since: ProbeTime, until: ProbeTime) -> Measure | None:
        """Return what the writes in between came to."""
        testimony = if_seen(lambda: self.live.doors.probe.testimony(self.service, since, until))
        return testimony.measure if testimony else None

    def unserved(self) -> timedelta | None:
        """Return for how long citizens' last acknowledged write is past."""
        last = if_seen(lambda: self.live.doors.probe.acknowledged(self.service))
        return last.age if last else None

    def dead(self, hosts: Collection[HostName]) -> str:
        """Return which controller calls all of ``hosts`` dead."""
        judgement = self._judgement
        if judgement is None or not {*hosts} <= {one.host for one in judgement.dead}:
            return ""
        return f"the controller at {judgement.by}"

    def is_cared_for(self) -> bool:
        """Whether a controller says that it moves the service itself, and nothing keeps it."""
        judgement = self._judgement
        proposals = judgement.proposals if judgement else ()
        return any(one.service == self.service and not one.why_not for one in proposals)

    def claimed(self) -> RunName | None:
        """Return the run that may move the service now; NotSeen where no quorum answers."""
        return self.live.doors.records.claim(self.service).run

    def take(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        """Take the power of ``hosts``, all at once, and the carrier of ``links``."""
        if hosts:
            self.port.power_off([*hosts])
        for link in links:
            self.port.cut(link)

    def give_back(self, hosts: Sequence[HostName], links: Sequence[LinkName]) -> None:
        """Give back what was taken of it."""
        for link in links:
            self.port.heal(link)
        if hosts:
            self.port.power_on([*hosts])

    def plan(self, what: Exercise, accepted_loss: str) -> RecoveryPlan:
        """Return what answers ``what``, as a person would plan it now."""
        now = self.live.clock.now()
        occasion = Occasion(RunName(f"{now:%Y%m%d-%H%M%S}-drill-{what.name}"), now, self.by)
        plan = plan_for(self._eye, what, occasion, accepted_loss)
        return with_experience(plan, experience_below(self.runs.root, self.live.clock))

    def carry(self, plan: RecoveryPlan) -> tuple[str, str]:
        """Begin ``plan`` and carry it as far as it goes."""
        return self.runs.carry(plan)

    def end_run(self, record: DrillRecord) -> bool:
        """Have the run of the drill turn back or go on; return whether it is over."""
        return record.run is None or self.runs.end(record.run)

    def give_up(self, record: DrillRecord) -> None:
        """Let go of all that the run of the drill holds, and close it."""
        if record.run is not None:
            self.runs.give_up(self.live, record.run)

    def outcome(self, run: RunName) -> str:
        """Return how the report of ``run`` calls it."""
        return self.runs.outcome(run)

    def admit(self, hosts: Collection[HostName]) -> None:
        """Let those of ``hosts`` take part again that were given up, and vote again."""
        if not hosts:
            return
        standing = self.live.doors.exclusions.excluded()
        waiting = {host: standing[host] for host in hosts if host in standing}
        if waiting:
            admitting = self.live.admitting(waiting)
            for sentence in (*admitting.look(), *admitting.admit()):
                self.runs.say(sentence)
            self.runs.say(f"admitted: {', '.join(waiting)}")
        votes, secrets = self.live.doors.votes.votes(), self.runs.secrets
        for sentence in votes_given_back(self.network, secrets, votes, hosts, self.live.clock):
            self.runs.say(sentence)

    def remake(self) -> bool:
        """Have one copy that stays apart made anew, what only it holds being kept first."""
        for view in self.look().databases:
            for host in (one.host for one in view.members if one.apart and one.apart.kept):
                try:
                    self._make_anew(view.name, host)
                except NdcError as error:
                    self.runs.say(f"the copy of {view.name} on {host} is not made: {error.what}")
                    return False
                return True
        return False

    def stores(self) -> Mapping[StoreName, StoreFacts]:
        """Return what is seen of every store now."""
        return survey_stores(self._eye, self.network.stores, ())

    def apart(self) -> Mapping[StoreName, tuple[KeptApart, ...]] | None:
        """Return who keeps what it alone wrote of a store; None: nobody tells."""
        stores = self.look().stores
        if any(copy.observer is None for store in stores for copy in store.copies):
            return None
        return {
            store.name: tuple(
                KeptApart(copy.host, copy.counted) for copy in store.copies if copy.apart
            )
            for store in stores
        }

    def begin_tracing(self, record: DrillRecord) -> None:
        """Have tracers of ``record`` written into its stores, from where citizens stand."""
        self.tracers.begin(record)

    def tracing(self, record: DrillRecord) -> TracingMark | None:
        """Return how far the tracing of ``record`` is."""
        return if_seen(lambda: self.tracers.mark(record))

    def end_tracing(self, record: DrillRecord) -> Mapping[StoreName, StoreTrail]:
        """End it, whoever began it: all tracers are read back, and removed."""
        return self.tracers.end(record)

    def _make_anew(self, database: DatabaseName, host: HostName) -> None:
        copy = self.live.reseeding(self.network.database(database), host)
        demand_kept(copy.keep(copy.leader()))
        self.runs.say(f"makes the copy of {database} on {host} anew")
        copy.make(self.live.clock, self.runs.say)

    @property
    def _alarms(self) -> DrillAlarms:
        return DrillAlarms(self.network, self.look, self.judged)

    @property
    def _judgement(self) -> Judgement | None:
        watch = self.look().watch
        return watch.judgement if watch else None

    @property
    def _eye(self) -> Eye:
        return self.live.eye()


def _without_apart(store: StoreView) -> StoreView:
    """Return ``store`` as it is seen by who knows what is kept apart of it."""
    return replace(store, copies=tuple(replace(copy, apart=0) for copy in store.copies))
