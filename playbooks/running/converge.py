"""Carries a playbook out on the hosts of a network, through ansible-runner."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from access.paths import Paths
from access.secrets import Secrets
from core import files
from core.errors import Rejected, Unreachable
from inventory.names import HostName
from inventory.network import Network
from playbooks.running.private_data import order_for, private_data
from playbooks.running.result import PlayResult
from playbooks.running.wire import Order, Told
from playbooks.waves import Wave

Say = Callable[[str], None]

_CHILD = "playbooks.running.child"
_PATIENCE_SECONDS = 30
"""how long a cancelled play may take to end its processes"""


@dataclass(frozen=True, slots=True)
class Play:
    """Which playbook, where, and whether in earnest."""

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
    """Return what came of ``play``; ``say`` gets a plain sentence per host and play.

    Failed tasks are in the result: ``demand_success`` raises for them. Whatever
    ends this call early, Ctrl-C included, no process of the play outlives it.

    Raises:
        Rejected: the play could not begin.
        Unreachable: it was cut short; hosts may have been changed.
    """
    with private_data(network, secrets, wheel, paths) as data:
        arguments = _arguments(play, data)
        order = order_for(data, secrets, paths.playbooks / play.playbook, arguments)
        return _watched(order, say)


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
    """Return what ``waves.yml`` is told of each stage that has a wave."""
    told: dict[str, list[Any]] = {}
    for wave in waves:
        told.setdefault(f"ndc_{wave.stage}_hosts", []).extend(wave.hosts)
        told.setdefault(f"ndc_{wave.stage}_sizes", []).append(len(wave.hosts))
    return told


def _watched(order: Order, say: Say) -> PlayResult:
    result, end = PlayResult(), ""
    written = order.folder / "order.json"
    files.write(written, order.model_dump_json())
    log = order.folder / "child.log"
    # a session of its own: Ctrl-C reaches us alone, and we end the play in good order
    with (
        log.open("w") as complaints,
        subprocess.Popen(
            [sys.executable, "-P", "-m", _CHILD, written, str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            cwd=order.folder,
            start_new_session=True,
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                told = Told.model_validate_json(line)
                if told.event == "end":
                    end = told.message
                else:
                    result = result.with_told(told)
                    say(_sentence(told))
        finally:
            _ended(process)
    return _judged(result, end, order.folder)


def _ended(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def _sentence(told: Told) -> str:
    if told.event == "runner_on_unreachable":
        return f"{told.host}: does not answer"
    if told.event == "runner_on_failed":
        return f"{told.host}: {told.task}: {told.message.partition(chr(10))[0]}"
    things = f"{len(told.diff)} changed" if told.changed else "as declared"
    return f"{told.host}: {told.play.lower()}: {things}"


def _judged(result: PlayResult, end: str, folder: Path) -> PlayResult:
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
    telling = [line for line in lines if "ERROR" in line] or lines[-1:]
    return telling[0] if telling else "no reason was given"
