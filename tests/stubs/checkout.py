"""A checkout with one environment in which a network of stub servers runs."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from dr.live import launch
from dr.watch.lookout import SightWord, sight_word_text
from inventory.etcd import sight_word_of
from inventory.network import Role
from ndc.__main__ import main
from ndc.wiring import doors, running_network
from ndc.wiring.environment import Description, Environment, opened
from tests.networks import PORTAL_ALONE
from tests.rehearsals import SERVICE
from tests.stubs import runner
from tests.stubs.network import StubNetwork
from tests.stubs.patience import BOUNDS, patient


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where ``ndc`` is typed."""

    stub: StubNetwork
    environment: Environment
    capfd: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def ndc(self, *words: str) -> Said:
        """Return what ``ndc --env test`` and ``words`` say."""
        self.capfd.readouterr()
        self.patch.setattr(sys, "argv", ["ndc", "--env", "test", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capfd.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, out, err)

    def all_are_seen(self, lasting: timedelta) -> None:
        """Let every observer say that every host answered it for so long without a break."""
        of = self.stub.on.network
        word = SightWord(2 * lasting, steady=dict.fromkeys((h.name for h in of.hosts), lasting))
        for observer in of.hosts_with(Role.MONITOR):
            key = f"{sight_word_of(of.environment, observer.name)}sight"
            self.stub.etcd.write(key, sight_word_text(word))


def checkout(
    stub: StubNetwork, home: Path, patch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Checkout:
    """Return a checkout below ``home`` whose environment ``test`` runs ``stub``."""
    for declared in PORTAL_ALONE:
        shutil.copytree(declared, home / "inventory/declared", dirs_exist_ok=True)
    folder = home / "var/test"
    shutil.copytree(stub.on.secrets.folder, folder / "secrets")
    description = Description(number=7, profile="tiny", inventory=home / "inventory/declared")
    (folder / "environment.json").write_text(description.model_dump_json(), "utf-8")
    patch.setenv("NDC_HOME", str(home))
    patch.setenv(runner.PORT, str(stub.on.ssh_port))
    patch.setenv(runner.CLOCK, str(stub.clock.path))
    patch.delenv("NDC_ENV", raising=False)
    patch.delenv("NDC_INVENTORY", raising=False)
    patch.setattr(doors, "reached", runner.reached)
    patch.setattr(launch, "RUNNER", "tests.stubs.runner")
    for module, name in BOUNDS:
        patch.setattr(module, name, patient(module, name))
    environment = opened("test")
    running_network.keep(environment, stub.on.network)
    with stub.live() as live:
        live.doors.records.swap_placement(SERVICE, None, stub.world.truth.at(SERVICE).placements[0])
    return Checkout(stub, environment, capfd, patch)
