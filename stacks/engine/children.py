"""Runs one process a stack, several at a time: starts, hears, interrupts and ends them."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
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

AT_ONCE: Final = 8
"""processes: each has an engine and a provider of its own, 0.3 GB together"""

_LOOK_AROUND: Final = timedelta(seconds=1)
_GRACE: Final = timedelta(seconds=30)
"""between asking an engine to stop and ending it"""


@dataclass(frozen=True, slots=True, eq=False)
class _Child:
    stack: str
    process: subprocess.Popen[str]
    words: Path
    """file with what it wrote to standard error"""
    began: timedelta
    """by the clock of whoever started it"""
    had_last_line: threading.Event = field(default_factory=threading.Event)

    def signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


_Lines: TypeAlias = "queue.SimpleQueue[tuple[_Child, str | None]]"
"""what processes say, in the order of arrival; None: that one has ended"""


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

        ``AT_ONCE`` run side by side; after an interrupt none of those that wait is begun.

        ``hear`` gets every message, and a ``Failed`` for a process that ended without
        a last one. Interrupts (SIGINT, SIGTERM) go to the engines: after the first one
        they finish what they began, and begin nothing more.
        """
        lines: _Lines = queue.SimpleQueue()
        waiting, children = deque(jobs), list[_Child]()
        with ExitStack() as processes, _passing_on(children) as interrupted:
            while children or waiting:
                while waiting and len(children) < AT_ONCE and not interrupted.is_set():
                    child = self._started(waiting.popleft())
                    children.append(child)
                    # leaving it closes its standard input, which ends it, and waits for it
                    processes.enter_context(child.process)
                    threading.Thread(target=_read, args=[child, lines], daemon=True).start()
                    if interrupted.is_set():  # before it was among the children
                        child.signal_group(signal.SIGINT)
                if not children:
                    break  # interrupted before the others began
                self._listen(children, lines, hear)
        return interrupted.is_set()

    def _listen(self, children: list[_Child], lines: _Lines, hear: Hear) -> None:
        """Hear ``children`` until one of them has ended; it is none of them any more."""
        while True:
            self._end_what_hangs(children)
            try:
                child, line = lines.get(timeout=_LOOK_AROUND.total_seconds())
            except queue.Empty:
                continue
            if line is None:
                children.remove(child)
                if not child.had_last_line.is_set():
                    hear(child.stack, _died(child))
                return
            message = from_line(line)
            if isinstance(message, Finished):
                child.had_last_line.set()
            hear(child.stack, message)

    def _end_what_hangs(self, children: list[_Child]) -> None:
        for child in children:
            age = self.clock.elapsed() - child.began
            if age >= self.bound:
                is_deaf = age > self.bound + _GRACE
                child.signal_group(signal.SIGKILL if is_deaf else signal.SIGINT)

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
        return _Child(job.stack, process, words, self.clock.elapsed())


def _read(child: _Child, lines: _Lines) -> None:
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
