"""What had to be so before and after a drill, and whether it was. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from core.errors import PlanRefused
from core.measure import Measure
from dr.drills.store_recovery import StoreRecovery
from inventory.names import DrillName, SiteName
from inventory.practice import Statement

Findings: TypeAlias = Mapping[Statement, bool | None]
"""whether each was so; None: nobody can say"""


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """How a service stood at one moment of a drill."""

    site: SiteName | None
    """that serves it; None: not seen"""
    protected: bool | None
    """whether a commit waits for a standby; None: not seen"""
    lately: Measure | None
    """of the last seconds; None: nobody measured"""
    whole: Measure | None
    """since the drill began; None: nobody measured"""
    older: Measure | None = None
    """of what was acknowledged too early to be lost, by what was announced; None: not measured"""
    stores: tuple[StoreRecovery, ...] = ()
    """those whose writer was taken away"""


def findings(
    statements: Iterable[Statement],
    standing: ServiceStanding,
    active: SiteName,
    promised: timedelta,
) -> Findings:
    """Return for each of ``statements`` whether it was so; None: nobody can say.

    ``active`` served when the drill began; ``promised`` is the tier's recovery time.
    """
    return {each: _is_so(each, standing, active, promised) for each in statements}


def _is_so(
    statement: Statement, standing: ServiceStanding, active: SiteName, promised: timedelta
) -> bool | None:
    match statement:
        case Statement.PROTECTED:
            return standing.protected
        case Statement.MOVED | Statement.STAYED:
            moved = None if standing.site is None else standing.site != active
            return moved if statement is Statement.MOVED or moved is None else not moved
        case Statement.STORES_SERVED:
            return _all_so(one.is_served for one in standing.stores)
        case Statement.STORES_AS_PLANNED:
            return _all_so(one.is_as_planned for one in standing.stores)
        case Statement.STORES_WITHIN_POINT:
            return _all_so(one.is_within_point for one in standing.stores)
        case _:
            return _is_measured(statement, standing, promised)


def _all_so(each: Iterable[bool | None]) -> bool | None:
    """Return whether it is so of all; what is known not to be so outranks what is not known."""
    said = {*each}
    if False in said:
        return False
    return None if None in said else True


def _is_measured(
    statement: Statement, standing: ServiceStanding, promised: timedelta
) -> bool | None:
    lately, whole = standing.lately, standing.whole
    match statement:
        case Statement.NOTHING_LOST:
            return _nothing_lost(whole)
        case Statement.WITHIN_BOUND:
            return _nothing_lost(standing.older)
        case Statement.IN_TIME:
            return None if whole is None else whole.gap.length <= promised
        case _:
            return None if lately is None else lately.acknowledged > 0


def _nothing_lost(measure: Measure | None) -> bool | None:
    if measure is None:
        return None
    if measure.lost:
        return False
    return True if measure.is_whole else None


def demand_so(name: DrillName, before: Findings) -> None:
    """Return if a drill may begin: all that has to be so ``before`` it was seen to be so.

    Raises:
        PlanRefused: something was not.
    """
    missing = [
        f"{each}, {'not so' if so is False else 'not seen'}"
        for each, so in before.items()
        if not so
    ]
    if missing:
        raise PlanRefused(
            f"{name} does not begin: nobody could say what came of it",
            expected=", ".join(before),
            actual="; ".join(missing),
            next_step="ndc status; when it is green, ask again",
        )
