"""``ndc-runner`` for a network of stub servers: another port for SSH, and another clock.

python -m tests.stubs.runner ENVIRONMENT RUN
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from dr.live.doors import Live
from inventory.network import Network
from ndc.daemons import runner
from ndc.wiring.environment import Environment
from tests.stubs.clock import StubClock
from tests.stubs.patience import BOUNDS, patient

PORT: Final = "NDC_STUB_SSH_PORT"
CLOCK: Final = "NDC_STUB_CLOCK"
"""the file by which it goes"""


def reached(environment: Environment, network: Network) -> Live:
    """Return ``network`` as ``ndc.wiring.doors.reached`` does, at that port and by that clock."""
    clock, port = StubClock(Path(os.environ[CLOCK])), int(os.environ[PORT])
    return Live.over(network, environment.paths.secrets, ssh_port=port, clock=clock)


if __name__ == "__main__":
    for module, name in BOUNDS:
        setattr(module, name, patient(module, name))
    runner.main(reached)
