"""Plays one round in the lab: the act with its fate, while harms come and go."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from core.clock import Clock, wait_until
from core.errors import Unreachable
from core.locks import is_held
from ndc.settings import paths_of
from tests.campaign.rounds import WAYS_HOME, Act, Fate, Round
from tests.campaign.striking import Striking
from tests.lab.recovery import Portal, Standing
from tests.lab.terminal import Terminal

_ACCEPTED: Final = timedelta(seconds=60)
"""in which a loss is seen by observers, and a plan is accepted"""
_EVERY: Final = timedelta(seconds=2)
_STOPPED: Final = timedelta(seconds=8)


@dataclass(slots=True)
class Acting:
    """One round, as it is played."""

    lab: Terminal
    clock: Clock
    note: Callable[[str], None]
    portal: Portal
    runs: list[str] = field(default_factory=list)
    """that were begun, oldest first"""

    def play(self, what: Round) -> None:
        """Do what the round says; return when its harms are over."""
        before = Standing.seen(self.lab)
        there = [one for one in what.strikes if not one.on_the_way_home]
        back = [one for one in what.strikes if one.on_the_way_home]
        striking = Striking(self.lab, self.clock, self.note)
        with striking.during(there):
            self._act(what, before)
        if what.act in WAYS_HOME:
            self._return(what, before)
            with striking.during(back):
                self.lab.done("dr", "admit", before.site, bound_seconds=300)
                self._run(what, "switchover", self.portal.name, "--to", before.site)

    def _act(self, what: Round, before: Standing) -> None:
        match what.act:
            case Act.NOTHING:
                return
            case Act.SWITCHOVER:
                to = self.portal.other_than(before.site)
                self._run(what, "switchover", self.portal.name, "--to", to)
            case Act.SITE_LOST:
                self._lose(what, before.site, self._hosts_at(before.site))
            case Act.LEADER_LOST:
                self._lose(what, before.leader, [before.leader])

    def _lose(self, what: Round, name: str, hosts: list[str]) -> None:
        self.note(f"{name} loses its power")
        self.lab.ndc("lab", "kill", *hosts)
        self._run(what, "failover", "--lost", name)
        self.lab.ndc("lab", "start", *hosts, bound_seconds=300)
        self.note(f"{name} has power again")

    def _return(self, what: Round, before: Standing) -> None:
        """Wait until the site from which the service moved may have it again."""
        self.note(f"waits until {before.site} is well again, after {what.act}")
        self.lab.ndc("status", "--wait", bound_seconds=300)

    def _run(self, what: Round, *words: str) -> None:
        """Have a run begun, once it is accepted, let its fate come, and let it be resumed."""
        known = self._plans()
        try:
            begun = wait_until(
                self.clock,
                lambda: self._begun(known, words),
                what=f"a plan of {' '.join(words)}",
                bound=_ACCEPTED,
                every=_EVERY,
            )
        except Unreachable:
            self.note(f"dr {' '.join(words)}: nothing was begun")
            return
        command, folder = begun
        self.runs.append(folder.name)
        self._fate(what, folder)
        with command:
            out, err = command.communicate(timeout=600)
        self.note(f"{folder.name}: exit {command.returncode}, {_last(out or err)}")

    def _begun(
        self, known: set[Path], words: tuple[str, ...]
    ) -> tuple[subprocess.Popen[str], Path] | None:
        """Return the command and its run, once its journal is begun; None: it was refused."""
        command = self.lab.begun("dr", *words)
        while command.poll() is None:
            new = next((path for path in self._plans() - known if _opened(path)), None)
            if new is not None:
                return command, new
            self.clock.sleep(timedelta(milliseconds=20))
        new = next((path for path in self._plans() - known if _opened(path)), None)
        if new is not None:
            return command, new
        out, err = command.communicate()
        self.note(f"dr {' '.join(words)}: {_last(err or out)}")
        known |= self._plans()
        return None

    def _fate(self, what: Round, folder: Path) -> None:
        if what.fate is Fate.CARRIED:
            return
        self.clock.sleep(timedelta(seconds=what.after_seconds))
        number = signal.SIGKILL if what.fate is Fate.KILLED else signal.SIGSTOP
        if not _signalled(folder, number):
            return
        self.note(f"who carries {folder.name} is {what.fate}")
        if what.fate is Fate.STOPPED:
            self.clock.sleep(_STOPPED)
            _signalled(folder, signal.SIGCONT)

    def _plans(self) -> set[Path]:
        return {plan.parent for plan in paths_of(self.lab.environment).runs.glob("*/plan.json")}

    def _hosts_at(self, site: str) -> list[str]:
        hosts = self.lab.done("show", "hosts", "--json").value
        return [host["host"] for host in hosts if host["site"] == site]


def _opened(folder: Path) -> bool:
    return (folder / "journal.jsonl").exists()


def _signalled(folder: Path, number: signal.Signals) -> bool:
    """Tell whether the process that carries the run in ``folder`` took the signal."""
    if not is_held(folder / "lock"):
        return False
    try:
        os.kill(int((folder / "lock").read_text("utf-8")), number)
    except (OSError, ValueError):
        return False
    return True


def _last(text: str) -> str:
    return text.strip().splitlines()[-1][:160] if text.strip() else "nothing was said"
