"""Who was told how the journal ended, and when: so that nobody wrote it anew afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

from core.formats import Format
from dr.verifier.contents import PackContents, parsed, stated
from dr.verifier.findings import PackFindings
from dr.verifier.journal import ReadJournal
from dr.verifier.keys import PublicKeys

FILE: Final = "anchors.jsonl"
PROBE: Final = "ndc-probe"
"""what the signatures of probes are for"""

LATEST: Final = timedelta(seconds=25)
"""after which a record is to be anchored: it is tried every ten seconds"""


@dataclass(frozen=True, slots=True)
class ReadAnchor:
    """One anchor: what the probe was told, and what it said to that."""

    records: int
    """that the journal had"""
    asked_at: datetime
    """by the clock of whoever carried the run"""
    statement: dict[str, Any]
    """by the probe, its signature verified; empty: nobody signed"""

    @property
    def at(self) -> datetime | None:
        """When the probe was told, by its clock; None: it was not."""
        moment = self.statement.get("at")
        return None if moment is None else datetime.fromisoformat(moment)


def read_anchors(
    journal: ReadJournal, contents: PackContents, findings: PackFindings, keys: PublicKeys
) -> list[ReadAnchor]:
    """Return the anchors in ``contents``, each compared with the journal and the one before."""
    lines = contents.text(FILE).splitlines()
    if not lines:
        findings.doubt(FILE, "nobody else was told how the journal ended while the run went on")
        return []
    anchors, previous = [], ""
    for number, line in enumerate(lines):
        where = f"anchor {number}"
        text = parsed(stated(Format.ANCHOR, line, where)["told"])
        if (text["seq"], text["previous"]) != (number, previous):
            findings.damage(FILE, f"{where} does not follow the one before: one is missing")
        if text["journal_sha256"] != journal.digest(text["records"]):
            findings.damage(FILE, f"{where} was set on another journal than this one")
        statement = _statement(line, findings, keys, where)
        asked_at = datetime.fromisoformat(parsed(line)["asked_at"])
        anchors.append(ReadAnchor(text["records"], asked_at, statement))
        previous = sha256(line.encode()).hexdigest()
    _demand_order(anchors, journal, findings)
    _doubt_late(anchors, journal, findings)
    return anchors


def _statement(line: str, findings: PackFindings, keys: PublicKeys, where: str) -> dict[str, Any]:
    signed = parsed(line)["statement"]
    if signed is None:
        findings.doubt(FILE, f"{where} was signed by no probe")
        return {}
    statement = stated(Format.STATEMENT, signed["text"], f"what was signed in {where}")
    owner = f"probe@{statement['probe']}"
    if keys.signer(owner, signed["text"], signed["signature"], PROBE) is None:
        findings.damage(FILE, f"{where} is not signed by {owner}, by the keys that are believed")
    if (statement["what"], statement["told"]) != ("witness", parsed(line)["told"]):
        findings.damage(FILE, f"{where}: the probe signed something else")
    return statement


def _demand_order(
    anchors: Sequence[ReadAnchor], journal: ReadJournal, findings: PackFindings
) -> None:
    for earlier, later in pairwise(anchors):
        if later.records < earlier.records:
            findings.damage(FILE, "the journal grew shorter from one anchor to the next")
        if earlier.at is not None and later.at is not None and later.at < earlier.at:
            findings.damage(FILE, "an anchor was signed before the one before it")
    if anchors[-1].records != len(journal.records):
        missing = f"{len(journal.records) - anchors[-1].records} records follow the last anchor"
        findings.damage(FILE, f"{missing}: one is missing, or they were added later")


def _doubt_late(
    anchors: Sequence[ReadAnchor], journal: ReadJournal, findings: PackFindings
) -> None:
    """Doubt what was anchored long after it was written: until then it could be written anew."""
    for earlier, later in pairwise([ReadAnchor(0, journal.at(0), {}), *anchors]):
        if later.records > earlier.records:
            waited = later.asked_at - journal.at(earlier.records)
            if waited > LATEST:
                findings.doubt(
                    FILE,
                    f"record {earlier.records} was anchored {waited.total_seconds():.0f} s "
                    "after it was written",
                )
