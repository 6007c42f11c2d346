"""What a leader does without a copy to wait for: one of the settings that Patronis share.

They lie in a key in etcd. Patroni's REST would write it for us, and compare nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from access.clients import patroni_settings as shared
from access.clients.etcd import Comparison, KeyValue, Put, Unchanged
from core.errors import NotSeen, Rejected
from dr.live.records import EtcdRecords, of_a_change
from dr.placement import Claim
from inventory.etcd import patroni_settings
from inventory.names import DatabaseName, PlacedName
from inventory.promises import LastCopy


@dataclass(frozen=True, slots=True)
class LastCopies:
    """Of the databases whose claims are in ``records``."""

    records: EtcdRecords

    def look(self, database: DatabaseName) -> LastCopy | None:
        """Return what leaders of ``database`` are told; None: nobody ever led it.

        Raises:
            NotSeen: no quorum answered, or nobody can read what stands there.
        """
        settings = self._settings(database)
        return _read(settings) if settings else None

    def tell(
        self, database: DatabaseName, last_copy: LastCopy, service: PlacedName, claim: Claim
    ) -> None:
        """Have them be told ``last_copy`` while ``claim`` on ``service`` stands.

        It is written anew also where it is so: then whatever was sent before is refused.

        Raises:
            Rejected: the claim is another, or there are no settings; nothing changed.
            Unreachable: it may have changed.
        """
        with of_a_change():
            fence = self.records.fence(service, claim)
            settings = self._settings(database)
            if settings is None:
                raise _refused(database, last_copy, "nobody ever led it: it has no settings")
            if shared.last_copy(settings.value) is None:
                raise _refused(database, last_copy, f"{settings.key} cannot be read")
            text = shared.with_last_copy(settings.value, last_copy)
            conditions: list[Comparison] = [*fence, Unchanged(settings.key, settings.revision)]
            if not self.records.etcd.change(conditions, [Put(settings.key, text)]):
                raise _refused(database, last_copy, "a claim or settings that changed meanwhile")

    def _settings(self, database: DatabaseName) -> KeyValue | None:
        return self.records.etcd.get(patroni_settings(self.records.network.environment, database))


def _read(settings: KeyValue) -> LastCopy:
    last_copy = shared.last_copy(settings.value)
    if last_copy is None:
        raise NotSeen(
            f"{settings.key} does not hold what Patroni keeps there",
            refused=True,
            expected="settings, as JSON",
            actual=settings.value[:200],
            next_step="look who wrote it: ndc audit --hosts",
        )
    return last_copy


def _refused(database: DatabaseName, last_copy: LastCopy, actual: str) -> Rejected:
    return Rejected(
        f"{database} is not told to {last_copy} without a copy",
        expected="a claim that stands, and settings that nobody else changes",
        actual=actual,
        next_step="ndc status shows who leads; ndc dr runs who moves it",
    )
