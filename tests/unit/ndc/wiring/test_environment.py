"""What an environment is made as, on disk."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from core.errors import PlanRefused, Rejected
from core.formats import Format
from lab import machine
from ndc.wiring import declared_network, environment, new_environment
from tests.inventories.generated import as_text, country
from tests.networks import DECLARED


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout on a machine of its own."""
    monkeypatch.setenv("NDC_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "claim_number", partial(machine.claim_number, folder=tmp_path))
    return tmp_path


def test_nobody_else_passes_its_folder(checkout: Path) -> None:
    new_environment.create("ci", profile="tiny", inventory=DECLARED)

    assert (checkout / "var/ci").stat().st_mode & 0o7777 == 0o700


@pytest.mark.parametrize("name", ["ci/", "./ci", "../var/ci", "ci\n", ""])
def test_a_way_to_its_folder_is_no_name_of_it(checkout: Path, name: str) -> None:
    new_environment.create("ci", profile="tiny", inventory=DECLARED)

    with pytest.raises(PlanRefused, match="cannot name an environment"):
        environment.opened(name)

    assert (checkout / "var/ci/environment.json").exists()


def test_one_of_more_hosts_than_a_24_holds_gets_more_and_keeps_them(checkout: Path) -> None:
    declared = _declared(checkout / "declared", country(50, 6))

    made = new_environment.create("large", profile="any", inventory=declared)
    network = declared_network.network(made, record=True)

    assert environment.opened("large").description.blocks == 2
    assert len(network.hosts) == 300
    assert str(network.management) == "198.18.2.0/23"
    assert {host.management.network for host in network.hosts} == {network.management}
    assert new_environment.create("next", profile="any", inventory=declared).description.number == 4


def test_what_outgrows_the_24_that_it_was_made_with_is_refused(checkout: Path) -> None:
    made = new_environment.create(
        "ci", profile="any", inventory=_declared(checkout / "small", country(40, 6))
    )
    large = _declared(checkout / "large", country(41, 6))

    with pytest.raises(PlanRefused, match="too few addresses") as refused:
        declared_network.network(made, inventory=large)

    assert (refused.value.expected[:12], refused.value.actual) == ("245 hosts at", "246 hosts")
    assert "blocks" not in made.paths.description.read_text("utf-8")


def _declared(folder: Path, sections: dict[str, object]) -> Path:
    folder.mkdir()
    for name, text in as_text(sections).items():
        (folder / name).write_text(text)
    return folder


def test_what_is_made_can_be_opened_and_states_its_format(checkout: Path) -> None:
    made = new_environment.create("ci", profile="tiny", inventory=DECLARED)

    assert environment.opened("ci").description == made.description
    written = json.loads((checkout / "var/ci/environment.json").read_text("utf-8"))
    assert written["format"] == Format.ENVIRONMENT.number


def test_nothing_is_made_in_a_folder_whose_name_programs_would_take_apart(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NDC_HOME", str(checkout / "a: b"))

    with pytest.raises(Rejected) as refused:
        new_environment.create("ci", profile="tiny", inventory=DECLARED)

    assert refused.value.actual == repr(str(checkout / "a: b"))
    assert list(checkout.iterdir()) == []
