"""The digest of the network that an inventory means, known again without reading the inventory.

Every command asks whether what runs is what is declared. To read, check and derive an inventory
takes longer than all else of ``ndc ssh``, so what it meant is kept for as long as nothing changes.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import inventory
from core import files
from core.errors import Rejected
from ndc.wiring.environment import Environment

_CODE: Final = Path(inventory.__file__).parent


def declared_digest(environment: Environment) -> str:
    """Return the digest of the network that the environment's inventory means now.

    Raises:
        InventoryInvalid: with every problem found.
        PlanRefused: it has more hosts than the environment was made for.
        Rejected: the inventory or the numbers given so far cannot be read.
    """
    made_of = _made_of(environment)
    match _kept(environment.paths.declared_digest).split():
        case [kept_of, digest] if kept_of == made_of:
            return digest
    # networkx, and all checks of an inventory
    from ndc.wiring.declared_network import network  # noqa: PLC0415 - what this is to spare

    digest = network(environment).digest
    if _made_of(environment) == made_of:
        with suppress(Rejected):  # the next command reads all of it again
            files.write(environment.paths.declared_digest, f"{made_of} {digest}\n")
    return digest


def _kept(path: Path) -> str:
    with suppress(Rejected):  # what cannot be read is not known
        return files.read_if_there(path) or ""
    return ""


def _made_of(environment: Environment) -> str:
    """Return the digest of all that a network is derived from, by the code that does so."""
    paths = environment.paths
    code = [(str(path), path.stat().st_mtime_ns) for path in sorted(_CODE.rglob("*.py"))]
    parts = (
        files.read_folder(environment.description.inventory),
        files.read_if_there(paths.allocations),
        environment.description.text(),
        code,
    )
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
