"""Environments on disk: what each was made as.

``environment.json`` is written when an environment is made, and only then. Every command opens one,
so nothing here loads what reads an inventory.
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
from inventory.problems import nearest
from lab import machine
from ndc.settings import paths_of, settings


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


def opened(name: str) -> Environment:
    """Return the environment called ``name``.

    Raises:
        PlanRefused: there is none, or its description is of a format that is not read.
        Rejected: its description cannot be read.
    """
    demand_name(name)
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


def demand_name(name: str) -> None:
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


def forget(environment: Environment) -> None:
    """Remove the folder of an environment and give its number back; its hosts must be gone."""
    shutil.rmtree(environment.paths.root, ignore_errors=False)
    shutil.rmtree(environment.paths.sockets, ignore_errors=True)
    machine.release_number(environment.paths.environment)
