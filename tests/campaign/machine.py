"""Reads what labd wrote down of the machine: who had power, and who stood still."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from inventory.network import Network
from tests.campaign.history import Dated

_FENCED: Final = re.compile(r"POST \S+/Systems/([^/]+)/Actions")
"""in a line of the power port"""
_VERBS: Final = {"power-off": "power-lost", "power-on": "power-on"}


def of_machine(log: Iterable[str], network: Network) -> Iterator[Dated]:
    """Yield what the lines of labd's ``log`` tell of hosts' power, and of those that stood still.

    Who has no power announces nothing.
    """
    for line in log:
        said = json.loads(line) if line.startswith("{") else {}
        if "error" in said or "at" not in said:
            continue
        at = datetime.fromisoformat(said["at"])
        for what, host in _powered(said):
            yield Dated(at, (what, host, "", 0, ""))
            if what == "power-lost":
                for service in network.services:
                    yield Dated(at, ("falls-silent", service.name, host, 0, ""))
        request = said.get("request") or {}
        if request.get("verb") == "thaw":
            yield Dated(at, ("fault", request["host"], "", 0, "host-frozen ended"))


def _powered(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield which hosts lost or got their power, by a request to labd or to its power port."""
    request = said.get("request") or {}
    what = _VERBS.get(request.get("verb", ""))
    if what is not None:
        yield from ((what, host) for host in request["hosts"])
    asked = _FENCED.search(said.get("power", ""))
    if asked is not None and said["answer"].startswith("2"):
        yield "power-lost", asked[1]
