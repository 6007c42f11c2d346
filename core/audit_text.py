"""An audit log as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.audit import AuditReading

_OF_A_GUARD = ("verdict", "act", "workload", "epoch", "run", "step", "refused", "request")


def audit_text(name: str, reading: AuditReading, most: int) -> str:
    """Return the last ``most`` lines of ``reading``, the log of ``name``, and how it stands."""
    return "\n".join(_lines(name, reading, most))


def _lines(name: str, reading: AuditReading, most: int) -> Iterator[str]:
    ends = {line.fields.get("of"): line.fields for line in reading.lines}
    yield f"{name}: {'BROKEN' if reading.broken else 'whole'}, head {reading.head or 'none'}"
    if reading.torn:
        yield f"  {reading.torn} lines cannot be read: cut short by a crash, or written over"
    for line in [one for one in reading.lines if one.fields.get("what") != "ended"][-most:]:
        begun = line.fields.get("what") == "begun"
        end = _end(ends.get(line.number)) if begun else ""
        yield f"  {line.number:>5}  {line.told_at[:19]}  {_sentence(line.fields)}{end}"


def _sentence(fields: Mapping[str, Any]) -> str:
    if "command" not in fields:
        return " ".join(str(fields[name]) for name in _OF_A_GUARD if fields.get(name))
    ticket = f" ({fields['ticket']})" if fields.get("ticket") else ""
    proof = f"signed with {fields['key']}" if fields.get("key") else "not proved by a key"
    return f"{fields.get('env')}  {fields.get('by')}, {proof}{ticket}: {fields['command']}"


def _end(fields: Mapping[str, Any] | None) -> str:
    if fields is None:
        return "  → its end was not written"
    run = f", run {fields['run']}" if fields.get("run") else ""
    return f"  → {fields.get('result')}{run}"
