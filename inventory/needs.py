"""Which service needs which: in which order they move, and where they need in a circle. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from heapq import heapify, heappop, heappush
from itertools import pairwise

from inventory.names import ServiceName
from inventory.network import Service


def in_order(services: Iterable[Service]) -> list[Service]:
    """Return ``services``, each after those of them that it needs; else by tier, then by name.

    They need nothing in a circle: a checked inventory has none.
    """
    by_name = {service.name: service for service in services}
    sorter: TopologicalSorter[ServiceName] = TopologicalSorter(
        {name: by_name.keys() & service.needs for name, service in by_name.items()}
    )
    sorter.prepare()
    waiting = [_rank(by_name[name]) for name in sorter.get_ready()]
    heapify(waiting)
    order = []
    while waiting:
        _, name = heappop(waiting)
        order.append(by_name[name])
        sorter.done(name)
        for ready in sorter.get_ready():
            heappush(waiting, _rank(by_name[ready]))
    return order


def circles(
    needs: Mapping[ServiceName, Iterable[ServiceName]],
) -> Iterator[Sequence[ServiceName]]:
    """Yield services that need each other in a circle, the first again at the end.

    No need is in two of them; without one need of each there is no circle, or a smaller one.
    """
    left = {name: {*needed} for name, needed in needs.items()}
    while services := _circle(left):
        yield services
        for one, needed in pairwise(services):
            left[one].discard(needed)


def _circle(needs: Mapping[ServiceName, Iterable[ServiceName]]) -> Sequence[ServiceName]:
    """Return one circle, or none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        names: list[ServiceName] = error.args[1]
        return names[::-1]
    return ()


def _rank(service: Service) -> tuple[str, ServiceName]:
    return service.tier, service.name
