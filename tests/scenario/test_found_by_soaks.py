"""Schedules that once broke something, and break it again where what mended that is taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dr.watching import Hearing
from tests.soak.events import Ask, FaultKind, Planned
from tests.soak.soak import judged

JUDGE_STANDS_STILL = (
    Planned(16.43, FaultKind.HOST_FROZEN, "ndc01-edge1", 19.6),
    Planned(38.68, Ask.CARRIED, "switchover public-service-portal", 0.0, "", 62),
    Planned(49.94, FaultKind.HOST_OFF, "ndc01-edge1", 39.59),
    Planned(80.84, FaultKind.SITE_CUT, "ndc02", 53.37),
    Planned(98.65, FaultKind.HOST_OFF, "ndc01-app", 14.48),
    Planned(116.75, FaultKind.POWER_OUT, "south-east", 10.47),
    Planned(136.07, FaultKind.HOST_FROZEN, "witness-control", 7.69),
)
"""whoever judges stands still between reading and judging, and the dead answer meanwhile"""


def _judges_however_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Hearing, "is_current", lambda _self, _now: True)


@pytest.mark.parametrize(
    ("mend_not", "seed", "events", "broken"),
    [
        (_judges_however_late, 1716, JUDGE_STANDS_STILL, "I5 dead on one word"),
    ],
)
def test_what_a_soak_found_is_mended_and_found_again_without_that(
    mend_not: Callable[[pytest.MonkeyPatch], None],
    seed: int,
    events: tuple[Planned, ...],
    broken: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    well = judged(seed, events).violations

    mend_not(monkeypatch)

    assert well == ()
    assert [one for one in judged(seed, events).violations if one.startswith(broken)]


@pytest.mark.parametrize("seed", [1273, 1716])
def test_a_seed_that_broke_something_breaks_nothing(seed: int) -> None:
    assert judged(seed).violations == ()
