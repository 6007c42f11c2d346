"""The process that carries one play out, and outlives none of its descendants.

Ansible's workers leave its session, and its connections leave its process tree.
So the kernel is told to give their orphans to this process. Before it ends, it kills
every process that descends from it, and looks again until none is left.

Its arguments are the file of an ``Order`` and the id of the process that waits for it.
It prints a ``ChildLine`` on each line.
"""

from __future__ import annotations

import ctypes
import os
import queue
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import ansible_runner

from playbooks.running.wire import ChildLine, DiffEntry, Order

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_OUTCOMES = {"runner_on_ok", "runner_on_failed", "runner_on_unreachable"}
"""events that say what came of a task"""


def main() -> None:
    """Play, tell, and leave nothing behind."""
    order = Order.model_validate_json(Path(sys.argv[1]).read_text("utf-8"))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(sys.argv[2]):  # who started it died before it could hear of that
        return
    cancelled = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: cancelled.set())
    reports: queue.SimpleQueue[ChildLine | None] = queue.SimpleQueue()
    writer = threading.Thread(target=_write, args=(reports,))
    writer.start()
    try:
        _play(order, reports, cancelled)
    finally:
        _end_descendants()
        reports.put(None)
        writer.join()


def _play(
    order: Order, reports: queue.SimpleQueue[ChildLine | None], cancelled: threading.Event
) -> None:
    """Carry ``order`` out, or less of it if ``cancelled`` is set; put its ``reports``."""

    def put(event: dict[str, Any]) -> bool:
        if event["event"] in _OUTCOMES:
            reports.put(_report(event))
        return True

    runner = ansible_runner.run(
        private_data_dir=str(order.folder),
        playbook=str(order.playbook),
        inventory=str(order.inventory),
        cmdline=order.arguments,
        envvars=order.environment,
        settings={"pexpect_timeout": 0.25, "suppress_output_file": False},
        timeout=order.timeout_seconds,
        quiet=True,
        suppress_env_files=True,
        event_handler=put,
        cancel_callback=cancelled.is_set,
    )
    reports.put(ChildLine(event="end", message=runner.status))


def _write(reports: queue.SimpleQueue[ChildLine | None]) -> None:
    while (report := reports.get()) is not None:
        print(report.model_dump_json(exclude_defaults=True), flush=True)  # noqa: T201 - its purpose


def _report(event: dict[str, Any]) -> ChildLine:
    data = event["event_data"]
    result = data.get("res") or {}
    diff = result.get("diff") or []
    return ChildLine(
        event="runner_on_ok" if data.get("ignore_errors") else event["event"],
        play=data.get("play", ""),
        task=data.get("task", ""),
        host=data.get("host", ""),
        changed=bool(result.get("changed")),
        message=str(result.get("msg", "")),
        diff=tuple(DiffEntry.model_validate(one) for one in diff if isinstance(one, dict)),
        by_wave=tuple(result.get("by_wave") or ()),
        unfinished=bool(result.get("unfinished")),
    )


def _end_descendants() -> None:
    """Kill every child until there is none: when one dies, its own children become ours."""
    while children := _children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _children() -> list[int]:
    processes: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):
            processes += map(int, (task / "children").read_text().split())
    return processes


if __name__ == "__main__":
    main()
