"""Runs one process a stack, all at the same time: starts, hears, interrupts and ends them."""

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
"""is called with the name of a stack and a message of its process, in the caller's thread"""

_LOOK_AROUND: Final = timedelta(seconds=1)
_GRACE: Final = timedelta(seconds=30)
"""between asking an engine to stop and ending it"""


@dataclass(frozen=True, slots=True)
class _Child:
    stack: str
    process: subprocess.Popen[str]
    words: Path
    """file with what it wrote to standard error"""

    def signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass(frozen=True, slots=True)
class Children:
    """Runs jobs, each in a process of its own, with ``variables`` as its environment.

    No process outlives ``run``: it ends when it is done, when ``bound`` is over, or when
    our end of its standard input is closed.
    """

    variables: Mapping[str, str]
    clock: Clock
    bound: timedelta
    """a job that takes longer hangs, and is ended"""

    def run(self, jobs: Sequence[Job], hear: Hear) -> bool:
        """Carry out all jobs; return, when every process has ended, whether it was interrupted.

        ``hear`` gets every message, and a ``Failed`` for a process that ended without
        a last one. Interrupts (SIGINT, SIGTERM) go to the engines: after the first one
        they finish what they began, and begin nothing more.
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
        stacks = {child.stack for child in children}
        stacks_with_last_line: set[str] = set()
        while stacks:
            self._end_what_hangs(children, self.clock.elapsed() - began)
            try:
                child, line = lines.get(timeout=_LOOK_AROUND.total_seconds())
            except queue.Empty:
                continue
            if line is None:
                stacks.remove(child.stack)
                if child.stack not in stacks_with_last_line:
                    hear(child.stack, _died(child))
                continue
            message = from_line(line)
            stacks_with_last_line |= {child.stack} if isinstance(message, Finished) else set()
            hear(child.stack, message)

    def _end_what_hangs(self, children: list[_Child], age: timedelta) -> None:
        if age < self.bound:
            return
        number = signal.SIGKILL if age > self.bound + _GRACE else signal.SIGINT
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
                encoding="utf-8",
                start_new_session=True,
            )
        with suppress(BrokenPipeError):  # it died at once; that shows when its last line is missing
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
    """Pass interrupts on to the engines meanwhile; only a main thread gets any."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def pass_on(_: int, __: FrameType | None) -> None:
        interrupted.set()
        for child in children:
            child.signal_group(signal.SIGINT)

    handlers = {
        number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interrupted
    finally:
        for number, handler in handlers.items():
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
