"""What routers say, read and changed over their command line (vtysh), by netmiko."""

from __future__ import annotations

from ndc.adapters.routers.convergence import converged
from ndc.adapters.routers.routers import Routers

__all__ = ["Routers", "converged"]
