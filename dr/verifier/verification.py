"""The whole of a pack verified: what was counted anew, what is wrong, what nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dr.verifier import anchors
from dr.verifier.anchors import read_anchors
from dr.verifier.contents import PackContents
from dr.verifier.findings import PackFindings
from dr.verifier.journal import (
    FILE,
    ProvedRequest,
    ReadJournal,
    demand_approvals,
    proved_requests,
)
from dr.verifier.keys import PublicKeys
from dr.verifier.ledger import Recount, recounted
from dr.verifier.report import compared


@dataclass(frozen=True, slots=True)
class Verification:
    """What a pack is worth."""

    run: str
    outcome: str
    """as the report calls it"""
    signed_by: str | None
    counts: tuple[Recount, ...]
    phases: tuple[tuple[str, datetime, timedelta], ...]
    damages: tuple[str, ...]
    """empty: everything is as it was signed, and the report says what was counted"""
    doubts: tuple[str, ...]
    """what was not measured, or nobody answers for"""

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts anything; with ``doubts`` it may still prove little."""
        return not self.damages


def verified(contents: PackContents, keys: PublicKeys) -> Verification:
    """Return what the pack with ``contents`` is worth to who believes ``keys`` alone.

    Raises:
        JournalCorrupt: it is of a format that is not read.
        Rejected: no signature could be looked at.
    """
    findings = PackFindings()
    manifest, report = dict[str, Any](), dict[str, Any]()
    journal, proved, counts = ReadJournal((), (), {}), list[ProvedRequest](), dict[str, Recount]()
    with findings.reading("manifest.json"):
        manifest = contents.manifest(findings, keys)
    with findings.reading(FILE):
        journal = ReadJournal.read(contents, findings)
        proved = proved_requests(journal, contents, keys)
        demand_approvals(journal, proved, findings)
    if manifest.get("run") != journal.run:
        findings.damage(FILE, f"it is of run {journal.run}, the pack of {manifest.get('run')}")
    with findings.reading(anchors.FILE):
        counts = _counts(journal, contents, findings, keys)
    with findings.reading("report.json"):
        report = compared(contents, journal, counts, proved, findings)
    return Verification(
        run=journal.run,
        outcome=str(report.get("outcome", "unknown")),
        signed_by=manifest.get("signed_by"),
        counts=tuple(counts.values()),
        phases=tuple(journal.phases()),
        damages=tuple(findings.damages),
        doubts=tuple(findings.doubts),
    )


def _counts(
    journal: ReadJournal, contents: PackContents, findings: PackFindings, keys: PublicKeys
) -> dict[str, Recount]:
    anchored = read_anchors(journal, contents, findings, keys)
    counts: dict[str, Recount] = {}
    for moved in journal.moves:
        service = str(moved["service"])
        with findings.reading(f"testimony-{service}.json"):
            count = recounted(service, journal, contents, anchored, findings, keys)
            counts |= {service: count} if count else {}
    return counts
