"""Lets go of what a run holds that nobody can carry, once a person looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from access.secrets import Secrets
from core.errors import PlanRefused
from core.formats import Format
from core.runs.journal import Closed, Request, RunVerdict
from core.runs.plan import RunName
from core.runs.run import advance, fold
from dr.live.carrier import Carrier
from dr.live.doors import Live
from dr.live.restoring import restored
from dr.live.signing import Signing
from dr.looking.eye import Eye
from dr.looks import if_seen
from dr.placement import Placement
from dr.questions import IsLedAt, IsProtected
from inventory.names import PlacedName
from inventory.network import Service
from inventory.placed import Placed, placed_in


@dataclass(frozen=True, slots=True)
class GivingUp:
    """What a run holds in a network that can be seen, and the end of that.

    What the run did stays. What it sent and nobody answered is refused where it arrives late:
    by the epoch, by the claim, or because the order was taken back with the claim.
    """

    live: Live
    run: RunName

    def carrier(self, root: Path, secrets: Secrets) -> Carrier | None:
        """Return what reaches the run's journal; None: there is none, below ``root`` or in etcd."""
        try:
            journal = self.live.journal(self.run)
            folder = restored(journal, root, self.run, self.live.clock)
        except PlanRefused:
            return None
        return Carrier(self.live, folder, Signing(self.live.network, secrets, folder))

    def holds(self) -> list[Placed]:
        """Return the services that the run holds, with their databases, and the stores.

        Raises:
            NotSeen: no quorum answers.
        """
        claim = self.live.doors.records.claim
        return [one for one in placed_in(self.live.network) if claim(one.name).run == self.run]

    def look(self) -> Iterator[str]:
        """Yield what can be seen of all that the run holds, a line each."""
        eye = self.live.eye()
        for placed in self.holds():
            if isinstance(placed, Service):
                yield from _seen(eye, placed)
            else:
                placement = eye.doors.records.placement
                yield _where(placed.name, if_seen(partial(placement, placed.name)))

    def release(self) -> None:
        """Let go of every claim of the run; for one that left no record.

        Raises:
            Rejected, Unreachable: somebody else changed a claim, or no quorum answered.
        """
        records = self.live.doors.records
        for placed in self.holds():
            claim = records.claim(placed.name)
            records.swap_claim(placed.name, claim, claim.released(self.run))

    def give_up(self, carrier: Carrier, request: Request) -> None:
        """Write ``request`` down, let go of every claim, and close the run; again does no harm.

        ``carrier`` reaches the run's journal.

        Raises:
            PlanRefused: somebody carries the run, or it is over and holds nothing.
            JournalCorrupt: its record cannot be trusted.
            Rejected, Unreachable: somebody else changed a claim, or no quorum answered.
        """
        with carrier.folder.carried(self.live.clock):
            journal = carrier.journal()
            run = fold(journal.records())
            if run is None or (run.closed and not self.holds()):
                raise PlanRefused(
                    f"there is nothing to give up of {self.run}",
                    expected="a run that was begun, and holds something",
                    actual=f"it is {run.closed}" if run else "it was not begun",
                    next_step=f"ndc dr show {self.run}",
                )
            writes = not run.closed and run.format == Format.JOURNAL.number
            if writes and not run.given_up:
                run = advance(run, request)
                journal.append(request)
            self.release()
            if writes:
                journal.append(Closed(RunVerdict.GIVEN_UP))


def _seen(eye: Eye, service: Service) -> Iterator[str]:
    facts = eye.observe(service.name)
    database, placed = service.database, facts.placement
    yield _where(service.name, placed)
    yield f"{database} is led by {facts.leader or 'nobody who can be seen'}"
    if placed:
        led = {True: "is", False: "is NOT", None: "may be"}[eye.ask(IsLedAt(database, placed.site))]
        yield f"{database} {led} led at that site"
    safe = {True: "has a", False: "has NO", None: "may have no"}[eye.ask(IsProtected(database))]
    yield f"{database} {safe} synchronous standby"
    silent = sorted(set(service.hosts) - facts.obeying)
    yield f"hosts of {service.name} that do not answer: {', '.join(silent) or 'none'}"


def _where(name: PlacedName, placed: Placement | None) -> str:
    where = f"at {placed.site} since epoch {placed.epoch}" if placed else "where, cannot be seen"
    return f"{name} is placed {where}"
