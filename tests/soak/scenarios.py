"""What others lived through, as schedules: each with what is told of it here, and what never is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import Judged, judged

_PORTAL: Final = "switchover public-service-portal"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One of them; ``seed`` says in which network it happens, and what is left to chance."""

    elsewhere: str
    """what happened to others"""
    events: Sequence[Planned]
    told: Sequence[str]
    """parts of the story, in this order"""
    never: Sequence[str] = ()
    """what is no part of it"""
    seed: int = 0

    def judged(self) -> Judged:
        """Return what comes of it."""
        return judged(self.seed, self.events)

    def deviation(self, story: Sequence[str]) -> str:
        """Return the first thing in which ``story`` is another than expected; "": none."""
        lines = iter(story)
        for part in self.told:
            if not any(part in line for line in lines):
                return f"not told, or not in this order: {part}"
        unwanted = (part for part in self.never if any(part in line for line in story))
        return next((f"told: {part}" for part in unwanted), "")


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "ticket-granted-twice": Scenario(
        elsewhere="a site was cut off, another got its ticket, and after the reconnection both "
        "held it (ClusterLabs/booth 68)",
        events=(Planned(5.0, FaultKind.SITE_CUT, "ndc01", 40.0),),
        told=(
            "site-cut at ndc01 begins",
            "ndc01-data stops taking writes of general-db",
            "ndc02-data holds the key of general-db, for timeline 2: elected",
            "ndc02-data leads general-db on timeline 2",
            "site-cut at ndc01 ends",
        ),
        never=("on timeline 3", "ndc01-data leads general-db on timeline 2"),
    ),
    "half-a-promotion": Scenario(
        elsewhere="a promotion ended where one of its writes failed, and what was written before "
        "stayed (memgraph 2410)",
        events=(
            Planned(9.0, FaultKind.MESSAGE, "move-placement", 60.0, "refused", 1),
            Planned(10.0, Ask.CARRIED, _PORTAL),
        ),
        told=(
            "ndc02-data leads general-db on timeline 2",
            "place rejected move-placement",
            "place started move-placement",
            "public-service-portal is placed at ndc02, epoch 2",
            "ndc02-app announces public-service-portal, epoch 2",
            "ndc01-app withdraws public-service-portal",
            "close succeeded release-workload",
        ),
        never=("on timeline 3", "epoch 3", "nobody serves"),
    ),
    "resync-from-the-wrong-side": Scenario(
        elsewhere="the old side came back, and the new one was made a copy of it: all that it had "
        "taken since was gone (NetAppDocs/ontap 1426)",
        events=(Planned(5.0, FaultKind.HOST_OFF, "ndc01-data", 60.0),),
        told=(
            "ndc01-data loses its power",
            "ndc02-data leads general-db on timeline 2",
            "ndc01-data has power again",
            "ndc01-data keeps what only it has of general-db: in-flight-1",
            "ndc01-data is rewound in general-db",
        ),
        never=("ndc02-data is rewound", "on timeline 3"),
        seed=6,
    ),
    "six-minutes": Scenario(
        elsewhere="a switch took longer than whoever asked for it waited, was called failed, and "
        "happened (patroni 743)",
        events=(
            Planned(5.0, FaultKind.SLOW_PROMOTION, "general-db", 20.0, "", 360),
            Planned(10.0, Ask.CARRIED, _PORTAL),
        ),
        told=(
            "promote started switch-database",
            "promote lost switch-database",
            "run-1: held",
            "ndc02-data leads general-db on timeline 2",
            "promote succeeded switch-database",
            "close succeeded release-workload",
        ),
        never=(
            "on timeline 3",
            "ndc01-data leads general-db on timeline 2",
            "promote abandoned",
        ),
    ),
    "received-and-not-replayed": Scenario(
        elsewhere="a copy had received everything and replayed little; its lag counted what it had "
        "received, so it was promoted, and replayed for as long as citizens waited",
        events=(
            Planned(5.0, FaultKind.STILL, "ndc02-data", 115.0),
            Planned(12.0, FaultKind.HOST_OFF, "ndc01-data", 200.0),
            Planned(20.0, Ask.CARRIED, "failover public-service-portal"),
        ),
        told=(
            "is refused: ndc02-data does not replay what it received of general-db",
            "replays-nothing at ndc02-data ends",
            "ndc02-data leads general-db on timeline 2",
        ),
        never=("take-over",),
    ),
}
"""by the names under which ``python -m tests.soak`` tells them"""
