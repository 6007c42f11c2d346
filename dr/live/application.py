"""The application of a service at one host, asked there by our canary program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from core.errors import Unreachable
from dr.live.programs import LOOK, Programs, looking
from inventory.host_units import application_unit
from inventory.names import HostName, ServiceName
from inventory.network import Network


@dataclass(frozen=True, slots=True)
class Canary:
    """Every service of ``network``; keeps the promise of ``dr.doors.ApplicationDoor``."""

    network: Network
    programs: Programs

    def rows(self, service: ServiceName, host: HostName, key: str) -> int | None:
        """Return how many rows called ``key`` can be read back; None: it does not answer."""
        with looking():
            return self._canary(service, host, key, LOOK, "--look")

    def write(self, service: ServiceName, host: HostName, key: str, bound: timedelta) -> None:
        """Submit a row called ``key`` to ``service`` at ``host``, again until ``bound`` is over."""
        if not self._canary(service, host, key, bound):
            unit = application_unit(service)
            raise Unreachable(
                f"{service} on {host} did not acknowledge row {key}",
                expected=f"an acknowledgement within {bound.total_seconds():g} s",
                actual="none",
                next_step=f"ndc ssh {host} -- journalctl -u {unit} -n 20",
            )

    def _canary(
        self, service: ServiceName, host: HostName, key: str, bound: timedelta, *flags: str
    ) -> int | None:
        port = self.network.service(service).port
        words = ["dr.onhost.canary_main", str(port), key, f"{bound.total_seconds():g}", *flags]
        return self.programs.answer(
            host, words, _rows, expected='{"rows": …}', bound=bound + 2 * LOOK
        )


def _rows(line: str) -> int | None:
    rows = json.loads(line)["rows"]
    if rows is not None and not isinstance(rows, int):
        raise ValueError(f"no number of rows: {rows}")
    return rows
