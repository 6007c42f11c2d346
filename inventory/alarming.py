"""Who is called when an alert fires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail is sent, and to whom."""

    relay: str
    """host and port"""
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alarms:
    """Where alarms go besides ``ndc status alerts``."""

    webhooks: tuple[str, ...] = ()
    """each gets Alertmanager's own JSON"""
    mail: Mail | None = None


NOBODY: Final = Alarms()
"""nobody is called"""
