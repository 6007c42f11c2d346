"""Refuses hosts that the machine has too little memory for, before any of them starts."""

from __future__ import annotations

from pathlib import Path

from core.errors import Rejected

HOST_BYTES = 180 * 2**20
"""of one host, by measurement: 2.5 GB for the fourteen of the default network"""

_MEMINFO = Path("/proc/meminfo")
_KIBI = 1024


def demand(hosts: int, meminfo: str | None = None) -> None:
    """Return if ``hosts`` more can start; ``meminfo`` in place of the kernel's answer.

    Raises:
        Rejected: the machine has too little memory free.
    """
    available = available_bytes(_MEMINFO.read_text("ascii") if meminfo is None else meminfo)
    need_bytes = hosts * HOST_BYTES
    if need_bytes > available:
        raise Rejected(
            f"there is too little memory for {hosts} more hosts",
            expected=f"{need_bytes / 2**30:.1f} GB available",
            actual=f"{available / 2**30:.1f} GB",
            next_step="end other programs, or use a smaller profile: ndc env create --profile tiny",
        )


def available_bytes(meminfo: str) -> int:
    """Return the memory that programs can still have, by the text of /proc/meminfo."""
    fields = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    return int(fields["MemAvailable"].split()[0]) * _KIBI
