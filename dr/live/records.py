"""Placements and claims in etcd: one key each, changed by compare-and-swap alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from access.clients.etcd import Etcd, Holds, Put
from core.errors import NotSeen, Rejected
from dr.placement import (
    Claim,
    Placement,
    claim_text,
    placement_text,
    read_claim,
    read_placement,
    read_placements,
)
from inventory.etcd import claims, placements
from inventory.names import EnvironmentName, ServiceName

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True)
class EtcdRecords:
    """The records of one environment; keeps the promise of ``dr.doors.RecordsDoor``."""

    etcd: Etcd
    environment: EnvironmentName

    def placement(self, service: ServiceName) -> Placement | None:
        """Return the record of ``service``, as of now; None: there is none yet."""
        record = self.etcd.get(self._placement_key(service))
        return read_placement(record.value) if record else None

    def placements(self) -> dict[ServiceName, Placement]:
        """Return every placement record that there is, as of now, read at once.

        Raises:
            NotSeen: they could not be read.
        """
        prefix = placements(self.environment)
        return read_placements(prefix, ((kv.key, kv.value) for kv in self.etcd.under(prefix)))

    def claim(self, service: ServiceName) -> Claim:
        """Return who holds ``service``, as of now."""
        record = self.etcd.get(self._claim_key(service))
        return read_claim(record.value) if record else Claim(None)

    def swap_placement(self, service: ServiceName, old: Placement | None, new: Placement) -> None:
        """Replace the record ``old`` by ``new``; done already counts as done."""
        self._swap(
            self._placement_key(service),
            old,
            new,
            read=lambda text: None if text is None else read_placement(text),
            write=placement_text,
        )

    def swap_claim(self, service: ServiceName, old: Claim, new: Claim) -> None:
        """Replace the claim ``old`` by ``new``; done already counts as done."""
        self._swap(
            self._claim_key(service),
            old,
            new,
            read=lambda text: Claim(None) if text is None else read_claim(text),
            write=claim_text,
        )

    def _swap(
        self,
        key: str,
        old: RecordT | None,
        new: RecordT,
        *,
        read: Callable[[str | None], RecordT | None],
        write: Callable[[RecordT], str],
    ) -> None:
        """Replace what ``key`` holds.

        The text that was read is what must still be there, not what we would write for it: another
        version of ndc may have written it.
        """
        text = self._text(key)
        if read(text) == old and old != new:
            if self.etcd.change([Holds(key, text)], [Put(key, write(new))]):
                return
            text = self._text(key)
        if read(text) != new:
            raise Rejected(
                f"{key} is not what was planned on",
                expected=str(old),
                actual=text or "no record",
                next_step="somebody else changed it: ndc status; ndc dr runs; then plan again",
            )

    def _text(self, key: str) -> str | None:
        try:
            record = self.etcd.get(key)
        except NotSeen as error:
            raise error.of_a_change() from error
        return record.value if record else None

    def _placement_key(self, service: ServiceName) -> str:
        return placements(self.environment) + service

    def _claim_key(self, service: ServiceName) -> str:
        return claims(self.environment) + service
