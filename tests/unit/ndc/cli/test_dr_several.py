"""``ndc dr`` as it is typed for several services, or for all that act at a site."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dr.live.run_folder import names
from inventory.names import HostName
from tests.rehearsals import SERVICE
from tests.stubs.checkout import Checkout


def _runs(typed: Checkout) -> list[str]:
    return names(typed.environment.paths.runs)


def test_a_site_is_emptied_as_it_was_printed_and_all_of_it_comes_home(typed: Checkout) -> None:
    planned = typed.ndc("dr", "plan", "--from", "ndc01")
    (run,) = _runs(typed)
    begun = ("--yes", "dr", "switchover", SERVICE, "--plan", run)
    unnamed = typed.ndc("--yes", "dr", "switchover", "--plan", run)
    elsewhere = typed.ndc(*begun, "--to", "ndc03")
    another = typed.ndc("--yes", "dr", "switchover", "identity", "--plan", run)
    moved = typed.ndc(*begun)
    typed.stub.clock.sleep(timedelta(minutes=2))  # who was waited for during the move no longer is
    typed.all_are_seen(timedelta(hours=1))
    back = typed.ndc("--yes", "dr", "failback", "--from", "ndc02")
    again = typed.ndc("--yes", "dr", "failback", "--from", "ndc01")

    assert planned.code == 0, planned.err
    assert f"dr switchover {SERVICE} --plan {run}" in planned.err
    assert "stores       stay where they are written" in planned.out
    assert "s after it begins; estimated" in planned.out
    assert (unnamed.code, elsewhere.code, another.code) == (2, 4, 4)
    assert "name the services that it moves" in unnamed.err
    assert f"plan {run} is not about moving {SERVICE} to ndc03" in elsewhere.err
    assert f"plan {run} is not about moving identity to where it says" in another.err
    assert moved.code == 0, moved.err
    assert f"failback {SERVICE} to ndc01: done" in back.out, back.err
    assert "s after it begins; by what earlier runs took" in back.err
    assert again.code == 4
    assert "nothing has to move from ndc01" in again.err


def test_a_plan_of_all_that_is_at_a_site_is_a_value_too(typed: Checkout) -> None:
    said = typed.ndc("--json", "dr", "plan", "--from", "ndc01", "--to", "ndc02")
    assert said.code == 0, said.err
    plan = json.loads(said.out)

    assert [moved["service"] for moved in plan["basis"]["moves"]] == [SERVICE]


def test_where_nothing_is_at_a_site_nothing_is_planned(typed: Checkout) -> None:
    refused = typed.ndc("dr", "switchover", "--from", "ndc03")

    assert refused.code == 4
    assert refused.err.splitlines()[-4:] == [
        "     what  nothing has to move from ndc03",
        " expected  a service that is served there, or its database led",
        f"   actual  {SERVICE} at ndc01",
        "next step  ndc --env test status shows where services are, and who leads databases",
    ]
    assert _runs(typed) == []


def test_one_name_of_several_that_is_nobodys_is_enough_to_refuse_them_all(typed: Checkout) -> None:
    refused = typed.ndc("--yes", "dr", "switchover", SERVICE, "identitty", "--to", "ndc02")

    assert refused.code == 4
    assert "there is no service called identitty" in refused.err
    assert _runs(typed) == []


@pytest.mark.parametrize(
    "words",
    [
        ("switchover",),
        ("switchover", SERVICE),
        ("switchover", "--to", "ndc02"),
        ("switchover", SERVICE, "--from", "ndc01"),
        ("failback",),
        ("failback", SERVICE, "--from", "ndc02"),
        ("plan", "--from", "ndc01", "--lost", "ndc01"),
        ("plan", SERVICE, "--from", "ndc01", "--to", "ndc02"),
    ],
)
def test_what_moves_is_said_once_and_where_to(words: tuple[str, ...], typed: Checkout) -> None:
    refused = typed.ndc("dr", *words)

    assert refused.code == 2
    assert "--from SITE" in refused.err


def test_each_of_several_objections_names_commands_for_this_environment(typed: Checkout) -> None:
    with typed.stub.holding():
        typed.stub.world.truth.plant.power_off(HostName("ndc02-node"))

    refused = typed.ndc("--yes", "dr", "switchover", SERVICE, "--to", "ndc02")

    assert refused.code == 4
    assert refused.err.count("next step  ") > 1
    assert "`ndc status`" not in refused.err
