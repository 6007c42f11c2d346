"""The metrics of stores, beside those that they share with databases: a copy has an age."""

from __future__ import annotations

from monitors.metric import MetricSpec
from storage import page

READ_BACK = MetricSpec(
    page.READ_BACK,
    "gauge",
    "seconds",
    ("workload", "target"),
    "Moment of the newest recovery point at the target that was compared with its source, whole",
    "none was compared yet",
    "storage",
)
READ_BACK_DIFFERS = MetricSpec(
    page.DIFFERS,
    "gauge",
    "boolean",
    ("workload", "target"),
    "Whether that recovery point is not, byte by byte, what its source holds",
    "none was compared yet",
    "storage",
)
TRANSFER_SECONDS = MetricSpec(
    page.TRANSFER,
    "gauge",
    "seconds",
    ("workload", "target"),
    "How long the last transfer of a recovery point to the target took",
    "none ended since the program there began",
    "storage",
)

STORAGE = (READ_BACK, READ_BACK_DIFFERS, TRANSFER_SECONDS)
