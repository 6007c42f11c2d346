"""``pulumi-resource-ndc``: the provider that the engine starts, one process a stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.system_clock import SystemClock
from stacks.provider.server import serve
from stacks.substrates.memory import MemorySubstrate
from stacks.substrates.port import Substrate


def substrate() -> Substrate:
    """Return the substrate that whoever drives the engine named in the environment."""
    at, environment = Path(os.environ["NDC_SUBSTRATE_AT"]), os.environ["NDC_ENV"]
    match os.environ["NDC_SUBSTRATE"]:
        case "lab":
            from lab.substrate import LabSubstrate  # noqa: PLC0415 - each start costs every run

            return LabSubstrate(at)
        case "memory":
            return MemorySubstrate(at, owner=environment, clock=SystemClock())
        case unknown:
            sys.exit(f"pulumi-resource-ndc: there is no substrate called {unknown}")


if __name__ == "__main__":
    serve(substrate(), sys.argv[1] if len(sys.argv) > 1 else "")
