"""What an inventory means is known again until anything changes that it is derived from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import InventoryInvalid
from ndc.wiring import declared_digest as of
from ndc.wiring.declared_digest import declared_digest
from ndc.wiring.declared_network import network
from ndc.wiring.environment import Environment


@pytest.fixture
def marked(environment: Environment) -> Environment:
    """Return it with a kept digest that no inventory has: whoever returns that read none."""
    declared_digest(environment)
    made_of, _ = environment.paths.declared_digest.read_text("utf-8").split()
    environment.paths.declared_digest.write_text(f"{made_of} kept\n", "utf-8")
    return environment


def test_it_is_that_of_the_network(environment: Environment) -> None:
    meant = network(environment).digest

    assert declared_digest(environment) == meant
    assert declared_digest(environment) == meant


def test_what_did_not_change_is_not_read_again(marked: Environment) -> None:
    assert declared_digest(marked) == "kept"


def test_another_inventory_means_another_network(marked: Environment) -> None:
    links = marked.description.inventory / "links.yaml"
    links.write_text(links.read_text("utf-8").replace("rtt_ms: 35", "rtt_ms: 36"), "utf-8")

    assert declared_digest(marked) == network(marked).digest


def test_other_numbers_mean_another_network(marked: Environment) -> None:
    network(marked, record=True)

    assert declared_digest(marked) == network(marked).digest


def test_other_code_may_mean_another_network(
    marked: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "derive.py").write_text("", "utf-8")
    monkeypatch.setattr(of, "_CODE", code)
    declared_digest(marked)
    made_of, _ = marked.paths.declared_digest.read_text("utf-8").split()
    marked.paths.declared_digest.write_text(f"{made_of} kept\n", "utf-8")
    assert declared_digest(marked) == "kept"

    os.utime(code / "derive.py", (1, 1))

    assert declared_digest(marked) == network(marked).digest


def test_one_that_cannot_be_used_is_told_each_time(marked: Environment) -> None:
    links = marked.description.inventory / "links.yaml"
    links.write_text("links: [", "utf-8")

    for _ in range(2):
        with pytest.raises(InventoryInvalid):
            declared_digest(marked)


@pytest.mark.parametrize("content", [b"", b"kept", b"a b c", b"\x00", b"\xff kept"])
def test_a_damaged_memory_is_no_digest(environment: Environment, content: bytes) -> None:
    environment.paths.declared_digest.write_bytes(content)

    assert declared_digest(environment) == network(environment).digest
