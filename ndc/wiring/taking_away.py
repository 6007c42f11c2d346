"""What ``ndc up`` would take away from the network that runs, and whether a person named it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from core.errors import PlanRefused, Rejected
from inventory.network import Network
from ndc.wiring.declared_network import network as network_of
from ndc.wiring.environment import Environment
from ndc.wiring.running_network import kept
from stacks.removals import Removal, removals

WHAT_RUNS: Final = "what-runs"
"""names all that goes, where nobody can tell what it is"""


def what_goes(environment: Environment, *, inventory: Path | None = None) -> tuple[Removal, ...]:
    """Return what goes if the inventory is made true now; nothing is touched.

    Raises:
        InventoryInvalid, Rejected: the inventory cannot be used.
    """
    return _lost(environment, network_of(environment, inventory=inventory))


def demand_named(environment: Environment, network: Network, named: Collection[str]) -> None:
    """Return if ``named`` is just what goes when ``network`` takes the place of what runs.

    Raises:
        PlanRefused: it is not; nothing was touched.
    """
    goes = _lost(environment, network)
    if {removal.name for removal in goes} != set(named):
        raise PlanRefused(
            "what would be taken away is not what was named",
            expected=", ".join(sorted(named)) or "nothing",
            actual=", ".join(removal.name for removal in goes) or "nothing",
            next_step="the inventory was changed a moment ago; run the command again",
        )


def removals_text(goes: Sequence[Removal]) -> str:
    """Return what a person reads who is to name what goes."""
    width = max(len(removal.name) for removal in goes)
    lines = (f"    {removal.name:<{width}}  {removal.sentence}" for removal in goes)
    return "\n".join(["nothing was touched: the inventory takes away what runs", *lines])


def _lost(environment: Environment, network: Network) -> tuple[Removal, ...]:
    try:
        before = kept(environment)
    except (PlanRefused, Rejected) as error:
        goes = "whatever runs and is not declared goes"
        return (Removal(WHAT_RUNS, f"{goes}, and nobody can tell what that is: {error.what}"),)
    return removals(before, network) if before else ()
