"""Metric families from the catalogue: whatever is not in it cannot be exposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from monitors.metric import MetricSpec

SeriesRow = tuple[tuple[str, ...], float]
"""label values in the catalogue's order, and the value"""


def family(spec: MetricSpec, rows: Iterable[SeriesRow]) -> Metric:
    """Return the family of ``spec`` with one series a row."""
    make: Callable[..., GaugeMetricFamily | CounterMetricFamily] = (
        CounterMetricFamily if spec.kind == "counter" else GaugeMetricFamily
    )
    metric = make(spec.family, spec.help, labels=spec.labels)
    for labels, value in rows:
        metric.add_metric(labels, value)
    return metric


def exposition(families: Iterable[Metric], accept: str = "") -> tuple[bytes, str]:
    """Return what a reader whose HTTP says ``accept`` reads, and of which media type it is.

    OpenMetrics for those who name it; else the text of Prometheus, which all of them read.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fixed(tuple(families)))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Fixed(Collector):
    def __init__(self, families: tuple[Metric, ...]) -> None:
        self._families = families

    @override
    def collect(self) -> Iterator[Metric]:
        yield from self._families
