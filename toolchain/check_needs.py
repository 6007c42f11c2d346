"""What `make check` needs of a machine: any Linux with Python 3.11."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Sequence
from importlib import import_module

from toolchain.finding import LACKING, OK, Finding

PROGRAMS = {
    "git": "says which files are ours",
    "openssl": "verifies the certificates that we make",
    "ssh": "reads the options that we give it",
    "ssh-keygen": "reads the keys that we make",
}
"""programs of the machine that the checks call, beside its shell, and why"""

MODULES = ("venv", "ensurepip", "ssl")


def check_needs() -> list[Finding]:
    """Return the findings, the most fundamental one first."""
    findings = [system(platform.system()), python(sys.version_info), modules()]
    return findings + [program(name) for name in PROGRAMS]


def system(name: str) -> Finding:
    """Judge the name of the operating system."""
    return Finding(
        "system",
        OK if name == "Linux" else LACKING,
        "Linux, any distribution",
        name or "an unknown system",
        "use a machine or a virtual machine with Linux",
    )


def python(version: Sequence[object]) -> Finding:
    """Judge the version of the Python that runs this."""
    return Finding(
        "Python",
        OK if tuple(version[:2]) == (3, 11) else LACKING,
        "3.11, the one of every host",
        ".".join(map(str, version[:3])),
        "install Python 3.11; where it has another name: make check PYTHON=/path/to/python",
    )


def modules(names: Sequence[str] = MODULES) -> Finding:
    """Judge whether this Python has the modules ``names``, which some distributions leave out."""
    absent = [name for name in names if not _imports(name)]
    return Finding(
        "standard library",
        LACKING if absent else OK,
        f"this Python imports {', '.join(names)}",
        f"not {', '.join(absent)}" if absent else "there",
        "install them with this Python; on Debian: apt-get install python3-venv",
    )


def _imports(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def program(name: str) -> Finding:
    """Judge whether the program ``name`` is on the path."""
    path = shutil.which(name)
    return Finding(
        name,
        OK if path else LACKING,
        f"a program that {PROGRAMS[name]}",
        path or "not on PATH",
        f"install {name} with the packages of this machine",
    )
