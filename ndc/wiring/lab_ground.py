"""Where the lab of an environment stands on this machine."""

from __future__ import annotations

from core.system_clock import SystemClock
from lab import machine
from lab.ground import Ground
from lab.names import Names
from ndc.settings import paths_of, settings


def ground_of(environment: str) -> Ground:
    """Return where the lab of ``environment`` stands; nothing is made but its number.

    Raises:
        Rejected: the machine's register of environments cannot be used.
    """
    paths = paths_of(environment)
    return Ground(
        environment=environment,
        names=Names(*machine.claim_number(environment, paths.root)),
        folder=paths.lab,
        secrets=paths.secrets,
        images=settings().cache / "image",
        sockets=paths.sockets,
        log=paths.log,
        clock=SystemClock(),
    )
