"""What passes an interface, kept in a file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EMPTY_BYTES = 24
"""of a file that holds no packet"""


@contextmanager
def recorded(interface: str, file: Path, *only: str, namespace: str = "") -> Iterator[None]:
    """Record in ``file`` every whole packet on ``interface``, or ``only`` those of a filter."""
    inside = ["ip", "netns", "exec", namespace] if namespace else []
    words = ["tcpdump", "-i", interface, "-s", "0", "-U", "--immediate-mode", "-w", str(file)]
    with subprocess.Popen([*inside, *words, *only], stderr=subprocess.PIPE, text=True) as listening:
        assert listening.stderr
        assert any("listening on" in line for line in listening.stderr)
        try:
            yield
        finally:
            listening.terminate()
