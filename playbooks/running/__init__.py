"""What hosts contain: one function that carries a playbook out, with values in and values out."""

from __future__ import annotations

from playbooks.running.converge import Play, converge
from playbooks.running.result import Counts, Failure, HostChange, PlayResult

__all__ = ["Counts", "Failure", "HostChange", "Play", "PlayResult", "converge"]
