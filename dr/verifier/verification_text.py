"""What a pack of evidence is worth, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dr.verifier.ledger import Recount
from dr.verifier.verification import Verification

_MOST: Final = 20
"""lost writes that are named"""


def verification_text(verification: Verification) -> str:
    """Return ``verification`` as a person reads it; what is wrong comes first."""
    lines = [f"{verification.run}: {_verdict(verification)}"]
    lines += [f"  WRONG    {damage}" for damage in verification.damages]
    lines += [f"  unknown  {doubt}" for doubt in verification.doubts]
    lines += [f"  signed by {verification.signed_by or 'nobody'}"]
    for count in verification.counts:
        lines += ["", f"  {count.service}, counted anew:", *_figures(count)]
    lines += ["", *_phases(verification)]
    return "\n".join(lines)


def verification_plain(verification: Verification) -> dict[str, Any]:
    """Return ``verification`` for other programs; durations are seconds."""
    return {
        "run": verification.run,
        "holds": verification.holds,
        "outcome": verification.outcome,
        "signed_by": verification.signed_by,
        "damages": list(verification.damages),
        "doubts": list(verification.doubts),
        "services": [
            {"service": one.service, **one.plain(), "lost_keys": list(one.lost)}
            for one in verification.counts
        ],
        "phases": [
            {"phase": phase, "began_at": began.isoformat(), "took_seconds": took.total_seconds()}
            for phase, began, took in verification.phases
        ],
    }


def _verdict(verification: Verification) -> str:
    if verification.damages:
        return "NOT TO BE BELIEVED"
    if verification.doubts:
        return f'it holds, as far as it goes; the report says "{verification.outcome}"'
    return f'it holds; the report says "{verification.outcome}"'


def _figures(count: Recount) -> Iterator[str]:
    void = f"  (void: the probe slipped by {count.slip.total_seconds():.2f} s)"
    due = count.acknowledged + count.refused + count.unknown
    yield f"    gap           {count.gap.total_seconds():.2f} s{void if count.is_void else ''}"
    yield f"    acknowledged  {count.acknowledged} of {due}"
    yield f"    lost          {len(count.lost)}"
    yield from (f"                  {key}" for key in count.lost[:_MOST])
    if len(count.lost) > _MOST:
        yield f"                  and {len(count.lost) - _MOST} more"
    yield f"    not read back {count.not_read_back}"
    yield f"    duplicated    {count.duplicated} of {count.sent_again} sent again"


def _phases(verification: Verification) -> Iterator[str]:
    if verification.phases:
        yield "  phase          took, by the journal"
    for phase, _, took in verification.phases:
        yield f"  {phase:<12} {took.total_seconds():>6.2f} s"
