"""The process that carries one play out, and outlives none of its descendants.

Ansible's workers leave its session, and its connections leave its process tree.
So this process makes itself the one that orphans are given to; before it ends it
kills whatever descends from it, and looks again until there is nothing left.

It is given the file of an ``Order`` and the process id of who waits for it, and prints
a ``Told`` a line.
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

from playbooks.running.wire import Difference, Order, Told

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_TELLING = {"runner_on_ok", "runner_on_failed", "runner_on_unreachable"}
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
    telling: queue.SimpleQueue[Told | None] = queue.SimpleQueue()
    teller = threading.Thread(target=_tell, args=(telling,))
    teller.start()
    try:
        _play(order, telling, cancelled)
    finally:
        _end_descendants()
        telling.put(None)
        teller.join()


def _play(
    order: Order, telling: queue.SimpleQueue[Told | None], cancelled: threading.Event
) -> None:
    def put(event: dict[str, Any]) -> bool:
        if event["event"] in _TELLING:
            telling.put(_told(event))
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
    telling.put(Told(event="end", message=runner.status))


def _tell(telling: queue.SimpleQueue[Told | None]) -> None:
    while (told := telling.get()) is not None:
        print(told.model_dump_json(exclude_defaults=True), flush=True)  # noqa: T201 - its purpose


def _told(event: dict[str, Any]) -> Told:
    data = event["event_data"]
    result = data.get("res") or {}
    diff = result.get("diff") or []
    return Told(
        event="runner_on_ok" if data.get("ignore_errors") else event["event"],
        play=data.get("play", ""),
        task=data.get("task", ""),
        host=data.get("host", ""),
        changed=bool(result.get("changed")),
        message=str(result.get("msg", "")),
        diff=tuple(Difference.model_validate(one) for one in diff if isinstance(one, dict)),
        by_wave=tuple(result.get("by_wave") or ()),
        unfinished=bool(result.get("unfinished")),
    )


def _end_descendants() -> None:
    """Kill until nobody is left; each that dies hands its children to us."""
    while children := _children():
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):
            found += map(int, (task / "children").read_text().split())
    return found


if __name__ == "__main__":
    main()
