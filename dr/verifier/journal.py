"""What the journal of a pack tells: what was done, when, and who asked for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from core.formats import FIRST, Format
from dr.verifier.contents import PackContents, parsed
from dr.verifier.findings import PackFindings
from dr.verifier.keys import PublicKeys

FILE: Final = "journal.jsonl"

_NAMESPACE: Final = "ndc-run"
_LIFE: Final = timedelta(minutes=15)
"""how long a signed request may wait to be written down, or count; its id says when it was made"""
_LOOK: Final = timedelta(minutes=1)
"""whether what people said counts is asked before a last look: so much later a step may begin"""


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """Its lines, and what they say."""

    lines: tuple[bytes, ...]
    """with their ends"""
    records: tuple[dict[str, Any], ...]
    plan: dict[str, Any]

    @classmethod
    def read(cls, contents: PackContents, findings: PackFindings) -> ReadJournal:
        """Return the journal in ``contents``; where it is damaged, what can be read of it."""
        content = contents.files.get(FILE, b"")
        lines = tuple(content.splitlines(keepends=True))
        records = tuple(parsed(line.decode("utf-8", "replace")) for line in lines)
        if not content:
            findings.damage(FILE, "it is missing")
        elif not content.endswith(b"\n"):
            findings.damage(FILE, "its last line is cut off")
        if [record.get("seq") for record in records] != list(range(len(records))):
            findings.damage(FILE, "its records are not numbered from 0 without a gap")
        opened = records[0].get("entry", {}) if records else {}
        Format.JOURNAL.demand_number(opened.get("format", FIRST), "the journal of the pack")
        plan = opened.get("plan") or {}
        written = {k: v for k, v in contents.plain("plan.json", findings).items() if k != "format"}
        if plan != written:
            findings.damage("plan.json", "the run was opened with another plan")
        journal = cls(lines, records, plan)
        ids = [request["id"] for _, request in journal.requests()]
        if len(set(ids)) != len(ids):
            findings.damage(FILE, "a request was obeyed twice")
        return journal

    @property
    def run(self) -> str:
        """What the run is called."""
        return str(self.plan.get("id", ""))

    @property
    def moves(self) -> list[dict[str, Any]]:
        """The services that it moves."""
        basis = self.plan.get("basis", {})
        return basis.get("moves") or ([basis] if "service" in basis else [])

    @property
    def verdict(self) -> str | None:
        """How it was closed; None: it was not."""
        last = self.records[-1].get("entry", {}) if self.records else {}
        return last.get("verdict") if last.get("what") == "closed" else None

    def digest(self, count: int) -> str:
        """Return the hash of its first ``count`` lines."""
        return sha256(b"".join(self.lines[:count])).hexdigest()

    def at(self, number: int) -> datetime:
        """Return when record ``number`` was written."""
        return datetime.fromisoformat(self.records[number]["at"])

    def beginnings(self, step: str) -> Iterator[int]:
        """Yield each record by which ``step`` was begun, but for what goes on with a lost attempt.

        Who had begun it may send it again while it is in doubt, however long that takes.
        """
        before = ""
        for number, record in enumerate(self.records):
            entry = record.get("entry", {})
            if (entry.get("what"), entry.get("step")) == ("step", step):
                if entry["event"] == "started" and before != "lost":
                    yield number
                before = entry["event"]

    def events(self) -> Iterator[tuple[datetime, str, str]]:
        """Yield when what happened to which step."""
        for record in self.records:
            entry = record.get("entry", {})
            if entry.get("what") == "step":
                yield datetime.fromisoformat(record["at"]), entry["step"], entry["event"]

    def phases(self) -> list[tuple[str, datetime, timedelta]]:
        """Return each phase that was begun, in the plan's order, when, and how long it took."""
        events = list(self.events())
        steps: dict[str, set[str]] = {}
        for step in self.plan.get("steps", []):
            steps.setdefault(step["phase"], set()).add(step["id"])
        phases = []
        for phase, own in steps.items():
            begun = [at for at, step, event in events if step in own and event == "started"]
            ends = [at for at, step, event in events if step in own and event != "started"]
            if begun:
                phases.append((phase, begun[0], max([*ends, begun[-1]]) - begun[0]))
        return phases

    def requests(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield who asked for what, by the record that says so; first who had it started."""
        for number, record in enumerate(self.records):
            entry = record.get("entry", {})
            if entry.get("what") == "opened" and entry.get("start"):
                yield number, entry["start"]
            if entry.get("what") == "request":
                yield number, entry


@dataclass(frozen=True, slots=True)
class ProvedRequest:
    """A request whose signature was verified."""

    wish: str
    by: str
    step: str | None
    key: str
    number: int
    """of the record that says so"""
    until: datetime | None = None
    """how long it counts; None: for good"""


def proved_requests(
    journal: ReadJournal, contents: PackContents, keys: PublicKeys
) -> list[ProvedRequest]:
    """Return the requests that are signed by who asked, lately, by the keys that are believed."""
    proved = []
    for number, request in journal.requests():
        proof = request.get("proof") or {}
        text = _statement(journal, contents, request)
        key = keys.signer(request["by"], text, proof.get("signature", ""), _NAMESPACE)
        made_at = datetime.strptime(request["id"][:22], "%Y%m%d-%H%M%S-%f").replace(tzinfo=UTC)
        until = _until(request)
        lasts = until is None or until <= made_at + _LIFE
        if key is not None and lasts and abs(journal.at(number) - made_at) <= _LIFE:
            what = (request["wish"], request["by"], request.get("step"))
            proved.append(ProvedRequest(*what, key, number, until))
    return proved


def demand_approvals(
    journal: ReadJournal, proved: list[ProvedRequest], findings: PackFindings
) -> None:
    """Find each step that was begun while those whom it waits for were not proved to agree."""
    start = next((one for one in proved if one.wish == "start"), None)
    for step in journal.plan.get("steps", []):
        name, wanted = step["id"], step.get("attested_by") or 0
        for number in journal.beginnings(name) if wanted or step.get("gate") else ():
            said = [one for one in proved if one.step == name and one.number < number]
            if lacking := _lacking(said, start, wanted, journal.at(number)):
                findings.damage(FILE, f"{name} was begun, and {lacking}")
                break


def _lacking(
    said: list[ProvedRequest], start: ProvedRequest | None, wanted: int, at: datetime
) -> str:
    """Return who of those that a step waits for does not agree ``at`` that moment; "" if all do."""
    if wanted:
        people = _attesting(said, at)
        return "" if people >= wanted else f"{people} of {wanted} people are proved to attest it"
    others = [
        one
        for one in said
        if one.wish == "approve"
        and start is not None
        and one.by != start.by
        and one.key != start.key
        # an ndc that wrote journals of format 3 had approvals count for good
        and (one.until is None or at <= one.until + _LOOK)
    ]
    return "" if others else "no second person is proved to agree"


def _attesting(said: list[ProvedRequest], at: datetime) -> int:
    """Return how many people attest ``at`` that moment: two names with one key are one."""
    lasting = [
        one
        for one in said
        if one.wish == "attest" and one.until is not None and at <= one.until + _LOOK
    ]
    return min(len({one.by for one in lasting}), len({one.key for one in lasting}))


def _statement(journal: ReadJournal, contents: PackContents, request: dict[str, Any]) -> str:
    fields = {
        "statement": 1,
        "environment": journal.plan.get("basis", {}).get("environment"),
        "run": journal.run,
        "plan": sha256(contents.files.get("plan.json", b"")).hexdigest(),
        "request": request.get("id"),
        "wish": request.get("wish"),
        "step": request.get("step"),
        "by": request.get("by"),
        "reason": request.get("reason", ""),
        "ticket": request.get("ticket", ""),
    }
    if until := _until(request):
        fields |= {"about": _attested(journal, request), "until": until.isoformat()}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False) + "\n"


def _until(request: dict[str, Any]) -> datetime | None:
    until = request.get("until")
    return datetime.fromisoformat(until) if until else None


def _attested(journal: ReadJournal, request: dict[str, Any]) -> list[str]:
    """Return the hosts that are attested to be off at the step that ``request`` is about."""
    actions = [
        step["action"] for step in journal.plan["steps"] if step["id"] == request.get("step")
    ]
    return next((list(one["hosts"]) for one in actions if one["kind"] == "attest-off"), [])
