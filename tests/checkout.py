"""What is tried or measured: the state of this checkout, and the machine that it is done on."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.system_clock import SystemClock

CLOCK: Final = SystemClock()
CORES: Final = len(os.sched_getaffinity(0))


def conditions(subject: str, asked: str) -> Iterator[str]:
    """Yield what a result begins with: of what it tells, and under which conditions it was got."""
    yield f"{subject}, {CLOCK.now():%Y-%m-%d %H:%M} UTC"
    yield ""
    yield f"  commit   {git('describe', '--always', '--dirty')}"
    yield f"  machine  {CORES} cores, load {os.getloadavg()[0]:.2f} before"
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    yield f"  system   {system}, Python {platform.python_version()}"
    yield f"  asked    {asked}"


def digest(*left_out: str) -> str:
    """Return a name for all files as they are now, but results and what is ``left_out``."""
    without = [f":!{path}" for path in ("docs/results", *left_out)]
    names = git("ls-files", "-co", "--exclude-standard", *without)
    files = [Path(name) for name in names.splitlines() if Path(name).is_file()]
    whole = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)
    return hashlib.sha256(names.encode() + whole).hexdigest()[:12]


def result_path(about: str) -> Path:
    """Return where today's result ``about`` something is written."""
    return Path(f"docs/results/{CLOCK.now():%Y-%m-%d}-{about}.txt")


def git(*words: str) -> str:
    """Return what git says, without the last line's end."""
    done = subprocess.run(["git", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()
