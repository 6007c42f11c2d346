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
READ_BACK_OBJECTIVE = MetricSpec(
    page.READ_BACK_OBJECTIVE,
    "gauge",
    "seconds",
    ("workload", "target"),
    "How often the copy at the target is to be compared with its source",
    "the workload has no copy at the target's site",
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

COPY_HINDERED = MetricSpec(
    page.HINDERED,
    "gauge",
    "boolean",
    ("workload", "target", "because"),
    "Whether this keeps the target from what its source has, since its last look",
    "it has not looked since the program there began",
    "storage",
)

KEPT_APART = MetricSpec(
    page.APART,
    "gauge",
    "count",
    ("workload", "target"),
    "How often the target wrote what was given up with it, and what is kept there still",
    "the pool could not be asked",
    "storage",
)

KEPT_APART_FILES = MetricSpec(
    page.APART_FILES,
    "gauge",
    "count",
    ("workload", "target"),
    "How many files and folders differ in what the target alone wrote, and is kept there still",
    "some of it was not counted, or the pool could not be asked",
    "storage",
)
KEPT_APART_BYTES = MetricSpec(
    page.APART_BYTES,
    "gauge",
    "bytes",
    ("workload", "target"),
    "How much was written to these: what a failover lost of the store",
    "some of it was not counted, or the pool could not be asked",
    "storage",
)

POOL_SCRUB = MetricSpec(
    page.SCRUB,
    "gauge",
    "seconds",
    ("pool",),
    "When all that the pool holds was last read and compared with its checksums",
    "it never was",
    "storage",
)
POOL_ERRORS = MetricSpec(
    page.ERRORS,
    "gauge",
    "count",
    ("pool",),
    "How often the pool's device failed, or held what was not written there, in its life",
    "the pool could not be asked",
    "storage",
)

STORAGE = (
    READ_BACK,
    READ_BACK_OBJECTIVE,
    READ_BACK_DIFFERS,
    TRANSFER_SECONDS,
    COPY_HINDERED,
    KEPT_APART,
    KEPT_APART_FILES,
    KEPT_APART_BYTES,
    POOL_SCRUB,
    POOL_ERRORS,
)
