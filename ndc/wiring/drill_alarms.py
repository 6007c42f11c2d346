"""The alarms of the network that runs, as a drill asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from dr.drills.alarms import PageRecord, PagesNow, Verdicts, page_record
from inventory.names import HostName
from inventory.network import Network, Role
from monitors.health.alarms import PAGE
from monitors.health.snapshot import Snapshot
from monitors.look.verdicts import JudgedLately


@dataclass(frozen=True, slots=True)
class DrillAlarms:
    """What Alertmanagers of ``network`` say now, and what its Prometheis judged."""

    network: Network
    look: Callable[[], Snapshot]
    judged: Callable[[timedelta], Mapping[HostName, JudgedLately]]

    def now(self) -> PagesNow:
        """Return which call a person now; as ``dr.drills.scene.Scene.pages``."""
        if not self._judges:
            return PagesNow()
        alarms = self.look().alarms
        if alarms is None:
            return PagesNow(unheard=("alarms: no Alertmanager answers",))
        return PagesNow(
            tuple(
                f"alarm {one.name} calls, at {one.site or 'no site'}: {one.summary}"
                for one in alarms.alarms
                if one.severity == PAGE
            ),
            tuple(f"alarms of {mute.site}: nobody hears them" for mute in alarms.mute),
        )

    def lately(self, lately: timedelta) -> PageRecord | None:
        """Return which called a person ``lately``; as ``dr.drills.scene.Scene.paged``."""
        if not self._judges:
            return None
        verdicts = {
            host: Verdicts(self.network.host(host).site, one.judged, one.pages)
            for host, one in self.judged(lately).items()
        }
        return page_record(verdicts, self._judges)

    @property
    def _judges(self) -> tuple[HostName, ...]:
        return tuple(host.name for host in self.network.hosts_with(Role.MONITOR))
