"""What the lab's monitors say: what a Prometheus answers, and what is called about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.clock import wait_until
from core.host_paths import AUTHORITY, CERTIFICATE, KEY
from inventory.endpoints import PROMETHEUS
from tests.lab.recovery import CLOCK, SLOW
from tests.lab.terminal import Terminal

HANG: Final = timedelta(minutes=8)
"""three times what a page may take: a tier's recovery point and two minutes"""


@dataclass(frozen=True, slots=True)
class Call:
    """One alert, by its name and what its sentence is about."""

    alert: str
    about: str

    def sounds(self, lab: Terminal) -> bool:
        """Whether it fires at any site."""
        told = lab.ndc("status", "alerts", "--json").value["alarms"] or {}
        return any(
            alarm["name"] == self.alert and self.about in alarm["summary"]
            for alarm in told.get("alarms", [])
        )

    def awaited(self, lab: Terminal) -> timedelta:
        """Return how long it took until it fired."""
        began = CLOCK.elapsed()
        wait_until(CLOCK, lambda: self.sounds(lab), what=f"{self}", bound=HANG)
        took = CLOCK.elapsed() - began
        print(f"{self.alert} of {self.about}: {took.total_seconds():.0f} s")  # noqa: T201 - a figure
        return took

    def ended(self, lab: Terminal) -> None:
        """Return as soon as it fires no more."""
        wait_until(CLOCK, lambda: not self.sounds(lab), what=f"the end of {self}", bound=HANG)


def concern(lab: Terminal, subject: str, words: str) -> str:
    """Return the sentence of the first concern about ``subject`` that has ``words``, once told."""
    return wait_until(
        CLOCK, lambda: _concern(lab, subject, words), what=f"{subject}: {words}", bound=HANG
    )


def _concern(lab: Terminal, subject: str, words: str) -> str | None:
    sentences = [
        str(one["sentence"])
        for one in lab.ndc("status", "--json").value["concerns"]
        if one["subject"] == subject
    ]
    return next((sentence for sentence in sentences if words in sentence), None)


def monitors(lab: Terminal) -> list[dict[str, Any]]:
    rows = lab.declared("hosts")
    return [row for row in rows if "monitor" in row["roles"].split()]


def once_told(lab: Terminal, monitor: dict[str, Any], expression: str) -> list[dict[str, Any]]:
    """Return what the Prometheus on ``monitor`` answers to ``expression``, once it is anything."""
    return wait_until(
        CLOCK,
        lambda: _told(lab, monitor, expression) or None,
        what=f"{expression} at {monitor['host']}",
        bound=SLOW,
    )


def _told(lab: Terminal, monitor: dict[str, Any], expression: str) -> list[dict[str, Any]]:
    url = f"https://{monitor['loopback']}:{PROMETHEUS}/api/v1/query"
    tls = ("--cacert", str(AUTHORITY), "--cert", str(CERTIFICATE), "--key", str(KEY))
    words = ("curl", "-sS", "--max-time", "10", "--get", *tls, url)
    answer = lab.on(monitor["host"], *words, "--data-urlencode", f"query={expression}")
    assert answer.code == 0, answer.stderr
    result: list[dict[str, Any]] = json.loads(answer.stdout)["data"]["result"]
    return result
