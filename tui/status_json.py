"""A snapshot as JSON-ready values: what ``ndc status --json`` prints."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from monitors.health.concern import Concern
from monitors.health.concerns import concerns, health_of
from monitors.health.snapshot import Snapshot
from tui.topics import StatusTopic


def topic_plain(snapshot: Snapshot, topic: StatusTopic) -> dict[str, Any]:
    """Return the health, and what the snapshot tells of ``topic``."""
    whole = status_plain(snapshot)
    keys = {
        StatusTopic.REPLICATION: ("databases", "stores"),
        StatusTopic.STORAGE: ("stores", "pools"),
        StatusTopic.LINKS: ("links",),
        StatusTopic.ALERTS: ("alarms",),
    }[topic]
    return {key: whole[key] for key in ("health", *keys)}


def status_plain(snapshot: Snapshot) -> dict[str, Any]:
    """Return health, concerns and the snapshot; durations in ISO 8601, None where unseen."""
    all_concerns = TypeAdapter(tuple[Concern, ...]).dump_python(concerns(snapshot), mode="json")
    plain: dict[str, Any] = TypeAdapter(Snapshot).dump_python(snapshot, mode="json")
    quorum = snapshot.quorum
    if quorum is not None:
        plain["quorum"] |= {"healthy": quorum.healthy, "tolerates": quorum.tolerates}
    return {"health": str(health_of(snapshot)), "concerns": all_concerns, **plain}
