"""``ndc-runner`` for a network of stub servers, whose hosts listen for SSH at another port.

python -m tests.stubs.runner ENVIRONMENT RUN
"""

from __future__ import annotations

import os
from typing import Final

import pytest

from dr.live.doors import Live
from inventory.network import Network
from ndc.daemons import runner
from ndc.wiring.environment import Environment

PORT: Final = "NDC_STUB_SSH_PORT"


def reached(environment: Environment, network: Network) -> Live:
    """Return ``network`` as ``ndc.wiring.doors.reached`` does, at that port."""
    return Live.over(network, environment.paths.secrets, ssh_port=int(os.environ[PORT]))


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "reached", reached)
        runner.main()
