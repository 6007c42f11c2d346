"""What the machine is like on which figures are measured."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import datetime

from tests.benchmarks.idle import labs
from tests.benchmarks.result import Conditions
from tests.benchmarks.stand import CLOCK, ENVIRONMENT, PROFILE, Stand, demanded


@dataclass(frozen=True, slots=True)
class Before:
    """What must be seen before the first figure is measured."""

    at: datetime
    load: tuple[float, float, float]
    other_labs: frozenset[str]
    commit: str
    is_changed: bool

    @classmethod
    def seen(cls) -> Before:
        """Return how it is now."""
        return cls(
            at=CLOCK.now(),
            load=os.getloadavg(),
            other_labs=frozenset(labs() - {ENVIRONMENT}),
            commit=_git("rev-parse", "--short=12", "HEAD"),
            is_changed=bool(_git("status", "--porcelain", "--untracked-files=no")),
        )


def conditions(before: Before, stand: Stand, asked: str) -> Conditions:
    """Return the conditions once all was measured; labs that came meanwhile count."""
    return Conditions(
        at=before.at,
        commit=before.commit,
        is_changed=before.is_changed,
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        kernel=platform.release(),
        system=platform.freedesktop_os_release()["PRETTY_NAME"],
        load_before=before.load,
        other_labs=len(before.other_labs | (labs() - {ENVIRONMENT})),
        profile=PROFILE if stand.hosts else "",
        hosts=len(stand.hosts),
        asked=asked,
    )


def _git(*words: str) -> str:
    return demanded("git", *words, bound_seconds=60).strip()
