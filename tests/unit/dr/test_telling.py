"""What databases are told by ``ndc up``, in the simulated network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Unreachable
from core.runs.plan import RunName
from dr.placement import Claim
from dr.simulation.database import SimulatedDatabase
from dr.simulation.world import World, rehearsed
from dr.telling import tell_last_copies
from inventory.names import DatabaseName, HostName
from inventory.network import Network
from inventory.promises import LastCopy
from tests.networks import PORTAL_ALONE, network
from tests.rehearsals import SERVICE

TINY = network("tiny", *PORTAL_ALONE)
RUN = RunName("20300101-000002-move")
BLOCK, CONTINUE = LastCopy.BLOCK, LastCopy.CONTINUE
OTHER = {BLOCK: CONTINUE, CONTINUE: BLOCK}


def _declared(last_copy: LastCopy) -> Network:
    return replace(TINY, databases=tuple(replace(d, last_copy=last_copy) for d in TINY.databases))


def _running(declared: LastCopy) -> tuple[World, SimulatedDatabase, Network]:
    """Return a world in which everything was made as is ``declared`` no more."""
    world = rehearsed(_declared(OTHER[declared]), SERVICE)
    world.sleep(timedelta(seconds=5))
    return world, world.truth.databases[DatabaseName("general-db")], _declared(declared)


@pytest.mark.parametrize("declared", list(LastCopy))
def test_a_database_that_runs_is_told_what_is_declared_now(declared: LastCopy) -> None:
    world, database, network = _running(declared)

    untold = tell_last_copies(network, world.doors)

    assert untold == ()
    assert database.last_copy is declared


def test_what_is_so_is_not_written_again() -> None:
    world, _, network = _running(BLOCK)
    tell_last_copies(network, world.doors)
    changes, told = world.truth.changes, len(world.truth.history.events)

    tell_last_copies(network, world.doors)

    assert (world.truth.changes, len(world.truth.history.events)) == (changes, told)


def test_what_a_run_holds_is_left_to_the_run() -> None:
    world, database, network = _running(BLOCK)
    world.truth.at(SERVICE).claim = Claim(RUN, 1)

    untold = tell_last_copies(network, world.doors)

    assert untold == (f"general-db is not told to block without a copy: {RUN} holds it",)
    assert database.last_copy is CONTINUE


def test_one_without_a_copy_is_not_told_to_stop_and_goes_on_at_once_where_that_is_declared() -> (
    None
):
    world, database, network = _running(BLOCK)
    world.truth.plant.power_off(HostName("ndc02-node"))
    world.sleep(timedelta(seconds=30))
    assert database.alone

    untold = tell_last_copies(network, world.doors)
    database.be_told(BLOCK)
    world.sleep(timedelta(seconds=5))
    stopped = database.acknowledges
    tell_last_copies(_declared(CONTINUE), world.doors)
    world.sleep(timedelta(seconds=5))

    (sentence,) = untold
    assert sentence.endswith("none is seen to confirm, so it would stop at once")
    assert not stopped
    assert database.acknowledges


def test_where_no_quorum_answers_it_is_asked_again() -> None:
    world, _, network = _running(BLOCK)
    world.truth.quorum.stopped = True

    with pytest.raises(Unreachable):
        tell_last_copies(network, world.doors)
