"""What hosts contain: one function that carries a playbook out, with values in and values out."""

from __future__ import annotations

from playbooks.running.converge import Play, converge
from playbooks.running.result import Counts, HostChange, PlayResult, TaskFailure

__all__ = ["Counts", "HostChange", "Play", "PlayResult", "TaskFailure", "converge"]
