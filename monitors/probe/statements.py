"""What the probe says under its own key: of a window of time, and of what it was told, and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from access.clients.probe import LedgerTestimony, ProbeKey, Signed
from access.signing_key import SigningKey
from core.formats import Format
from inventory.names import EnvironmentName, HostName
from monitors.ledger import Head
from monitors.probe.service_probe import Measured

NAMESPACE: Final = "ndc-probe"
"""what the signatures are for: one that was made for anything else is none"""


@dataclass(frozen=True, slots=True)
class Oath:
    """Under which the probe on ``host`` states things: a key that never leaves that host."""

    environment: EnvironmentName
    host: HostName
    key: SigningKey

    def testimony(
        self, service: str, measured: Measured, *, interval: timedelta, at: datetime
    ) -> LedgerTestimony:
        """Return ``measured`` as a stranger can count it anew: raw lines, ids, and a signature.

        Writes to ``service`` are due each ``interval``; it is ``at`` now, by the probe's clock.
        """
        stretch, measure = measured.stretch, measured.measure
        ids = json.dumps(measured.ids, separators=(",", ":"))
        said = {
            "what": "testimony",
            "service": service,
            "since": measure.since.isoformat(),
            "until": measure.until.isoformat(),
            "interval_seconds": interval.total_seconds(),
            "lines": len(stretch.lines),
            "before": stretch.before,
            "after": stretch.after,
            "ids_sha256": hashlib.sha256(ids.encode()).hexdigest(),
        }
        ledger = "".join(f"{line}\n" for line in stretch.lines)
        return LedgerTestimony(statement=self._signed(said, at), ledger=ledger, ids=ids)

    def witness(self, text: str, heads: Mapping[str, Head], at: datetime) -> Signed:
        """Return that we were told ``text`` at ``at``, when the ledgers ended in ``heads``."""
        ledgers = {name: {"lines": head.lines, "hash": head.hash} for name, head in heads.items()}
        return self._signed({"what": "witness", "told": text, "ledgers": ledgers}, at)

    def key_answer(self) -> ProbeKey:
        """Return who verifies it, and by which key."""
        return ProbeKey(host=self.host, key=self.key.public_key)

    def _signed(self, said: Mapping[str, Any], at: datetime) -> Signed:
        who = {"environment": self.environment, "probe": self.host, "at": at.isoformat()}
        text = Format.STATEMENT.text({**who, **said})
        return Signed(text=text, signature=self.key.signature(text, NAMESPACE))
