"""Where things are on this machine: the checkout, the cache, the default inventory."""

from __future__ import annotations

import os
from pathlib import Path

from access.paths import Paths
from inventory.names import EnvironmentName
from toolchain.usual_cache import usual_cache

HOME = Path(os.environ.get("NDC_HOME", Path(__file__).resolve().parents[1]))
"""the checkout: holds var/, playbooks/ and the toolchain's definitions"""

CACHE = usual_cache(os.environ)
"""built things, each in a folder named by the hash of its definition; safe to delete"""

DECLARED = HOME / "inventory" / "declared"
"""the default network"""


def paths_of(environment: str) -> Paths:
    """Return where everything of ``environment`` is."""
    return Paths(HOME, EnvironmentName(environment))
