"""Lets the faults of a schedule begin and end in a simulated world."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

from dr.planning.plan import RecoveryPlan
from dr.simulation.faults import Fault, Trouble
from dr.simulation.world import World
from inventory.names import DatabaseName, HostName, LinkName, SiteName
from inventory.network import Role
from tests.soak.events import FaultKind, Planned

_SETS = {
    FaultKind.SITE_CUT: "isolated",
    FaultKind.SITE_DARK: "dark",
    FaultKind.LINK_CUT: "cut",
    FaultKind.LINK_SLOW: "slow",
    FaultKind.PORT_CUT: "mute_ports",
}


class Faults:
    """What is wrong now; two faults of one kind at one place end when the last of them does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._truth = world.truth
        self._lasting: Counter[tuple[str, str]] = Counter()
        self._rising: set[HostName] = set()
        self._truth.plant.watchers.append(self._let_rise)

    @property
    def active(self) -> list[str]:
        """The kinds of what is wrong."""
        return sorted({kind for (kind, _), times in self._lasting.items() if times})

    def begin(self, event: Planned) -> None:
        """Let ``event`` begin."""
        self._truth.around.tell("fault", event.what, number=1, text=f"{event.kind} {event.extra}")
        self._lasting[event.kind, event.what] += 1
        self._set(event, wrong=True)

    def end(self, event: Planned) -> None:
        """Let ``event`` end, unless another of its kind lasts there."""
        if self._lasting[event.kind, event.what] > 0:
            self._lasting[event.kind, event.what] -= 1
            if not self._lasting[event.kind, event.what]:
                self._truth.around.tell("fault", event.what, number=0, text=event.kind)
                self._set(event, wrong=False)

    def end_all(self) -> None:
        """Let nothing be wrong, and every host have power."""
        for (kind, what), times in sorted(self._lasting.items()):
            if times:
                self._lasting[kind, what] = 1
                self.end(Planned(0, kind, what))
        self._world.faults.clear()
        self._rising.clear()
        for host in sorted(self._truth.plant.off):
            self._power_on(host)

    def sights(self, plan: RecoveryPlan) -> None:
        """Write down how those stood, in truth, whom ``plan`` gives up.

        By the sites at which nothing is given up: what is lost may be another's way to the rest.
        """
        plant = self._truth.plant
        lost_sites = {plant.site(host) for host in plan.basis.lost}
        intent = str(plan.basis.intent)
        self._truth.around.tell("planned", plan.id, text=f"{intent} {' '.join(plan.basis.lost)}")
        for lost in plan.basis.lost:
            others = {
                plant.site(host)
                for host in plant.hosts
                if plant.site(host) not in lost_sites and plant.seen(host)
            }
            near = {s for s in others if any(self._reaches(s, lost))}
            self._truth.around.tell(
                "sight-of", plan.id, lost, len(others - near), " ".join(sorted(near))
            )

    def _reaches(self, site: SiteName, lost: HostName) -> list[bool]:
        plant = self._truth.plant
        hosts = [h.name for h in self._truth.network.hosts_at(site) if Role.VOTER in h.roles]
        return [True for host in hosts if plant.seen(host) and plant.reaches(host, lost)]

    def _set(self, event: Planned, *, wrong: bool) -> None:
        kind, truth = FaultKind(event.kind), self._truth
        if kind in _SETS:
            self._set_plant(_SETS[kind], event.what, wrong=wrong)
            return
        match kind:
            case FaultKind.POWER_OUT | FaultKind.HOST_OFF | FaultKind.HOST_FROZEN | FaultKind.RISES:
                for host in self._hosts_in(event.what):
                    self._set_host(kind, host, wrong=wrong)
            case FaultKind.VOTER_LOST | FaultKind.QUORUM_LOST | FaultKind.NO_SPACE:
                self._set_quorum(kind, HostName(event.what), wrong=wrong)
            case FaultKind.PAUSED | FaultKind.SLOW_PROMOTION | FaultKind.STILL:
                self._set_database(kind, event, wrong=wrong)
            case FaultKind.CLOCK:
                truth.probe_ahead = timedelta(seconds=37) if wrong else timedelta()
            case FaultKind.MESSAGE if wrong:
                trouble = Fault(event.what, Trouble(event.extra), event.number)
                self._world.faults.append(trouble)
            case _:
                pass

    def _is_dark(self, host: HostName) -> bool:
        """Whether something lasts that takes the power of ``host`` away."""
        dark = {FaultKind.HOST_OFF, FaultKind.POWER_OUT}
        lasting = (what for (kind, what), times in self._lasting.items() if times and kind in dark)
        return any(host in self._hosts_in(what) for what in lasting)

    def _hosts_in(self, place: str) -> list[HostName]:
        network = self._truth.network
        sites = {site.name for site in network.sites if place in {site.name, site.region}}
        return [h.name for h in network.hosts if h.site in sites or h.name == place]

    def _set_plant(self, name: str, what: str, *, wrong: bool) -> None:
        with self._truth.plant.changing() as plant:
            members: set[object] = getattr(plant, name)
            (members.add if wrong else members.discard)(_NAMES[name](what))

    def _set_host(self, kind: FaultKind, host: HostName, *, wrong: bool) -> None:
        plant = self._truth.plant
        match kind, wrong:
            case FaultKind.HOST_OFF | FaultKind.POWER_OUT, True:
                if host not in plant.off:
                    self._truth.around.tell("power-lost", host)
                    plant.power_off(host)
            case FaultKind.HOST_OFF | FaultKind.POWER_OUT, False:
                if not self._is_dark(host):
                    self._power_on(host)
            case FaultKind.HOST_FROZEN, True:
                plant.freeze(host)
            case FaultKind.HOST_FROZEN, False:
                plant.thaw(host)
            case _:
                (self._rising.add if wrong else self._rising.discard)(host)

    def _set_quorum(self, kind: FaultKind, voter: HostName, *, wrong: bool) -> None:
        quorum = self._truth.quorum
        with self._truth.plant.changing():
            match kind:
                case FaultKind.QUORUM_LOST:
                    quorum.stopped = wrong
                case FaultKind.NO_SPACE:
                    quorum.alarms = frozenset({"NOSPACE"} if wrong else ())
                case _:
                    (quorum.lost.add if wrong else quorum.lost.discard)(voter)

    def _set_database(self, kind: FaultKind, event: Planned, *, wrong: bool) -> None:
        databases, what = self._truth.databases, event.what
        match kind:
            case FaultKind.PAUSED:
                databases[DatabaseName(what)].paused = wrong
            case FaultKind.SLOW_PROMOTION:
                taking = timedelta(seconds=event.number or 100)
                databases[DatabaseName(what)].promotion = taking if wrong else None
            case _:
                for database in databases.values():
                    if wrong and what in database.alive:
                        received = len(database.log) - database.lacks(HostName(what))
                        database.still[HostName(what)] = max(received - 1, 0)
                    else:
                        database.still.pop(HostName(what), None)
        with self._truth.plant.changing():
            pass

    def _power_on(self, host: HostName) -> None:
        if host in self._truth.plant.off:
            self._truth.around.tell("power-on", host)
            self._truth.plant.power_on(host)

    def _let_rise(self) -> None:
        for host in sorted(self._rising & self._truth.plant.off):
            self._rising.discard(host)
            pause = timedelta(seconds=self._truth.around.dice.uniform(1, 40))
            self._world.timeline.at(pause, partial(self._power_on, host))


_NAMES = {
    "isolated": SiteName,
    "dark": SiteName,
    "cut": LinkName,
    "slow": LinkName,
    "mute_ports": HostName,
}
