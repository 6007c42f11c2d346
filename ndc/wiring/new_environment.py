"""A new environment: its folder, its number on this machine, and what it is made as."""

from __future__ import annotations

from pathlib import Path

from core import files
from core.errors import PlanRefused, Rejected
from core.formats import Format
from inventory.allocate import Allocations, allocate, management_blocks
from inventory.loader import load
from lab import machine
from ndc.settings import paths_of, settings
from ndc.wiring.environment import Description, Environment, demand_name
from toolchain import lab_needs
from toolchain.finding import OK


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
    demand_name(name)
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
