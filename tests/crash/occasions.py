"""A run of each kind, as it goes where nobody disturbs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache

from core.runs.journal import Where
from dr.actions import Action
from dr.loss_actions import RefuseOrigin
from tests.failovers import (
    START,
    consents,
    drilled,
    failover,
    regional,
    returned,
    unpowered,
    unsure,
)
from tests.rehearsals import Rehearsal, rehearsal

SELDOM = timedelta(milliseconds=500)
"""citizens are asked what they lost, and not for how long they waited"""
OCCASIONS: dict[str, Callable[[], Rehearsal]] = {
    "switchover": lambda: rehearsal(every=SELDOM),
    "failover": lambda: failover("ndc01", every=SELDOM),
    "unpowered": lambda: unpowered("ndc01", every=SELDOM),
    "region": lambda: regional("ndc01", "ndc02"),
    "attested": lambda: unsure("ndc01"),
    "drill": lambda: drilled("ndc01", every=SELDOM),
    "failback": lambda: returned("ndc01", every=SELDOM),
}


@cache
def undisturbed(occasion: Callable[[], Rehearsal]) -> list[Action]:
    """Return what the run of ``occasion`` does where nobody disturbs it."""
    made = occasion()
    made.engine(inbox=consents(made)).start(made.plan, Where.MEMORY, START)
    made.world.sleep(timedelta(seconds=5))
    return made.effects


def told_apart(effects: Iterable[Action]) -> list[Action]:
    """Return ``effects`` with what borders were told in front: side by side, in any order."""
    return sorted(effects, key=lambda one: one.border if isinstance(one, RefuseOrigin) else "~")
