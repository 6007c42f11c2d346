"""A snapshot as JSON-ready values: what ``ndc status --json`` prints."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from monitors.health.concerns import Concern, concerns, health_of
from monitors.health.snapshot import Snapshot


def status_plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return verdict, concerns and the snapshot; durations in ISO 8601, None where unseen."""
    all_concerns = TypeAdapter(tuple[Concern, ...]).dump_python(concerns(snapshot), mode="json")
    plain: dict[str, Any] = TypeAdapter(Snapshot).dump_python(snapshot, mode="json")
    quorum = snapshot.quorum
    if quorum is not None:
        plain["quorum"] |= {"healthy": quorum.healthy, "tolerates": quorum.tolerates}
    return {"verdict": str(health_of(snapshot)), "concerns": all_concerns, **plain}
