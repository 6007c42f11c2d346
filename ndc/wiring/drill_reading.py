"""The drill of this machine that is not over, as the snapshot wants to hear of it."""

from __future__ import annotations

from core.errors import NdcError
from dr.live.drill_folder import DrillFolder
from monitors.health.drills import DrillView


def drill_reading(folder: DrillFolder) -> DrillView | None:
    """Return the drill that is not over, or of which nobody can tell; None: none is."""
    try:
        holder, unclean = folder.holder, folder.unclean()
    except NdcError as error:
        return DrillView("one", f"what nobody can say: {error.what}", None)
    if not unclean:
        return None
    return DrillView(unclean[-1].id, unclean[-1].takes, holder)
