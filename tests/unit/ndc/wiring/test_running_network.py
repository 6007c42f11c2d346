"""What runs is looked at, whatever the inventory says by now."""

from __future__ import annotations

import pytest

from core.errors import InventoryInvalid, Rejected
from ndc.wiring.declared_network import network
from ndc.wiring.environment import Environment
from ndc.wiring.running_network import earlier_network, forget_network, keep, running


def _edit(environment: Environment, old: str, new: str) -> None:
    links = environment.description.inventory / "links.yaml"
    links.write_text(links.read_text("utf-8").replace(old, new), "utf-8")


def test_before_the_first_up_the_inventory_is_what_is_meant(environment: Environment) -> None:
    noted: list[str] = []

    assert running(environment, noted.append) == network(environment)
    assert noted == []


def test_what_was_built_is_what_runs(environment: Environment) -> None:
    noted: list[str] = []
    built = network(environment)
    keep(environment, built)

    assert running(environment, noted.append) == built
    assert noted == []


def test_an_inventory_that_was_changed_meanwhile_is_noted(environment: Environment) -> None:
    noted: list[str] = []
    built = network(environment)
    keep(environment, built)
    _edit(environment, "rtt_ms: 35", "rtt_ms: 36")

    assert running(environment, noted.append) == built
    assert "was changed" in noted[0]
    assert "ndc up" in noted[0]


def test_an_inventory_that_is_being_edited_keeps_nobody_from_looking(
    environment: Environment,
) -> None:
    noted: list[str] = []
    built = network(environment)
    keep(environment, built)
    _edit(environment, "links:", "links: [")

    assert running(environment, noted.append) == built
    assert "ndc check" in noted[0]


def test_when_nothing_runs_the_inventory_has_to_be_in_order(environment: Environment) -> None:
    keep(environment, network(environment))
    forget_network(environment)
    _edit(environment, "links:", "links: [")

    with pytest.raises(InventoryInvalid):
        running(environment, lambda _: None)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]"])
def test_a_damaged_memory_of_what_runs_is_not_taken_for_none(
    environment: Environment, text: str
) -> None:
    environment.paths.network.write_text(text, "utf-8")

    with pytest.raises(Rejected, match="cannot be read") as refused:
        running(environment, lambda _: None)

    assert "ndc up" in refused.value.next_step


def test_up_replaces_what_it_could_not_have_read(environment: Environment) -> None:
    built = network(environment)
    environment.paths.network.write_text('{"format": 9}', "utf-8")

    keep(environment, built)

    assert running(environment, lambda _: None) == built


def test_before_the_first_up_nothing_is_built(environment: Environment) -> None:
    assert earlier_network(environment, network(environment)) is None


def test_what_was_kept_is_what_hosts_were_built_with(environment: Environment) -> None:
    earlier = network(environment)
    keep(environment, earlier)
    _edit(environment, "rtt_ms: 35", "rtt_ms: 36")

    assert earlier_network(environment, network(environment)) == earlier


def test_a_torn_record_of_what_was_built_is_no_sign_that_nothing_was(
    environment: Environment,
) -> None:
    environment.paths.network.write_text("{")

    assert earlier_network(environment, network(environment)) == network(environment)


def test_stacks_on_record_are_a_sign_that_hosts_were_built(environment: Environment) -> None:
    declared = network(environment)
    record = environment.paths.pulumi / "backend/.pulumi/stacks/ndc/site.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")

    assert earlier_network(environment, declared) == declared
