"""Environments on disk: what each is made of, and the network that its inventory derives.

``environment.json`` is written when an environment is made and only then; its
allocations change with the inventory, and only forward.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from access.paths import NAMES, Paths
from core import files
from core.errors import PlanRefused, Rejected
from core.formats import FIRST, Format
from core.text import first_problem
from inventory import addresses
from inventory.allocate import Allocations, allocate, management_blocks
from inventory.derive import derive
from inventory.loader import load
from inventory.network import Network
from inventory.problems import nearest
from lab import machine
from ndc.settings import paths_of, settings
from stacks.engine.record import stacks_on_record
from toolchain import lab_needs
from toolchain.finding import OK


class Description(BaseModel):
    """What an environment was made as; it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = FIRST
    """of the file that this is written in"""
    number: int = Field(ge=1, le=254)
    """1 to 254, unique on this machine"""
    blocks: int = 1
    """how many numbers it has from its own on: /24s of its management network; 1, 2, 4, …"""
    profile: str
    inventory: Path
    substrate: Literal["lab"] = "lab"
    throwaway: bool = False
    """True: made for a test; state is written less often"""

    def text(self) -> str:
        """Return it as it is kept. An ndc that knows no blocks can read what has one."""
        return self.model_dump_json(indent=2, exclude={"blocks"} if self.blocks == 1 else None)


@dataclass(frozen=True, slots=True)
class Environment:
    """One instance of the network: its folder under ``var/``, and what it was made as."""

    paths: Paths
    description: Description


def create(
    name: str, *, profile: str, inventory: Path | None = None, throwaway: bool = False
) -> Environment:
    """Make the folder and the number of the new environment ``name``; nothing runs yet.

    ``profile`` says how many hosts a site has. ``inventory`` is the folder with the declared
    files; None: the default network's. ``throwaway`` is for a test: less is kept, and faster.

    Raises:
        PlanRefused: the name is taken or cannot be one.
        Rejected: another checkout on this machine has it, or a program would take apart the name
            of this one's folder.
    """
    _demand_name(name)
    _demand_plain_paths()
    paths = paths_of(name)
    if paths.description.exists():
        raise PlanRefused(
            f"environment {name} exists already",
            next_step=f"ndc --env {name} up, or ndc env destroy {name}",
        )
    folder = inventory or settings().declared
    declared = load(files.read_folder(folder))
    # refuses a profile that is not declared
    needed = management_blocks(allocate(declared, profile, Allocations()))
    number, blocks = machine.claim_number(name, paths.root, blocks=needed)
    files.make_folder(paths.root, mode=0o700)
    description = Description(
        format=Format.ENVIRONMENT.number,
        number=number,
        blocks=blocks,
        profile=profile,
        inventory=folder.resolve(),
        throwaway=throwaway,
    )
    files.write(paths.description, f"{description.text()}\n")
    return Environment(paths, description)


def opened(name: str) -> Environment:
    """Return the environment called ``name``.

    Raises:
        PlanRefused: there is none, or its description is of a format that is not read.
        Rejected: its description cannot be read.
    """
    _demand_name(name)
    paths = paths_of(name)
    text = files.read_if_there(paths.description)
    if text is None:
        meant = nearest(name, names())
        raise PlanRefused(
            f"there is no environment called {name}",
            expected=", ".join(names()) or "one that was made",
            actual=name,
            next_step=f"did you mean {meant}?" if meant else "ndc up makes it",
        )
    Format.ENVIRONMENT.demand(text, paths.description)
    try:
        return Environment(paths, Description.model_validate_json(text))
    except ValidationError as error:
        raise Rejected(
            f"{paths.description} cannot be read",
            expected="number, profile, inventory, substrate",
            actual=first_problem(error),
            next_step=f"restore the file, or give {name} up, data included: ndc --env {name} lab "
            f"sweep; then rm -r {paths.root}",
        ) from None


def _demand_name(name: str) -> None:
    """Return if ``name`` can be one; ``lab/`` would be the folder of ``lab``, and not its number.

    Raises:
        PlanRefused: it cannot.
    """
    if not NAMES.fullmatch(name):
        raise PlanRefused(
            f'"{name}" cannot name an environment',
            expected="a small letter, then small letters, digits and dashes, 21 at most",
            actual=name,
            next_step="choose another name",
        )


def exists(name: str) -> bool:
    """Whether an environment of that name was made."""
    return paths_of(name).description.exists()


def names() -> list[str]:
    """Return the names of all environments of this checkout, sorted."""
    return sorted(path.parent.name for path in (settings().home / "var").glob("*/environment.json"))


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


def forget(environment: Environment) -> None:
    """Remove the folder of an environment and give its number back; its hosts must be gone."""
    shutil.rmtree(environment.paths.root, ignore_errors=False)
    shutil.rmtree(environment.paths.sockets, ignore_errors=True)
    machine.release_number(environment.paths.environment)


def _demand_plain_paths() -> None:
    """Return if the doctor has nothing against the folders in which all of it will lie."""
    finding = lab_needs.paths(settings().home, settings().cache)
    if finding.verdict != OK:
        raise Rejected(
            "no environment can be made here",
            expected=finding.expected,
            actual=finding.actual,
            next_step=finding.next_step,
        )
