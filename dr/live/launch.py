"""Sets a runner to work, and follows the journal that it writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import Rejected
from core.surroundings import surroundings
from dr.live.run_folder import RunFolder
from dr.planning.plan import RecoveryRecord

RUNNER = "ndc.daemons.runner"
"""the module that carries a run; it lies above this room"""

_LOOK_EVERY: Final = timedelta(milliseconds=100)
_SILENCE: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Runner:
    """The process that carries the run in ``folder``; it outlives the command that started it."""

    environment: str
    folder: RunFolder
    clock: Clock

    def carry(
        self,
        tell: Callable[[RecoveryRecord], None],
        tell_silence: Callable[[timedelta], None] = lambda _: None,
    ) -> int:
        """Start the runner, call ``tell`` with each record as it is written, return its exit code.

        Records that were there before are not told. ``tell_silence`` is called every 15 s in
        which none was written, with how long that has been.

        Raises:
            Rejected: it could not be started.
        """
        first_new = len(self._records())
        process = self._started()
        since, last = self.clock.elapsed(), timedelta()
        while True:
            ended = process.poll()
            records = self._records()
            for record in records[first_new:]:
                tell(record)
            if len(records) > first_new:
                since, last = self.clock.elapsed(), timedelta()
            first_new = len(records)
            if ended is not None:
                return ended
            silence = self.clock.elapsed() - since
            if silence - last >= _SILENCE:
                last = silence
                tell_silence(silence)
            self.clock.sleep(_LOOK_EVERY)

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-P", "-m", RUNNER, self.environment, self.folder.run]
        try:
            with self.folder.log_path.open("ab") as log:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=surroundings(),
                    start_new_session=True,
                )
        except OSError as error:
            raise Rejected(
                f"the runner of {self.folder.run} could not be started",
                expected="a process, and a log in the run's folder",
                actual=error.strerror or str(error),
                next_step=f"ndc dr resume {self.folder.run}",
            ) from error

    def _records(self) -> list[RecoveryRecord]:
        return list(self.folder.journal(self.clock).records())
