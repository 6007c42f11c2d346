"""What an environment is made as, on disk."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

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


def test_what_is_made_can_be_opened_and_states_its_format(checkout: Path) -> None:
    made = environment.create("ci", profile="tiny", inventory=DECLARED)

    assert environment.opened("ci").description == made.description
    written = json.loads((checkout / "var/ci/environment.json").read_text("utf-8"))
    assert written["format"] == Format.ENVIRONMENT.number
