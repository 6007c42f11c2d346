"""Reads and changes routers over their command line (vtysh), by netmiko."""

from __future__ import annotations

from routing.routers.convergence import converged
from routing.routers.routers import Routers

__all__ = ["Routers", "converged"]
