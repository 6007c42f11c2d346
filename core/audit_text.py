"""An audit log as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core.audit import AuditReading

_OF_A_GUARD = ("verdict", "act", "workload", "epoch", "run", "step", "refused", "request")


def audit_text(
    name: str,
    reading: AuditReading,
    most: int,
    is_signed: Callable[[Mapping[str, Any]], bool] = lambda _: False,
) -> str:
    """Return the last ``most`` lines of ``reading``, the log of ``name``, and how it stands.

    ``is_signed`` verifies the signature of a line.
    """
    return "\n".join(_lines(name, reading, most, is_signed))


def _lines(
    name: str, reading: AuditReading, most: int, is_signed: Callable[[Mapping[str, Any]], bool]
) -> Iterator[str]:
    ends = {line.fields.get("of"): line.fields for line in reading.lines}
    yield f"{name}: {'BROKEN' if reading.broken else 'whole'}, head {reading.head or 'none'}"
    if reading.torn:
        yield f"  {reading.torn} lines cannot be read: cut short by a crash, or written over"
    for line in [one for one in reading.lines if one.fields.get("what") != "ended"][-most:]:
        begun = line.fields.get("what") == "begun"
        end = _end(ends.get(line.number)) if begun else ""
        yield f"  {line.number:>5}  {line.told_at[:19]}  {_sentence(line.fields, is_signed)}{end}"


def _sentence(fields: Mapping[str, Any], is_signed: Callable[[Mapping[str, Any]], bool]) -> str:
    if "command" not in fields:
        return " ".join(str(fields[name]) for name in _OF_A_GUARD if fields.get(name))
    ticket = f" ({fields['ticket']})" if fields.get("ticket") else ""
    proof, key = "not proved by a key", fields.get("key")
    if key:
        proof = f"signed with {key}" if is_signed(fields) else f"which {key} does not prove here"
    return f"{fields.get('env')}  {fields.get('by')}, {proof}{ticket}: {fields['command']}"


def _end(fields: Mapping[str, Any] | None) -> str:
    if fields is None:
        return "  → its end was not written"
    run = f", run {fields['run']}" if fields.get("run") else ""
    return f"  → {fields.get('result')}{run}"
