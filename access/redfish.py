"""The words of Redfish (DMTF's DSP0266 and its schema ComputerSystem) that we say and hear."""

from __future__ import annotations

from typing import Final

RESET: Final = "#ComputerSystem.Reset"
RESET_TYPE: Final = "ResetType"
FORCE_OFF: Final = "ForceOff"


def system_path(name: str) -> str:
    """Return where our own port has the system called ``name``, below its root."""
    return f"/redfish/v1/Systems/{name}"


def reset_path(name: str) -> str:
    """Return where our own port takes the resets of the system called ``name``."""
    return f"{system_path(name)}/Actions/ComputerSystem.Reset"
