"""What hosts contain: one function that carries a playbook out, with values in and values out."""

from __future__ import annotations

from ndc.adapters.ansible.converge import Play, converge
from ndc.adapters.ansible.result import Counts, Failure, HostChange, PlayResult

__all__ = ["Counts", "Failure", "HostChange", "Play", "PlayResult", "converge"]
