"""Derived networks for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core import files
from core.text import Unreadable
from inventory.allocate import Allocations, allocate
from inventory.derive import derive
from inventory.loader import load
from inventory.model import Inventory
from inventory.names import EnvironmentName
from inventory.network import Network

ROOT = Path(__file__).resolve().parents[1]
DECLARED = ROOT / "inventory" / "declared"
TWO_SITES = ROOT / "tests" / "inventories" / "two-sites"
THREE_SITES = ROOT / "tests" / "inventories" / "three-sites"
FOURTH_SITE = ROOT / "tests" / "inventories" / "fourth-site"
"""only the fourth site; lay it over ``DECLARED``"""
PORTAL_ALONE = (DECLARED, ROOT / "tests" / "inventories" / "portal-alone")
"""the default network with one service and its database, where a test is about no more"""
ONE_STORE = ROOT / "tests" / "inventories" / "one-store"
"""only a store; lay it over ``PORTAL_ALONE``"""
TWO_DATABASES = ROOT / "tests" / "inventories" / "two-databases"
"""only a second service on a second database, on the same hosts; lay it over ``PORTAL_ALONE``"""

SHARED_DATABASE = ROOT / "tests" / "inventories" / "shared-database"
"""only a second service on the same database; lay it over ``PORTAL_ALONE``"""

TIME_SERVERS = ROOT / "tests" / "inventories" / "time-servers"
"""only clocks outside, for all sites and for one; lay it over ``DECLARED``"""

TWIN_HOSTS = ROOT / "tests" / "inventories" / "twin-hosts"
"""a small network of its own, profile ``twins``: each centre has two hosts that may serve"""


@cache
def network(profile: str = "tiny", *folders: Path, number: int = 7) -> Network:
    """Return what ``folders`` together (the default network) mean in a new environment ``test``."""
    return network_of(declared(*(folders or (DECLARED,))), profile, number=number)


def declared(*folders: Path) -> Inventory:
    """Return the inventory in ``folders``, later ones laid over earlier ones."""
    texts: dict[str, str | Unreadable] = {}
    for folder in folders:
        texts |= files.read_folder(folder)
    return load(texts)


def texts_of(folder: Path) -> dict[str, str]:
    """Return the texts of the files of ``folder``, which can be read."""
    texts = files.read_folder(folder)
    return {name: text for name, text in texts.items() if isinstance(text, str)}


def network_of(
    inventory: Inventory, profile: str, known: Allocations | None = None, number: int = 7
) -> Network:
    """Return what ``inventory`` means in an environment that has given the numbers ``known``."""
    return derive(
        inventory,
        allocate(inventory, profile, known or Allocations()),
        profile=profile,
        environment=EnvironmentName("test"),
        number=number,
    )
