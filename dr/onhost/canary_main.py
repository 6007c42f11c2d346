"""``ndc-canary``: write one row through the application of this host, and read it back.

    python -I -m dr.onhost.canary_main PORT KEY SECONDS [--look]

Run over SSH by recovery. The row is written under an idempotency key, so that a
second canary with the same key changes nothing. Prints one line of JSON,
``{"rows": N}``: how many rows with that key the application gives back.
"""

from __future__ import annotations

import http.client
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from core.system_clock import SystemClock

_RETRY = timedelta(milliseconds=200)
_OK = frozenset({200, 201})
_ANSWER_SECONDS = 6
"""the application itself gives up a statement after 5 s"""


@dataclass(frozen=True, slots=True)
class Application:
    """The application behind ``port`` of the loopback interface."""

    port: int

    def write(self, key: str) -> bool:
        """Submit a row called ``key``; tell whether it was acknowledged."""
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        status, _ = self._ask("POST", "/submissions", json.dumps({"canary": key}), headers)
        return status in _OK

    def rows(self, key: str) -> int | None:
        """Return how many rows called ``key`` there are; None: it does not say."""
        status, body = self._ask("GET", "/submissions?" + urlencode({"key": key}))
        return len(json.loads(body)["submissions"]) if status in _OK else None

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


def main() -> None:
    """Write until acknowledged, unless only looking; then read until answered, or out of time."""
    port, key, seconds, *rest = sys.argv[1:]
    application, clock = Application(int(port)), SystemClock()
    until = clock.elapsed() + timedelta(seconds=float(seconds))
    if "--look" not in rest:
        while not application.write(key) and clock.elapsed() < until:
            clock.sleep(_RETRY)
    rows = application.rows(key)
    # an application that was idle may find out only now that its connection is dead
    while rows is None and clock.elapsed() < until:
        clock.sleep(_RETRY)
        rows = application.rows(key)
    sys.stdout.write(json.dumps({"rows": rows}) + "\n")


if __name__ == "__main__":
    main()
