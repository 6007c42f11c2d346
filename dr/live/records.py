"""Placements and claims in etcd: one key each, changed by compare-and-swap alone."""

from __future__ import annotations

from dataclasses import dataclass

from access.clients.etcd import Etcd, Holds, Put
from core.errors import Rejected, Unreachable
from core.runs.plan import RunName
from dr.placement import Claim, Placement, claim_text, placement_text, read_claim, read_placement
from inventory.etcd import claims, placements
from inventory.names import EnvironmentName, ServiceName, SiteName


@dataclass(frozen=True, slots=True)
class EtcdPlacements:
    """The records of one environment; a ``dr.placement.Placements``."""

    etcd: Etcd
    environment: EnvironmentName

    def placement(self, service: ServiceName) -> Placement | None:
        """Return the record of ``service``, as of now, or None if there is none yet."""
        text = self._text(self._key(service))
        return None if text is None else read_placement(text)

    def placements(self) -> dict[ServiceName, Placement]:
        """Return every record that there is, as of now, read at once.

        Raises:
            Unreachable: no quorum answered.
        """
        records = placements(self.environment)
        return {
            ServiceName(found.key.removeprefix(records)): read_placement(found.value)
            for found in self.etcd.under(records)
        }

    def swap(self, service: ServiceName, old: Placement | None, new: Placement) -> None:
        """Replace the record ``old`` by ``new``; done already counts as done."""
        key = self._key(service)
        # compared as it was read: another version writes the same record in other words
        before = self._text(key)
        is_old = (None if before is None else read_placement(before)) == old
        if is_old and self.etcd.change([Holds(key, before)], [Put(key, placement_text(new))]):
            return
        found = self.placement(service)
        if found != new:
            raise Rejected(
                f"the placement of {service} is not what was planned on",
                expected=placement_text(old) if old else "no record yet",
                actual=placement_text(found) if found else "no record",
                next_step=f"somebody else moved it: ndc status; then ndc dr plan {service} …",
            )

    def ensure(self, service: ServiceName, home: SiteName) -> Placement:
        """Return the record of ``service``; where there is none, make the first: at ``home``.

        Raises:
            Unreachable: it may have been made.
        """
        key, first = self._key(service), Placement(home, 1, None)
        self.etcd.change([Holds(key, None)], [Put(key, placement_text(first))])
        return self.placement(service) or first

    def claim(self, service: ServiceName) -> Claim:
        """Return who holds ``service``, as of now."""
        return self._claim(service)[1]

    def take(self, service: ServiceName, run: RunName, number: int) -> None:
        """Let ``run`` hold ``service`` under ``number``; done already counts as done."""
        before, claim = self._claim(service)
        taken = claim.taken(run, number)
        if taken is None:
            raise Rejected(
                f"{service} cannot be held by {run}",
                expected=f"that nobody holds it, and that it was taken {number - 1} times",
                actual=f"{claim.run or 'nobody'} holds it; it was taken {claim.number} times",
                next_step=f"ndc dr show {claim.run}" if claim.run else "plan again: ndc dr plan",
            )
        self._put_claim(service, before, claim, taken)

    def release(self, service: ServiceName, run: RunName) -> None:
        """Let ``run`` hold ``service`` no longer; done already counts as done."""
        before, claim = self._claim(service)
        self._put_claim(service, before, claim, claim.released(run))

    def _claim(self, service: ServiceName) -> tuple[str | None, Claim]:
        text = self._text(self._claim_key(service))
        return text, Claim(None) if text is None else read_claim(text)

    def _put_claim(
        self, service: ServiceName, before: str | None, claim: Claim, then: Claim
    ) -> None:
        key = self._claim_key(service)
        put = Put(key, claim_text(then))
        if then != claim and not self.etcd.change([Holds(key, before)], [put]):
            raise Unreachable(
                f"the claim on {service} changed while we changed it",
                expected=before or "no claim yet",
                actual="another one",
                next_step="ndc dr runs shows who else moves it",
            )

    def _text(self, key: str) -> str | None:
        found = self.etcd.get(key)
        return found.value if found else None

    def _key(self, service: ServiceName) -> str:
        return placements(self.environment) + service

    def _claim_key(self, service: ServiceName) -> str:
        return claims(self.environment) + service
