"""The network that an environment's inventory means; its numbers change only forward."""

from __future__ import annotations

from pathlib import Path

from access.paths import Paths
from core import files
from core.errors import PlanRefused, Rejected
from inventory import addresses
from inventory.allocate import Allocations, allocate, management_blocks
from inventory.derive import derive
from inventory.loader import load
from inventory.network import Network
from ndc.wiring.environment import Environment
from stacks.engine.record import stacks_on_record


def network(
    environment: Environment, *, inventory: Path | None = None, record: bool = False
) -> Network:
    """Return what the environment's inventory means; ``record`` keeps new allocations.

    Raises:
        InventoryInvalid: with every problem found.
        PlanRefused: it has more hosts than the environment was made for.
    """
    declared = load(files.read_folder(inventory or environment.description.inventory))
    paths = environment.paths
    earlier = _numbers(paths)
    profile = environment.description.profile
    allocations = allocate(declared, profile, earlier)
    _demand_room(environment, allocations)
    if record and allocations != earlier:
        files.write(paths.allocations, allocations.to_yaml())
    return derive(
        declared,
        allocations,
        profile=profile,
        environment=paths.environment,
        number=environment.description.number,
    )


def _demand_room(environment: Environment, allocations: Allocations) -> None:
    """Return if the environment's management network has all numbers of ``allocations``."""
    if management_blocks(allocations) > environment.description.blocks:
        room = len(addresses.management(environment.description.blocks))
        raise PlanRefused(
            f"{environment.paths.environment} has too few addresses for its hosts",
            expected=f"{room} hosts at most, those at rest included: it was made for so many",
            actual=f"{len(allocations.series['management'].given)} hosts",
            next_step="make another environment: ndc env create NAME; addresses in use never move",
        )


def _numbers(paths: Paths) -> Allocations:
    """Return what was given so far.

    Raises:
        InventoryInvalid: the file is damaged.
        Rejected: it is gone, and things exist that bear its numbers.
    """
    text = files.read_if_there(paths.allocations)
    if text is not None:
        return Allocations.from_yaml(text)
    if bearing := stacks_on_record(paths.pulumi / "backend"):
        raise Rejected(
            f"{paths.allocations} is gone",
            expected=f"the numbers that {', '.join(bearing)} were made with",
            actual="no such file",
            next_step="restore it from a copy; without one: ndc down, then ndc up, "
            "which numbers everything anew",
        )
    return Allocations()
