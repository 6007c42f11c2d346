"""What every program that we start finds around it: our variables, in a locale of our choosing.

A person's locale may be one that this machine lacks, or none in which a letter beyond ASCII
has a place; Ansible then refuses to begin. And what programs say in it, we could not read.
"""

from __future__ import annotations

import os

LOCALE = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
"""which every Debian has; English, and UTF-8"""

_OF_A_PERSON = {"LANGUAGE", "PYTHONCOERCECLOCALE", "PYTHONIOENCODING", "PYTHONUTF8"}
"""variables that would have the last word on it; and ``LC_…``"""


def surroundings(**ours: str) -> dict[str, str]:
    """Return the variables of a program that we start: those of this process, and ``ours``."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in _OF_A_PERSON and not name.startswith("LC_")
    }
    return {**inherited, **LOCALE, **ours}
