"""A run on disk: plan, journal, inbox, lock and report, in a folder of its own.

plan.json       what was printed is what runs
journal.jsonl   the truth, or etcd's copy
inbox/          what people ask of it while it is carried
lock            held by the one process that carries it
start.json      who had it started
window-SERVICE.json
                what time it is measured over, by the probe's clock
report.json, report.txt, report.html
runner.log
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from core import files
from core.clock import Clock
from core.errors import PlanRefused, Rejected, Unreachable
from core.formats import Format
from core.locks import LOOKERS, Lock, is_held, is_stopped
from core.measure import Window
from core.runs.journal import Request
from core.runs.plan import RunName
from dr.actions import Action
from dr.live.inbox import FileInbox, read_request, request_text
from dr.live.journals.file import FileJournal
from dr.planning.plan import Basis, RecoveryPlan, codec, from_text, to_text
from inventory.names import ServiceName
from inventory.problems import nearest

_WINDOW: Final[TypeAdapter[Window]] = TypeAdapter(Window)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The folder of ``run`` under an environment's ``runs/``."""

    root: Path
    run: RunName

    @classmethod
    def create(cls, root: Path, plan: RecoveryPlan) -> RunFolder:
        """Return a new folder that holds ``plan``.

        Raises:
            PlanRefused: there is one of that name; it was left alone.
            Rejected: it could not be written.
        """
        folder = cls(root, plan.id)
        try:
            folder.inbox_path.mkdir(parents=True, mode=0o755)
            for parent in (folder.path, root, root.parent):
                files.sync_folder(parent)
        except FileExistsError:
            raise PlanRefused(
                f"there is a run called {plan.id} already",
                expected="a name of its own: a run is called after its second and what it moves",
                actual="somebody asked for the same move in the same second",
                next_step=f"ndc dr show {plan.id} follows theirs; or ask again",
            ) from None
        except OSError as error:
            raise Rejected(
                f"the folder of run {plan.id} could not be made",
                expected=f"a new folder below {root}",
                actual=error.strerror or str(error),
                next_step="make room or mend the permissions, then plan again",
            ) from error
        files.write(folder.path / "plan.json", to_text(plan) + "\n")
        return folder

    @classmethod
    def opened(cls, root: Path, run: str) -> RunFolder:
        """Return the folder of ``run``.

        Raises:
            PlanRefused: there is none, or its plan was put aside.
        """
        folder = cls(root, RunName(run))
        if folder._aside_path.exists():
            raise folder._put_aside()
        if run not in names(root):
            meant = nearest(run, names(root))
            raise PlanRefused(
                f"there is no run called {run}",
                expected=", ".join(names(root)[-5:]) or "one that was planned",
                actual=run,
                next_step=f"did you mean {meant}?" if meant else "ndc dr runs",
            )
        return folder

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self.root / self.run

    @property
    def inbox_path(self) -> Path:
        """Where requests are put, a file each."""
        return self.path / "inbox"

    @property
    def log_path(self) -> Path:
        """What the runner said while nobody listened."""
        return self.path / "runner.log"

    def plan(self) -> RecoveryPlan:
        """Return the plan.

        Raises:
            JournalCorrupt: it cannot be read.
            PlanRefused: it is of a format that is not read, or was put aside.
        """
        text = files.read_if_there(self.path / "plan.json")
        if text is None and self._aside_path.exists():
            raise self._put_aside()
        return from_text(text or "", f"the plan of run {self.run}")

    def put_plan_aside(self) -> None:
        """Let nobody begin this run any more; whoever calls holds its lock, and it has no record.

        Raises:
            Rejected: it could not be done.
        """
        try:
            (self.path / "plan.json").replace(self._aside_path)
            files.sync_folder(self.path)
        except OSError as error:
            raise Rejected(
                f"the plan of run {self.run} could not be put aside",
                expected=f"a folder that can be written: {self.path}",
                actual=error.strerror or str(error),
                next_step="mend the disk, then ask again",
            ) from error

    def _put_aside(self) -> PlanRefused:
        return PlanRefused(
            f"the plan of run {self.run} was put aside",
            expected="a run that may be begun",
            actual="what it was made for ended before anybody began it",
            next_step="make a new one: ndc dr plan SERVICE --to SITE",
        )

    def journal(self, clock: Clock) -> FileJournal[Action, Basis]:
        """Return the journal in this folder."""
        return FileJournal(self.path / "journal.jsonl", codec(), clock)

    def keep_start(self, request: Request) -> None:
        """Write down who has the run started.

        Raises:
            Rejected: it could not be written.
        """
        files.write(self.path / "start.json", request_text(request))

    def start(self) -> Request | None:
        """Return who had the run started; None: nobody wrote it down."""
        return read_request(self.path / "start.json")

    def set_journal_aside(self) -> None:
        """Let there be no journal here; the one that was is kept beside, to be looked at."""
        path = self.path / "journal.jsonl"
        if path.exists():
            path.replace(path.with_suffix(".jsonl.damaged"))

    def inbox(self) -> FileInbox:
        """Return the inbox in this folder."""
        return FileInbox(self.inbox_path)

    def keep_report(self, text: str, json: str, page: str) -> None:
        """Write the three forms of the report, last the one by which it counts as written.

        Raises:
            Rejected: one could not be written.
        """
        files.write(self.path / "report.txt", text + "\n")
        files.write(self.path / "report.html", page)
        files.write(self.path / "report.json", json + "\n")

    def report(self) -> str | None:
        """Return the report for people, or None if there is none yet."""
        return files.read_if_there(self.path / "report.txt")

    def report_json(self) -> str | None:
        """Return the report for programs, or None if there is none yet.

        Raises:
            PlanRefused: it is of a format that this ndc does not know to be what it writes.
        """
        text = files.read_if_there(self.path / "report.json")
        if text is not None:
            Format.REPORT.demand(text, f"the report of run {self.run}")
        return text

    def window(self, service: ServiceName) -> Window | None:
        """Return what time the run is measured over; None: nobody could ask when it began.

        Raises:
            PlanRefused: it is of a format that is not read.
        """
        text = self.window_text(service)
        if text is None:
            return None
        Format.WINDOW.demand(text, f"the window of run {self.run}")
        try:
            return _WINDOW.validate_json(text)
        except ValidationError:
            return None  # nothing is known then, and the report says so

    def window_text(self, service: ServiceName) -> str | None:
        """Return the window of ``service`` as it is kept; None: there is none."""
        return files.read_if_there(self._window_path(service))

    def keep_window_text(self, service: ServiceName, text: str) -> None:
        """Keep a window that another folder of this run held; raises as ``keep_window``."""
        files.write(self._window_path(service), text)

    def keep_window(self, service: ServiceName, window: Window) -> None:
        """Remember what time the run is measured over.

        Raises:
            Rejected: it could not be written.
        """
        plain = _WINDOW.dump_python(window, mode="json")
        self.keep_window_text(service, Format.WINDOW.text(plain) + "\n")

    def last_words(self) -> str:
        """Return the last lines that a runner wrote; for when it left no report."""
        return "\n".join((files.read_if_there(self.log_path) or "").splitlines()[-8:])

    @contextmanager
    def carried(self, clock: Clock) -> Iterator[None]:
        """Hold the lock of this run; it falls with the process.

        Raises:
            PlanRefused: another process carries the run; it says which.
        """
        with Lock(self._lock_path) as lock:
            try:
                # who only looks whether the run is carried holds the lock for a moment
                lock.wait(clock, LOOKERS, what=f"the lock of run {self.run}")
            except Unreachable:
                raise self._carried_by(lock) from None
            yield

    def _carried_by(self, lock: Lock) -> PlanRefused:
        process = lock.process
        stopped = process is not None and is_stopped(process)
        show = f"ndc dr show {self.run}"
        return PlanRefused(
            f"run {self.run} is carried already",
            expected="a run that nobody carries",
            actual=f"by process {process or 'unknown'}{', which is stopped' if stopped else ''}",
            next_step=f"kill -CONT {process} lets it go on; {show}" if stopped else show,
        )

    @property
    def is_carried(self) -> bool:
        """Whether a process carries this run now; one that is stopped carries nothing on."""
        return is_held(self._lock_path) and self.stopped_carrier is None

    @property
    def stopped_carrier(self) -> int | None:
        """The process that carries this run and was told to stop (SIGSTOP); None: none is."""
        with Lock(self._lock_path) as lock:
            process = lock.process
        stopped = process is not None and is_held(self._lock_path) and is_stopped(process)
        return process if stopped else None

    def _window_path(self, service: ServiceName) -> Path:
        return self.path / f"window-{service}.json"

    @property
    def _aside_path(self) -> Path:
        return self.path / "plan.json.aside"

    @property
    def _lock_path(self) -> Path:
        return self.path / "lock"


def names(root: Path) -> list[str]:
    """Return the runs and plans below ``root``, oldest first."""
    return sorted(path.parent.name for path in root.glob("*/plan.json"))
