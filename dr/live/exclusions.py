"""Who is excluded, in etcd: a key a host, written under a run's claim, removed by a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from access.clients.etcd import Delete, Holds, Put
from core.errors import Rejected
from dr.admission import Exclusion, exclusion_text, read_exclusion
from dr.live.records import EtcdRecords, of_a_change
from dr.placement import Claim
from inventory.etcd import exclusions as prefix_of_exclusions
from inventory.names import HostName, PlacedName


@dataclass(frozen=True, slots=True)
class EtcdExclusions:
    """Those of one network; keeps the promise of ``dr.loss_doors.ExclusionsDoor``."""

    records: EtcdRecords

    def excluded(self) -> Mapping[HostName, Exclusion]:
        """Return every host that is excluded, as of now."""
        return {host: read_exclusion(text) for host, text in self._texts().items()}

    def exclude(
        self, hosts: Sequence[HostName], exclusion: Exclusion, service: PlacedName, claim: Claim
    ) -> None:
        """Write it down for each of ``hosts`` that is not excluded, while ``claim`` stands."""
        with of_a_change():
            fence, standing = self.records.fence(service, claim), self._texts()
        new = [host for host in hosts if host not in standing]
        absent = [Holds(self._key(host), None) for host in new]
        text = exclusion_text(exclusion)
        if new and not self.records.etcd.change(
            [*fence, *absent], [Put(self._key(host), text) for host in new]
        ):
            raise _changed(hosts)

    def admit(self, exclusions: Mapping[HostName, Exclusion]) -> None:
        """Remove ``exclusions``, all of them at once; what is gone already counts as removed."""
        with of_a_change():
            texts = self._texts()
        standing = {host: texts[host] for host in exclusions if host in texts}
        if any(read_exclusion(text) != exclusions[host] for host, text in standing.items()):
            raise _changed(list(exclusions))
        if standing and not self.records.etcd.change(
            [Holds(self._key(host), text) for host, text in standing.items()],
            [Delete(self._key(host)) for host in standing],
        ):
            raise _changed(list(exclusions))

    def _texts(self) -> dict[HostName, str]:
        prefix = prefix_of_exclusions(self.records.network.environment)
        return {
            HostName(pair.key.removeprefix(prefix)): pair.value
            for pair in self.records.etcd.under(prefix)
        }

    def _key(self, host: HostName) -> str:
        return prefix_of_exclusions(self.records.network.environment) + host


def _changed(hosts: Sequence[HostName]) -> Rejected:
    return Rejected(
        f"who excludes {', '.join(hosts)} changed meanwhile",
        expected="the exclusion that was seen, and the claim of the run",
        actual="another",
        next_step="ndc status shows who waits for admission; then ask again",
    )
