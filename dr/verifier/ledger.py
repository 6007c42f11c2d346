"""The writes that a probe signed for, counted anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from core.formats import Format
from dr.verifier.anchors import PROBE, ReadAnchor
from dr.verifier.contents import PackContents, parsed, stated
from dr.verifier.findings import PackFindings
from dr.verifier.journal import ReadJournal
from dr.verifier.keys import PublicKeys

_SEPARATOR: Final = ',"chain":"'


@dataclass(frozen=True, slots=True)
class Recount:
    """What the writes to one service came to, as they were counted here."""

    service: str
    since: datetime
    until: datetime
    acknowledged: int
    refused: int
    unknown: int
    lost: tuple[str, ...]
    """the keys of acknowledged writes that are gone"""
    not_read_back: int
    duplicated: int
    sent_again: int
    unknown_appeared: int
    gap: timedelta
    gap_began_at: datetime
    slip: timedelta
    """of the probe's own schedule"""

    @property
    def is_void(self) -> bool:
        """Whether the gap says more of the probe than of the service."""
        return self.slip > timedelta(milliseconds=200)

    def plain(self) -> dict[str, float]:
        """Return the figures as a report names them."""
        return {
            "acknowledged": self.acknowledged,
            "refused": self.refused,
            "unknown": self.unknown,
            "lost": len(self.lost),
            "not_read_back": self.not_read_back,
            "duplicated": self.duplicated,
            "sent_again": self.sent_again,
            "unknown_appeared": self.unknown_appeared,
            "gap_seconds": self.gap.total_seconds(),
            "worst_slip_seconds": self.slip.total_seconds(),
            "void": self.is_void,
        }


@dataclass(frozen=True, slots=True)
class _Ledger:
    service: str
    findings: PackFindings

    @property
    def file(self) -> str:
        return f"ledger-{self.service}.jsonl"

    def chained(self, lines: Sequence[str], before: str) -> list[str]:
        """Return the hash of each line, after comparing it with the line and the one before."""
        hashes = []
        for number, line in enumerate(lines, start=1):
            body, separator, rest = line.rpartition(_SEPARATOR)
            stated = rest.removesuffix('"}')
            if not separator or sha256(f"{before}{body}}}".encode()).hexdigest() != stated:
                self.findings.damage(self.file, f"line {number} does not follow the one before")
                break
            hashes.append(before := stated)
        return hashes

    def demand_anchored(
        self, ends: Sequence[str], statement: dict[str, Any], anchors: Sequence[ReadAnchor]
    ) -> None:
        """Find what contradicts how the ledger ended when the anchors were signed.

        ``ends`` are the hashes at which it may have ended then, in their order.
        """
        since, until = (datetime.fromisoformat(statement[name]) for name in ("since", "until"))
        at_least = 0
        for number, anchor in enumerate(anchors):
            if anchor.at is None or anchor.statement["probe"] != statement["probe"]:
                continue
            if not since <= anchor.at <= until:
                self.findings.damage(
                    self.file, f"it leaves out the time of anchor {number}: the run was longer"
                )
                continue
            head = anchor.statement["ledgers"].get(self.service, {}).get("hash")
            if head not in ends[at_least:]:
                self.findings.damage(self.file, f"at anchor {number} the probe had another ledger")
            else:
                at_least = ends.index(head)


def recounted(
    service: str,
    journal: ReadJournal,
    contents: PackContents,
    anchors: Sequence[ReadAnchor],
    findings: PackFindings,
    keys: PublicKeys,
) -> Recount | None:
    """Return what the writes to ``service`` came to; None: no probe signed for them."""
    name = f"testimony-{service}.json"
    text = contents.text(name)
    if not text:
        findings.doubt(name, "no probe signed for these writes: nobody can count them anew")
        return None
    statement = stated(Format.STATEMENT, text, name)
    owner = f"probe@{statement['probe']}"
    if keys.signer(owner, text, contents.text(f"{name}.sig"), PROBE) is None:
        findings.damage(name, f"it is not signed by {owner}, by the keys that are believed")
    about = (statement["what"], statement["service"], statement["environment"])
    if about != ("testimony", service, journal.plan["basis"]["environment"]):
        findings.damage(name, f"it is about something else: {' '.join(map(str, about))}")
    ledger = _Ledger(service, findings)
    lines = contents.text(ledger.file).splitlines()
    hashes = ledger.chained(lines, statement["before"])
    ends = [statement["before"], *hashes]
    if (len(lines), ends[-1]) != (statement["lines"], statement["after"]):
        findings.damage(ledger.file, "it does not end as the probe signed: lines are missing")
    ledger.demand_anchored(ends, statement, anchors)
    ids = contents.text(f"ids-{service}.json")
    if sha256(ids.encode()).hexdigest() != statement["ids_sha256"]:
        findings.damage(f"ids-{service}.json", "it was changed since the probe signed for it")
    return _counted(service, statement, [parsed(line) for line in lines], parsed(ids))


def _counted(
    service: str, statement: dict[str, Any], writes: list[dict[str, Any]], ids: dict[str, Any]
) -> Recount:
    since, until = (datetime.fromisoformat(statement[name]) for name in ("since", "until"))
    due = [one for one in writes if since <= datetime.fromisoformat(one["due_at"]) <= until]
    good, unknown = (
        [one for one in due if one["outcome"] == outcome] for outcome in ("ok", "unknown")
    )
    answered = sorted(datetime.fromisoformat(one["ended_at"]) for one in good)
    gap, began = _longest(since, [at for at in answered if since < at < until], until)
    return Recount(
        service=service,
        since=since,
        until=until,
        acknowledged=len(good),
        refused=sum(one["outcome"] == "refused" for one in due),
        unknown=len(unknown),
        lost=tuple(
            one["key"] for one in good if one["key"] in ids and one["id"] not in ids[one["key"]]
        ),
        not_read_back=sum(one["key"] not in ids for one in good),
        duplicated=sum(len(ids.get(one["key"], [])) > 1 for one in due),
        sent_again=sum(bool(one["sent_again"]) for one in good),
        unknown_appeared=sum(bool(ids.get(one["key"])) for one in unknown),
        gap=gap,
        gap_began_at=began,
        slip=_slip(since, due, until, timedelta(seconds=statement["interval_seconds"])),
    )


def _longest(
    since: datetime, marks: Sequence[datetime], until: datetime
) -> tuple[timedelta, datetime]:
    """Return the longest time between two neighbours, and when it began."""
    longest, began, last = timedelta(), since, since
    for mark in (*marks, until):
        if mark - last > longest:
            longest, began = mark - last, last
        last = mark
    return longest, began


def _slip(
    since: datetime, due: Sequence[dict[str, Any]], until: datetime, interval: timedelta
) -> timedelta:
    """Return by how much the schedule was missed: a write late, or none due for a while."""
    moments = [datetime.fromisoformat(one["due_at"]) for one in due]
    sent = [datetime.fromisoformat(one["sent_at"]) for one in due]
    late = [at - moment for at, moment in zip(sent, moments, strict=True)]
    silence, _ = _longest(since, sorted(moments), until)
    return max([*late, silence - interval, timedelta()])
