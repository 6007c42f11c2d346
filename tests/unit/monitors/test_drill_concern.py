"""What the network's health says of a drill that is not over."""

from __future__ import annotations

from dataclasses import replace

from monitors.health.concerns import Health, concerns, health_of, is_settled
from monitors.health.drills import DrillView
from tests.snapshots import healthy

DRILL = DrillView("20300101-000010-site-loss", "the power of ndc01-node", 4711)


def test_a_drill_that_somebody_holds_is_told_and_waited_for() -> None:
    snapshot = replace(healthy(), drill=DRILL)

    (concern,) = concerns(snapshot)

    assert health_of(snapshot) is Health.DEGRADED
    assert not is_settled(snapshot)
    assert concern.sentence == (
        "20300101-000010-site-loss is being held by process 4711; it takes the power of ndc01-node"
    )


def test_a_drill_that_was_left_waits_for_a_person_and_says_what_to_type() -> None:
    snapshot = replace(healthy(), drill=replace(DRILL, holder=None))

    (concern,) = concerns(snapshot)

    assert is_settled(snapshot)
    assert concern.sentence.endswith(
        "was left; it took the power of ndc01-node; next: ndc drill clean"
    )
