"""The process of one stack: reads a job, runs the engine, and writes messages about it.

Each stack has a process, because the SDK keeps its state in the process. The process
leads a group that holds the CLI, and ignores the signals that the group gets. So the
CLI alone obeys them: it finishes what it began, saves, and ends; then this process ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TextIO

from pulumi import automation as auto
from semver import VersionInfo
from typing_extensions import override

from stacks.engine.events import said_by
from stacks.engine.failures import translated
from stacks.engine.wire import Failed, Finished, Job, Said, to_line
from stacks.programs.program import program_of
from stacks.provider.failures import failure_to_json

AT_ONCE: Final = 16
"""operations that the engine has under way in one stack"""

_SUMMARY: Final = {
    "kind": "update",
    "startTime": "2000-01-01T00:00:00.000Z",
    "message": "",
    "environment": {},
    "config": {},
    "result": "succeeded",
}


class Cli(auto.PulumiCommand):
    """The Pulumi CLI, started only for what matters.

    For a summary that nobody here reads, the SDK starts it four times more: half
    of the time that a small stack takes.
    """

    _ANSWERS: Final[Mapping[tuple[str, ...], Any]] = {
        ("stack", "select"): {},
        ("stack", "output"): {},
        ("stack", "history"): [_SUMMARY],
    }

    def __init__(self, path: Path) -> None:
        # not the SDK's own: it asks the CLI for its version, which the tool chain has seen to
        self.command = str(path)
        self.version = VersionInfo.parse(version("pulumi"))

    @override
    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], Any] | None = None,
        on_error: Callable[[str], Any] | None = None,
    ) -> auto.CommandResult:
        """Run the CLI and return its result; some questions are answered without it."""
        answer = self._ANSWERS.get(tuple(args[:2]))
        if answer is not None:
            return auto.CommandResult(stdout=json.dumps(answer), stderr="", code=0)
        return super().run(args, cwd, additional_env, on_output, on_error)


class LineWriter:
    """Writes messages, a line each, whole, from any thread."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self.failures = 0

    def tell(self, message: Said) -> None:
        """Write one line; it is out when this returns."""
        with self._lock:
            self.failures += isinstance(message, Failed)
            self._out.write(to_line(message) + "\n")
            self._out.flush()


def carry_out(job: Job, teller: LineWriter) -> None:
    """Carry out ``job``, and write messages about it; a failure is a message, and not raised."""
    try:
        _run(job, _opened(job), lambda event: _relay(event, job, teller))
    except auto.CommandError as error:
        if not teller.failures:
            teller.tell(Failed("", failure_to_json(translated(error, job.stack))))
    teller.tell(Finished())


def _relay(event: auto.EngineEvent, job: Job, teller: LineWriter) -> None:
    for message in said_by(event, job.verb):
        teller.tell(message)


def _opened(job: Job) -> auto.Stack:
    workspace = auto.LocalWorkspace(
        work_dir=job.folder,
        program=program_of(job.declared()),
        pulumi_command=Cli(Path(job.cli)),
        secrets_provider="passphrase",
    )
    begin = auto.Stack.select if job.known else auto.Stack.create
    return begin(job.stack, workspace)


def _run(job: Job, stack: auto.Stack, hear: Callable[[auto.EngineEvent], None]) -> None:
    match job.verb:
        case "preview":
            stack.preview(on_event=hear, parallel=AT_ONCE, refresh=True, run_program=True)
        case "up":
            if job.interrupted:
                stack.refresh(clear_pending_creates=True, parallel=AT_ONCE, show_secrets=False)
            stack.up(
                on_event=hear,
                parallel=AT_ONCE,
                refresh=True,
                run_program=True,
                continue_on_error=True,
                show_secrets=False,
            )
        case "drift":
            stack.preview_refresh(on_event=hear, parallel=AT_ONCE, run_program=False)
        case "preview-destroy":
            stack.preview_destroy(on_event=hear, parallel=AT_ONCE, run_program=False)
        case "destroy":
            stack.destroy(
                on_event=hear,
                parallel=AT_ONCE,
                continue_on_error=True,
                run_program=False,
                show_secrets=False,
            )
            stack.workspace.remove_stack(job.stack)


def _stop_when_nobody_waits(pipe: TextIO) -> None:
    pipe.read()
    os.killpg(0, signal.SIGINT)


def main() -> None:
    """Carry out the job on standard input."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # the SDK prints; lines are ours alone
    job = Job.model_validate_json(sys.stdin.readline())
    threading.Thread(target=_stop_when_nobody_waits, args=[sys.stdin], daemon=True).start()
    carry_out(job, LineWriter(out))


if __name__ == "__main__":
    main()
