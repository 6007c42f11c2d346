"""Patroni, which does not sleep longer than it has to, and refuses who was revoked.

    python -I -m leadership.patroni_main SETTINGS

It is made for one version, which was read; with another it does not start.
"""

from __future__ import annotations

import runpy
import sys

from patroni.version import __version__

from core.host_paths import PATRONI_VERSION
from leadership import near_voters, prompt_ha, refusing_api, waiting_checks


def main() -> None:
    """Be Patroni until stopped."""
    if __version__ != PATRONI_VERSION:
        sys.exit(f"made for Patroni {PATRONI_VERSION}, and this is {__version__}")
    prompt_ha.install()
    refusing_api.install()
    near_voters.install()
    waiting_checks.install()
    # as the main module: whom it starts loads that again, and our wheel may be another by then
    runpy.run_module("patroni", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
