"""What passes an interface, kept in a file."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inventory.endpoints import POWER

EMPTY_BYTES = 24
"""of a file that holds no packet"""

_OF_THE_LAB = "net 198.18.0.0/15"
_HOST_UNREACHABLE = "icmp[icmptype] = icmp-unreach and icmp[icmpcode] = 1"
_POWER_PORT = f"tcp port {POWER} and src net 198.18.0.0/16 and dst net 198.18.0.0/16"
"""an operator's command asks the power port at the machine's own address of the lab"""


def stray(interface: str) -> str:
    """Return the filter that finds packets of the lab on an ``interface`` that is not the lab's.

    Over lo the kernel tells a program of this machine of a host that does not answer yet:
    that is no packet of the lab, whatever addresses it bears. And the power port is asked, whose
    address is the machine's own.
    """
    of_the_machine = f"not ({_HOST_UNREACHABLE}) and not ({_POWER_PORT})"
    return f"{_OF_THE_LAB} and {of_the_machine}" if interface == "lo" else _OF_THE_LAB


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
