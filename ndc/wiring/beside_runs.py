"""``ndc up``, ``ndc down`` and the runs of recovery: one waits for the other."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import NdcError, NotSeen, PlanRefused, Rejected
from core.locks import is_held
from core.runs.plan import RunName
from dr.doors import RecordsDoor
from dr.live.drill_folder import DrillFolder
from inventory.names import PlacedName
from inventory.network import Network
from inventory.placed import placed_in
from ndc.wiring.doors import reached
from ndc.wiring.drill_reading import drill_reading
from ndc.wiring.environment import Environment
from ndc.wiring.running_network import kept


def demand_no_run(environment: Environment, note: Callable[[str], None]) -> None:
    """Return if no run holds a service or store of the network that runs in ``environment``.

    Where no quorum answers, or what runs or a key for asking is not there, nobody can tell, and
    ``note`` is told so: that is the network which this command may have to mend.

    Raises:
        PlanRefused: a run holds one, or a drill is not over; nothing was touched.
    """
    demand_no_drill(environment)
    try:
        network = kept(environment)
    except (PlanRefused, Rejected) as error:
        note(_unseen(error))
        return
    if network is None:
        return
    try:
        with reached(environment, network) as live:
            demand_unclaimed(network, live.doors.records)
    except (Rejected, NotSeen) as error:
        note(_unseen(error))


def demand_unclaimed(network: Network, records: RecordsDoor) -> None:
    """Return if no run holds a service or store of ``network``.

    Raises:
        PlanRefused: a run holds one.
        NotSeen: no quorum answers, and one may be held.
    """
    for placed in placed_in(network):
        if holder := records.claim(placed.name).run:
            raise _held(placed.name, holder)


def _unseen(error: NdcError) -> str:
    return f"{error.what}: whether a run holds a service cannot be seen"


def _held(service: PlacedName, run: RunName) -> PlanRefused:
    return PlanRefused(
        f"a run holds {service}",
        expected="that nobody moves a service meanwhile",
        actual=f"{run}",
        next_step=f"ndc dr show {run} tells how it stands; when it is over, run the command again",
    )


def demand_no_drill(environment: Environment) -> None:
    """Return if all that drills took away in ``environment`` is given back.

    Raises:
        PlanRefused: a drill is not over; nothing was touched.
    """
    drill = drill_reading(DrillFolder(environment.paths.drills))
    if drill is not None:
        raise PlanRefused(
            f"drill {drill.id} is not over",
            expected="that nothing is taken away on purpose meanwhile",
            actual=f"process {drill.holder} holds it" if drill.holder else "nobody holds it",
            next_step="wait until it ends; or, if nobody holds it: ndc drill clean",
        )


def demand_no_command(environment: Environment) -> None:
    """Return if no ``ndc up`` and no ``ndc down`` works on ``environment``.

    Raises:
        PlanRefused: one does; nothing was touched.
        Rejected: its lock cannot be looked at.
    """
    if is_held(environment.paths.lock):
        name = environment.paths.environment
        raise PlanRefused(
            f"another command works on environment {name}",
            expected="that hosts are not changed while a service moves",
            actual="an `ndc up`, `down` or `destroy` that has not ended",
            next_step="wait until it ends, or end it with Ctrl-C; then run the command again",
        )
