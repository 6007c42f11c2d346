"""A site that is lost in the simulated world, and the plan that does without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from core.runs.journal import Proof, Request, Where, Wish
from core.runs.plan import OnFailure, RunName, StepId
from dr.facts import Facts
from dr.planning.losses import hosts_named, moves_after
from dr.planning.plan import RecoveryJournal, RecoveryPlan, RecoveryRun
from dr.planning.planner import Occasion, plan_failback, plan_failover
from dr.planning.request import Move
from dr.planning.rules.failback import hosts_that_return
from dr.simulation.citizens import EVERY
from dr.simulation.controllers import Controllers
from dr.simulation.world import World
from dr.watch.observers import observers
from inventory.names import HostName, OperatorName, ServiceName, SiteName
from inventory.network import Network
from tests.rehearsals import Rehearsal, rehearsal
from tests.unit.core.runs.small import Wishes, approval

RUN = RunName("20300101-000005-without")


@dataclass(frozen=True, slots=True)
class Loss:
    """A world without some of its hosts, a moment after they went."""

    network: Network
    world: World
    lost: frozenset[HostName]
    called: str

    def facts(self) -> dict[ServiceName, Facts]:
        """Return what can be seen of every service."""
        return dict(self.world.eye.survey([one.name for one in self.network.services], self.lost))

    def plan(
        self,
        to: str | None = None,
        accepted_loss: str = "",
        *,
        attested: bool = False,
        despite: str = "",
    ) -> RecoveryPlan:
        """Return the plan that does without them."""
        facts = self.facts()
        target = None if to is None else SiteName(to)
        needed = moves_after(
            self.network, facts, self.lost, target, accepted_loss, attested=attested
        )
        moves = [replace(move, despite=despite) for move in needed]
        occasion = Occasion(RUN, self.world.now(), OperatorName("an"))
        return plan_failover(self.network, facts, moves, occasion, self.called)


def loss(
    *names: str,
    profile: str = "compact",
    seed: int = 0,
    after: float = 3,
    well: float = 0,
    every: timedelta = EVERY,
) -> Loss:
    """Return a world in which ``names`` lost their power ``after`` seconds ago.

    ``well`` is for how many seconds it was a healthy one, beside the first two.
    """
    made = rehearsal(profile, seed, every=every)
    made.world.sleep(timedelta(seconds=well))
    lost = hosts_named(made.network, names)
    for host in sorted(lost):
        made.world.truth.plant.power_off(host)
    made.world.sleep(timedelta(seconds=after))
    return Loss(made.network, made.world, lost, " and ".join(names))


START = Request("start", Wish.START, "an", proof=Proof("SHA256:an", "", ("operate",)))


def approved(made: Rehearsal, journal: RecoveryJournal) -> RecoveryRun:
    """Carry the plan of ``made`` to its gate, have a second person open it, and go on."""
    made.engine(journal).start(made.plan, Where.MEMORY, START)
    (gate,) = [step.id for step in made.plan.steps if step.gate]
    return made.engine(journal, inbox=Wishes([agreed(made, gate)])).resume()


def agreed(made: Rehearsal, gate: StepId) -> Request:
    """Return what a second person asks who opens ``gate`` in the world of ``made`` now."""
    return approval(gate, until=made.world.now() + timedelta(minutes=15))


def regional(*names: str) -> Rehearsal:
    """Return a world without the regions or sites ``names``, and a plan that accepts a loss."""
    made = loss(*names, well=8)
    return Rehearsal(made.network, made.world, made.plan(accepted_loss="the region burns"))


def failover(
    *names: str,
    profile: str = "compact",
    seed: int = 0,
    after: float = 3,
    every: timedelta = EVERY,
) -> Rehearsal:
    """Return such a world with the plan for it."""
    made = loss(*names, profile=profile, seed=seed, after=after, every=every)
    return Rehearsal(made.network, made.world, made.plan())


def drilled(*names: str, every: timedelta = EVERY) -> Rehearsal:
    """Return such a world with the plan that a drill has for it: it turns back where it fails."""
    made = failover(*names, every=every)
    return Rehearsal(made.network, made.world, replace(made.plan, on_failure=OnFailure.UNWIND))


def returned(*names: str, every: timedelta = EVERY) -> Rehearsal:
    """Return a world in which ``names`` were lost and are back, and a plan that goes home."""
    made = failover(*names, every=every)
    Controllers(made.world)
    made.carry()
    for host in made.plan.basis.lost:
        made.world.truth.plant.power_on(host)
    home = next(one for one in made.network.services if one.name == made.service)
    made.world.sleep(timedelta(minutes=2) + (home.stable_for or timedelta()))
    admit(made)
    request = Move(home.name, home.home)
    facts = {home.name: made.world.eye.observe(home.name)}
    stays = made.world.eye.stays(hosts_that_return(made.network, request))
    occasion = Occasion(RunName("20300101-001200-home"), made.world.now(), OperatorName("an"))
    return Rehearsal(
        made.network, made.world, plan_failback(made.network, facts, stays, [request], occasion)
    )


def unpowered(*names: str, every: timedelta = EVERY) -> Rehearsal:
    """Return a world without ``names`` in which nobody tells power, and a plan for it."""
    made = loss(*names, every=every)
    made.world.truth.plant.mute_ports |= made.lost
    return Rehearsal(made.network, made.world, made.plan())


def blind(*names: str) -> Loss:
    """Return a world without ``names`` in which nobody tells power, and one site alone looks."""
    made = loss(*names)
    plant, votes = made.world.truth.plant, made.network.voters
    plant.mute_ports |= made.lost
    watching = [host for host in observers(made.network, made.lost) if host not in made.lost]
    plant.dark |= {plant.site(host) for host in watching[1:]}
    assert any(plant.seen(voter) for voter in votes)
    return made


def unsure(*names: str) -> Rehearsal:
    """Return such a world with the plan for it, in which people look again by the time it runs."""
    made = blind(*names)
    plan = made.plan(attested=True)
    made.world.truth.plant.dark.clear()
    return Rehearsal(made.network, made.world, plan)


def attestations(made: Rehearsal, *people: str) -> list[Request]:
    """Return the word of each of ``people`` that what has to be attested in ``made`` is off."""
    now = made.world.now()
    return [
        Request(
            f"{number}-{step.id}-{by}",
            Wish.ATTEST,
            by,
            "seen dark",
            step.id,
            proof=Proof(f"SHA256:{by}", "", ("approve",)),
            until=now + timedelta(minutes=15),
        )
        for number, by in enumerate(people)
        for step in made.plan.steps
        if step.attested_by
    ]


def consents(made: Rehearsal) -> Wishes:
    """Return all that people say so that the plan of ``made``, started by ``START``, goes on."""
    gates = [step.id for step in made.plan.steps if step.gate and not step.attested_by]
    return Wishes([*attestations(made, "an", "binh"), *(agreed(made, gate) for gate in gates)])


def attested(made: Rehearsal, journal: RecoveryJournal) -> RecoveryRun:
    """Carry the plan of ``made`` until it has to be attested, have two people do so, and go on."""
    made.engine(journal).start(made.plan, Where.MEMORY)
    return made.engine(journal, inbox=consents(made)).resume()


def admit(made: Rehearsal) -> None:
    """Let everything take part again that was given up."""
    door = made.world.doors.exclusions
    door.admit(door.excluded())
