"""What the probe of a stub network answers: its ledger holds what the simulated citizens wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from access.clients.probe import MeasureAnswer
from dr.simulation.citizens import EVERY
from dr.simulation.world import World
from monitors.ledger import GENESIS, Head, LedgerEntry, WriteOutcome, chained, measure
from monitors.probe.ledger_file import Stretch
from monitors.probe.service_probe import Measured
from monitors.probe.statements import Oath
from tests.rehearsals import SERVICE
from tests.stubs.https import Asked, Reply


@dataclass(frozen=True, slots=True)
class StubProbe:
    """The probe in front of ``world``; by its clock simulated time began when it is told."""

    world: World
    tells_began: Callable[[], datetime]
    oath: Oath
    ledger: list[tuple[str, LedgerEntry]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        match asked.path.split("/"):
            case ["", "summary"]:
                return 200, self._summary()
            case ["", "measure", name] if name == SERVICE:
                window = [datetime.fromisoformat(asked.parameters[k]) for k in ("since", "until")]
                return 200, self._measure(window[0], window[1]).model_dump(mode="json")
            case ["", "witness"]:
                heads = {str(SERVICE): self._chained()[1]}
                said = self.oath.witness(asked.parameters["told"], heads, self._now)
                return 200, said.model_dump(mode="json")
            case ["", "key"]:
                return 200, self.oath.key_answer().model_dump(mode="json")
            case other:
                return 404, f"no {other} here"

    @property
    def began(self) -> datetime:
        """When simulated time began, by the clock of the probe."""
        return self.tells_began()

    @property
    def _now(self) -> datetime:
        return self.began + self.world.elapsed()

    def _summary(self) -> dict[str, Any]:
        acknowledged = self.world.citizens[SERVICE].acknowledged
        last = acknowledged[-1] if acknowledged else None
        head = self._chained()[1]
        service = {
            "taken_at": self._now.isoformat(),
            "window_seconds": 10.0,
            "acknowledged": len(acknowledged),
            "refused": 0,
            "unknown": 0,
            "last_acknowledged_at": (self.began + last.at).isoformat() if last else None,
            "site": last.site if last else "",
            "host": "",
            "missing": 0,
            "missing_since": None,
            "slip_seconds": 0.0,
            "head": {"lines": head.lines, "hash": head.hash},
        }
        return {"services": {SERVICE: service}}

    def _measure(self, since: datetime, until: datetime) -> MeasureAnswer:
        lines, _ = self._chained()
        within = [n for n, (_, entry) in enumerate(lines) if since <= entry.due_at <= until]
        cut = slice(within[0], within[-1] + 1) if within else slice(0, 0)
        before = _hash(lines[cut.start - 1][0]) if cut.start else GENESIS
        texts, entries = [line for line, _ in lines[cut]], [entry for _, entry in lines[cut]]
        stretch = Stretch(
            before, _hash(texts[-1]) if texts else before, tuple(texts), tuple(entries)
        )
        rows = set(self.world.truth.at(SERVICE).database.log)
        ids = {e.key: [e.sequence] if e.key in rows else [] for e in entries}
        counted = measure(entries, ids, window=(since, until), interval=EVERY)
        measured = Measured(counted, stretch, ids)
        said = self.oath.testimony(SERVICE, measured, interval=EVERY, at=self._now)
        return MeasureAnswer(service=SERVICE, measure=counted, testimony=said)

    def _chained(self) -> tuple[list[tuple[str, LedgerEntry]], Head]:
        citizens = self.world.citizens[SERVICE]
        known = len(self.ledger)
        sites = {write.row: write.site for write in citizens.acknowledged}
        for number, at in enumerate(citizens._sent[known:], start=known + 1):
            entry = self._entry(number, at, sites.get(f"{SERVICE}-{number}"))
            line, _ = chained(entry, self._head)
            self.ledger.append((line, entry))
        return self.ledger, self._head

    @property
    def _head(self) -> Head:
        return Head(len(self.ledger), _hash(self.ledger[-1][0])) if self.ledger else Head()

    def _entry(self, number: int, at: timedelta, site: str | None) -> LedgerEntry:
        moment = self.began + at
        return LedgerEntry(
            sequence=number,
            key=f"{SERVICE}-{number}",
            due_at=moment,
            sent_at=moment,
            ended_at=moment,
            outcome=WriteOutcome.UNKNOWN if site is None else WriteOutcome.OK,
            connection="new",
            id=None if site is None else number,
            site=site or "",
        )


def _hash(line: str) -> str:
    return line.rpartition('"chain":"')[2].removesuffix('"}')
