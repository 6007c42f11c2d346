"""What an environment is made as, on disk."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from core.errors import PlanRefused
from core.formats import Format
from lab import machine
from ndc.wiring import environment
from tests.networks import DECLARED


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout on a machine of its own."""
    monkeypatch.setenv("NDC_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "claim_number", partial(machine.claim_number, folder=tmp_path))
    return tmp_path


def test_nobody_else_passes_its_folder(checkout: Path) -> None:
    environment.create("ci", profile="tiny", inventory=DECLARED)

    assert (checkout / "var/ci").stat().st_mode & 0o7777 == 0o700


@pytest.mark.parametrize("name", ["ci/", "./ci", "../var/ci", "ci\n", ""])
def test_a_way_to_its_folder_is_no_name_of_it(checkout: Path, name: str) -> None:
    environment.create("ci", profile="tiny", inventory=DECLARED)

    with pytest.raises(PlanRefused, match="cannot name an environment"):
        environment.opened(name)

    assert (checkout / "var/ci/environment.json").exists()


def test_what_is_made_can_be_opened_and_states_its_format(checkout: Path) -> None:
    made = environment.create("ci", profile="tiny", inventory=DECLARED)

    assert environment.opened("ci").description == made.description
    written = json.loads((checkout / "var/ci/environment.json").read_text("utf-8"))
    assert written["format"] == Format.ENVIRONMENT.number
