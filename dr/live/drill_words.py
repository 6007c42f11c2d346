"""How each drill last went, in etcd: two keys a drill, whatever was held and whoever held it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from access.clients.etcd import Etcd, Holds, Put
from core.errors import JournalCorrupt
from dr.drills.cadence import (
    DrillProof,
    HeldDrill,
    Practised,
    failure_by,
    proof_by,
    proof_text,
    read_proof,
)
from inventory.etcd import drill_word, drills
from inventory.names import DrillName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class EtcdDrillWords:
    """Those of ``network``; what tells of drills on hosts reads them."""

    etcd: Etcd
    network: Network

    def tell(self, shown: Practised | HeldDrill | None) -> None:
        """Have etcd hold what ``shown`` says of each drill, where nothing newer is known.

        None, what came to no report, says nothing.

        Raises:
            JournalCorrupt: what is kept of a drill cannot be read; it stays.
            NotSeen, Rejected, Unreachable: some of it may not be kept.
        """
        if shown is None:
            return
        environment = self.network.environment
        for practice in self.network.drills:
            if proof := proof_by(self.network, practice, shown):
                self._keep(drill_word(environment, practice.drill, passed=True), proof)
            if failure := failure_by(practice, shown):
                self._keep(drill_word(environment, practice.drill, passed=False), failure)

    def proved(self) -> dict[DrillName, datetime]:
        """Return when each drill last went well; of one whose word cannot be read, nothing.

        Raises:
            NotSeen: no quorum answered.
        """
        environment = self.network.environment
        kept = {pair.key: pair.value for pair in self.etcd.under(drills(environment))}
        last: dict[DrillName, datetime] = {}
        for practice in self.network.drills:
            key = drill_word(environment, practice.drill, passed=True)
            if key in kept:
                with suppress(JournalCorrupt):
                    last[practice.drill] = read_proof(kept[key], key).ended_at
        return last

    def _keep(self, key: str, proof: DrillProof) -> None:
        kept = self.etcd.get(key)
        if kept is None or read_proof(kept.value, key).ended_at < proof.ended_at:
            # whoever wrote meanwhile tells of a later end: nothing is to be repeated
            self.etcd.change(
                [Holds(key, kept.value if kept else None)], [Put(key, proof_text(proof))]
            )
