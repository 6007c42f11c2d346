"""Harms as somebody types them into a terminal: begun, and lifted again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from subprocess import SubprocessError
from typing import Final

from core.clock import Clock
from tests.campaign.rounds import Harm, Strike
from tests.lab.terminal import Terminal

_VERBS: Final[Mapping[Harm, tuple[str, ...]]] = {
    Harm.HOST_OFF: ("kill",),
    Harm.VOTER_OFF: ("kill",),
    Harm.HOST_FROZEN: ("freeze",),
    Harm.LINK_CUT: ("cut",),
    Harm.PAIR_CUT: ("cut",),
    Harm.PORT_CUT: ("cut",),
    Harm.LINK_SILENT: ("silence",),
    Harm.LINK_SLOW: ("slow", "--rtt", "90"),
    Harm.LINK_LOSSY: ("lose", "--percent", "15"),
}
"""of ``ndc lab``, with what stands after the name"""


@dataclass(slots=True)
class Striking:
    """Strikes ``lab`` while a block runs, and writes down when."""

    lab: Terminal
    clock: Clock
    note: Callable[[str], None]

    @contextmanager
    def during(self, strikes: Sequence[Strike]) -> Iterator[None]:
        """Let ``strikes`` come and go; all of them are over when the block is left."""
        threads = [threading.Thread(target=self._strike, args=(one,)) for one in strikes]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join()

    def _strike(self, one: Strike) -> None:
        self.clock.sleep(timedelta(seconds=one.at_seconds))
        try:
            self._do("begins", one, begin_words(self.lab, one))
            self.clock.sleep(timedelta(seconds=one.for_seconds))
            self._do("ends", one, end_words(one))
        except SubprocessError as error:  # what is left of it is given back afterwards
            self.note(f"{one.harm} {one.what}: {error}")

    def _do(self, what: str, one: Strike, lines: Sequence[Sequence[str]]) -> None:
        self.note(f"{one.harm} {one.what} {what}")
        for words in lines:
            answer = self.lab.ndc(*words, bound_seconds=240)
            if answer.code:
                self.note(f"ndc {' '.join(words)}: {answer.code} {answer.stderr.strip()[-160:]}")


def begin_words(lab: Terminal, one: Strike) -> list[list[str]]:
    """Return what is typed to begin ``one``."""
    match one.harm:
        case Harm.CONTROLLER_KILLED:
            return [_signal(one.what, "KILL", "ndc-controller")]
        case Harm.PATRONI_KILLED:
            return [_signal(one.what, "KILL", unit) for unit in _patroni(lab, one.what)]
        case Harm.AGENT_STOPPED:
            return [_signal(one.what, "STOP", "ndc-agent")]
        case _:
            verb, *more = _VERBS[one.harm]
            return [["lab", verb, what, *more] for what in one.what.split(" ")]


def end_words(one: Strike) -> list[list[str]]:
    """Return what is typed to end ``one``; what comes again by itself needs nothing."""
    match one.harm:
        case Harm.CONTROLLER_KILLED | Harm.PATRONI_KILLED:
            return []
        case Harm.AGENT_STOPPED:
            return [_signal(one.what, "CONT", "ndc-agent")]
        case _:
            verb = {"kill": "start", "freeze": "thaw"}.get(_VERBS[one.harm][0], "heal")
            return [["lab", verb, *one.what.split(" ")]]


def _signal(host: str, signal: str, unit: str) -> list[str]:
    words = ["systemctl", "kill", "--kill-who=main", f"--signal={signal}", unit]
    return ["ssh", host, "--", *words]


def _patroni(lab: Terminal, host: str) -> list[str]:
    """Return the units of Patroni that run on ``host``; none, where it does not answer."""
    listed = lab.on(host, "systemctl", "list-units", "--plain", "--no-legend", "patroni*.service")
    return [line.split()[0] for line in listed.stdout.splitlines() if line.strip()]
