"""What the words of a substrate mean."""

from __future__ import annotations

from stacks.substrates.port import LinkState, Power


def test_a_frozen_host_is_on_and_a_half_made_one_is_not() -> None:
    assert {power for power in Power if power.is_on} == {Power.RUNNING, Power.FROZEN}


def test_a_link_that_is_slow_or_lossy_still_carries() -> None:
    carrying = {state for state in LinkState if state.carries}

    assert carrying == {LinkState.UP, LinkState.SLOW, LinkState.LOSSY}
