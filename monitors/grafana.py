"""Dashboards for Grafana, made from the catalogue: a panel a metric, a file a topic.

Nothing here draws them. They are text in Grafana's own format, for networks that have one: it asks
any of the sites' Prometheus, chosen above the panels.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from monitors.catalogue import CATALOGUE
from monitors.metric import MetricSpec

_SCHEMA: Final = 38
"""of Grafana 10, which later ones read"""
_ACROSS, _HIGH, _BESIDE = 12, 8, 2
"""a panel's size, of 24 columns"""
_UNITS: Final = {
    "seconds": "s",
    "bytes": "bytes",
    "bytes_per_second": "Bps",
    "ratio": "percentunit",
    "boolean": "bool_yes_no",
    "count": "short",
}
_TO_COME: Final = ("_end_timestamp_seconds", "_scheduled_timestamp_seconds")
_MOMENT: Final = "_timestamp_seconds"
_SOURCE: Final = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True, slots=True)
class GrafanaBoard:
    """One dashboard: all metrics of a topic."""

    topic: str
    """name of its file, too"""
    title: str
    families: tuple[str, ...]
    """how the names of its metrics begin"""

    @property
    def metrics(self) -> tuple[MetricSpec, ...]:
        """The metrics that it shows, in the catalogue's order."""
        return tuple(spec for spec in CATALOGUE if spec.name.startswith(self.families))


BOARDS: Final = (
    GrafanaBoard(
        "replication",
        "Copies, and what endangers them",
        ("ndc_replication", "ndc_rpo", "ndc_database", "ndc_member"),
    ),
    GrafanaBoard("storage", "Stores and pools", ("ndc_store", "ndc_pool")),
    GrafanaBoard("links", "Links and sessions", ("ndc_link", "ndc_bgp", "ndc_bfd")),
    GrafanaBoard("services", "Services, as citizens have them", ("ndc_probe", "ndc_service")),
    GrafanaBoard("practice", "Runs and drills", ("ndc_run", "ndc_drill")),
    GrafanaBoard(
        "watching",
        "The quorum, and what watches",
        ("ndc_quorum", "ndc_agent", "ndc_exporter", "ndc_certificate", "ndc_clock"),
    ),
)


def expression_of(spec: MetricSpec) -> str:
    """Return what a panel asks about ``spec``: a moment by its distance, a counter by its rate."""
    selected = f'{spec.name}{{site=~"$site"}}'
    if spec.kind == "counter":
        return f"rate({selected}[5m])"
    if spec.name.endswith(_TO_COME):
        return f"{selected} - time()"
    return f"time() - {selected}" if spec.name.endswith(_MOMENT) else selected


def title_of(spec: MetricSpec) -> str:
    """Return the name of ``spec`` as words, without its unit: ``link rtt``."""
    words = spec.name.removeprefix("ndc_").removesuffix("_total")
    if spec.name.endswith(_MOMENT):
        way = "until" if spec.name.endswith(_TO_COME) else "since"
        return f"time {way} {words.removesuffix(_MOMENT).replace('_', ' ')}"
    return words.removesuffix(f"_{spec.unit}").replace("_", " ")


def board_json(board: GrafanaBoard) -> str:
    """Return ``board`` as Grafana imports it."""
    plain = {
        "uid": f"ndc-{board.topic}",
        "title": f"ndc: {board.title}",
        "tags": ["ndc"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": False,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [_chosen_source(), _chosen_site()]},
        "panels": list(_panels(board)),
    }
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def _panels(board: GrafanaBoard) -> Iterator[dict[str, Any]]:
    for place, spec in enumerate(board.metrics):
        x, y = _ACROSS * (place % _BESIDE), _HIGH * (place // _BESIDE)
        yield {
            "id": place + 1,
            "type": "timeseries",
            "title": title_of(spec),
            "description": f"{spec.name}: {spec.help}. If it is absent: {spec.absence}.",
            "datasource": _SOURCE,
            "gridPos": {"h": _HIGH, "w": _ACROSS, "x": x, "y": y},
            "fieldConfig": {"defaults": {"unit": _UNITS[spec.unit]}, "overrides": []},
            "targets": [
                {
                    "refId": "A",
                    "datasource": _SOURCE,
                    "expr": expression_of(spec),
                    "legendFormat": " ".join(
                        f"{{{{{label}}}}}" for label in ("site", *spec.labels)
                    ),
                }
            ],
        }


def _chosen_source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _chosen_site() -> dict[str, Any]:
    return {
        "name": "site",
        "type": "query",
        "datasource": _SOURCE,
        "query": "label_values(up, site)",
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }
