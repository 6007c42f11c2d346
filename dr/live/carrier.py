"""Carries one run in a running network, and measures what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from core.errors import NdcError, WorldError
from core.measure import FRESH, ClockPair, Measure, Window
from core.runs.journal import Opened, RunVerdict, Where
from core.runs.run import fold
from dr.actions import Action
from dr.conditions import Conditions
from dr.drills.cadence import practised
from dr.live.anchoring import Anchoring
from dr.live.doors import Live
from dr.live.drill_words import EtcdDrillWords
from dr.live.exhibits import Exhibits, NotingEye
from dr.live.journals.copied import CopiedJournal
from dr.live.journals.etcd import EtcdJournal
from dr.live.packing import Packing, unmeasured
from dr.live.probe import marked
from dr.live.retiring import retire
from dr.live.run_folder import RunFolder
from dr.live.signing import ProvedInbox, Signing
from dr.live.strips import strips
from dr.live.workers import in_threads
from dr.looking.eye import Eye
from dr.looking.store_looks import survey_all
from dr.looks import if_seen
from dr.planning.plan import (
    Basis,
    Moved,
    RecoveryEngine,
    RecoveryJournal,
    RecoveryPlan,
    RecoveryRecord,
    RecoveryRun,
)
from dr.planning.rules.staleness import staleness
from dr.questions import IsLedAt, IsProtected
from dr.reporting.ending import Ending, Outcome
from dr.reporting.report import Noticed, Report, report
from dr.reporting.report_json import report_json
from dr.reporting.report_page import report_page
from dr.reporting.report_text import report_text
from inventory.names import ServiceName

_AROUND: Final = timedelta(seconds=2)
"""before and after the run: a gap at its edge counts as well"""


_STANDBY: Final = timedelta(seconds=20)
"""for a standby to follow a new leader; the run is over then, and holds nothing"""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Carries the run in ``folder``; whoever makes one holds the folder's lock.

    Start and resume are one call: the journal says which it is. The journal that a run began
    with is its truth for life, whether etcd has a quorum later or not.
    """

    live: Live
    folder: RunFolder
    signing: Signing
    """verifies who asks"""

    def carry(self) -> RecoveryRun:
        """Start the planned run, or resume it; return when it can go no further.

        Raises:
            PlanOutdated: nothing was touched.
            JournalCorrupt: the record cannot be trusted.
            NotSeen, Unreachable: the journal did not answer; resume when it does.
        """
        truth = self._truth()
        journal = self._kept_in(truth)
        eye = self.live.eye()
        engine = RecoveryEngine(
            journal=journal,
            sensor=Conditions(
                NotingEye(eye, self.exhibits.checks_path, self.live.clock), in_threads()
            ),
            actuator=self.live.workers(),
            clock=self.live.clock,
            inbox=ProvedInbox(self.folder.inbox(), self.signing, self.live.clock),
        )
        begun = fold(journal.records())
        if begun is not None and begun.closed:
            return begun
        plan = self.folder.plan()
        if begun is None:
            self._demand_fresh(plan, eye)
            self._mark_the_beginning(plan.basis)
        start = self.folder.start()
        start = self.signing.proved(start) if start else None
        with Anchoring(self.live, self.exhibits).meanwhile():
            run = engine.resume() if begun else engine.start(plan, truth, start)
        self._mark_the_end(plan.basis)
        if truth is Where.ETCD:
            with suppress(WorldError):  # whatever stays goes with the next run
                retire(self.live.etcd, self.live.network.environment)
        return run

    def result(self) -> tuple[Outcome, str]:
        """Return what the run came to, and its report for a person.

        A run that is over is measured once. Later the network is another, the probe may have
        forgotten, and what somebody signed would be gone.

        Raises:
            JournalCorrupt: there is no run to report.
            PlanRefused: there is a report of a format that is not read.
            Rejected: it could not be written.
        """
        return self._kept_result() or self._measured_result()

    def _kept_result(self) -> tuple[Outcome, str] | None:
        """Return what was reported when the run had ended; None: it goes on, or nothing was."""
        records, text = self.folder.journal(self.live.clock).records(), self.folder.report()
        shown, run = practised(self.folder.plan(), self.folder.report_json()), fold(records)
        if run is None or not run.closed or shown is None or text is None:
            return None
        if shown.ended_at != records[-1].at:
            return None  # it was held then
        self._tell_of_drills()
        if not self._packing.is_packed:
            self._packing.pack()
        return shown.outcome, text.rstrip()

    def _measured_result(self) -> tuple[Outcome, str]:
        measured = self.report()
        return measured.outcome, report_text(measured)

    def report(self) -> Report:
        """Measure the run, keep report and evidence in its folder, and return the report.

        Raises:
            JournalCorrupt: there is no run to report.
            Rejected: it could not be written.
        """
        records = self.folder.journal(self.live.clock).records()
        basis = self.folder.plan().basis
        Anchoring(self.live, self.exhibits).complete()
        # the rows of the last moments must have had time to be acknowledged
        self.live.clock.sleep(_AROUND)
        noticed = [
            Noticed(
                self.live.network.service(moved.service),
                self._measure(moved.service),
                self._ending(records, moved),
            )
            for moved in basis.moves
        ]
        run_report = report(records, noticed, self.signing.is_proved)
        drawn = list(strips(self.exhibits, run_report.courses))
        page = report_page(run_report, records, drawn, unmeasured(self.exhibits))
        self.folder.keep_report(report_text(run_report), report_json(run_report), page)
        self._tell_of_drills()
        self._packing.pack()
        return run_report

    def _tell_of_drills(self) -> None:
        shown = practised(self.folder.plan(), self.folder.report_json())
        with suppress(NdcError):  # the folder has it, for ``ndc drill list``
            EtcdDrillWords(self.live.etcd, self.live.network).tell(shown)

    def _demand_fresh(self, plan: RecoveryPlan, eye: Eye) -> None:
        basis, network = plan.basis, self.live.network
        services = [moved.service for moved in basis.moves]
        moving = {moved.store for moved in basis.stores}
        stores = [store for store in network.stores if store.name in moving]
        facts, store_facts = survey_all(eye, services, stores, basis.lost)
        for refusal in staleness(plan, network, facts, self.live.clock.now(), store_facts):
            raise refusal

    def _truth(self) -> Where:
        match [record.entry for record in self.folder.journal(self.live.clock).records()]:
            case [Opened(truth=truth), *_]:
                return truth
            case _:
                return Where.ETCD if self._etcd_journal().answers() else Where.FILE

    @property
    def _packing(self) -> Packing:
        return Packing(self.live.network, self.signing.secrets, self.exhibits, self.live.clock)

    @property
    def exhibits(self) -> Exhibits:
        """What the run leaves to be judged by others."""
        return Exhibits(self.folder)

    def journal(self) -> RecoveryJournal:
        """Return what the run is written down in: its truth, with the copy beside it."""
        return self._kept_in(self._truth())

    def _kept_in(self, truth: Where) -> RecoveryJournal:
        copy = self.folder.journal(self.live.clock)
        if truth is Where.FILE:
            return copy
        return CopiedJournal(self._etcd_journal(), copy)

    def _etcd_journal(self) -> EtcdJournal[Action, Basis]:
        return self.live.journal(self.folder.run)

    def _measure(self, service: ServiceName) -> Measure | None:
        window = self.folder.window(service)
        span = window.span(_AROUND) if window else None
        testimony = span and if_seen(lambda: self.live.doors.probe.testimony(service, *span))
        signed = testimony.signed if testimony else None
        if signed is not None:
            self.exhibits.keep_testimony(service, signed)
        elif span is None or not self.exhibits.is_sworn(service, *span):
            self.exhibits.drop_testimony(service)
        return testimony.measure if testimony else None

    def _ending(self, records: Sequence[RecoveryRecord], moved: Moved) -> Ending:
        """Look how the database stands; after a move, wait for its standby for a while."""
        run, eye = fold(records), self.live.eye()
        until = self.live.clock.elapsed() + _STANDBY
        # after a loss the standby may be what is lost, and nobody waits for it
        done = run is not None and run.closed is RunVerdict.DONE and not run.plan.basis.lost
        protected = eye.ask(IsProtected(moved.database))
        while done and protected is False and self.live.clock.elapsed() < until:
            self.live.clock.sleep(_AROUND / 4)
            protected = eye.ask(IsProtected(moved.database))
        return Ending(eye.ask(IsLedAt(moved.database, moved.target)), protected)

    def _mark_the_beginning(self, basis: Basis) -> None:
        for moved in basis.moves:
            service, mark = moved.service, self._seen_mark(moved.service)
            last = if_seen(partial(self.live.doors.probe.acknowledged, service))
            if mark is not None:
                waiting = last is not None and last.age > FRESH
                lead = last.age if last is not None and waiting else timedelta()
                if moved.loss.span:  # what may be lost is read back, all of it
                    lead = max(lead, self.live.clock.now() - basis.made_at + moved.loss.span)
                self.folder.keep_window(service, Window(mark, lead))

    def _mark_the_end(self, basis: Basis) -> None:
        for service in (moved.service for moved in basis.moves):
            window = self.folder.window(service)
            if window is not None:
                ended = replace(window, ended=self._seen_mark(service))
                self.folder.keep_window(service, ended)

    def _seen_mark(self, service: ServiceName) -> ClockPair | None:
        return if_seen(lambda: marked(self.live.doors.probe, service, self.live.clock))
