"""Carries one run in a running network, and measures what it came to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from access.clients import probe
from access.clients.json_get import asking
from core.clock import Clock
from core.errors import Unreachable, WorldError
from core.measure import Measure
from core.runs.journal import Opened, Where
from dr.conditions import Conditions
from dr.live.eye import LiveEye
from dr.live.hands import LiveActuator
from dr.live.journals.copied import CopiedJournal
from dr.live.journals.etcd import EtcdJournal
from dr.live.reach import Reach
from dr.live.run_folder import RunFolder
from dr.plan import Basis, RecoveryEngine, RecoveryJournal, RecoveryRecord, RecoveryRun, codec
from dr.report import Report, report, report_json, report_text
from dr.rules import staleness
from inventory.etcd import runs
from inventory.network import Network

_MEASURE: Final = timedelta(seconds=30)
"""the probe reads every row of the window back"""
_AROUND: Final = timedelta(seconds=2)
"""before and after the run: a gap at its edge counts as well"""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One run of one network."""

    network: Network
    reach: Reach
    folder: RunFolder
    clock: Clock

    def carry(self) -> RecoveryRun:
        """Start the planned run, or resume it; return when it can go no further.

        Raises:
            PlanRefused: the plan is out of date, and nothing was touched.
            JournalCorrupt: the record cannot be trusted.
            Unreachable: the journal did not answer; resume when it does.
        """
        truth = self._truth()
        journal = self._journal(truth)
        engine = RecoveryEngine(
            journal=journal,
            sensor=Conditions(self._eye),
            actuator=LiveActuator(self.reach),
            clock=self.clock,
            inbox=self.folder.inbox(),
        )
        if journal.records():
            return engine.resume()
        plan = self.folder.plan()
        facts = self._eye.observe(plan.basis.service)
        for refusal in staleness(plan, self.network, facts, self.clock.now()):
            raise refusal
        return engine.start(plan, truth)

    def report(self) -> Report:
        """Measure the run, keep its report in its folder, and return it.

        Raises:
            JournalCorrupt: there is no run to report.
            Rejected: it could not be written.
        """
        records = self.folder.journal(self.clock).records()
        basis = self.folder.plan().basis
        made = report(records, self.network.service(basis.service), self._measure(basis, records))
        self.folder.keep_report(report_text(made), report_json(made))
        return made

    @property
    def _eye(self) -> LiveEye:
        return LiveEye(self.reach, self.clock)

    def _truth(self) -> Where:
        match [record.entry for record in self.folder.journal(self.clock).records()]:
            case [Opened(truth=truth), *_]:
                return truth
            case _:
                return Where.ETCD if self._has_quorum() else Where.FILE

    def _journal(self, truth: Where) -> RecoveryJournal:
        copy = self.folder.journal(self.clock)
        if truth is Where.FILE:
            return copy
        environment = self.network.environment
        etcd = EtcdJournal(self.reach.etcd, environment, self.folder.run, codec(), self.clock)
        return CopiedJournal(etcd, copy)

    def _has_quorum(self) -> bool:
        try:
            self.reach.etcd.under(runs(self.network.environment) + self.folder.run)
        except Unreachable:
            return False
        return True

    def _measure(self, basis: Basis, records: Sequence[RecoveryRecord]) -> Measure | None:
        # the rows of the last moments must have had time to be acknowledged
        self.clock.sleep(_AROUND)
        window = (records[0].at - _AROUND, records[-1].at + _AROUND)
        for root in self.reach.probes:
            try:
                return asyncio.run(self._asked(root, basis, window))
            except WorldError:
                continue
        return None

    async def _asked(self, root: str, basis: Basis, window: tuple[datetime, datetime]) -> Measure:
        async with asking(self.reach.tls) as client:
            return await probe.measured(
                client, root, basis.service, window=window, deadline=_MEASURE
            )
