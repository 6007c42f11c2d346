"""How the engine is run for one environment: programs, folders, variables."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core import files
from core.surroundings import surroundings

PROJECT: Final = "ndc"
"""name of the project that all stacks belong to"""

PLUGIN: Final = "pulumi-resource-ndc"
"""name by which the engine looks for the provider"""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The programs and folders of one environment's engine; no other environment shares them."""

    environment: str
    cli: Path
    """the Pulumi CLI, of the same version as the SDK"""
    state: Path
    """folder of everything that the engine keeps"""
    passphrase: Path
    """file with the passphrase that protects secrets in the state, should there be any"""
    substrate: str
    """``lab`` or ``memory``"""
    substrate_at: Path
    """labd's socket, or the file that the memory substrate is"""
    throwaway: bool = False
    """True: the state is written once, at the end, and not backed up"""

    @property
    def backend(self) -> Path:
        """The folder of the file backend."""
        return self.state / "backend"

    def folder(self, stack: str) -> Path:
        """Return the folder that holds the project file of one stack."""
        return self.state / "work" / stack

    def prepare(self, stack: str) -> Path:
        """Make the folder of one stack and what the engine needs in it; return the folder.

        Raises:
            Rejected: a file could not be written.
        """
        for folder in (self.state, self.backend, self.folder(stack), self._plugins):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _demand(self._plugins / PLUGIN, _plugin(), mode=0o700)
        _demand(self.folder(stack) / "Pulumi.yaml", self._project(), mode=0o600)
        return self.folder(stack)

    def variables(self) -> dict[str, str]:
        """Return the process environment of the engine and of what it starts.

        None of the caller's own Pulumi settings are in it: some of them would change
        what the engine does.
        """
        inherited = {key: value for key, value in surroundings().items() if "PULUMI" not in key}
        switched_on = {
            "PULUMI_SKIP_UPDATE_CHECK",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER",
            "PULUMI_SUPPRESS_NEO_LINK",
        }
        if self.throwaway:
            switched_on |= {
                "PULUMI_SKIP_CHECKPOINTS",
                "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS",
            }
        return {
            **inherited,
            **dict.fromkeys(switched_on, "true"),
            "PULUMI_BACKEND_URL": self.backend.absolute().as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.passphrase.absolute()),
            "PULUMI_HOME": str(self.state.absolute() / "home"),
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "NDC_ENV": self.environment,
            "NDC_SUBSTRATE": self.substrate,
            "NDC_SUBSTRATE_AT": str(self.substrate_at.absolute()),
        }

    @property
    def _plugins(self) -> Path:
        return self.state / "plugins"

    def _project(self) -> str:
        return (
            f"name: {PROJECT}\n"
            "runtime: python\n"
            "plugins:\n"
            "  providers:\n"
            "    - name: ndc\n"
            f"      path: {json.dumps(str(self._plugins.absolute()))}\n"
        )


def _plugin() -> str:
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m ndc.daemons.provider "$@"\n'


def _demand(path: Path, text: str, *, mode: int) -> None:
    """Make ``path`` hold ``text``; a run that changes nothing leaves it as it is."""
    if files.read_if_there(path) != text:
        files.write(path, text, mode=mode)
