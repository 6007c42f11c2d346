"""``python -m monitors.onhost.probe HOST_FILE``: uses every service, and says how it was.

Runs where citizens stand. Recovery's figures come from its ledger, so that
nobody grades himself.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from access.https_server import serve
from access.signing_key import SigningKey
from access.this_host import ThisHost, this_host_of_arguments
from core import host_paths
from core.errors import JournalCorrupt
from core.system_clock import SystemClock
from inventory import endpoints
from inventory.network import Service
from monitors.probe.application import application
from monitors.probe.citizen import Citizen
from monitors.probe.ledger_file import LedgerFile
from monitors.probe.ledger_parts import files_of
from monitors.probe.losses import LossRecord
from monitors.probe.service_probe import ServiceProbe
from monitors.probe.statements import Oath

LEDGERS = Path(host_paths.STATE, "probe")
WRITES_PER_SECOND = 20

RecordT = TypeVar("RecordT", LedgerFile, LossRecord, SigningKey)


def main() -> None:
    """Probe and answer until stopped."""
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(_probe(this_host_of_arguments("monitors.onhost.probe")))


async def _probe(this_host: ThisHost) -> None:
    clock = SystemClock()
    probes = {
        str(service.name): _service_probe(service, this_host, clock)
        for service in this_host.network.services
    }
    key = _opened(SigningKey.kept_at, LEDGERS / "signing.key", clock)
    oath = Oath(this_host.network.environment, this_host.host.name, key)
    running = [asyncio.create_task(probe.run()) for probe in probes.values()]
    serving = asyncio.create_task(serve(application(probes, oath), this_host, endpoints.PROBE))
    try:
        # whatever ends first ends all: half a probe would be silently wrong
        ended, _ = await asyncio.wait([serving, *running], return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _service_probe(service: Service, this_host: ThisHost, clock: SystemClock) -> ServiceProbe:
    citizen = Citizen(f"https://{service.address}:{endpoints.HTTPS}", this_host.authority)
    ledger = _opened(LedgerFile, LEDGERS / f"{service.name}.jsonl", clock)
    losses = _opened(LossRecord, LEDGERS / f"{service.name}.losses.json", clock)
    return ServiceProbe(service.name, citizen, ledger, losses, clock, per_second=WRITES_PER_SECOND)


def _opened(open_: Callable[[Path], RecordT], path: Path, clock: SystemClock) -> RecordT:
    try:
        return open_(path)
    except JournalCorrupt as error:
        # evidence is kept, and the service is watched nevertheless
        damaged = f".damaged-{clock.now():%Y%m%dT%H%M%SZ}"
        for file in files_of(path):
            file.replace(file.with_suffix(damaged))
        sys.stderr.write(f"{error}: {error.actual}; it is now {path.with_suffix(damaged)}\n")
        return open_(path)


if __name__ == "__main__":
    main()
