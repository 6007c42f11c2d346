"""``ndc dr show RUN --follow``: a run as it goes on, whoever carries it, on this machine or not."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from ndc import exits
from ndc.cli.carrying import answer_run, detached, run_here
from ndc.cli.declared import running
from ndc.cli.options import addressed, answer, current, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dr.live.following import Following, RunSight
    from dr.live.run_folder import RunFolder
    from dr.planning.plan import RecoveryJournal

_CLEAR: Final = "\r\x1b[K"
_SILENCE_SECONDS: Final = 15


def follow(context: typer.Context, run: str) -> NoReturn:
    """Tell each record of ``run`` and what goes on, until it stands still; ctrl-C lets go."""
    from core.system_clock import SystemClock
    from dr.live.following import Following

    folder, teller = run_here(context, run), _Teller(shown=sys.stderr.isatty())
    try:
        with _journal(context, run, folder) as (journal, is_carried):
            sight = _followed(Following(journal, SystemClock()), teller, is_carried)
            teller.clear()
            _finish(context, sight, folder)
    except KeyboardInterrupt:
        teller.clear()
        detached(context, run)


def _followed(following: Following, teller: _Teller, is_carried: Callable[[], bool]) -> RunSight:
    """Tell of a run until it stands still, or nobody carries it; return the last sight of it."""
    was_carried = True
    sights = following.sights()
    while True:
        sight = next(sights)
        teller.tell(sight)
        if sight.stands_still or not was_carried:
            return sight
        # whoever carried it may have written until a moment ago: look once more
        was_carried = is_carried()


@contextmanager
def _journal(
    context: typer.Context, run: str, folder: RunFolder | None
) -> Iterator[tuple[RecoveryJournal, Callable[[], bool]]]:
    """Yield what tells of the run, and whether somebody may still carry it.

    That is the file of who carries it here, or else what etcd keeps.
    """
    from core.runs.plan import RunName
    from core.system_clock import SystemClock
    from ndc.wiring.doors import reached

    if folder is not None and folder.is_carried:
        yield folder.journal(SystemClock()), lambda: folder.is_carried
        return
    with reached(*running(current(context))) as live:
        kept = live.journal(RunName(run))
        if folder is None or kept.records():
            yield kept, lambda: True
        else:
            yield folder.journal(SystemClock()), lambda: folder.is_carried


@dataclass(slots=True)
class _Teller:
    """Tells a line a record; where it is ``shown`` on a terminal, a last line says what goes on."""

    shown: bool
    silent_for: float = 0.0

    def tell(self, sight: RunSight) -> None:
        from dr.live.following import EVERY
        from dr.reporting.run_text import record_text

        self.clear()
        for record in sight.new:
            say(record_text(sight.run.plan, record, began=sight.began))
        self.silent_for = 0.0 if sight.new else self.silent_for + EVERY.total_seconds()
        if self.shown:
            sys.stderr.write(sight.sentence()[: shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()
        elif self.silent_for >= _SILENCE_SECONDS:
            self.silent_for = 0.0
            say(sight.sentence())

    def clear(self) -> None:
        if self.shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _finish(context: typer.Context, sight: RunSight, folder: RunFolder | None) -> NoReturn:
    """Answer how the run stands and, if it was carried here, its report; exit as it ended."""
    from core.clock import wait_until
    from core.system_clock import SystemClock
    from dr.live.following import REPORT_WITHIN
    from dr.reporting.run_text import run_text

    if folder is not None and folder.is_carried:
        wait_until(
            SystemClock(), lambda: not folder.is_carried, what="its report", bound=REPORT_WITHIN
        )
    report = folder.report() if folder is not None else None
    if current(context).as_json:
        answer_run(context, sight.run.plan, sight.run, sight.progress, folder)
    else:
        text = run_text(sight.run, carried=False)
        whole = f"{text}\n\n{report.rstrip()}" if report else text
        answer(addressed(whole, current(context).environment))
    if report is None and sight.run.closed:
        say("its report is on the machine that carried it to its end")
    if sight.run.closed is None:
        raise typer.Exit(exits.STANDS_STILL.number)
    raise typer.Exit(0 if sight.went_well else exits.NOT_ALL_DONE.number)
