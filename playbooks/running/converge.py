"""Carries a playbook out on the hosts of a network, through ansible-runner."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.paths import Paths
from access.secrets import Secrets
from core import files
from core.errors import Rejected, Unreachable
from core.surroundings import surroundings
from core.text import Say
from inventory.names import HostName
from inventory.network import Network
from playbooks.running.private_data import order_for, private_data, sockets
from playbooks.running.result import PlayResult
from playbooks.running.wire import ChildLine, Order
from playbooks.waves import Wave

_CHILD = "playbooks.running.child"
_PATIENCE_SECONDS = 30
"""how long a cancelled play may take to end its processes"""


@dataclass(frozen=True, slots=True)
class Play:
    """A playbook, the hosts that it is for, and whether it may change them."""

    playbook: str = "converge.yml"
    limit: frozenset[HostName] = frozenset()
    """empty: every host"""
    check: bool = False
    """True: nothing is changed, and the result says what would be"""
    waves: tuple[Wave, ...] = ()
    """of ``waves.yml``"""


def converge(
    network: Network, secrets: Secrets, wheel: Path, paths: Paths, play: Play, say: Say
) -> PlayResult:
    """Carry ``play`` out on the hosts of ``network``, and return what came of it.

    ``wheel`` is the code that hosts get. ``paths`` are the environment's, and ``secrets``
    what its hosts trust. ``say`` gets a plain sentence for each task on a host::

        result = converge(network, secrets, wheel, paths, Play(check=True), print)
        result.demand_success()

    Failed tasks are in the result, and ``demand_success`` raises for them. No process of
    the play outlives this call, whatever ends it, Ctrl-C included.

    Raises:
        Rejected: the play could not begin.
        Unreachable: it was cut short; hosts may have been changed.
    """
    with private_data(network, secrets, wheel, paths) as data:
        arguments = _arguments(play, data)
        playbook = paths.playbooks / play.playbook
        order = order_for(data, sockets(paths, data), secrets, playbook, arguments)
        return _watch(order, say)


def _arguments(play: Play, folder: Path) -> str:
    arguments = ["--diff"]
    if play.check:
        arguments.append("--check")
    if play.limit:
        arguments.append(f"--limit {','.join(sorted(play.limit))}")
    if play.waves:
        file = folder / "waves.json"
        files.write(file, json.dumps(_by_stage(play.waves)))
        arguments.append(f"--extra-vars {shlex.quote(f'@{file}')}")
    return " ".join(arguments)


def _by_stage(waves: tuple[Wave, ...]) -> dict[str, list[Any]]:
    """Return the variables of ``waves.yml``, for each stage that has a wave."""
    variables: dict[str, list[Any]] = {}
    for wave in waves:
        variables.setdefault(f"ndc_{wave.stage}_hosts", []).extend(wave.hosts)
        variables.setdefault(f"ndc_{wave.stage}_sizes", []).append(len(wave.hosts))
    return variables


def _watch(order: Order, say: Say) -> PlayResult:
    result, end = PlayResult(), ""
    order_file = order.folder / "order.json"
    files.write(order_file, order.model_dump_json())
    log = order.folder / "child.log"
    # a session of its own: Ctrl-C reaches us alone, and we end the play in good order
    with (
        log.open("w") as child_log,
        subprocess.Popen(
            [sys.executable, "-P", "-m", _CHILD, order_file, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=child_log,
            encoding="utf-8",
            env=surroundings(),
            cwd=order.folder,
            start_new_session=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                report = ChildLine.model_validate_json(line)
                if report.event == "end":
                    end = report.message
                else:
                    result = result.with_report(report)
                    say(_sentence(report))
        finally:
            _end_process(process)
    return _judge(result, end, order.folder)


def _end_process(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _sentence(report: ChildLine) -> str:
    if report.event == "runner_on_unreachable":
        return f"{report.host}: does not answer"
    if report.event == "runner_on_failed":
        return f"{report.host}: {report.task}: {report.message.partition(chr(10))[0]}"
    things = f"{len(report.diff)} changed" if report.changed else "as declared"
    return f"{report.host}: {report.play.lower()}: {things}"


def _judge(result: PlayResult, end: str, folder: Path) -> PlayResult:
    if end == "successful" or (end == "failed" and result.failures):
        return result
    if end == "failed":
        raise Rejected(
            "the play could not begin",
            expected="a playbook and an inventory that Ansible accepts",
            actual=_last_words(folder.glob("artifacts/*/stdout")),
            next_step=f"read the files named stdout below {folder}/artifacts",
        )
    raise Unreachable(
        "the play was cut short",
        expected="every host made as declared",
        actual=end or _last_words([folder / "child.log"]),
        next_step="run the command again: it goes on where this one stopped",
    )


def _last_words(paths: Iterable[Path]) -> str:
    lines = [line for path in paths for line in path.read_text("utf-8", "replace").splitlines()]
    reasons = [line for line in lines if "ERROR" in line] or lines[-1:]
    return reasons[0] if reasons else "no reason was given"
