"""An onlooker for an environment that is there."""

from __future__ import annotations

from functools import partial

from access.secrets import Secrets
from core.system_clock import SystemClock
from inventory.network import Network
from monitors.look import Onlooker
from monitors.look.look import Sources
from ndc.wiring.environment import Environment
from ndc.wiring.substrate_reading import substrate_reading


def onlooker(environment: Environment, network: Network) -> Onlooker:
    """Return an onlooker for ``network``, which is what ``environment`` is to be."""
    paths = environment.paths
    return Onlooker(
        network=network,
        secrets=Secrets(paths.secrets),
        sources=Sources(substrate=partial(substrate_reading, paths.labd_socket)),
        memory=paths.root / "sightings.json",
        clock=SystemClock(),
    )
