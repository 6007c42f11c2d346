"""What a person reads when something is wrong, as the whole program says it.

A case is what was spoilt in a checkout of nothing but the default inventory and one
environment that was never brought up, and what was typed then.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from ndc.__main__ import main, unforeseen
from ndc.wiring import declared_network, environment
from ndc.wiring.running_network import keep
from tests.conftest import Golden
from tests.networks import ROOT

Spoil: TypeAlias = Callable[[Path], object]
"""does something bad to the environment's folder"""

GOLDEN = ROOT / "tests/golden/bad-days"
DESCRIPTION = '{{"number": 9, "profile": "tiny", "inventory": "{}"}}\n'


def _nothing(_: Path) -> None:
    pass


def _holding(name: str, content: bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return spoil


def _run_of_a_later_version(folder: Path) -> None:
    run = folder / "runs/20250101-000000-portal-to-ndc02"
    run.mkdir(parents=True)
    (run / "plan.json").write_text('{"format": 2}', "utf-8")
    (run / "journal.jsonl").write_text('{"seq":0,"entry":{"format":3}}\n', "utf-8")


def _a_network_that_runs(folder: Path) -> None:
    """Let the default network run, and lay an inventory without workloads beside it."""
    made = environment.opened(folder.name)
    keep(made, declared_network.network(made))
    emptied = folder.parents[1] / "emptied"
    shutil.copytree(folder.parents[1] / "inventory/declared", emptied)
    (emptied / "workloads.yaml").write_text("databases: {}\nservices: {}\n", "utf-8")
    (emptied / "drills.yaml").write_text("drills: {}\n", "utf-8")


def _built(folder: Path) -> None:
    """Let stacks be on record, and nothing of the network that they were made for."""
    made = environment.opened(folder.name)
    declared_network.network(made, record=True)
    _holding("pulumi/backend/.pulumi/stacks/ndc/site.json", b"{}")(folder)


CASES: dict[str, tuple[Spoil, str]] = {
    "a-command-that-is-none": (_nothing, "ndc stauts"),
    "a-file-instead-of-a-folder": (_nothing, "ndc --inventory var/ci/environment.json check"),
    "a-host-that-is-none": (_nothing, "ndc --env ci ssh ndc01-egde"),
    "a-name-that-leads-elsewhere": (_nothing, "ndc --env ../../etc logs"),
    "a-profile-that-is-none": (_nothing, "ndc env create pr-1 --profile tniy"),
    "a-service-that-is-none": (_nothing, "ndc --env ci dr plan public-service-portl --to ndc02"),
    "a-word-that-stands-nowhere": (_nothing, "ndc --env ci show hosts witnes-node"),
    "allocations-emptied": (_holding("allocations.yaml", b""), "ndc --env ci status"),
    "allocations-gone": (
        _holding("pulumi/backend/.pulumi/stacks/ndc/network.json", b"{}"),
        "ndc --env ci check",
    ),
    "allocations-of-a-later-version": (
        _holding("allocations.yaml", b"format: 2\nseries: {}\n"),
        "ndc --env ci check",
    ),
    "allocations-torn": (_holding("allocations.yaml", b"sites:\n  gi"), "ndc --env ci check"),
    "an-environment-misspelt": (_nothing, "ndc --env cii status"),
    "an-environment-that-is-none": (_nothing, "ndc --env lab-of-others down"),
    "description-of-bytes": (_holding("environment.json", b"\xff\xfe"), "ndc --env ci status"),
    "description-of-a-later-version": (
        _holding("environment.json", b'{"format": 2, "number": [9]}'),
        "ndc --env ci down --yes",
    ),
    "description-torn": (_holding("environment.json", b'{"number": 9,'), "ndc --env ci up --yes"),
    "description-with-a-wrong-number": (
        _holding("environment.json", b'{"number": 999, "profile": "tiny", "inventory": "x"}'),
        "ndc --env ci status",
    ),
    "listed-with-a-damaged-one": (
        _holding("../older/environment.json", b"{}"),
        "ndc env list",
    ),
    "network-of-a-later-version": (
        _holding("network.json", b'{"format": 2}'),
        "ndc --env ci status",
    ),
    "network-torn": (_holding("network.json", b'{"format": 1,'), "ndc --env ci status"),
    "network-torn-and-dr": (
        _holding("network.json", b'{"format": 1,'),
        "ndc --env ci dr switchover public-service-portal --to ndc02 --yes",
    ),
    "network-torn-and-down": (_holding("network.json", b"{"), "ndc --env ci down"),
    "network-torn-and-up": (_holding("network.json", b"{"), "ndc --env ci up --yes"),
    "network-of-a-later-version-and-up": (
        _holding("network.json", b'{"format": 2}'),
        "ndc --env ci up --yes",
    ),
    "network-gone": (_built, "ndc --env ci status"),
    "network-gone-and-dr": (
        _built,
        "ndc --env ci dr switchover public-service-portal --to ndc02 --yes",
    ),
    "network-gone-and-up": (_built, "ndc --env ci up --yes"),
    "no-keys-for-looking": (_nothing, "ndc --env ci status"),
    "no-keys-for-ssh": (_nothing, "ndc --env ci ssh ndc01-edge"),
    "logs-for-a-program": (
        _holding("log/labd.log", b"one\ntwo\nthree\n"),
        "ndc --env ci logs labd --lines 2 --json",
    ),
    "no-log-of-that-name": (_holding("log/labd.log", b""), "ndc --env ci logs lapd"),
    "no-logs": (_nothing, "ndc --env ci logs"),
    "nobody-to-ask-before-down": (_nothing, "ndc --env ci down"),
    "nobody-to-ask-before-up": (_nothing, "ndc --env pr-1 up --profile tiny --inventory a"),
    "run-of-a-later-version": (
        _run_of_a_later_version,
        "ndc --env ci dr show 20250101-000000-portal-to-ndc02",
    ),
    "up-that-loses-nothing-of-that-name": (
        _a_network_that_runs,
        "ndc --env ci up --yes --and-lose public-service-portal",
    ),
    "up-that-takes-a-service-away": (
        _a_network_that_runs,
        "ndc --env ci --inventory emptied up --yes",
    ),
    "up-that-takes-more-away-than-was-named": (
        _a_network_that_runs,
        "ndc --env ci --inventory emptied up --yes --and-lose public-service-portal",
    ),
    "runs-with-a-damaged-plan": (
        _holding("runs/20250101-000000-portal-to-ndc02/plan.json", b"{"),
        "ndc --env ci dr runs",
    ),
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a checkout of nothing but the default inventory, with an environment ``ci``."""
    declared = tmp_path / "inventory/declared"
    declared.parent.mkdir()
    declared.symlink_to(ROOT / "inventory/declared")
    folder = tmp_path / "var/ci"
    folder.mkdir(parents=True)
    (folder / "environment.json").write_text(DESCRIPTION.format(declared), "utf-8")
    monkeypatch.setenv("NDC_HOME", str(tmp_path))
    monkeypatch.delenv("NDC_ENV", raising=False)
    monkeypatch.delenv("NDC_INVENTORY", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_it_is_told_as_the_golden_text_says(
    name: str,
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    golden: Golden,
) -> None:
    spoil, command = CASES[name]
    spoil(checkout / "var/ci")
    monkeypatch.setattr(sys, "argv", command.split())

    with pytest.raises(SystemExit) as ended:
        main()

    said = capfd.readouterr()
    told = f"$ {command}\n{said.out}{said.err}[exit {ended.value.code}]\n"
    told = told.replace(str(checkout), "CHECKOUT")
    golden(GOLDEN / f"{name}.txt", told)


@pytest.mark.parametrize(
    ("error", "next_step"),
    [
        (OSError(28, "No space left on device", "/var/x"), "make room"),
        (PermissionError(13, "Permission denied", "/var/x"), "as root"),
        (RecursionError("too deep"), "--debug"),
        (KeyError(), "--debug"),
    ],
)
def test_what_nobody_translated_is_four_lines_as_well(error: Exception, next_step: str) -> None:
    told = unforeseen(error)

    assert len(told.lines()) == 4
    assert next_step in told.next_step
    assert told.exit_code == 6
