"""The layer *contain*: every host holds what its roles ask for; what serves changes in waves."""

from __future__ import annotations

from pathlib import Path

from access.secrets import Secrets
from core.stages import Stages
from dr.looking.busy import busy
from inventory.network import Network
from ndc.wiring.doors import reached
from ndc.wiring.environment import Environment
from playbooks.running import Play, PlayResult, converge
from playbooks.waves import Wave, waves


def contain(
    environment: Environment, network: Network, secrets: Secrets, wheel: Path, stages: Stages
) -> None:
    """Make every host contain what its roles ask for.

    What disturbs nobody is done everywhere at once. The rest is done wave by wave, who leads or
    serves last; the first host that is not as well as before ends it.

    Raises:
        Rejected: a host said no, or something on it is not well; later waves were not begun.
        Unreachable: a host did not answer; what was under way there may have happened.
    """

    def played(play: Play) -> PlayResult:
        return converge(network, secrets, wheel, environment.paths, play, stages.detail)

    first = played(Play())
    first.demand_success()
    if not first.left:
        return
    with reached(environment, network) as live:
        order = waves(network, first.left, frozenset(busy(network, live.doors)))
    _tell(order, stages)
    hosts = frozenset(host for wave in order for host in wave.hosts)
    played(Play("waves.yml", waves=order)).demand_success(waiting=hosts)


def _tell(order: tuple[Wave, ...], stages: Stages) -> None:
    for number, wave in enumerate(order, start=1):
        stages.detail(f"wave {number} of {len(order)}, {wave.stage}: {', '.join(wave.hosts)}")
