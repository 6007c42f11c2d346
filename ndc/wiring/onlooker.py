"""An onlooker for an environment that is there."""

from __future__ import annotations

from functools import partial

from inventory.network import Network
from ndc.adapters.clock import SystemClock
from ndc.adapters.secrets import Secrets
from ndc.adapters.snapshot import Onlooker
from ndc.adapters.snapshot.look import Sources
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
