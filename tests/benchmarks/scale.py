"""What it costs to check an inventory and derive its network, by how many hosts it declares."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from inventory.loader import load
from tests.benchmarks.figures import Trial
from tests.benchmarks.netlab import netlab_seconds
from tests.benchmarks.stand import Stand
from tests.inventories.generated import as_text, country
from tests.networks import network_of

SHAPES = ((20, 6), (50, 20), (250, 4))
"""sites, and hosts at each"""


def scale(_: Stand, __: int) -> Iterator[Trial]:
    """Yield seconds of CPU: from the text of the declared files to the derived network.

    The last is netlab's, for the smallest of them.
    """
    yield (*(_seconds(*shape) for shape in SHAPES), netlab_seconds(*SHAPES[0]))


def _seconds(sites: int, hosts: int) -> float:
    texts = as_text(country(sites, hosts))
    began = process_time()
    network = network_of(load(texts), "any")
    seconds = process_time() - began
    assert len(network.hosts) == sites * hosts
    return seconds
