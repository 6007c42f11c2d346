"""Parts of the network that ``ndc status`` can show by themselves."""

from __future__ import annotations

from enum import StrEnum


class StatusTopic(StrEnum):
    """What is shown; the whole network is judged all the same."""

    REPLICATION = "replication"
    STORAGE = "storage"
    LINKS = "links"
    ALERTS = "alerts"
