"""What a drill may take away, how often, and what may be said of a service before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from inventory.names import DrillName, ServiceName


class Taken(StrEnum):
    """What a drill takes away of what a service stands on when it begins."""

    NOTHING = "nothing"
    """it is moved by a plan, and all of it lives"""
    LEADER = "leader"
    """the host that leads its database"""
    SITE = "site"
    """every host of the site that serves it"""
    REGION = "region"
    """every host of every site in the region of that site"""
    PAIR = "pair"
    """every link between that site and the best refuge"""
    VOTER = "voter"
    """a voter at another site, from where nobody measures; first one that no commit waits for"""


class Statement(StrEnum):
    """What is so of a service; a hypothesis is some of these."""

    SERVED = "served"
    """citizens' writes are acknowledged"""
    PROTECTED = "protected"
    """a commit waits for a standby"""
    MOVED = "moved"
    """another site serves it than when the drill began"""
    STAYED = "stayed"
    """the same site serves it"""
    NOTHING_LOST = "nothing-lost"
    """every write that was acknowledged during the drill is there"""
    WITHIN_BOUND = "within-bound"
    """no write is gone that was acknowledged earlier than the plan announced before it ran"""
    IN_TIME = "in-time"
    """citizens waited no longer than its tier's recovery time"""
    STORES_SERVED = "stores-served"
    """each store whose writer was taken away is read and written by its owner"""
    STORES_AS_PLANNED = "stores-as-planned"
    """each of them went on where the plan had it, from the point that it named; no copy differs"""
    STORES_WITHIN_POINT = "stores-within-point"
    """of none of them anything is gone that was older than its tier's recovery point, or than the
    recovery point from which it went on
    """


@dataclass(frozen=True, slots=True)
class Practice:
    """What is practised with a service, and how often."""

    drill: DrillName
    service: ServiceName
    takes: Taken
    every: timedelta
    """by the tier of its service; later than so long after the last time it is overdue"""
