"""What a host's own exporter tells of it: which units do not run, how full its disks are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from access.clients.prometheus import Sample
from inventory.clocks import outside_of
from inventory.host_units import units_of
from inventory.names import HostName, SiteName
from inventory.network import Host, Network, Role
from monitors.health.clocks import ClockView
from monitors.health.programs import AgentView, FileSystemView, UnitView
from monitors.host_metrics import AGENT_LOOKED, AGENT_REFUSED, AGENT_SERVES, AGENT_STANDS_OUT
from monitors.look import clocks
from monitors.look.readings import Readings
from monitors.storage_metrics import STORAGE

UNIT_STATE: Final = "node_systemd_unit_state"
AVAILABLE: Final = "node_filesystem_avail_bytes"
SIZE: Final = "node_filesystem_size_bytes"
FILLS_SOON: Final = "mountpoint:node_filesystem_fills_within_a_day:bool"
"""what the rules of each site's Prometheus record, once there is enough of a past to judge by"""

_OF_AGENTS: Final = (AGENT_LOOKED, AGENT_REFUSED, AGENT_SERVES, AGENT_STANDS_OUT)
_OF_PROGRAMS: Final = (*_OF_AGENTS, *STORAGE)
_NAMES: Final = "|".join(
    (AVAILABLE, SIZE, FILLS_SOON, *clocks.NAMES, *(each.name for each in _OF_PROGRAMS))
)
_RUNS: Final = "active"


def expression_at(site: SiteName) -> str:
    """Return what to ask the Prometheus of ``site``: the state of each unit, and the disks."""
    return f'{UNIT_STATE}{{site="{site}"}} == 1 or {{__name__=~"{_NAMES}",site="{site}"}}'


def idle_units(network: Network, host: Host, readings: Readings) -> tuple[UnitView, ...] | None:
    """Return the units of ``host`` that are to run and do not; None: its exporter is silent.

    Where no Prometheus tells of the site, nothing is known and nothing is returned.
    """
    if not _watchers(network, host, readings):
        return ()
    states = {
        sample.labels.get("name", ""): sample.labels.get("state", "")
        for sample in _of_host(network, host, readings)
        if sample.name == UNIT_STATE
    }
    if not states:
        return None
    return tuple(
        UnitView(name, states.get(name))
        for name in units_of(network, host)
        if states.get(name) != _RUNS
    )


def file_systems(network: Network, host: Host, readings: Readings) -> tuple[FileSystemView, ...]:
    """Return what of ``host`` holds files, as far as its exporter tells."""
    samples = list(_of_host(network, host, readings))
    sizes = {_mount(sample): sample.value for sample in samples if sample.name == SIZE}
    soon = {_mount(one) for one in samples if one.name == FILLS_SOON and one.value}
    return tuple(
        FileSystemView(mount, int(sample.value), int(sizes[mount]), mount in soon)
        for sample in samples
        if sample.name == AVAILABLE and sizes.get(mount := _mount(sample))
    )


def clock(network: Network, host: Host, readings: Readings) -> ClockView | None:
    """Return how the clock of ``host`` is; None: nobody tells."""
    return clocks.clock(_of_host(network, host, readings), len(outside_of(network, host)))


def agent(network: Network, host: Host, readings: Readings) -> AgentView | None:
    """Return what the agent of ``host`` tells; None: there is none, or nobody tells."""
    samples = list(_of_host(network, host, readings))
    looked = next((one for one in samples if one.name == AGENT_LOOKED.name), None)
    if looked is None:
        return None
    at = datetime.fromtimestamp(looked.value, UTC)
    return AgentView(
        looked_ago=max(looked.at - at, timedelta()),
        refused=any(one.name == AGENT_REFUSED.name and one.value for one in samples),
        serving_nobody=tuple(
            one.labels.get("service", "")
            for one in samples
            if one.name == AGENT_SERVES.name and not one.value
        ),
        standing_out=tuple(
            one.labels.get("service", "")
            for one in samples
            if one.name == AGENT_STANDS_OUT.name and one.value
        ),
    )


def _of_host(network: Network, host: Host, readings: Readings) -> Iterator[Sample]:
    for watcher in _watchers(network, host, readings):
        for sample in readings.samples[watcher]:
            if sample.labels.get("host") == host.name:
                yield sample


def _watchers(network: Network, host: Host, readings: Readings) -> list[HostName]:
    """Return whose Prometheus told of the site of ``host``; the first one is believed."""
    monitors = [one.name for one in network.hosts_at(host.site) if Role.MONITOR in one.roles]
    return [name for name in monitors if name in readings.samples][:1]


def _mount(sample: Sample) -> str:
    return sample.labels.get("mountpoint", "")
