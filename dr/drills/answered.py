"""How the loss of a drill was answered: by itself, by controllers, or by a plan of ours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.runs.plan import RunName
from dr.planning.bound import NOTHING, LossBound
from dr.planning.plan import MovedStore
from dr.planning.store_bound import StoreLeft


@dataclass(frozen=True, slots=True)
class Answered:
    """How one loss was answered; every time is since it began, by the operator's clock."""

    by: str
    """who answered it, in words"""
    detected: timedelta | None = None
    """when it was known what is lost; None: nobody had to know"""
    detected_by: str = ""
    decided: timedelta | None = None
    """when the plan was made, checked and begun; None: none was"""
    run: RunName | None = None
    came_to: str = ""
    """how that ended, in words"""
    announced: LossBound = NOTHING
    """what the plan said may be lost"""
    stores: tuple[MovedStore, ...] = ()
    """that the plan had begin elsewhere"""
    left: tuple[StoreLeft, ...] = ()
    """that it left without a writer"""
    failure: str = ""
    """why there was no answer; empty: there was one"""
