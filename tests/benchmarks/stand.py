"""Where figures are measured: a terminal, and a network of its own as soon as one is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.system_clock import SystemClock
from ndc.settings import paths_of, settings
from tests.lab.terminal import Terminal
from toolchain import build

CLOCK = SystemClock()
ENVIRONMENT = os.environ.get("NDC_BENCH_ENV", "bench")
PROFILE = "compact"
"""the default network"""

_FIRST_START_SECONDS = 900
_TAKE_DOWN_SECONDS = 300
_GREEN_SECONDS = 600
"""bounds that only detect a hang"""


def say(line: str) -> None:
    """Tell how it goes: a line to stderr, at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass(slots=True)
class Stand:
    """Hands of whoever measures."""

    terminal: Terminal
    first_start_seconds: float | None = None
    """of the network that is up; None: none was brought up yet"""
    gaps: list[float] = field(default_factory=list)
    """of planned switchovers that were measured, in seconds"""
    _hosts: list[dict[str, Any]] = field(default_factory=list)
    _links: list[dict[str, Any]] = field(default_factory=list)

    @property
    def hosts(self) -> Sequence[Mapping[str, Any]]:
        """The hosts of the network, as ``ndc show hosts`` tells; none if there was no network."""
        return self._hosts

    @property
    def links(self) -> Sequence[Mapping[str, Any]]:
        """The links of the network, as ``ndc show links`` tells."""
        return self._links

    def lab(self) -> Terminal:
        """Return the terminal, in front of a network that is up and green."""
        if self.first_start_seconds is None:
            self.renew()
        self.terminal.done("status", "--wait", bound_seconds=_GREEN_SECONDS)
        return self.terminal

    def renew(self) -> float:
        """Bring up a network in place of the one before; return the seconds it took.

        The image and the programs are there already; the clock stops when all is green.
        """
        self._destroy()
        for ensure in (build.ensure_pulumi, build.ensure_image, build.ensure_wheel):
            ensure(settings().cache, say)
        say(f"bringing up environment {self.terminal.environment}, profile {PROFILE}")
        words = ("env", "create", self.terminal.environment, "--profile", PROFILE)
        self.first_start_seconds = seconds_of(
            lambda: self.terminal.done(*words, bound_seconds=_FIRST_START_SECONDS)
        )
        self._hosts = self.terminal.done("show", "hosts", "--json").value
        self._links = self.terminal.done("show", "links", "--json").value
        return self.first_start_seconds

    def keep_evidence(self) -> Path | None:
        """Return a bundle of the network's logs and runs; None if there is no network."""
        name = self.terminal.environment
        if not paths_of(name).description.exists():
            return None
        bundle = settings().home / "var" / "evidence" / f"{name}.tar.gz"
        bundle.parent.mkdir(parents=True, exist_ok=True)
        # keys and the hosts' disks stay out of it
        words = ["--ignore-failed-read", f"--exclude={name}/secrets", f"--exclude={name}/lab"]
        command = ["tar", "--create", "--gzip", "--file", str(bundle), *words, name]
        subprocess.run(command, cwd=settings().home / "var", stderr=subprocess.DEVNULL, check=False)
        return bundle

    def _destroy(self) -> None:
        self.first_start_seconds = None
        name = self.terminal.environment
        if paths_of(name).description.exists():
            say(f"destroying environment {name}")
            self.terminal.done("env", "destroy", name, bound_seconds=_TAKE_DOWN_SECONDS)


@contextmanager
def stand() -> Iterator[Stand]:
    """Yield a stand; its network, if it ever had one, is gone afterwards, whatever happens."""
    made = Stand(Terminal(ENVIRONMENT))
    try:
        yield made
    finally:
        made._destroy()


def seconds_of(act: Callable[[], object]) -> float:
    """Return how long ``act`` took."""
    began = CLOCK.elapsed()
    act()
    return (CLOCK.elapsed() - began).total_seconds()


def pause(seconds: float) -> None:
    """Return ``seconds`` from now."""
    CLOCK.sleep(timedelta(seconds=seconds))


def demanded(
    *command: str, bound_seconds: int, environment: Mapping[str, str] | None = None
) -> str:
    """Return what ``command`` said in the checkout, having demanded that it succeeded."""
    done = subprocess.run(
        command,
        cwd=settings().home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=bound_seconds,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n" + "\n".join(
        (done.stdout + done.stderr).splitlines()[-20:]
    )
    return done.stdout
