"""Where things are on this machine: the checkout, the cache, the default inventory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from access.paths import Paths
from inventory.names import EnvironmentName
from toolchain.usual_cache import usual_cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person sets for all commands, by variables."""

    home: Path
    """the checkout: holds var/, playbooks/ and the toolchain's definitions"""
    cache: Path
    """built things, each in a folder named by the hash of its definition; safe to delete"""

    @classmethod
    def of_environment(cls, variables: Mapping[str, str]) -> Self:
        """Return what ``variables`` (``os.environ``) say; without NDC_HOME, this checkout's own."""
        here = Path(__file__).resolve().parents[1]
        return cls(Path(variables.get("NDC_HOME", here)), usual_cache(variables))

    @property
    def declared(self) -> Path:
        """The folder of the default network."""
        return self.home / "inventory" / "declared"


def settings() -> Settings:
    """Return the settings of this process; whoever needs them asks when it needs them."""
    return Settings.of_environment(os.environ)


def paths_of(environment: str) -> Paths:
    """Return where everything of ``environment`` is."""
    return Paths(settings().home, EnvironmentName(environment))
