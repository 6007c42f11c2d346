"""``ndc dr approve``, as it is typed against stub servers after the loss of a region."""

from __future__ import annotations

import re

import pytest

from core.runs.plan import RunName
from dr.live.run_folder import names
from inventory.names import SiteName
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout

LOST = ("--lost", "ndc01", "--lost", "ndc02", "--accept-loss", "they burn")
HELD, REFUSED = 7, 4


@pytest.fixture
def waiting(typed: Checkout) -> RunName:
    """Return the run that waits for a second person since two of three sites are dark."""
    with typed.stub.holding():
        plant = typed.stub.world.truth.plant
        for host in typed.stub.on.network.hosts:
            if host.site in {SiteName("ndc01"), SiteName("ndc02")}:
                plant.power_off(host.name)
    begun = typed.ndc("--yes", "--as", "an", "dr", "failover", *LOST)
    assert begun.code == HELD, begun.out + begun.err
    (run,) = names(typed.environment.paths.runs)
    return RunName(run)


def _approve(typed: Checkout, run: RunName, *steps: str) -> int:
    return typed.ndc("--yes", "--as", "binh", "dr", "approve", run, *steps).code


def test_several_steps_are_agreed_to_by_one_command_or_none_of_them(
    typed: Checkout, waiting: RunName
) -> None:
    gates = re.findall(r"(\S+) is awaiting approval", typed.ndc("dr", "show", waiting).out)

    strange = _approve(typed, waiting, *gates, "nothing-of-the-kind")
    unmoved = typed.ndc("dr", "show", waiting).out
    agreed = _approve(typed, waiting, *gates)

    assert strange == REFUSED
    assert len(gates) > 1
    assert all(f"{gate} is awaiting approval" in unmoved for gate in gates)
    assert agreed in {0, 1}
    announcing = typed.stub.world.truth.at(SERVICE).announcing
    assert {typed.stub.on.network.host(host).site for host in announcing} == {"ndc03"}
