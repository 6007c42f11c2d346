"""What rules about lost stores let pass that comes close, and what they name and do not name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dr.placement import Placement
from dr.planning.copies import UNKNOWN
from dr.planning.refusing import borders
from dr.planning.rules.stores import objections_to_store
from inventory.names import SiteName
from tests.rehearsals import RUN
from tests.store_losses import URGENT, StoreLoss, host_of, store_loss

HOME = SiteName("ndc01")


def _untold() -> StoreLoss:
    """Return a loss of which nobody tells power, and whose borders at one site are silent."""
    made = store_loss("ndc01")
    made.world.truth.plant.mute_ports |= made.lost
    made.world.truth.plant.dark.add(SiteName("witness"))
    return made


def test_two_people_may_attest_for_a_store_what_not_every_border_would_refuse() -> None:
    made = _untold()
    silent = [one for one in borders(made.network, HOME, made.lost) if "witness" in one]

    moved = {one.store.name for one in made.stores("it burns", attested=True).moves}
    objections = made.stores("it burns").objections

    assert URGENT in moved
    assert silent
    assert objections[URGENT].actual == f"{' and '.join(silent)} cannot be asked"


def test_a_copy_without_a_point_is_objected_to_once() -> None:
    made = store_loss("ndc01")
    move, facts = made.stores().moves[0], made.facts()[URGENT]
    host = host_of(made.network, URGENT, "ndc02")
    empty = replace(facts.standings[host], points=())

    found = objections_to_store(
        made.network,
        replace(facts, standings={**facts.standings, host: empty}),
        replace(move, store=made.store().store, host=host),
    )

    assert [one.what for one in found] == [f"{host} has no recovery point of {URGENT}"]


def test_of_a_store_placed_where_no_copy_is_no_writer_is_asked_about() -> None:
    made = store_loss("ndc01")
    move, facts = made.stores().moves[0], made.facts()[URGENT]
    nowhere = replace(facts, placement=Placement(SiteName("witness"), 1, RUN))

    found = objections_to_store(made.network, nowhere, replace(move, store=made.store().store))

    assert not [one for one in found if "may announce" in one.what]


@pytest.mark.parametrize(
    ("is_compared", "told"), [(False, "none was made"), (True, "the last one found a difference")]
)
def test_a_copy_that_was_not_found_whole_says_whether_it_was_compared(
    *, is_compared: bool, told: str
) -> None:
    made = store_loss("ndc01")
    move, facts = made.stores().moves[0], made.facts()[URGENT]
    host = host_of(made.network, URGENT, "ndc02")
    own = facts.standings[host]
    assert own.read_back is not None
    differs = replace(own.read_back, equal=False) if is_compared else None

    found = objections_to_store(
        made.network,
        replace(facts, standings={**facts.standings, host: replace(own, read_back=differs)}),
        replace(move, store=made.store().store, host=host),
    )

    (objection,) = [one for one in found if "never found to be whole" in one.what]
    assert objection.actual == told


def test_a_host_that_tells_nothing_of_a_store_has_no_point_as_far_as_is_known() -> None:
    made = store_loss("ndc01")
    move, facts = made.stores().moves[0], made.facts()[URGENT]
    host = host_of(made.network, URGENT, "ndc02")
    others = {name: one for name, one in facts.standings.items() if name != host}

    found = objections_to_store(
        made.network,
        replace(facts, standings=others),
        replace(move, store=made.store().store, host=host),
    )

    assert [(one.what, one.actual) for one in found] == [
        (f"{host} has no recovery point of {URGENT}", UNKNOWN)
    ]
