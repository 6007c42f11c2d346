"""What is said of one metric, in the catalogue and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric; its name carries its unit."""

    name: str
    kind: Literal["gauge", "counter"]
    unit: str
    """base unit, or ``boolean`` for 0 and 1, or ``count``"""
    labels: tuple[str, ...]
    help: str
    absence: str
    """what it means that a series is not there"""
    source: Literal["exporter", "probe", "agent", "lease", "storage"] = "exporter"

    @property
    def family(self) -> str:
        """The name without the suffix that the client library adds to counters."""
        return self.name.removesuffix("_total") if self.kind == "counter" else self.name
