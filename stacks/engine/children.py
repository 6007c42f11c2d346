"""One process a stack, all at the same time: started, listened to, interrupted, seen to end."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Final, TypeAlias

from core.clock import Clock
from core.errors import Unreachable
from stacks.engine.wire import Failed, Finished, Job, Said, from_line
from stacks.provider.failures import failure_to_json

Hear: TypeAlias = Callable[[str, Said], None]
"""is told the stack and what was said about it, in the caller's thread"""

_LOOK_AROUND: Final = timedelta(seconds=1)
_GRACE: Final = timedelta(seconds=30)
"""between asking an engine to stop and ending it"""


@dataclass(frozen=True, slots=True)
class _Child:
    stack: str
    process: subprocess.Popen[str]
    words: Path
    """what it wrote to standard error"""

    def signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass(frozen=True, slots=True)
class Children:
    """Runs jobs."""

    variables: Mapping[str, str]
    clock: Clock
    bound: timedelta
    """a job that takes longer hangs, and is ended"""

    def run(self, jobs: Sequence[Job], hear: Hear) -> bool:
        """Carry out all jobs; return, when every process has ended, whether it was interrupted.

        ``hear`` gets every line, and a ``Failed`` for a process that ended without
        a last line. Interrupts (SIGINT, SIGTERM) go to the engines: the first one
        lets them finish what they began.
        """
        lines: queue.SimpleQueue[tuple[_Child, str | None]] = queue.SimpleQueue()
        with ExitStack() as processes:
            children = [self._started(job) for job in jobs]
            for child in children:
                # leaving it closes its standard input, which ends it, and waits for it
                processes.enter_context(child.process)
                threading.Thread(target=_read, args=[child, lines], daemon=True).start()
            with _passing_on(children) as interrupted:
                self._listen(children, lines, hear)
        return interrupted.is_set()

    def _listen(
        self,
        children: list[_Child],
        lines: queue.SimpleQueue[tuple[_Child, str | None]],
        hear: Hear,
    ) -> None:
        began = self.clock.elapsed()
        running = {child.stack for child in children}
        finished: set[str] = set()
        while running:
            self._end_what_hangs(children, self.clock.elapsed() - began)
            try:
                child, line = lines.get(timeout=_LOOK_AROUND.total_seconds())
            except queue.Empty:
                continue
            if line is None:
                running.remove(child.stack)
                if child.stack not in finished:
                    hear(child.stack, _died(child))
                continue
            said = from_line(line)
            finished |= {child.stack} if isinstance(said, Finished) else set()
            hear(child.stack, said)

    def _end_what_hangs(self, children: list[_Child], taken: timedelta) -> None:
        if taken < self.bound:
            return
        number = signal.SIGKILL if taken > self.bound + _GRACE else signal.SIGINT
        for child in children:
            child.signal_group(number)

    def _started(self, job: Job) -> _Child:
        words = Path(job.folder) / "stderr.log"
        with words.open("w", encoding="utf-8") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "stacks.engine.stack"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=job.folder,
                env=dict(self.variables),
                text=True,
                start_new_session=True,
            )
        with suppress(BrokenPipeError):  # it died at once: that it did is told when it is missed
            if process.stdin:
                process.stdin.write(job.model_dump_json() + "\n")
                process.stdin.flush()
        return _Child(job.stack, process, words)


def _read(child: _Child, lines: queue.SimpleQueue[tuple[_Child, str | None]]) -> None:
    for line in child.process.stdout or ():
        lines.put((child, line))
    child.process.wait()
    lines.put((child, None))


@contextmanager
def _passing_on(children: list[_Child]) -> Iterator[threading.Event]:
    """Let interrupts reach the engines meanwhile; only a main thread hears any."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def pass_on(_: int, __: FrameType | None) -> None:
        interrupted.set()
        for child in children:
            child.signal_group(signal.SIGINT)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _died(child: _Child) -> Failed:
    words = child.words.read_text("utf-8", errors="replace").strip().splitlines()
    error = Unreachable(
        f"the process of stack {child.stack} died",
        expected="a last line",
        actual=f"exit code {child.process.returncode}; {words[-1] if words else 'no word why'}",
        next_step="run the command again; it looks before it acts",
    )
    return Failed("", failure_to_json(error))
