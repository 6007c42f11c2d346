"""Where the definitions of what we build are."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(os.environ.get("NDC_HOME", Path(__file__).resolve().parents[2]))
"""the folder that holds toolchain/ and the packages"""

TOOLCHAIN = CHECKOUT / "toolchain"
"""definitions: of the Go programs, of the golden image"""
