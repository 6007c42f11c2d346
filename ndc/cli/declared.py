"""What a command that only reads works on: the declared files and the network they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ndc.cli.options import Options, addressed, say

if TYPE_CHECKING:
    from pathlib import Path

    from inventory.network import Network
    from ndc.wiring.environment import Environment


def folder(options: Options) -> Path:
    """Return the folder that is meant: the named one, the environment's, or the default's."""
    from ndc.settings import settings
    from ndc.wiring import environment

    if options.inventory is not None:
        return options.inventory
    if environment.exists(options.environment):
        return environment.opened(options.environment).description.inventory
    return settings().declared


def network(options: Options) -> Network:
    """Return the environment's network, or what it would be if the environment were made now.

    So it is, too, where another inventory is named that lacks the environment's profile.

    Raises:
        InventoryInvalid: with every problem found.
        Rejected: the files cannot be read.
    """
    from core import files
    from inventory.allocate import Allocations, allocate
    from inventory.derive import derive
    from inventory.loader import load
    from ndc.wiring import declared_network
    from ndc.wiring import environment as environments

    inventory = load(files.read_folder(folder(options)))
    if environments.exists(options.environment):
        environment = environments.opened(options.environment)
        if options.inventory is None or environment.description.profile in inventory.profiles:
            return declared_network.network(environment, inventory=options.inventory)
    profile = inventory.network.default_profile
    return derive(
        inventory,
        allocate(inventory, profile, Allocations()),
        profile=profile,
        environment=options.environment,
        number=1,
    )


def running(options: Options) -> tuple[Environment, Network]:
    """Return the environment and the network that runs in it, and note if another is declared.

    Raises:
        PlanRefused: there is no such environment.
        InventoryInvalid, Rejected: nothing runs, and the inventory cannot be used.
    """
    from ndc.wiring import environment as environments
    from ndc.wiring.running_network import running

    environment = environments.opened(options.environment)
    return environment, running(environment, lambda text: say(addressed(text, options.environment)))
