"""What a request does to a link, as a value; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from core.errors import Rejected
from lab.requests import Cut, Heal, LinkRequest, Lose, Silence, Slow
from lab.state import LaneFault, LinkFault, LinkRecord
from stacks.resources import LinkSpec


def afflicted(record: LinkRecord, request: LinkRequest) -> LinkFault:
    """Return the fault of the link after ``request``: its fault on record, changed.

    Raises:
        Rejected: the link does not end where the request says.
    """
    fault = record.fault
    match request:
        case Cut():
            return replace(fault, cut=True)
        case Silence(towards=towards):
            return _lanes(record, towards, lambda lane: replace(lane, silent=True))
        case Lose(towards=towards, loss_ratio=ratio):
            return _lanes(record, towards, lambda lane: replace(lane, loss_ratio=ratio))
        case Slow(towards=towards, round_trip_microseconds=round_trip):
            delay = _delay(record.spec, round_trip, one_way=towards is not None)
            return _lanes(record, towards, lambda lane: replace(lane, delay_microseconds=delay))
        case Heal():
            return LinkFault()
        case _:
            assert_never(request)


def is_cut(request: LinkRequest) -> bool:
    """Tell whether the power port is cut after ``request``, which names it.

    Raises:
        Rejected: it can be cut and healed, and nothing else.
    """
    if not isinstance(request, Cut | Heal):
        raise Rejected(
            f"the power port cannot be made to {request.verb}",
            expected="cut or heal",
            actual=request.verb,
            next_step=f"ndc lab cut {request.link}",
        )
    return isinstance(request, Cut)


def _lanes(
    record: LinkRecord, towards: str | None, change: Callable[[LaneFault], LaneFault]
) -> LinkFault:
    fault, spec = record.fault, record.spec
    if towards not in {None, spec.a.host, spec.z.host}:
        raise Rejected(
            f"link {spec.name} does not lead to {towards}",
            expected=f"{spec.a.host} or {spec.z.host}",
            actual=str(towards),
            next_step="name one of its ends, or none for both directions",
        )
    return replace(
        fault,
        forth=fault.forth if towards == spec.a.host else change(fault.forth),
        back=fault.back if towards == spec.z.host else change(fault.back),
    )


def _delay(spec: LinkSpec, round_trip_microseconds: int, *, one_way: bool) -> int:
    """Return the delay of each changed direction that makes the round trip as long as asked."""
    if one_way:
        return max(0, round_trip_microseconds - spec.delay_microseconds)
    return (round_trip_microseconds + 1) // 2
