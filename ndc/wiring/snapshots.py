"""What takes snapshots of an environment that is there."""

from __future__ import annotations

from functools import partial

from access.secrets import Secrets
from core.system_clock import SystemClock
from dr.live.drill_folder import DrillFolder
from dr.live.power import power_systems
from inventory.network import Network
from monitors.look import SnapshotTaker
from monitors.look.sources import Sources
from ndc.wiring.drill_reading import drill_reading
from ndc.wiring.environment import Environment
from ndc.wiring.quorum_records import kept_records
from ndc.wiring.runs_reading import runs_reading
from ndc.wiring.seam_reading import seam_reading
from ndc.wiring.substrate_reading import substrate_reading


def snapshot_taker(environment: Environment, network: Network) -> SnapshotTaker:
    """Return what takes snapshots of ``network``, which is what ``environment`` is to be."""
    paths = environment.paths
    secrets = Secrets(paths.secrets)
    clock = SystemClock()
    return SnapshotTaker(
        network=network,
        secrets=secrets,
        sources=Sources(
            substrate=partial(substrate_reading, paths.labd_socket),
            runs=partial(runs_reading, paths.runs, clock, kept_records(environment, network)),
            drill=partial(drill_reading, DrillFolder(paths.drills)),
            seam=partial(seam_reading, network, secrets),
            power=power_systems(network, environment.description.substrate),
        ),
        memory=paths.root / "sightings.json",
        clock=clock,
    )
